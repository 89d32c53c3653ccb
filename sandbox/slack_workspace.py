"""The workspace: its team, people and channels, and the messages that were posted."""

import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sandbox import slack_blocks
from sandbox.settings import Person
from sandbox.store import Json, Store
from sandbox.stripe_books import Clock

TEAM_ID, TEAM_DOMAIN, TEAM_NAME = "T0NORTHWIND", "northwind", "Northwind Supplies"
APP_ID, BOT_ID, BOT_USER, BOT_NAME = "A0PLIXO", "B0PLIXO", "U0PLIXO", "plixo"
SLACKBOT = "USLACKBOT"

TRIGGER_SECONDS = 3.0
RESPONSE_SECONDS = 30 * 60
RESPONSE_USES = 5


class SlackRefusal(Exception):
    """An answer with ``ok: false``."""

    def __init__(self, error: str, *, messages: Sequence[str] = (), status: int = 200, retry_after: int = 0) -> None:
        self.error, self.messages, self.status, self.retry_after = error, tuple(messages), status, retry_after
        super().__init__(error)

    def body(self) -> Json:
        """Return the answer's body."""
        answer: Json = {"ok": False, "error": self.error}
        if self.messages:
            answer["response_metadata"] = {"messages": list(self.messages)}
        return answer


@dataclass(slots=True)
class _Trigger:
    user: str
    until: float
    used: bool = False


class Workspace:
    """One team with one channel, a direct channel for each person, and the bot."""

    def __init__(self, store: Store, clock: Clock, *, people: Sequence[Person], channel: str) -> None:
        self.store, self.clock, self.channel = store, clock, channel
        self.people = {person.slack_id: person for person in people}
        self.rooms = {channel: "receivables"}
        self._triggers: dict[str, _Trigger] = {}
        newest = [*store.find("slack.message", limit=1), *store.find("slack.ephemeral", limit=1)]
        self._last_ts = max((message["ts"] for message in newest), default="")

    def direct(self, user: str) -> str:
        """Return the direct channel of the bot and a person."""
        return "D" + user[1:]

    def open_rooms(self, rooms: Mapping[str, str]) -> None:
        """Add channels beside the one, by id and name."""
        self.rooms |= rooms

    def channels(self) -> list[str]:
        """Return the ids of all channels."""
        return [*self.rooms, *(self.direct(user) for user in self.people)]

    def channel_of(self, text: str) -> str:
        """Return the channel id for a channel's id or name, or a person's id.

        Raises:
            SlackRefusal: There is no such channel.
        """
        if text in self.people:
            return self.direct(text)
        if text in self.channels():
            return text
        for channel, name in self.rooms.items():
            if text.removeprefix("#") == name:
                return channel
        raise SlackRefusal("channel_not_found")

    def channel_name(self, channel: str) -> str:
        """Return a channel's name."""
        return self.rooms.get(channel, "directmessage")

    def members(self, channel: str) -> list[str]:
        """Return who is in a channel."""
        people = list(self.people) if channel in self.rooms else ["U" + channel[1:]]
        return [*people, BOT_USER]

    def next_ts(self) -> str:
        """Return a time stamp that no message has: the demo's present, moved on by a microsecond if need be."""
        now = self.clock.now()
        ts = f"{int(now.timestamp())}.{now.microsecond:06d}"
        if ts <= self._last_ts:
            seconds, _, micros = self._last_ts.partition(".")
            ahead = int(seconds) * 1_000_000 + int(micros) + 1
            ts = f"{ahead // 1_000_000}.{ahead % 1_000_000:06d}"
        self._last_ts = ts
        return ts

    def new_trigger(self, user: str) -> str:
        """Return a trigger id: one view may be opened with it within three seconds."""
        for old in [name for name, trigger in self._triggers.items() if trigger.until + 60 < time.monotonic()]:
            del self._triggers[old]
        trigger = f"{time.time_ns() // 1_000_000}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        self._triggers[trigger] = _Trigger(user, time.monotonic() + TRIGGER_SECONDS)
        return trigger

    def use_trigger(self, trigger_id: str) -> str:
        """Return whose trigger it is and use it up.

        Raises:
            SlackRefusal: It is unknown, too old or used.
        """
        trigger = self._triggers.get(trigger_id)
        if trigger is None:
            raise SlackRefusal("invalid_trigger_id" if not trigger_id else "expired_trigger_id")
        if trigger.used:
            raise SlackRefusal("exchanged_trigger_id")
        if trigger.until < time.monotonic():
            raise SlackRefusal("expired_trigger_id")
        trigger.used = True
        return trigger.user

    def message(self, channel: str, ts: str) -> Json | None:
        """Return a message, or None."""
        return self.store.get("slack.message", f"{channel}:{ts}")

    def messages(self, channel: str, *, limit: int = 100_000) -> list[Json]:
        """Return a channel's messages, newest first."""
        return self.store.find("slack.message", part=channel, limit=limit)

    def post(
        self,
        channel: str,
        *,
        user: str,
        text: str,
        blocks: list[Json] | None = None,
        thread_ts: str | None = None,
        broadcast: bool = False,
        metadata: Json | None = None,
        files: list[Json] | None = None,
    ) -> Json:
        """Write a message and return it; an answer in a thread counts at its parent."""
        message: Json = {"type": "message", "user": user, "ts": self.next_ts(), "team": TEAM_ID, "text": text}
        if user == BOT_USER:
            message |= {"bot_id": BOT_ID, "app_id": APP_ID, "bot_profile": bot_profile()}
        if blocks:
            message["blocks"] = slack_blocks.with_ids(blocks)
        if metadata:
            message["metadata"] = metadata
        if files:
            message |= {"files": files, "upload": True, "subtype": "file_share"}
        if thread_ts and broadcast:
            message["subtype"] = "thread_broadcast"
        with self.store.changes():
            if thread_ts:
                message["thread_ts"] = self._answered(channel, thread_ts, message)
            self.save(channel, message)
        return message

    def _answered(self, channel: str, thread_ts: str, message: Json) -> str:
        parent = self.message(channel, thread_ts)
        if parent is None:
            raise SlackRefusal("thread_not_found")
        root = str(parent.get("thread_ts") or parent["ts"])
        if root != parent["ts"]:
            parent = self.message(channel, root) or parent
        users = parent.get("reply_users", [])
        parent |= {
            "thread_ts": root,
            "reply_count": parent.get("reply_count", 0) + 1,
            "latest_reply": message["ts"],
            "reply_users": users if message["user"] in users else [*users, message["user"]],
        }
        parent["reply_users_count"] = len(parent["reply_users"])
        message["parent_user_id"] = parent["user"]
        self.save(channel, parent)
        return root

    def save(self, channel: str, message: Json) -> None:
        """Write a message that was changed."""
        self.store.put("slack.message", f"{channel}:{message['ts']}", message, part=channel)

    def remove(self, channel: str, message: Json) -> None:
        """Remove a message; its parent forgets it."""
        with self.store.changes():
            self.store.delete("slack.message", f"{channel}:{message['ts']}")
            root = str(message.get("thread_ts") or message["ts"])
            parent = self.message(channel, root) if root != message["ts"] else None
            if parent is not None:
                parent["reply_count"] = max(parent.get("reply_count", 1) - 1, 0)
                self.save(channel, parent)

    def whisper(
        self,
        channel: str,
        *,
        user: str,
        text: str,
        blocks: list[Json] | None = None,
        thread_ts: str | None = None,
        echo: str = "",
        sender: str = BOT_USER,
        ts: str | None = None,
    ) -> Json:
        """Show something to one person only; *echo* is the command that it answers."""
        message: Json = {
            "type": "message",
            "user": sender,
            "ts": ts or self.next_ts(),
            "text": text,
            "for": user,
            "is_ephemeral": True,
            "echo": echo,
        }
        if blocks:
            message["blocks"] = slack_blocks.with_ids(blocks)
        if thread_ts:
            message["thread_ts"] = thread_ts
        self.store.put("slack.ephemeral", f"{channel}:{message['ts']}", message, part=f"{channel}:{user}")
        return message

    def whispers(self, channel: str, user: str, *, limit: int = 1000) -> list[Json]:
        """Return what one person alone was shown in a channel, newest first."""
        return self.store.find("slack.ephemeral", part=f"{channel}:{user}", limit=limit)

    def whispered(self, channel: str, ts: str) -> Json | None:
        """Return something that one person was shown, or None."""
        return self.store.get("slack.ephemeral", f"{channel}:{ts}")

    def dismiss(self, channel: str, ts: str) -> None:
        """Remove something that one person was shown."""
        self.store.delete("slack.ephemeral", f"{channel}:{ts}")

    def new_response(self, *, user: str, channel: str, echo: str = "", source: Json | None = None) -> str:
        """Return the token of a response address; *source* is the message whose button was pressed."""
        token = secrets.token_urlsafe(24)
        self.store.put(
            "slack.response",
            token,
            {
                "user": user,
                "channel": channel,
                "echo": echo,
                "until": time.time() + RESPONSE_SECONDS,
                "uses": 0,
                "ts": source["ts"] if source else None,
                "ephemeral": bool(source and source.get("is_ephemeral")),
            },
        )
        self.store.keep_newest("slack.response", limit=500)
        return token


def bot_profile() -> Json:
    """Return what messages of the bot say about it."""
    return {
        "id": BOT_ID,
        "deleted": False,
        "name": "Plixo",
        "updated": 1735689600,
        "app_id": APP_ID,
        "team_id": TEAM_ID,
        "icons": {},
    }
