"""Chat messages: which message stands for what, so that each is posted once and then kept current.

A row is written before the message is posted. A row without a ``ts`` means that it may or may not have been
posted: whoever finds one asks the chat before posting again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID, uuid4

from domain.kernel.core import Core

UNSENT_FOR = timedelta(days=1)
"""A line that could not be told for a day is no news any more; the timeline has it."""


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """A message in the operators' chat."""

    key: str
    channel: str
    ts: str | None
    """Slack's name of the message within its channel; None while nobody knows whether it was posted."""
    content_hash: str


@dataclass(frozen=True, slots=True)
class Reservation:
    """The right to post one message."""

    message: ChatMessage
    fresh: bool
    """Whether nobody can have posted it before."""


def case_key(invoice_id: UUID) -> str:
    """Return the key of an invoice's living message."""
    return f"case:{invoice_id}"


def day_key(day: date) -> str:
    """Return the key of the message that stands for all reminders of a day."""
    return f"reminders:{day.isoformat()}"


def drafts_key(day: date) -> str:
    """Return the key of a day's message about the mails that wait for an approval."""
    return f"drafts:{day.isoformat()}"


def news_key(day: date) -> str:
    """Return the key of a day's message about what came too often to be told one by one."""
    return f"news:{day.isoformat()}"


def entry_key(entry_id: int) -> str:
    """Return the key of the line that tells one entry of the timeline."""
    return f"entry:{entry_id}"


async def reserve(
    core: Core, *, keys: Sequence[str], channel: str, invoice_id: UUID | None = None
) -> tuple[Reservation, ...]:
    """Write down, before it is done, that these are about to be posted; those reserved before stay as they are."""
    now = core.clock.now()
    new = await core.database.rows(
        "INSERT INTO chat_message (id, key, channel, ts, content_hash, invoice_id, updated_at)"
        " SELECT id, key, %(channel)s, NULL, '', %(invoice)s, %(now)s FROM unnest(%(ids)s::uuid[], %(keys)s::text[])"
        " AS wanted (id, key) ON CONFLICT (key) DO NOTHING RETURNING key",
        {
            "channel": channel,
            "invoice": invoice_id,
            "now": now,
            "ids": [uuid4() for _ in keys],
            "keys": list(keys),
        },
    )
    fresh = {row["key"] for row in new}
    messages = {message.key: message for message in await found(core, keys=keys)}
    return tuple(Reservation(messages[key], fresh=key in fresh) for key in keys if key in messages)


async def found(core: Core, *, keys: Sequence[str]) -> tuple[ChatMessage, ...]:
    """Return the messages of these keys that there are."""
    rows = await core.database.rows(
        "SELECT key, channel, ts, content_hash FROM chat_message WHERE key = ANY(%s)", (list(keys),)
    )
    return tuple(ChatMessage(row["key"], row["channel"], row["ts"], row["content_hash"]) for row in rows)


async def mark_posted(core: Core, *, keys: Sequence[str], channel: str, ts: str, content_hash: str = "") -> None:
    """Write down where the message stands and what it shows."""
    await core.database.execute(
        "UPDATE chat_message SET channel = %s, ts = %s, content_hash = %s, updated_at = %s WHERE key = ANY(%s)",
        (channel, ts, content_hash, core.clock.now(), list(keys)),
    )


async def forget(core: Core, *, keys: Sequence[str]) -> None:
    """Forget messages that are not in the chat: deleted there, or surely not posted."""
    await core.database.execute("DELETE FROM chat_message WHERE key = ANY(%s)", (list(keys),))


async def unsent_entries(core: Core, *, limit: int) -> tuple[int, ...]:
    """Return the timeline entries of the last day whose line was reserved and never seen in the chat, oldest first."""
    rows = await core.database.rows(
        "SELECT substr(key, 7)::bigint AS entry_id FROM chat_message"
        " WHERE ts IS NULL AND key LIKE 'entry:%%' AND updated_at > %s ORDER BY updated_at, key LIMIT %s",
        (core.clock.now() - UNSENT_FOR, limit),
    )
    return tuple(int(row["entry_id"]) for row in rows)
