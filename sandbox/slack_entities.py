"""Work Objects: what Slack takes of them below a link and in a pane, and ``entity.presentDetails``.

Shapes: https://docs.slack.dev/messaging/work-objects-implementation
"""

from typing import Any
from urllib.parse import urlsplit

from slack_sdk.models.metadata import CustomFieldType, EntityType

from sandbox.slack_arguments import needed, truth
from sandbox.slack_workspace import SlackRefusal, Workspace
from sandbox.store import Json

EVENT = "entity_details_requested"

PANE = "slack.pane"
"""The kind of the one pane that each person may have open, by the person's id."""

STATUSES = frozenset(
    {"restricted", "internal_error", "not_found", "custom", "custom_partial_view", "timeout", "edit_error"}
)
"""What an app may answer instead of the details; Slack has its own words for all that are not custom."""

CUSTOM = frozenset({"custom", "custom_partial_view"})


def below_links(metadata: Any, *, links: set[str]) -> dict[str, Json]:
    """Return the objects that an app puts below links, by the link as it was pasted.

    Raises:
        SlackRefusal: They are malformed, or for another link.
    """
    entities = metadata.get("entities") if isinstance(metadata, dict) else None
    if not isinstance(entities, list) or not entities:
        raise SlackRefusal("invalid_metadata_format", messages=["[ERROR] entities: must be a list of objects"])
    found: dict[str, Json] = {}
    for entity in entities:
        if wrong := complaints(entity):
            raise SlackRefusal("invalid_metadata_format", messages=wrong)
        link = entity.get("app_unfurl_url")
        if link not in links or link in found:
            raise SlackRefusal("cannot_unfurl_url")
        found[link] = entity
    return found


def complaints(entity: Any) -> list[str]:
    """Return what Slack would not take of an object; nothing when all is well."""
    if not isinstance(entity, dict):
        return ["[ERROR] must be an object"]
    wrong = []
    if entity.get("entity_type") not in EntityType:
        wrong.append("[ERROR] entity_type: not one of Slack's")
    reference = entity.get("external_ref")
    if not isinstance(reference, dict) or not _text(reference.get("id")):
        wrong.append("[ERROR] external_ref.id: required")
    if urlsplit(str(entity.get("url") or "")).scheme not in {"http", "https"}:
        wrong.append("[ERROR] url: required")
    payload = entity.get("entity_payload")
    if not isinstance(payload, dict):
        return [*wrong, "[ERROR] entity_payload: required"]
    attributes = payload.get("attributes")
    title = attributes.get("title") if isinstance(attributes, dict) else None
    if not isinstance(title, dict) or not _text(title.get("text")):
        wrong.append("[ERROR] entity_payload.attributes.title.text: required")
    return [*wrong, *_wrong_fields(payload)]


def _wrong_fields(payload: Json) -> list[str]:
    fields = payload.get("custom_fields", [])
    if not isinstance(fields, list) or not all(isinstance(each, dict) for each in fields):
        return ["[ERROR] custom_fields: must be a list of objects"]
    wrong, keys = [], [each.get("key") for each in fields]
    for at, each in enumerate(fields):
        wrong += [
            f"[ERROR] custom_fields[{at}].{name}: required" for name in ("key", "label") if not _text(each.get(name))
        ]
        if each.get("type") not in CustomFieldType:
            wrong.append(f"[ERROR] custom_fields[{at}].type: not one of Slack's")
        if each.get("type") == "string" and not _text(each.get("value")):
            wrong.append(f"[ERROR] custom_fields[{at}].value: must be a text")
    if len(set(map(str, keys))) != len(keys):
        wrong.append("[ERROR] custom_fields: each key once")
    order = payload.get("display_order", [])
    known = {str(key) for key in keys} | set(payload.get("fields") or {})
    if not isinstance(order, list) or any(each not in known for each in order):
        wrong.append("[ERROR] display_order: names a field that is not there")
    return wrong


def asked(workspace: Workspace, *, user: str, channel: str, message: Json, attachment: Json) -> Json:
    """Open the pane of an object on a person's screen, and return the news of it; it waits for the app's answer."""
    entity, trigger = attachment["entity"], workspace.new_trigger(user)
    waiting = {"trigger": trigger, "entity": entity, "metadata": None, "error": None}
    workspace.store.put(PANE, user, waiting)
    event = {
        "type": EVENT,
        "user": user,
        "external_ref": entity["external_ref"],
        "entity_url": entity["url"],
        "link": {"url": entity["url"], "domain": urlsplit(entity["url"]).netloc},
        "app_unfurl_url": attachment["from_url"],
        "event_ts": workspace.next_ts(),
        "trigger_id": trigger,
        "user_locale": "en-US",
        "channel": channel,
        "message_ts": message["ts"],
    }
    return event | ({"thread_ts": message["thread_ts"]} if "thread_ts" in message else {})


def present(workspace: Workspace, params: Json) -> Json:
    """Fill the pane of whoever made the trigger, with details or with the reason why there are none.

    Raises:
        SlackRefusal: The trigger is used up or too old, the answer is malformed, or it is another object's.
    """
    trigger = needed(params, "trigger_id")
    metadata, error = params.get("metadata"), params.get("error")
    if metadata is None and error is None and not truth(params.get("user_auth_required")):
        raise SlackRefusal("missing_metadata")
    if metadata is not None and (wrong := complaints(metadata)):
        raise SlackRefusal("invalid_metadata", messages=wrong)
    if error is not None and (wrong := _wrong_error(error)):
        raise SlackRefusal("invalid_arguments", messages=wrong)
    user = workspace.use_trigger(trigger)
    pane = workspace.store.get(PANE, user)
    if pane is None or pane["trigger"] != trigger:
        return {}  # closed meanwhile, or another one was opened
    if metadata is not None and metadata["external_ref"] != pane["entity"]["external_ref"]:
        raise SlackRefusal("entity_metadata_does_not_match_trigger")
    workspace.store.put(PANE, user, pane | {"metadata": metadata, "error": error})
    return {}


def pane_of(workspace: Workspace, user: str) -> Json | None:
    """Return the pane that a person has open: its object below the link, and details or an error once there are any."""
    return workspace.store.get(PANE, user)


def close(workspace: Workspace, user: str) -> None:
    """Take a person's pane off the screen."""
    workspace.store.delete(PANE, user)


def _wrong_error(error: Any) -> list[str]:
    if not isinstance(error, dict) or error.get("status") not in STATUSES:
        return ["[ERROR] error.status: not one of Slack's"]
    if error["status"] in CUSTOM and not _text(error.get("custom_message")):
        return ["[ERROR] error.custom_message: required"]
    return []


def _text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())
