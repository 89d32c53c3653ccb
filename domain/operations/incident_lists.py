"""Incident lists: how incidents stand, one by one and in numbers, with what is held back because of them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from domain.kernel import timeline
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.kernel.timeline import Entry
from domain.kernel.transactions import Row
from domain.operations import incident_rules, maintenance
from domain.operations.incident_events import Signal
from domain.operations.incident_rules import CAUSES, Cause, Severity
from domain.operations.refusals import IncidentUnknown
from domain.operations.states import IncidentState
from domain.outreach.gates import INCIDENT

LISTED = 50
HISTORY = 50
"""Entries of one incident that are shown, the newest."""

LATELY = timedelta(days=7)
"""So long an incident that is over is listed."""

MOST_AT_ONCE = 20
"""Messages that one job draws; the rest is drawn by the next."""

_COLUMNS = """
    id, number, cause, title, severity, state, signals, opened_by, opened_at, owner, owner_id, owned_at, reopened,
    over_at, over_by, outcome, held_mails, held_sums, version, shown
"""


_MAILS = """
    SELECT about_id, count(DISTINCT person_id) FILTER (WHERE state = 'sent') AS mailed,
           count(*) FILTER (WHERE state IN ('queued', 'sending')) AS waits
    FROM operator_mail WHERE letter = 'incident' AND about_id = ANY(%s) GROUP BY about_id
"""


@dataclass(frozen=True, slots=True)
class Shown:
    """One incident as it stands."""

    id: UUID
    number: int
    cause: str
    title: str
    """The words of whoever opened it by hand; else empty."""
    severity: Severity
    state: IncidentState
    signals: tuple[Signal, ...]
    opened_by: str
    opened_at: datetime
    owner: str | None
    owner_id: UUID | None
    owned_at: datetime | None
    reopened: int
    over_at: datetime | None
    over_by: str | None
    outcome: str
    held_mails: int
    """Mails that ask to pay and wait because of it: now, or at its end."""
    held_sums: tuple[Money, ...]
    version: int
    shown: int
    mailed: int = 0
    """Managers to whom a letter about it left."""
    mail_waits: int = 0
    """Letters about it that have not left yet."""

    @property
    def called(self) -> str:
        """What it is called, said to the reader."""
        return incident_rules.title(self.cause, self.title)

    @property
    def about(self) -> Cause | None:
        """Its line in the table of causes; None of one that was opened by hand."""
        return CAUSES.get(self.cause)

    @property
    def over(self) -> bool:
        """Whether it is over."""
        return self.state is IncidentState.OVER

    @property
    def blocks(self) -> bool:
        """Whether mail that asks to pay waits for its end."""
        return not self.over and self.severity is Severity.P1


async def listed(core: Core) -> tuple[Shown, ...]:
    """Return the incidents that are open, the worst first, and behind them those that were over a while ago."""
    rows = await core.database.rows(
        f"SELECT {_COLUMNS} FROM incident WHERE state <> 'over' OR over_at > %s"
        " ORDER BY state = 'over', CASE WHEN state = 'over' THEN '' ELSE severity END, over_at DESC, number DESC"
        " LIMIT %s",
        (core.clock.now() - LATELY, LISTED),
    )
    return await _all(core, rows)


async def open_now(core: Core) -> tuple[Shown, ...]:
    """Return the incidents that are not over, the worst first."""
    return tuple(each for each in await listed(core) if not each.over)


async def one(core: Core, *, number: int) -> Shown:
    """Return one incident.

    Raises:
        IncidentUnknown: There is none of that number.
    """
    rows = await core.database.rows(f"SELECT {_COLUMNS} FROM incident WHERE number = %s", (number,))
    if not rows:
        raise IncidentUnknown(number)
    return (await _all(core, rows))[0]


async def by_id(core: Core, *, incident_id: UUID) -> Shown:
    """Return one incident by its id.

    Raises:
        IncidentUnknown: There is none.
    """
    rows = await core.database.rows(f"SELECT {_COLUMNS} FROM incident WHERE id = %s", (incident_id,))
    if not rows:
        raise IncidentUnknown(0)
    return (await _all(core, rows))[0]


async def unshown(core: Core) -> tuple[Shown, ...]:
    """Return the incidents whose message does not show how they stand, the oldest change first."""
    rows = await core.database.rows(
        f"SELECT {_COLUMNS} FROM incident WHERE shown <> version ORDER BY changed_at, number LIMIT %s", (MOST_AT_ONCE,)
    )
    return await _all(core, rows)


async def showing(core: Core, *, incident_id: UUID, version: int) -> None:
    """Note which version the message of an incident shows."""
    await core.database.execute("UPDATE incident SET shown = greatest(shown, %s) WHERE id = %s", (version, incident_id))


async def history(core: Core, *, incident_id: UUID, limit: int = HISTORY) -> list[Entry]:
    """Return the newest entries of an incident's timeline, the oldest first."""
    rows = await core.database.rows(
        "SELECT id FROM timeline_entry WHERE starts_with(kind, 'incident.') AND fact->>'incident_id' = %s"
        " ORDER BY id DESC LIMIT %s",
        (str(incident_id), limit),
    )
    return await timeline.entries(core, [row["id"] for row in rows])


async def of_days(core: Core, *, first: date, last: date) -> tuple[Shown, ...]:
    """Return the incidents that began within these days of the merchant's, the worst first."""
    zone = core.merchant.zone
    since = datetime.combine(first, datetime.min.time(), zone)
    until = datetime.combine(last + timedelta(days=1), datetime.min.time(), zone)
    rows = await core.database.rows(
        f"SELECT {_COLUMNS} FROM incident WHERE opened_at >= %s AND opened_at < %s ORDER BY severity, number LIMIT %s",
        (since, until, LISTED),
    )
    return tuple(_shown(row) for row in rows)


async def _all(core: Core, rows: Sequence[Row]) -> tuple[Shown, ...]:
    """Return the incidents with what waits because of those that block payments."""
    blocking = any(row["state"] != IncidentState.OVER and row["severity"] == Severity.P1 for row in rows)
    kept_back = await maintenance.held(core.database, name=INCIDENT) if blocking else {"mails": 0, "sums": ()}
    mails = await core.database.rows(_MAILS, ([row["id"] for row in rows],)) if rows else []
    letters = {each["about_id"]: {"mailed": each["mailed"], "mail_waits": each["waits"]} for each in mails}
    return tuple(_shown(row, **kept_back, **letters.get(row["id"], {})) for row in rows)


def _shown(row: Row, *, mails: int = 0, sums: tuple[Money, ...] = (), mailed: int = 0, mail_waits: int = 0) -> Shown:
    state, severity = IncidentState(row["state"]), Severity(row["severity"])
    known: dict[str, Any] = {**row, "state": state, "severity": severity, "mailed": mailed, "mail_waits": mail_waits}
    known["signals"] = tuple(Signal.model_validate(each) for each in _json(row["signals"]))
    if state is not IncidentState.OVER:
        blocks = severity is Severity.P1
        return Shown(**known | {"held_mails": mails if blocks else 0, "held_sums": sums if blocks else ()})
    return Shown(**known | {"held_sums": tuple(Money(minor, each) for each, minor in _json(row["held_sums"]).items())})


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value
