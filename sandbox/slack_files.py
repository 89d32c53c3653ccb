"""Files: uploaded by the app as the SDK's ``files_upload_v2`` does it, or by a person, and handed out to the app."""

import secrets
import time
from collections.abc import Callable, Sequence

from sandbox.slack_arguments import needed
from sandbox.slack_workspace import BOT_USER, SlackRefusal, Workspace
from sandbox.store import Json

MOST_BYTES = 20 * 1024 * 1024
"""Of one file; Slack takes more, a demo need not."""

TYPES = {
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "xml": "application/xml",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "txt": "text/plain",
    "pdf": "application/pdf",
    "png": "image/png",
    "jpg": "image/jpeg",
    "json": "application/json",
    "eml": "message/rfc822",
    "zip": "application/zip",
}


def upload_address(workspace: Workspace, params: Json, *, origin: Callable[[], str]) -> Json:
    """Promise a file and return where its bytes go."""
    name = needed(params, "filename")
    try:
        length = int(params.get("length") or 0)
    except ValueError:
        length = 0
    if not 0 < length <= MOST_BYTES:
        raise SlackRefusal("file_upload_size_restricted" if length else "invalid_arguments")
    file_id, token = f"F{secrets.token_hex(5).upper()}", secrets.token_urlsafe(24)
    file = _made(file_id, name, length, user=BOT_USER, token=token)
    alt = params.get("alt_txt") or params.get("alt_text") or ""
    workspace.store.put("slack.file", file_id, file | {"alt_txt": alt, "state": "promised"})
    return {"upload_url": f"{origin()}/slack/upload/{token}", "file_id": file_id}


def _made(file_id: str, name: str, size: int, *, user: str, token: str) -> Json:
    ending = name.rpartition(".")[2].lower()
    return {
        "id": file_id,
        "name": name,
        "title": name,
        "size": size,
        "user": user,
        "created": int(time.time()),
        "filetype": ending,
        "mimetype": TYPES.get(ending, "application/octet-stream"),
        "token": token,
        "alt_txt": "",
        "shares": {},
    }


def upload(workspace: Workspace, *, user: str, name: str, content: bytes) -> Json:
    """Keep a file that a person has chosen, for a message or a form.

    Raises:
        SlackRefusal: It is empty or too large.
    """
    if not 0 < len(content) <= MOST_BYTES:
        raise SlackRefusal("file_upload_size_restricted")
    file = _made(f"F{secrets.token_hex(5).upper()}", name[-255:] or "file", len(content), user=user, token="")
    with workspace.store.changes():
        workspace.store.put("slack.file", file["id"], file | {"state": "sent"})
        workspace.store.put("slack.content", file["id"], {"latin1": content.decode("latin-1")})
    return file


def share_as(
    workspace: Workspace, file_ids: Sequence[str], *, user: str, channel: str, text: str, origin: Callable[[], str]
) -> Json:
    """Post files that a person has uploaded, and return the message.

    Raises:
        SlackRefusal: One of them is not there, or not theirs.
    """
    files = []
    for file_id in file_ids:
        file = workspace.store.get("slack.file", file_id)
        if file is None or file["user"] != user or file["state"] == "promised":
            raise SlackRefusal("file_not_found")
        files.append(file | {"state": "shared"})
    with workspace.store.changes():
        message = workspace.post(channel, user=user, text=text, files=[told(file, origin) for file in files])
        for file in files:
            workspace.store.put("slack.file", file["id"], _in_channel(file, channel, message["ts"]))
    return message


def _in_channel(file: Json, channel: str, ts: str) -> Json:
    """Return the file with the message by which it was shared."""
    shares = file.get("shares", {})
    group = dict(shares.get("private", {}))
    group[channel] = [*group.get(channel, []), {"ts": ts}]
    return file | {"shares": shares | {"private": group}}


def filled_in(workspace: Workspace, state: Json, origin: Callable[[], str]) -> Json:
    """Return a form's state in which uploaded files are described as Slack describes them."""
    filled: Json = {}
    for block_id, actions in state.items():
        filled[block_id] = {}
        for action_id, value in actions.items():
            if value.get("type") == "file_input":
                found = [workspace.store.get("slack.file", str(each)) for each in value["files"]]
                filled[block_id][action_id] = value | {"files": [told(each, origin) for each in found if each]}
            else:
                filled[block_id][action_id] = value
    return filled


def take(workspace: Workspace, token: str, content: bytes) -> None:
    """Keep the bytes of a promised file.

    Raises:
        SlackRefusal: Nobody promised it, or it has another length.
    """
    file = next((each for each in workspace.store.find("slack.file") if each["token"] == token), None)
    if file is None or file["state"] != "promised":
        raise SlackRefusal("file_not_found", status=404)
    if len(content) != file["size"]:
        raise SlackRefusal("file_upload_size_restricted", status=400)
    with workspace.store.changes():
        workspace.store.put("slack.file", file["id"], file | {"state": "sent"})
        workspace.store.put("slack.content", file["id"], {"latin1": content.decode("latin-1")})


def share(workspace: Workspace, params: Json, *, origin: Callable[[], str]) -> Json:
    """Finish uploads and post them where they were meant to go."""
    shared = []
    for wanted in params.get("files") or []:
        file = workspace.store.get("slack.file", str(wanted.get("id"))) if isinstance(wanted, dict) else None
        if file is None or file["state"] != "sent":
            raise SlackRefusal("file_not_found")
        shared.append(file | {"title": wanted.get("title") or file["name"], "state": "shared"})
    if not shared:
        raise SlackRefusal("invalid_arguments")
    named = [str(each) for each in (params.get("channel_id"), *str(params.get("channels") or "").split(",")) if each]
    with workspace.store.changes():
        for file in shared:
            workspace.store.put("slack.file", file["id"], file)
        for channel in dict.fromkeys(workspace.channel_of(each) for each in named):
            workspace.post(
                channel,
                user=BOT_USER,
                text=str(params.get("initial_comment") or ""),
                thread_ts=params.get("thread_ts") or None,
                files=[told(file, origin) for file in shared],
            )
    return {"files": [told(file, origin) for file in shared]}


def info(workspace: Workspace, params: Json, *, origin: Callable[[], str]) -> Json:
    """Return one file."""
    file = workspace.store.get("slack.file", needed(params, "file"))
    if file is None:
        raise SlackRefusal("file_not_found")
    return {"file": told(file, origin)}


def told(file: Json, origin: Callable[[], str]) -> Json:
    """Return a file as the product and the page get to see it."""
    address = f"{origin()}/slack/files/{file['id']}"
    private = f"{address}/download"
    return {name: value for name, value in file.items() if name not in {"token", "state"}} | {
        "timestamp": file["created"],
        "pretty_type": file["filetype"].upper(),
        "mode": "hosted",
        "is_external": False,
        "is_public": True,
        "url_private": private,
        "url_private_download": private,
        "permalink": address,
    }


def content(workspace: Workspace, file_id: str) -> tuple[Json, bytes] | None:
    """Return a shared file and its bytes, or None."""
    file, kept = workspace.store.get("slack.file", file_id), workspace.store.get("slack.content", file_id)
    return (file, kept["latin1"].encode("latin-1")) if file is not None and kept is not None else None
