"""File upload as the SDK's ``files_upload_v2`` does it: ask for an address, send the bytes there, share."""

import secrets
import time
from collections.abc import Callable

from sandbox.slack_arguments import needed
from sandbox.slack_workspace import BOT_USER, SlackRefusal, Workspace
from sandbox.store import Json

MOST_BYTES = 20 * 1024 * 1024
"""Of one file; Slack takes more, a demo need not."""

TYPES = {
    "csv": "text/csv",
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
    ending = name.rpartition(".")[2].lower()
    workspace.store.put(
        "slack.file",
        file_id,
        {
            "id": file_id,
            "name": name,
            "title": name,
            "size": length,
            "user": BOT_USER,
            "created": int(time.time()),
            "filetype": ending,
            "mimetype": TYPES.get(ending, "application/octet-stream"),
            "token": token,
            "alt_txt": params.get("alt_txt") or params.get("alt_text") or "",
            "state": "promised",
        },
    )
    return {"upload_url": f"{origin()}/slack/upload/{token}", "file_id": file_id}


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
    return {name: value for name, value in file.items() if name not in {"token", "state"}} | {
        "timestamp": file["created"],
        "pretty_type": file["filetype"].upper(),
        "mode": "hosted",
        "is_external": False,
        "is_public": True,
        "url_private": address,
        "url_private_download": address,
        "permalink": address,
    }


def content(workspace: Workspace, file_id: str) -> tuple[Json, bytes] | None:
    """Return a shared file and its bytes, or None."""
    file, kept = workspace.store.get("slack.file", file_id), workspace.store.get("slack.content", file_id)
    return (file, kept["latin1"].encode("latin-1")) if file is not None and kept is not None else None
