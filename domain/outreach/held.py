"""Held: where an invoice stands in its cadence, and what keeps its next letter from leaving."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.kernel import addresses, sentences
from domain.kernel.core import Core
from domain.kernel.transactions import Row
from domain.outreach import due


@dataclass(frozen=True, slots=True)
class Struck:
    """A step that a person struck out."""

    step: int
    reason: str
    made_by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Pending:
    """A mail about the invoice that has not left yet."""

    mailing_id: UUID
    state: str
    letter: str
    sent_to: str
    """Masked."""
    reason: str
    """Why the invoice is in it."""
    needs: tuple[str, ...]
    """Why a person has to approve it; empty: it leaves by itself."""
    waits: str
    """Name of the guardrail for which it waits, or nothing."""
    waits_reason: str
    not_before: datetime | None
    items: int
    """How many invoices are in it."""


@dataclass(frozen=True, slots=True)
class Standing:
    """An invoice on its way through a cadence."""

    enrolment_id: UUID
    state: str
    segment: str
    cadence: str
    version: int
    last_position: int
    next_step: int | None
    """The next that was not struck out; None: no step is left."""
    next_letter: str | None
    """None: a person takes over."""
    next_at: datetime | None
    """When the planner looks at it next; None: it does not any more."""
    held: str
    """Why the step that is due is not planned, or nothing."""
    struck: tuple[Struck, ...]
    pending: tuple[Pending, ...]


async def of(core: Core, *, invoice_id: UUID) -> Standing | None:
    """Return how the newest enrolment of an invoice stands; None: it was in no cadence ever."""
    row = await core.database.row(
        "SELECT e.id, e.state, e.segment, e.cadence_id, e.last_position, e.next_action_at, e.held FROM enrolment e"
        " WHERE e.invoice_id = %s ORDER BY e.state = 'running' DESC, e.created_at DESC, e.id LIMIT 1",
        (invoice_id,),
    )
    if row is None:
        return None
    cadence = (await due.cadences(core.database, ids=[row["cadence_id"]]))[row["cadence_id"]]
    struck = await _struck(core, row["id"])
    gone = {each.step for each in struck}
    runs = row["state"] == "running"
    ahead = [each for each in cadence.steps if each.position > row["last_position"] and each.position not in gone]
    return Standing(
        enrolment_id=row["id"],
        state=row["state"],
        segment=row["segment"],
        cadence=cadence.name,
        version=cadence.version,
        last_position=row["last_position"],
        next_step=ahead[0].position if runs and ahead else None,
        next_letter=ahead[0].letter if runs and ahead else None,
        next_at=row["next_action_at"] if runs else None,
        held=sentences.said(row["held"]),
        struck=struck,
        pending=await _pending(core, invoice_id),
    )


async def _struck(core: Core, enrolment_id: UUID) -> tuple[Struck, ...]:
    rows = await core.database.rows(
        "SELECT step, reason, made_by, created_at AS at FROM veto WHERE enrolment_id = %s ORDER BY step",
        (enrolment_id,),
    )
    return tuple(Struck(**{**row, "reason": sentences.said(row["reason"])}) for row in rows)


async def _pending(core: Core, invoice_id: UUID) -> tuple[Pending, ...]:
    rows = await core.database.rows(
        "SELECT m.id AS mailing_id, m.state, m.letter, m.address, t.reason, m.needs, m.waits, m.waits_reason,"
        " m.not_before,"
        " (SELECT count(*) FROM mailing_item o WHERE o.mailing_id = m.id AND o.state = 'included') AS items"
        " FROM mailing_item t JOIN mailing m ON m.id = t.mailing_id WHERE t.invoice_id = %s AND t.state = 'included'"
        " AND m.state IN ('drafted', 'queued', 'sending') ORDER BY m.queued_at, m.id LIMIT %s",
        (invoice_id, due.MAX_RECIPIENTS),
    )
    return tuple(_mail(row) for row in rows)


def _mail(row: Row) -> Pending:
    sent_to = addresses.masked(row.pop("address"))
    told = {"reason": sentences.said(row["reason"]), "waits_reason": sentences.said(row["waits_reason"])}
    return Pending(**{**row, **told, "needs": sentences.all_said(row["needs"])}, sent_to=sent_to)
