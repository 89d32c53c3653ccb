"""Chat messages: which message stands for what, so that each is posted once and then kept current.

A row is written before the message is posted. A row without a ``ts`` means that it may or may not have been
posted: whoever finds one asks the chat before posting again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from domain.kernel.core import Core

_COLUMNS = "key, channel, ts, content_hash, updated_at, subject, form"

_UPLOAD = "upload:"
"""Before the id of a file that is about to be shared; a file has no content to be compared."""

SILENT = "silent"
"""The form of a line that is told in its thread only, since it is part of a message about all that was missed."""

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
    updated_at: datetime
    subject: str | None = None
    """What its buttons decide, as ``domain/operations/standings.py`` names it."""
    form: str = ""
    """How it was drawn, so that it can be drawn again; ``silent`` before it is posted means that it rings nowhere."""

    @property
    def upload(self) -> str:
        """The chat's id of a file whose sharing was begun, and of which nobody knows whether it was done."""
        return self.content_hash.removeprefix(_UPLOAD) if self.content_hash.startswith(_UPLOAD) else ""


@dataclass(frozen=True, slots=True)
class Reservation:
    """The right to post one message."""

    message: ChatMessage
    fresh: bool
    """Whether nobody can have posted it before."""


def case_key(invoice_id: UUID, *, room: str = "") -> str:
    """Return the key of an invoice's living message; *room* is a channel's purpose, where it has one of its own."""
    return f"case:{invoice_id}:{room}" if room else f"case:{invoice_id}"


def day_key(day: date) -> str:
    """Return the key of the message that stands for all reminders of a day."""
    return f"reminders:{day.isoformat()}"


def drafts_key(day: date) -> str:
    """Return the key of a day's message about the mails that wait for an approval."""
    return f"drafts:{day.isoformat()}"


def news_key(day: date, *, room: str = "") -> str:
    """Return the key of a day's message about what came too often to be told one by one."""
    return f"news:{day.isoformat()}:{room}" if room else f"news:{day.isoformat()}"


def missed_key(since: datetime) -> str:
    """Return the key of the message about all that could not be told from then on."""
    return f"missed:{int(since.timestamp())}"


def entry_key(entry_id: int) -> str:
    """Return the key of the line that tells one entry of the timeline."""
    return f"entry:{entry_id}"


async def reserve(
    core: Core, *, keys: Sequence[str], channel: str, invoice_id: UUID | None = None, form: str = ""
) -> tuple[Reservation, ...]:
    """Write down, before it is done, that these are about to be posted; those reserved before stay as they are."""
    now = core.clock.now()
    new = await core.database.rows(
        "INSERT INTO chat_message (id, key, channel, ts, content_hash, invoice_id, form, updated_at)"
        " SELECT id, key, %(channel)s, NULL, '', %(invoice)s, %(form)s, %(now)s"
        " FROM unnest(%(ids)s::uuid[], %(keys)s::text[]) AS wanted (id, key)"
        " ON CONFLICT (key) DO NOTHING RETURNING key",
        {
            "channel": channel,
            "form": form,
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
    rows = await core.database.rows(f"SELECT {_COLUMNS} FROM chat_message WHERE key = ANY(%s)", (list(keys),))
    return tuple(ChatMessage(**row) for row in rows)


async def cases_of(core: Core, *, invoice_id: UUID) -> tuple[ChatMessage, ...]:
    """Return every living message of an invoice: in the channel, and in those for disputes or approvals."""
    rows = await core.database.rows(
        f"SELECT {_COLUMNS} FROM chat_message WHERE invoice_id = %s AND key LIKE 'case:%%' AND ts IS NOT NULL"
        " ORDER BY key LIMIT 10",
        (invoice_id,),
    )
    return tuple(ChatMessage(**row) for row in rows)


async def begun(core: Core, *, invoice_id: UUID, prefix: str) -> tuple[ChatMessage, ...]:
    """Return the messages about an invoice whose keys begin so, wherever they are."""
    rows = await core.database.rows(
        f"SELECT {_COLUMNS} FROM chat_message WHERE invoice_id = %s AND starts_with(key, %s) ORDER BY key LIMIT 100",
        (invoice_id, prefix),
    )
    return tuple(ChatMessage(**row) for row in rows)


async def beside(core: Core, *, channel: str, ts: str) -> tuple[ChatMessage, ...]:
    """Return all that one message of the chat stands for, in the order of what happened."""
    rows = await core.database.rows(
        f"SELECT {_COLUMNS} FROM chat_message WHERE channel = %s AND ts = %s ORDER BY length(key), key LIMIT 100",
        (channel, ts),
    )
    return tuple(ChatMessage(**row) for row in rows)


async def undecided(core: Core, *, limit: int, behind: ChatMessage | None = None) -> tuple[ChatMessage, ...]:
    """Return the messages with buttons for something that was not decided when they were drawn last.

    With *behind* those that follow it.
    """
    rows = await core.database.rows(
        f"SELECT {_COLUMNS} FROM chat_message WHERE subject IS NOT NULL AND NOT settled AND ts IS NOT NULL"
        " AND (%(at)s::timestamptz IS NULL OR (updated_at, key) > (%(at)s, %(key)s::text))"
        " ORDER BY updated_at, key LIMIT %(limit)s",
        {"limit": limit, "at": behind.updated_at if behind else None, "key": behind.key if behind else None},
    )
    return tuple(ChatMessage(**row) for row in rows)


async def settle(core: Core, *, keys: Sequence[str]) -> None:
    """Note that these messages show what was decided."""
    await core.database.execute("UPDATE chat_message SET settled = true WHERE key = ANY(%s)", (list(keys),))


async def describe(core: Core, *, subjects: Mapping[str, str], keys: Sequence[str], form: str) -> None:
    """Write down how messages are drawn, and what the buttons of each decide, before they are posted."""
    await core.database.execute(
        "UPDATE chat_message m SET form = %(form)s, subject = s.subject"
        " FROM unnest(%(keys)s::text[]) AS k (key)"
        " LEFT JOIN unnest(%(of)s::text[], %(subjects)s::text[]) AS s (key, subject) ON s.key = k.key"
        " WHERE m.key = k.key",
        {"form": form, "keys": list(keys), "of": list(subjects), "subjects": list(subjects.values())},
    )


async def mark_posted(core: Core, *, keys: Sequence[str], channel: str, ts: str, content_hash: str = "") -> None:
    """Write down where the message stands and what it shows."""
    await core.database.execute(
        "UPDATE chat_message SET channel = %s, ts = %s, content_hash = %s, updated_at = %s WHERE key = ANY(%s)",
        (channel, ts, content_hash, core.clock.now(), list(keys)),
    )


async def uploading(core: Core, *, key: str, file_id: str) -> None:
    """Write down which file is about to be shared, so that it can be asked about when the answer gets lost."""
    await core.database.execute(
        "UPDATE chat_message SET content_hash = %s, updated_at = %s WHERE key = %s AND ts IS NULL",
        (f"{_UPLOAD}{file_id}", core.clock.now(), key),
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
