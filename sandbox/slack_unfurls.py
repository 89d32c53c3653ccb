"""Links in messages that the app is told of, and what it shows below them: ``link_shared`` and ``chat.unfurl``."""

import re
from urllib.parse import urlsplit

from sandbox import slack_blocks, slack_entities
from sandbox.slack_arguments import needed
from sandbox.slack_workspace import APP_ID, BOT_ID, BOT_USER, SlackRefusal, Workspace
from sandbox.store import Json

EVENT = "link_shared"

_LINK = re.compile(r"https?://[^\s<>|]+")

_ALLOWED = frozenset({"actions", "context", "divider", "header", "image", "rich_text", "section", "table", "video"})
"""Blocks that Slack shows below a link."""


def links(text: str, *, domain: str) -> list[Json]:
    """Return the addresses of that domain in a text, each once, as the event names them."""
    found = dict.fromkeys(each.rstrip(".,;:!?)") for each in _LINK.findall(text))
    return [{"domain": domain, "url": each} for each in found if urlsplit(each).netloc == domain]


def shared(message: Json, *, channel: str, told: list[Json]) -> Json:
    """Return the news that somebody's message holds links of the app's domain."""
    event = {
        "type": EVENT,
        "channel": channel,
        "user": message["user"],
        "message_ts": message["ts"],
        "unfurl_id": f"{channel}-{message['ts']}",
        "source": "conversations_history",
        "is_bot_user_member": True,
        "links": told,
        "event_ts": message["ts"],
    }
    return event | ({"thread_ts": message["thread_ts"]} if "thread_ts" in message else {})


def unfurl(workspace: Workspace, params: Json) -> Json:
    """Show something below the links of a message; what was there for the same link gives way.

    Raises:
        SlackRefusal: There is no such message, the link is not in it, or Slack would not take the blocks or objects.
    """
    channel = workspace.channel_of(needed(params, "channel"))
    message, unfurls = workspace.message(channel, needed(params, "ts")), params.get("unfurls")
    if not isinstance(unfurls, dict) or not unfurls:
        raise SlackRefusal("missing_unfurls")
    if message is None:
        raise SlackRefusal("cannot_unfurl_message")
    known = {each["url"] for url in unfurls for each in links(message["text"], domain=urlsplit(url).netloc)}
    for url, shown in unfurls.items():
        if url not in known:
            raise SlackRefusal("cannot_unfurl_url")
        wrong = slack_blocks.complaints(shown.get("blocks") or [], surface="message") if shown.get("blocks") else []
        if wrong or any(each["type"] not in _ALLOWED for each in shown.get("blocks") or ()):
            raise SlackRefusal("invalid_unfurls_format", messages=wrong)
    entities = slack_entities.below_links(metadata, links=set(unfurls)) if (metadata := params.get("metadata")) else {}
    others = [each for each in message.get("attachments", []) if each["from_url"] not in unfurls]
    fresh = [_attachment(url, shown) | {"entity": entities.get(url)} for url, shown in unfurls.items()]
    numbered = [each | {"id": place} for place, each in enumerate([*others, *fresh], start=1)]
    workspace.save(channel, message | {"attachments": numbered})
    return {}


def below(message: Json, block_id: str) -> Json | None:
    """Return what is shown below a link and holds the block; None where it is in the message itself."""
    for each in message.get("attachments", ()):
        if any(block["block_id"] == block_id for block in each["blocks"]):
            return dict(each)
    return None


def container(attachment: Json) -> Json:
    """Return what a click below a link says of its place, beside the message's own."""
    return {
        "type": "message_attachment",
        "attachment_id": attachment["id"],
        "is_app_unfurl": True,
        "app_unfurl_url": attachment["from_url"],
    }


def _attachment(url: str, shown: Json) -> Json:
    return {
        "blocks": slack_blocks.with_ids(shown.get("blocks") or []),
        "fallback": shown.get("fallback") or "[no preview available]",
        "from_url": url,
        "original_url": url,
        "app_unfurl_url": url,
        "is_app_unfurl": True,
        "app_id": APP_ID,
        "bot_id": BOT_ID,
        "bot_user_id": BOT_USER,
    }
