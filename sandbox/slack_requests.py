"""The bodies of Slack's requests: slash commands, clicks, submitted and closed views, menus, events."""

import secrets
import time

from sandbox import slack_unfurls, slack_views
from sandbox.settings import Person
from sandbox.slack_workspace import APP_ID, BOT_USER, TEAM_DOMAIN, TEAM_ID, Workspace
from sandbox.store import Json

TOKEN = "sandbox-verification-token"  # noqa: S105 - Slack still sends this old field; nobody checks it


def command(
    workspace: Workspace, person: Person, *, channel: str, word: str, text: str, response_url: str
) -> dict[str, str]:
    """Return the fields of a slash command."""
    return {
        "token": TOKEN,
        "team_id": TEAM_ID,
        "team_domain": TEAM_DOMAIN,
        "channel_id": channel,
        "channel_name": workspace.channel_name(channel),
        "user_id": person.slack_id,
        "user_name": person.handle,
        "command": word,
        "text": text,
        "api_app_id": APP_ID,
        "is_enterprise_install": "false",
        "response_url": response_url,
        "trigger_id": workspace.new_trigger(person.slack_id),
    }


def _common(kind: str, person: Person) -> Json:
    return {
        "type": kind,
        "team": {"id": TEAM_ID, "domain": TEAM_DOMAIN},
        "enterprise": None,
        "user": {"id": person.slack_id, "username": person.handle, "name": person.handle, "team_id": TEAM_ID},
        "api_app_id": APP_ID,
        "token": TOKEN,
        "is_enterprise_install": False,
    }


def action(block_id: str, element: Json, state: Json) -> Json:
    """Return one entry of ``actions``: the element as it was used."""
    used: Json = {
        "type": element["type"],
        "action_id": element["action_id"],
        "block_id": block_id,
        "action_ts": f"{time.time():.6f}",
    }
    if element["type"] == "button":
        used |= {name: element[name] for name in ("text", "value", "style", "url") if name in element}
    else:
        used |= {name: value for name, value in state.items() if name != "type"}
        used |= {name: element[name] for name in ("placeholder",) if name in element}
    return used


def click_in_message(
    workspace: Workspace, person: Person, *, channel: str, message: Json, used: Json, values: Json, response_url: str
) -> Json:
    """Return a click in a message; what only one person was shown is not sent along."""
    hidden = bool(message.get("is_ephemeral"))
    container: Json = {"type": "message", "message_ts": message["ts"], "channel_id": channel, "is_ephemeral": hidden}
    if "thread_ts" in message:
        container["thread_ts"] = message["thread_ts"]
    if (attachment := slack_unfurls.below(message, used["block_id"])) is not None:
        container |= slack_unfurls.container(attachment)
    payload = _common("block_actions", person) | {
        "container": container,
        "trigger_id": workspace.new_trigger(person.slack_id),
        "channel": {"id": channel, "name": workspace.channel_name(channel)},
        "response_url": response_url,
        "state": {"values": values},
        "actions": [used],
    }
    if not hidden:
        payload["message"] = message
    return payload


def click_in_view(workspace: Workspace, person: Person, *, view: Json, used: Json, values: Json) -> Json:
    """Return a click in a modal or in the App Home."""
    return _common("block_actions", person) | {
        "container": {"type": "view", "view_id": view["id"]},
        "trigger_id": workspace.new_trigger(person.slack_id),
        "view": slack_views.told(view) | {"state": {"values": values}},
        "actions": [used],
    }


def submission(workspace: Workspace, person: Person, *, view: Json, values: Json) -> Json:
    """Return a submitted modal."""
    return _common("view_submission", person) | {
        "trigger_id": workspace.new_trigger(person.slack_id),
        "response_urls": [],
        "view": slack_views.told(view) | {"state": {"values": values}},
    }


def closed(person: Person, *, view: Json, cleared: bool) -> Json:
    """Return the news that a modal was closed."""
    return _common("view_closed", person) | {"view": slack_views.told(view), "is_cleared": cleared}


def suggestion(person: Person, *, container: Json, block_id: str, action_id: str, text: str) -> Json:
    """Return the question for the options of an external menu."""
    return (
        _common("block_suggestion", person) | container | {"action_id": action_id, "block_id": block_id, "value": text}
    )


def event(inner: Json, *, at: int) -> Json:
    """Return the envelope of an event."""
    return {
        "token": TOKEN,
        "team_id": TEAM_ID,
        "api_app_id": APP_ID,
        "event": inner,
        "type": "event_callback",
        "event_id": f"Ev{secrets.token_hex(5).upper()}",
        "event_time": at,
        "is_ext_shared_channel": False,
        "event_context": secrets.token_hex(8),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": TEAM_ID,
                "user_id": BOT_USER,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
    }
