"""Requests for access as they are shown: a list of those that wait, and the card of one."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.kernel.actor import Actor, Permission
from domain.kernel.core import Core
from domain.people.access_events import wished
from domain.people.refusals import AccessNotFound

MOST = 50
"""Requests of one list."""

_COLUMNS = (
    "id AS access_id, slack_id, name, role, lasts_minutes, until, reason, state, asked_by, asked_by_id, decided_by,"
    " decided_at, outcome, created_at AS asked_at,"
    " coalesce((SELECT array_agg(g.role ORDER BY g.role) FROM person p JOIN role_grant g ON g.person_id = p.id"
    "  AND g.state = 'active' AND (g.until IS NULL OR g.until > %(now)s) WHERE p.slack_id = access_request.slack_id),"
    " '{}') AS held"
)


@dataclass(frozen=True, slots=True)
class AccessCard:
    """One request with all that whoever decides wants to know."""

    access_id: UUID
    slack_id: str
    name: str
    role: str
    lasts_minutes: int | None
    until: datetime | None
    reason: str
    state: str
    asked_by: str
    asked_by_id: UUID | None
    decided_by: str | None
    decided_at: datetime | None
    outcome: str | None
    """The role that was given, or why none was."""
    asked_at: datetime
    held: tuple[str, ...]
    """What the person holds now."""

    @property
    def open(self) -> bool:
        """Whether it still waits."""
        return self.state == "open"

    @property
    def wish(self) -> str:
        """The role and for how long."""
        return wished(self.role, minutes=self.lasts_minutes, until=self.until)


async def waiting(core: Core, *, actor: Actor) -> tuple[AccessCard, ...]:
    """Return the open requests, the oldest first.

    Raises:
        NotAllowed: The actor may not manage people.
    """
    actor.require(Permission.MANAGE_PEOPLE)
    rows = await core.database.rows(
        f"SELECT {_COLUMNS} FROM access_request WHERE state = 'open' ORDER BY created_at, id LIMIT %(most)s",
        {"now": core.clock.now(), "most": MOST},
    )
    return tuple(_card(row) for row in rows)


async def of_account(core: Core, *, slack_id: str) -> AccessCard | None:
    """Return the newest request for that Slack account, for the person behind it; None when there was none."""
    row = await core.database.row(
        f"SELECT {_COLUMNS} FROM access_request WHERE slack_id = %(slack_id)s ORDER BY created_at DESC LIMIT 1",
        {"now": core.clock.now(), "slack_id": slack_id},
    )
    return _card(row) if row else None


async def card(core: Core, *, access_id: UUID) -> AccessCard:
    """Return one request, for the message that stands for it.

    Raises:
        AccessNotFound: There is no such request.
    """
    row = await core.database.row(
        f"SELECT {_COLUMNS} FROM access_request WHERE id = %(id)s", {"now": core.clock.now(), "id": access_id}
    )
    if row is None:
        raise AccessNotFound
    return _card(row)


def _card(row: dict[str, object]) -> AccessCard:
    return AccessCard(**{**row, "held": tuple(row["held"])})  # type: ignore[arg-type]
