"""A fake of Slack's outside: a Web API that remembers what it was told and fails in the ways that Slack fails."""

import asyncio
import json
from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web
from aiohttp.test_utils import TestServer

CHANNEL = "C0OPS"


@dataclass(frozen=True)
class Fault:
    """How the next call of a method goes wrong."""

    status: int = 200
    error: str = ""
    retry_after: int | None = None
    messages: tuple[str, ...] = ()
    """Slack's reasons, in ``response_metadata``."""
    silent: bool = False
    """The call is done, but the connection breaks before the answer."""
    text: str = ""
    """A body that is no JSON, as a proxy sends."""


@dataclass
class FakeSlack:
    """What happened at Slack, and what shall go wrong there."""

    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    """Questions about channels, which change nothing."""
    messages: list[dict[str, Any]] = field(default_factory=list)
    faults: dict[str, deque[Fault]] = field(default_factory=lambda: defaultdict(deque))
    answers: "asyncio.Queue[dict[str, Any]]" = field(default_factory=asyncio.Queue)
    answer_faults: "deque[int]" = field(default_factory=deque)
    from_bot: "asyncio.Queue[dict[str, Any]]" = field(default_factory=asyncio.Queue)
    sockets: list[web.WebSocketResponse] = field(default_factory=list)
    connected: asyncio.Event = field(default_factory=asyncio.Event)
    windows: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What is on the screens, by view id."""
    shown: "asyncio.Queue[dict[str, Any]]" = field(default_factory=asyncio.Queue)
    """Every view that was opened or changed, in order."""
    uploaded: list[bytes] = field(default_factory=list)
    """What was sent to the addresses of uploads."""
    kept: dict[str, bytes] = field(default_factory=dict)
    """Files that people handed in, by id."""
    names: dict[str, str] = field(default_factory=dict)
    """What such a file is called; ``order.pdf`` where nothing is said."""
    shared: dict[str, str] = field(default_factory=dict)
    """In which channel a file that was uploaded is, by id."""
    people: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What ``users.info`` tells of a person."""
    homes: dict[str, dict[str, Any]] = field(default_factory=dict)
    page: int = 200
    channel: dict[str, Any] = field(default_factory=lambda: {"is_private": True, "is_member": True})
    """What Slack says of every channel."""
    socket_url: str = ""
    url: str = ""

    async def start(self) -> TestServer:
        """Listen; the caller closes the server."""
        app = web.Application()
        app.router.add_route("*", "/api/{method}", self._api)
        app.router.add_post("/response/{id}", self._answered)
        app.router.add_get("/socket", self._socket)
        app.router.add_post("/upload", self._take)
        app.router.add_get("/kept/{id}", self._hand_out)
        server = TestServer(app)
        await server.start_server()
        self.url = str(server.make_url("/"))
        return server

    @property
    def api_url(self) -> str:
        """Where the Web API is."""
        return f"{self.url}api/"

    def fail(self, method: str, *faults: Fault) -> None:
        """Let the next calls of *method* go wrong."""
        self.faults[method].extend(faults)

    def called(self, method: str) -> list[dict[str, Any]]:
        """Return the arguments of every call of *method*."""
        return [arguments for name, arguments in (*self.calls, *self.asked) if name == method]

    def in_channel(self) -> list[dict[str, Any]]:
        """Return the messages that stand in the channel itself."""
        return [each for each in self.messages if not each.get("thread_ts")]

    def in_thread(self, ts: str) -> list[dict[str, Any]]:
        """Return the replies below a message."""
        return [each for each in self.messages if each.get("thread_ts") == ts]

    async def answer(self) -> dict[str, Any]:
        """Return the next answer that was sent to a request's own address."""
        return await asyncio.wait_for(self.answers.get(), timeout=10)

    async def _take(self, request: web.Request) -> web.Response:
        self.uploaded.append(await request.read())
        return web.Response(text="OK")

    async def _hand_out(self, request: web.Request) -> web.Response:
        return web.Response(body=self.kept[request.match_info["id"]])

    async def _api(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        arguments = await _arguments(request)
        (self.asked if method == "conversations.info" else self.calls).append((method, arguments))
        fault = self.faults[method].popleft() if self.faults[method] else None
        if fault and not fault.silent:
            return _broken(fault)
        answer = self._do(method, arguments)
        if fault:
            assert request.transport is not None
            request.transport.abort()
        return web.json_response(answer)

    def _do(self, method: str, arguments: dict[str, Any]) -> dict[str, Any]:
        match method:
            case "chat.postMessage":
                return self._post(arguments)
            case "chat.update":
                found = [each for each in self.messages if each["ts"] == arguments["ts"]]
                if not found:
                    return {"ok": False, "error": "message_not_found"}
                found[0].update({name: arguments[name] for name in ("text", "blocks") if name in arguments})
                return {"ok": True, "ts": arguments["ts"], "channel": arguments["channel"]}
            case "conversations.history":
                return self._listed(list(reversed(self.in_channel())), arguments)
            case "conversations.replies":
                first = [each for each in self.messages if each["ts"] == arguments["ts"]]
                if not first:
                    return {"ok": False, "error": "thread_not_found"}
                return self._listed([*first, *self.in_thread(arguments["ts"])], arguments)
            case "chat.unfurl" | "entity.presentDetails":
                return {"ok": True}
            case "chat.postEphemeral":
                return {"ok": True, "message_ts": "1.1"}
            case "views.open" | "views.update":
                return self._show(method, arguments)
            case "views.publish":
                self.homes[arguments["user_id"]] = _json(arguments["view"])
                return {"ok": True, "view": {"id": f"VHOME{arguments['user_id']}"}}
            case "apps.connections.open":
                return {"ok": True, "url": self.socket_url or f"{self.url.replace('http', 'ws')}socket"}
        return self._about_people_and_files(method, arguments)

    def _about_people_and_files(self, method: str, arguments: dict[str, Any]) -> dict[str, Any]:
        match method:
            case "auth.test":
                return {"ok": True, "user": "plixo", "team": "t"}
            case "conversations.open":
                return {"ok": True, "channel": {"id": "D" + str(arguments["users"])[1:], "is_im": True}}
            case "conversations.info":
                return {"ok": True, "channel": {"id": arguments["channel"], "name": "ops", **self.channel}}
            case "files.getUploadURLExternal":
                return {"ok": True, "file_id": f"F{len(self.uploaded)}", "upload_url": f"{self.url}upload"}
            case "files.completeUploadExternal":
                (file,) = json.loads(str(arguments["files"]))
                self.shared[file["id"]] = str(arguments["channel_id"])
                return {"ok": True, "files": []}
            case "files.info":
                return self._file(str(arguments["file"]))
            case "users.info":
                found = self.people.get(str(arguments["user"]))
                return {"ok": True, "user": found} if found else {"ok": False, "error": "user_not_found"}
        return {"ok": False, "error": "unknown_method"}

    def _file(self, file_id: str) -> dict[str, Any]:
        if channel := self.shared.get(file_id):
            shares = {"private": {channel: [{"ts": "1.2"}]}}
            return {"ok": True, "file": {"id": file_id, "name": "ours.csv", "shares": shares}}
        if file_id not in self.kept:
            return {"ok": False, "error": "file_not_found"}
        name, address = self.names.get(file_id, "order.pdf"), f"{self.url}kept/{file_id}"
        return {"ok": True, "file": {"id": file_id, "name": name, "url_private_download": address}}

    def _show(self, method: str, arguments: dict[str, Any]) -> dict[str, Any]:
        view_id = str(arguments.get("view_id") or f"V{len(self.windows) + 1}")
        if method == "views.update" and view_id not in self.windows:
            return {"ok": False, "error": "not_found"}
        view = _json(arguments["view"])
        self.windows[view_id] = view
        self.shown.put_nowait(view)
        return {"ok": True, "view": {"id": view_id, "hash": "1.a"}}

    async def window(self) -> dict[str, Any]:
        """Return the next view that is shown in a window."""
        return await asyncio.wait_for(self.shown.get(), timeout=10)

    def _post(self, arguments: dict[str, Any]) -> dict[str, Any]:
        thread = arguments.get("thread_ts")
        if thread and not any(each["ts"] == thread for each in self.messages):
            return {"ok": False, "error": "thread_not_found"}
        ts = f"1700000000.{len(self.calls):06}"
        self.messages.append({**arguments, "ts": ts})
        return {"ok": True, "ts": ts, "channel": arguments["channel"], "message": {}}

    def _listed(self, messages: list[dict[str, Any]], arguments: dict[str, Any]) -> dict[str, Any]:
        start = int(arguments.get("cursor") or 0)
        size = min(int(arguments.get("limit", 100)), self.page)
        following = str(start + size) if start + size < len(messages) else ""
        hidden = "metadata" if arguments.get("include_all_metadata") not in {"1", "true", True} else ""
        page = [
            {name: value for name, value in each.items() if name != hidden} for each in messages[start : start + size]
        ]
        return {"ok": True, "messages": page, "response_metadata": {"next_cursor": following}}

    async def _answered(self, request: web.Request) -> web.Response:
        if self.answer_faults:
            return web.Response(status=self.answer_faults.popleft(), headers={"Retry-After": "0"})
        self.answers.put_nowait(await request.json())
        return web.Response(text="ok")

    async def _socket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.sockets.append(socket)
        await socket.send_json({"type": "hello", "num_connections": 1})
        self.connected.set()
        async for message in socket:
            if message.type == WSMsgType.TEXT:
                self.from_bot.put_nowait(json.loads(message.data))
        return socket


def _json(value: Any) -> dict[str, Any]:
    return dict(json.loads(value) if isinstance(value, str) else value)


async def _arguments(request: web.Request) -> dict[str, Any]:
    if request.content_type == "application/json":
        return dict(await request.json())
    form = await request.post()
    return {**dict(request.query), **{name: str(value) for name, value in form.items()}}


def _broken(fault: Fault) -> web.Response:
    headers = {"Retry-After": str(fault.retry_after)} if fault.retry_after is not None else {}
    if fault.text:
        return web.Response(status=fault.status, text=fault.text, content_type="text/html", headers=headers)
    body: dict[str, Any] = {"ok": False, "error": fault.error}
    if fault.messages:
        body["response_metadata"] = {"messages": list(fault.messages)}
    return web.json_response(body, status=fault.status, headers=headers)
