"""Chat troubles: that the chat, or one channel of it, takes nothing from us at the moment, since when and why.

A row stands from the first refusal or the first silence until something was told again; nothing that happened in
between is lost, and what has grown old by then is told as one message.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from domain.kernel.core import Core

WHOLE_CHAT = ""
"""The place that stands for the chat as a whole: its token is revoked, or it does not answer."""

AWAY = "away"
"""The code of a chat that does not answer; all other codes are the chat's own words."""

READ = 50_000
"""Entries of the timeline, the newest, that are looked through; numbers stand in the order of time."""

LOOKED_BACK = timedelta(days=7)
"""What has waited longer than this stands on the timeline only."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """One place that takes nothing."""

    place: str
    """A channel; empty for the whole chat."""
    code: str
    since: datetime
    last_at: datetime

    @property
    def is_whole(self) -> bool:
        """Whether the chat as a whole takes nothing."""
        return self.place == WHOLE_CHAT


@dataclass(frozen=True, slots=True)
class Missed:
    """An entry of the timeline that should have been told and was not."""

    entry_id: int
    kind: str
    invoice_id: UUID | None
    has_case: bool
    """Whether its invoice has a message already, in whose thread it is told all the same."""


async def note(core: Core, *, place: str, code: str) -> bool:
    """Note that a place takes nothing; return whether that is news."""
    now = core.clock.now()
    row = await core.database.row(
        "INSERT INTO chat_trouble (place, code, since, last_at) VALUES (%(place)s, %(code)s, %(now)s, %(now)s)"
        " ON CONFLICT (place) DO UPDATE SET code = EXCLUDED.code, last_at = EXCLUDED.last_at"
        " RETURNING since = last_at AS fresh",
        {"place": place, "code": code[:80], "now": now},
    )
    return bool(row and row["fresh"])


async def listed(core: Core) -> tuple[Trouble, ...]:
    """Return every trouble, the whole chat's first."""
    rows = await core.database.rows(
        "SELECT place, code, since, last_at FROM chat_trouble ORDER BY place, since LIMIT 100"
    )
    return tuple(Trouble(**row) for row in rows)


async def over(core: Core, *, places: Sequence[str]) -> None:
    """Note that these places take messages again."""
    await core.database.execute("DELETE FROM chat_trouble WHERE place = ANY(%s)", (list(places),))


async def missed(core: Core, *, kinds: Sequence[str], since: datetime, limit: int) -> tuple[Missed, ...]:
    """Return what of these kinds happened since then and was not told, the newest first.

    What was folded on purpose, and what a message about all that was missed stands for, is not missed.
    """
    rows = await core.database.rows(
        "SELECT e.id AS entry_id, e.kind, e.invoice_id, e.invoice_id IS NOT NULL AND EXISTS"
        " (SELECT 1 FROM chat_message c WHERE c.invoice_id = e.invoice_id AND c.key LIKE 'case:%%'"
        " AND c.ts IS NOT NULL) AS has_case"
        " FROM timeline_entry e WHERE e.id > (SELECT coalesce(max(id), 0) FROM timeline_entry) - %(read)s"
        " AND e.at >= %(since)s AND e.kind = ANY(%(kinds)s) AND NOT EXISTS"
        " (SELECT 1 FROM chat_message m WHERE m.key = 'entry:' || e.id AND (m.ts IS NOT NULL OR m.form = 'silent'))"
        " AND NOT EXISTS (SELECT 1 FROM chat_noise n WHERE n.key = 'entry:' || e.id AND n.outcome <> 'sent')"
        " ORDER BY e.id DESC LIMIT %(limit)s",
        {"kinds": list(kinds), "since": max(since, core.clock.now() - LOOKED_BACK), "read": READ, "limit": limit},
    )
    return tuple(Missed(**row) for row in rows)
