"""Chat channels: who can read along in each channel that we post to, as the chat said last."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from domain.kernel.core import Core

CHECKED_FOR = timedelta(minutes=15)
"""After so long a channel is asked about again; most of what happens to it is heard of at once besides."""

UNKNOWN_FOR = timedelta(minutes=10)
"""The same, of one that the chat did not describe."""


class ChannelClass(StrEnum):
    """Who can read along."""

    PRIVATE = "private"
    """Those who were invited."""
    PUBLIC = "public"
    """Everyone in the company, whatever their role here."""
    EXTERNAL = "external"
    """People of other companies as well, now or as soon as they accept."""
    DIRECT = "direct"
    """One person."""
    UNKNOWN = "unknown"
    """The chat did not say; it is treated as a public one."""


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel as the chat described it."""

    id: str
    name: str
    channel_class: ChannelClass
    slack_id: str | None = None
    """The person, in a talk with one."""
    checked_at: datetime | None = None
    """None when something has happened to it since."""

    def is_current(self, now: datetime) -> bool:
        """Tell whether what is known of it may still be relied on."""
        kept = UNKNOWN_FOR if self.channel_class is ChannelClass.UNKNOWN else CHECKED_FOR
        return self.checked_at is not None and now - self.checked_at < kept


_COLUMNS = "id, name, class, slack_id, checked_at"


async def keep(
    core: Core, *, channel: str, name: str, channel_class: ChannelClass, slack_id: str | None = None
) -> Channel:
    """Write down what the chat said about a channel just now."""
    now = core.clock.now()
    await core.database.execute(
        "INSERT INTO chat_channel (id, name, class, slack_id, checked_at)"
        " VALUES (%(id)s, %(name)s, %(class)s, %(slack_id)s, %(now)s) ON CONFLICT (id) DO UPDATE SET"
        " name = EXCLUDED.name, class = EXCLUDED.class, checked_at = EXCLUDED.checked_at,"
        " slack_id = coalesce(EXCLUDED.slack_id, chat_channel.slack_id),"
        " told_at = CASE WHEN EXCLUDED.class = 'external' THEN chat_channel.told_at END",
        {"id": channel, "name": name[:200], "class": channel_class.value, "slack_id": slack_id, "now": now},
    )
    return Channel(channel, name[:200], channel_class, slack_id, now)


async def known(core: Core, *, channel: str) -> Channel | None:
    """Return what is known of a channel, however old it is."""
    rows = await core.database.rows(f"SELECT {_COLUMNS} FROM chat_channel WHERE id = %s", (channel,))
    return _read(rows[0]) if rows else None


async def with_person(core: Core, *, slack_id: str) -> Channel | None:
    """Return the talk with one person, if it was opened before."""
    rows = await core.database.rows(f"SELECT {_COLUMNS} FROM chat_channel WHERE slack_id = %s", (slack_id,))
    return _read(rows[0]) if rows else None


async def listed(core: Core, *, limit: int = 200) -> tuple[Channel, ...]:
    """Return every channel that something was posted to, talks with one person left out."""
    rows = await core.database.rows(
        f"SELECT {_COLUMNS} FROM chat_channel WHERE class <> 'direct' ORDER BY name, id LIMIT %s", (limit,)
    )
    return tuple(_read(row) for row in rows)


async def doubt(core: Core, *, channel: str) -> bool:
    """Note that something happened to a channel, so that it is asked about before the next post there.

    Returns whether anything is known of that channel at all.
    """
    return bool(await core.database.execute("UPDATE chat_channel SET checked_at = NULL WHERE id = %s", (channel,)))


async def first_telling(core: Core, *, channel: str) -> bool:
    """Tell whether nobody was told yet that nothing is posted to this channel, and note that somebody is now."""
    told = await core.database.execute(
        "UPDATE chat_channel SET told_at = %s WHERE id = %s AND told_at IS NULL", (core.clock.now(), channel)
    )
    return bool(told)


async def untold(core: Core, *, channel: str) -> None:
    """Take the note back, since telling did not work."""
    await core.database.execute("UPDATE chat_channel SET told_at = NULL WHERE id = %s", (channel,))


def _read(row: dict[str, object]) -> Channel:
    at = row["checked_at"]
    assert at is None or isinstance(at, datetime), "a timestamptz"
    person = row["slack_id"]
    return Channel(
        str(row["id"]), str(row["name"]), ChannelClass(str(row["class"])), str(person) if person else None, at
    )
