"""The Web API over HTTP: token, arguments in all their forms, methods, response addresses, uploads."""

import asyncio
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from aiohttp import web

from sandbox import slack_chat, slack_faults, slack_files, slack_views
from sandbox.slack_arguments import truth
from sandbox.slack_faults import AFTER_THE_WORK, Fault, Faults, Planned
from sandbox.slack_methods import METHODS, Method
from sandbox.slack_workspace import BOT_USER, RESPONSE_USES, SlackRefusal, Workspace
from sandbox.store import Json

STRUCTURED = ("blocks", "attachments", "metadata", "view", "files", "unfurls", "error")
"""Arguments that come as JSON inside forms."""


@dataclass
class PlannedRefusal:
    """An error that waits for the next calls of a method."""

    method: str
    refusal: SlackRefusal
    times: int
    seconds: float


class SlackApi:
    """Serve ``/slack/api/…`` and the addresses that it hands out."""

    def __init__(self, workspace: Workspace, *, token: str, origin: Callable[[], str]) -> None:
        self._workspace, self._token, self._origin = workspace, token, origin
        self._planned: list[PlannedRefusal] = []
        self.faults = Faults()
        self.methods: Mapping[str, Method] = {
            **METHODS,
            "views.open": slack_views.open_view,
            "views.push": slack_views.push,
            "views.update": slack_views.update,
            "views.publish": slack_views.publish,
            "files.getUploadURLExternal": partial(slack_files.upload_address, origin=origin),
            "files.completeUploadExternal": partial(slack_files.share, origin=origin),
            "files.info": partial(slack_files.info, origin=origin),
        }

    def add_to(self, app: web.Application) -> None:
        """Add the routes."""
        app.router.add_route("*", "/slack/api/{method}", self._call)
        app.router.add_post("/slack/response/{token}", self._respond)
        app.router.add_post("/slack/upload/{token}", self._upload)
        app.router.add_get("/slack/files/{id}", self._file)
        app.router.add_get("/slack/files/{id}/download", self._download)

    def refuse(self, method: str, error: str, *, times: int = 1, status: int = 200, retry_after: int = 0) -> None:
        """Let the next calls of a method fail: ``ratelimited`` wants status 429 and *retry_after*."""
        self._planned.append(
            PlannedRefusal(method, SlackRefusal(error, status=status, retry_after=retry_after), times, 0.0)
        )

    def slow(self, method: str, *, seconds: float, times: int = 1) -> None:
        """Let the next calls of a method take long."""
        self._planned.append(PlannedRefusal(method, SlackRefusal(""), times, seconds))

    async def _call(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["method"]
        try:
            params = await arguments(request)
            self._authenticate(request, params)
            await self._go_wrong(name)
            planned = self.faults.take(name)
            if planned is not None and planned.fault not in AFTER_THE_WORK:
                return await self._fail(planned)
            method = self._method(name)
            with self._workspace.store.changes():
                answer = {"ok": True} | method(self._workspace, params)
        except SlackRefusal as no:
            headers = {"Retry-After": str(no.retry_after)} if no.retry_after else None
            return web.json_response(no.body(), status=no.status, headers=headers)
        if planned is not None and planned.fault is Fault.LOST and request.transport is not None:
            request.transport.abort()
        if planned is not None and planned.fault is Fault.HALF:
            return web.json_response({"ok": True})
        return web.json_response(answer, headers={"X-OAuth-Scopes": ",".join(self.faults.scopes())})

    async def _fail(self, planned: Planned) -> web.StreamResponse:
        """Let a call go wrong before anything is done.

        Raises:
            SlackRefusal: It is refused.
        """
        refusal = slack_faults.refusal(planned)
        if refusal is not None:
            raise refusal
        if planned.fault is Fault.SLOW:
            await asyncio.sleep(slack_faults.SLOW_SECONDS)
            raise SlackRefusal("request_timeout")
        return web.Response(text="<html><body>Please log in to the network</body></html>", content_type="text/html")

    def _method(self, name: str) -> Method:
        if name not in self.methods:
            raise SlackRefusal("unknown_method")
        return self.methods[name]

    def _authenticate(self, request: web.Request, params: Json) -> None:
        header = request.headers.get("Authorization", "")
        token = header.removeprefix("Bearer ").strip() if header else str(params.get("token") or "")
        if not token:
            raise SlackRefusal("not_authed")
        if token != self._token:
            raise SlackRefusal("not_allowed_token_type" if token.startswith("xapp-") else "invalid_auth")

    async def _go_wrong(self, name: str) -> None:
        planned = next((each for each in self._planned if each.method == name), None)
        if planned is None:
            return
        planned.times -= 1
        if planned.times <= 0:
            self._planned.remove(planned)
        if planned.refusal.error:
            raise planned.refusal
        await asyncio.sleep(planned.seconds)

    async def _respond(self, request: web.Request) -> web.StreamResponse:
        """Take an answer at a response address: five within half an hour."""
        kept = self._workspace.store.get("slack.response", request.match_info["token"])
        if kept is None or kept["until"] < time.time():
            return web.json_response({"ok": False, "error": "expired_url"}, status=404)
        if kept["uses"] >= RESPONSE_USES:
            return web.json_response({"ok": False, "error": "used_url"}, status=404)
        try:
            params = await arguments(request)
            with self._workspace.store.changes():
                kept |= {"uses": kept["uses"] + 1}
                self._workspace.store.put("slack.response", request.match_info["token"], kept)
                kept = respond(self._workspace, kept, params)
                self._workspace.store.put("slack.response", request.match_info["token"], kept)
        except SlackRefusal as no:
            return web.json_response(no.body(), status=400)
        return web.Response(text="ok")

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        try:
            slack_files.take(self._workspace, request.match_info["token"], await _uploaded(request))
        except SlackRefusal as no:
            return web.json_response(no.body(), status=no.status)
        return web.Response(text="OK")

    async def _file(self, request: web.Request) -> web.StreamResponse:
        found = slack_files.content(self._workspace, request.match_info["id"])
        if found is None:
            raise web.HTTPNotFound(text="There is no such file.\n")
        file, content = found
        inline = file["mimetype"] in {"image/png", "image/jpeg"}
        return web.Response(
            body=content,
            content_type=file["mimetype"],
            headers={"Content-Disposition": "inline" if inline else "attachment", "Content-Security-Policy": "sandbox"},
        )

    async def _download(self, request: web.Request) -> web.StreamResponse:
        """Hand a file out to the app; without its token one is shown the way to the page for signing in."""
        if request.headers.get("Authorization", "") != f"Bearer {self._token}":
            raise web.HTTPFound(f"{self._origin()}/?redir={request.path}")
        return await self._file(request)


async def _uploaded(request: web.Request) -> bytes:
    if request.content_type != "multipart/form-data":
        return await request.read()
    for value in (await request.post()).values():
        if isinstance(value, web.FileField):
            return value.file.read()
        return value.encode() if isinstance(value, str) else bytes(value)
    return b""


async def arguments(request: web.Request) -> Json:
    """Return a call's arguments from its query, form or JSON body; JSON inside forms is read.

    Raises:
        SlackRefusal: The body or an inner value is not JSON where it should be.
    """
    params: Json = dict(request.query)
    try:
        if request.content_type == "application/json":
            body = await request.json()
            params |= body if isinstance(body, dict) else {}
        elif request.content_type == "text/plain" or not request.can_read_body:
            pass
        else:
            params |= {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
        return {name: _structured(name, value) for name, value in params.items()}
    except (json.JSONDecodeError, UnicodeDecodeError):
        raise SlackRefusal("invalid_json") from None


def _structured(name: str, value: Any) -> Any:
    if name not in STRUCTURED or not isinstance(value, str) or not value:
        return value
    return json.loads(value)


def respond(workspace: Workspace, kept: Json, params: Json) -> Json:
    """Do what an answer at a response address asks: replace, remove, or say something new; return what to keep of it.

    The address of a command stands from its first answer on for that answer, which a later one may replace.
    """
    channel, user = kept["channel"], kept["user"]
    if truth(params.get("delete_original")) and kept["ts"]:
        if kept["ephemeral"]:
            workspace.dismiss(channel, kept["ts"])
        elif (message := workspace.message(channel, kept["ts"])) is not None:
            workspace.remove(channel, message)
        return kept
    text, blocks = slack_chat.content(params)
    thread_ts = params.get("thread_ts") or None
    if truth(params.get("replace_original")) and kept["ts"]:
        slack_chat.replace(workspace, channel, kept["ts"], user=user, text=text, blocks=blocks)
    elif params.get("response_type") == "in_channel":
        workspace.post(channel, user=BOT_USER, text=text, blocks=blocks, thread_ts=thread_ts)
    else:
        said = workspace.whisper(channel, user=user, text=text, blocks=blocks, thread_ts=thread_ts, echo=kept["echo"])
        if kept["echo"] and not kept["ts"]:
            return kept | {"ts": said["ts"], "ephemeral": True}
    return kept
