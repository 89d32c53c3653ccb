"""Modals and the App Home: open, push, update, publish, and what is open on whose screen."""

import json
import secrets
import time

from sandbox import slack_blocks
from sandbox.slack_arguments import needed
from sandbox.slack_workspace import APP_ID, BOT_ID, TEAM_ID, SlackRefusal, Workspace
from sandbox.store import Json

DEEPEST = 3
LARGEST_BYTES = 250_000


def shown_to(workspace: Workspace, user: str) -> list[Json]:
    """Return the modals that a person has open, the one on top last."""
    return workspace.store.find("slack.view", part=f"open:{user}", oldest_first=True)


def home_of(workspace: Workspace, user: str) -> Json | None:
    """Return a person's App Home, or None."""
    return workspace.store.get("slack.home", user)


def _checked(params: Json, kind: str) -> Json:
    view = params.get("view")
    wrong = slack_blocks.view_complaints(view)
    if wrong or not isinstance(view, dict):
        raise SlackRefusal("invalid_arguments", messages=wrong)
    if view["type"] != kind:
        raise SlackRefusal("invalid_arguments", messages=[f"[ERROR] view must be of type {kind}"])
    if len(json.dumps(view)) > LARGEST_BYTES:
        raise SlackRefusal("view_too_large")
    return view


def _made(view: Json, *, user: str, view_id: str, root: str | None, previous: str | None) -> Json:
    return {
        "id": view_id,
        "team_id": TEAM_ID,
        "type": view["type"],
        "blocks": slack_blocks.with_ids(view["blocks"]),
        "title": view.get("title"),
        "submit": view.get("submit"),
        "close": view.get("close"),
        "private_metadata": view.get("private_metadata", ""),
        "callback_id": view.get("callback_id", ""),
        "external_id": view.get("external_id", ""),
        "state": {"values": {}},
        "hash": f"{int(time.time())}.{secrets.token_urlsafe(6)}",
        "clear_on_close": view.get("clear_on_close", False),
        "notify_on_close": view.get("notify_on_close", False),
        "root_view_id": root or view_id,
        "previous_view_id": previous,
        "app_id": APP_ID,
        "app_installed_team_id": TEAM_ID,
        "bot_id": BOT_ID,
        "user": user,
    }


def told(view: Json) -> Json:
    """Return a view as the product gets to see it."""
    return {name: value for name, value in view.items() if name != "user"}


def _save(workspace: Workspace, view: Json) -> Json:
    workspace.store.put("slack.view", view["id"], view, part=f"open:{view['user']}")
    return view


def _new_id() -> str:
    return f"V{secrets.token_hex(5).upper()}"


def _free_external_id(workspace: Workspace, view: Json) -> None:
    wanted = view.get("external_id")
    if wanted and any(other["external_id"] == wanted for other in workspace.store.find("slack.view")):
        raise SlackRefusal("duplicate_external_id")


def open_view(workspace: Workspace, params: Json) -> Json:
    """Open a modal on the screen of whoever made the trigger."""
    user = workspace.use_trigger(needed(params, "trigger_id"))
    view = _checked(params, "modal")
    _free_external_id(workspace, view)
    with workspace.store.changes():
        close_all(workspace, user)
        return {"view": told(_save(workspace, _made(view, user=user, view_id=_new_id(), root=None, previous=None)))}


def push(workspace: Workspace, params: Json) -> Json:
    """Put a modal on top of the one that is open."""
    user = workspace.use_trigger(needed(params, "trigger_id"))
    return {"view": told(pushed(workspace, user, _checked(params, "modal")))}


def pushed(workspace: Workspace, user: str, view: Json) -> Json:
    """Put a checked view on top.

    Raises:
        SlackRefusal: Three are open already.
    """
    stack = shown_to(workspace, user)
    if len(stack) >= DEEPEST:
        raise SlackRefusal("push_limit_reached")
    _free_external_id(workspace, view)
    top = stack[-1] if stack else None
    return _save(
        workspace,
        _made(
            view,
            user=user,
            view_id=_new_id(),
            root=top["root_view_id"] if top else None,
            previous=top["id"] if top else None,
        ),
    )


def update(workspace: Workspace, params: Json) -> Json:
    """Replace a view that is open."""
    found = _found(workspace, params)
    if params.get("hash") and params["hash"] != found["hash"]:
        raise SlackRefusal("hash_conflict")
    return {"view": told(updated(workspace, found, _checked(params, "modal")))}


def updated(workspace: Workspace, old: Json, view: Json) -> Json:
    """Replace an open view by a checked one; it keeps its id and its place."""
    return _save(
        workspace,
        _made(view, user=old["user"], view_id=old["id"], root=old["root_view_id"], previous=old["previous_view_id"]),
    )


def _found(workspace: Workspace, params: Json) -> Json:
    if params.get("view_id"):
        view = workspace.store.get("slack.view", str(params["view_id"]))
    else:
        wanted = needed(params, "external_id")
        view = next((each for each in workspace.store.find("slack.view") if each["external_id"] == wanted), None)
    if view is None:
        raise SlackRefusal("not_found")
    return view


def publish(workspace: Workspace, params: Json) -> Json:
    """Set a person's App Home."""
    user = needed(params, "user_id")
    if user not in workspace.people:
        raise SlackRefusal("user_not_found")
    view, old = _checked(params, "home"), home_of(workspace, user)
    if params.get("hash") and old is not None and params["hash"] != old["hash"]:
        raise SlackRefusal("hash_conflict")
    home = _made(view, user=user, view_id=old["id"] if old else _new_id(), root=None, previous=None)
    workspace.store.put("slack.home", user, home)
    return {"view": told(home)}


def close(workspace: Workspace, view: Json) -> None:
    """Take one view off the screen."""
    workspace.store.delete("slack.view", view["id"])


def close_all(workspace: Workspace, user: str) -> None:
    """Take all views off a person's screen."""
    with workspace.store.changes():
        for view in shown_to(workspace, user):
            close(workspace, view)
