"""The Web API's methods for messages: post, change, remove, whisper, pin, read back."""

from sandbox import slack_blocks, slack_channels
from sandbox.slack_arguments import needed, page, truth
from sandbox.slack_workspace import BOT_ID, BOT_USER, TEAM_DOMAIN, SlackRefusal, Workspace
from sandbox.store import Json


def content(params: Json) -> tuple[str, list[Json] | None]:
    """Return text and blocks of a message that is to be shown.

    Raises:
        SlackRefusal: Nothing to show, too long, or blocks that Slack would not take.
    """
    text, blocks = params.get("text") or "", params.get("blocks")
    if not isinstance(text, str):
        raise SlackRefusal("invalid_arguments", messages=["[ERROR] text must be a string"])
    if not text and not blocks and not params.get("attachments"):
        raise SlackRefusal("no_text")
    if len(text) > 40_000:
        raise SlackRefusal("msg_too_long")
    if not blocks:
        return text, None
    wrong = slack_blocks.complaints(blocks, surface="message")
    if wrong:
        raise SlackRefusal("invalid_blocks", messages=wrong)
    if slack_blocks.characters(blocks) > slack_blocks.MOST_CHARACTERS:
        raise SlackRefusal("msg_blocks_too_long")
    return text, blocks


def _metadata(params: Json) -> Json | None:
    metadata = params.get("metadata")
    if metadata in (None, ""):
        return None
    if (
        not isinstance(metadata, dict)
        or not metadata.get("event_type")
        or not isinstance(metadata.get("event_payload"), dict)
    ):
        raise SlackRefusal("invalid_metadata_format")
    return {"event_type": metadata["event_type"], "event_payload": metadata["event_payload"]}


def post_message(workspace: Workspace, params: Json) -> Json:
    """Post as the bot."""
    channel = workspace.channel_of(needed(params, "channel"))
    slack_channels.may_post(workspace, channel)
    text, blocks = content(params)
    message = workspace.post(
        channel,
        user=BOT_USER,
        text=text,
        blocks=blocks,
        thread_ts=params.get("thread_ts") or None,
        broadcast=truth(params.get("reply_broadcast", False)),
        metadata=_metadata(params),
    )
    return {"channel": channel, "ts": message["ts"], "message": message}


def update(workspace: Workspace, params: Json) -> Json:
    """Change a message of the bot."""
    channel = workspace.channel_of(needed(params, "channel"))
    slack_channels.may_post(workspace, channel)
    message = _own(workspace, channel, needed(params, "ts"), "cant_update_message")
    text, blocks = content(params)
    message["text"] = text
    if "blocks" in params or "text" in params:
        message.pop("blocks", None)
    if blocks:
        message["blocks"] = slack_blocks.with_ids(blocks)
    metadata = _metadata(params)
    if metadata:
        message["metadata"] = metadata
    message["edited"] = {"user": BOT_ID, "ts": workspace.next_ts()}
    workspace.save(channel, message)
    return {"channel": channel, "ts": message["ts"], "text": text, "message": message}


def delete(workspace: Workspace, params: Json) -> Json:
    """Remove a message of the bot."""
    channel = workspace.channel_of(needed(params, "channel"))
    message = _own(workspace, channel, needed(params, "ts"), "cant_delete_message")
    workspace.remove(channel, message)
    return {"channel": channel, "ts": message["ts"]}


def _own(workspace: Workspace, channel: str, ts: str, error: str) -> Json:
    message = workspace.message(channel, ts)
    if message is None:
        raise SlackRefusal("message_not_found")
    if message["user"] != BOT_USER:
        raise SlackRefusal(error)
    return message


def post_ephemeral(workspace: Workspace, params: Json) -> Json:
    """Show something to one member of a channel."""
    channel, user = workspace.channel_of(needed(params, "channel")), needed(params, "user")
    if user not in workspace.members(channel):
        raise SlackRefusal("user_not_in_channel")
    text, blocks = content(params)
    shown = workspace.whisper(channel, user=user, text=text, blocks=blocks, thread_ts=params.get("thread_ts") or None)
    return {"message_ts": shown["ts"]}


def permalink(workspace: Workspace, params: Json) -> Json:
    """Return a message's address."""
    channel, ts = workspace.channel_of(needed(params, "channel")), needed(params, "message_ts")
    if workspace.message(channel, ts) is None:
        raise SlackRefusal("message_not_found")
    return {
        "channel": channel,
        "permalink": f"https://{TEAM_DOMAIN}.slack.example/archives/{channel}/p{ts.replace('.', '')}",
    }


def _between(rows: list[Json], params: Json) -> list[Json]:
    oldest, latest = str(params.get("oldest") or "0"), str(params.get("latest") or "9999999999.999999")
    inclusive = truth(params.get("inclusive", False))
    return [row for row in rows if oldest < row["ts"] < latest or (inclusive and row["ts"] in {oldest, latest})]


def _told(row: Json, params: Json) -> Json:
    """Return a message as history shows it: metadata only to whoever asks for it."""
    if truth(params.get("include_all_metadata", False)):
        return row
    return {name: value for name, value in row.items() if name != "metadata"}


def history(workspace: Workspace, params: Json) -> Json:
    """Return a channel's messages, newest first; answers in threads are not among them."""
    channel = workspace.channel_of(needed(params, "channel"))
    rows = [
        row
        for row in workspace.messages(channel)
        if row.get("thread_ts", row["ts"]) == row["ts"] or row.get("subtype") == "thread_broadcast"
    ]
    shown, more = page(_between(rows, params), params)
    return {"messages": [_told(row, params) for row in shown], "pin_count": 0, **more}


def replies(workspace: Workspace, params: Json) -> Json:
    """Return a thread, oldest first, its parent before all."""
    channel, root = workspace.channel_of(needed(params, "channel")), needed(params, "ts")
    rows = [row for row in reversed(workspace.messages(channel)) if root in {row["ts"], row.get("thread_ts")}]
    if not rows:
        raise SlackRefusal("thread_not_found")
    shown, more = page(_between(rows, params), params)
    return {"messages": [_told(row, params) for row in shown], **more}


def pin(workspace: Workspace, params: Json) -> Json:
    """Pin a message."""
    channel, ts = workspace.channel_of(needed(params, "channel")), needed(params, "timestamp")
    message = workspace.message(channel, ts)
    if message is None:
        raise SlackRefusal("message_not_found")
    if channel in message.get("pinned_to", []):
        raise SlackRefusal("already_pinned")
    workspace.save(channel, message | {"pinned_to": [channel]})
    return {}


def unpin(workspace: Workspace, params: Json) -> Json:
    """Take a pin away."""
    channel, ts = workspace.channel_of(needed(params, "channel")), needed(params, "timestamp")
    message = workspace.message(channel, ts)
    if message is None or not message.pop("pinned_to", None):
        raise SlackRefusal("no_pin")
    workspace.save(channel, message)
    return {}


def pins(workspace: Workspace, params: Json) -> Json:
    """Return the pinned messages."""
    channel = workspace.channel_of(needed(params, "channel"))
    return {
        "items": [
            {
                "type": "message",
                "channel": channel,
                "message": row,
                "created": int(float(row["ts"])),
                "created_by": BOT_USER,
            }
            for row in workspace.messages(channel)
            if row.get("pinned_to")
        ]
    }


def replace(workspace: Workspace, channel: str, ts: str, *, user: str, text: str, blocks: list[Json] | None) -> None:
    """Put something else in the place of a message or of what one person was shown."""
    if (shown := workspace.whispered(channel, ts)) is not None:
        workspace.whisper(
            channel, user=user, text=text, blocks=blocks, thread_ts=shown.get("thread_ts"), echo=shown["echo"], ts=ts
        )
        return
    message = workspace.message(channel, ts)
    if message is None:
        raise SlackRefusal("message_not_found")
    message["text"] = text
    message.pop("blocks", None)
    if blocks:
        message["blocks"] = slack_blocks.with_ids(blocks)
    workspace.save(channel, message)
