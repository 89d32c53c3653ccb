"""Deadlines of disputes: business hours at the merchant's place, and each warning about one given once."""

from datetime import datetime
from enum import StrEnum

from domain.commitments.dispute_events import DisputeAtRisk, DisputeLate
from domain.commitments.dispute_reasons import Reason
from domain.kernel import calendars, timeline
from domain.kernel.actor import SYSTEM
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.money import Money
from domain.kernel.speech import say_as
from domain.kernel.transactions import Row

PAGE = 200
"""Disputes that are warned about in one transaction."""


class Sla(StrEnum):
    """How an open dispute stands against its deadline; arithmetic, never stored."""

    OPEN = "open"
    AT_RISK = "at risk"
    LATE = "late"

    @property
    def said(self) -> str:
        """How it stands, said to the reader."""
        match self:
            case Sla.OPEN:
                return say_as("deadline of a dispute", "open")
            case Sla.AT_RISK:
                return say_as("deadline of a dispute", "at risk")
            case Sla.LATE:
                return say_as("deadline of a dispute", "late")


def deadlines(core: Core, start: datetime, reason: Reason) -> tuple[datetime, datetime]:
    """Return from when on a dispute of that reason is at risk (three quarters of its hours), and late."""
    risk, due = (
        calendars.deadline(
            start,
            hours=hours,
            zone=core.merchant.zone,
            country=core.merchant.country,
            opens=core.limits.office_opens,
            closes=core.limits.office_closes,
        )
        for hours in (reason.hours * 3 // 4, reason.hours)
    )
    return risk, due


def standing_still(core: Core, since: datetime, until: datetime, deadline: datetime) -> datetime:
    """Return a deadline when the time of its dispute stands still from *since* to *until*; one that is over stays."""
    if deadline <= since:
        return deadline
    zone, country = core.merchant.zone, core.merchant.country
    opens, closes = core.limits.office_opens, core.limits.office_closes
    left = calendars.worked(since, deadline, zone=zone, country=country, opens=opens, closes=closes)
    return calendars.after(until, left, zone=zone, country=country, opens=opens, closes=closes)


def standing(now: datetime, *, risk_at: datetime, due_at: datetime) -> Sla:
    """Return how a dispute with those deadlines stands now."""
    if now >= due_at:
        return Sla.LATE
    return Sla.AT_RISK if now >= risk_at else Sla.OPEN


_OVERSTEPPED = """
    WITH found AS (
        SELECT id FROM dispute
        WHERE state = 'open' AND NOT is_test
          AND (sla_due_at <= %(now)s AND sla_told <> 'late'
               OR sla_risk_at <= %(now)s AND sla_due_at > %(now)s AND sla_told = '')
        ORDER BY sla_due_at LIMIT %(page)s FOR UPDATE SKIP LOCKED
    ), told AS (
        UPDATE dispute d SET sla_told = CASE WHEN d.sla_due_at <= %(now)s THEN 'late' ELSE 'at risk' END
        FROM found WHERE d.id = found.id
        RETURNING d.*
    )
    SELECT told.id, told.sla_told, told.amount_minor, told.currency, told.sla_due_at, told.invoice_id, told.account_id,
           i.number, p.name AS owner
    FROM told JOIN invoice i ON i.id = told.invoice_id LEFT JOIN person p ON p.id = told.owner_id
    ORDER BY told.sla_due_at, told.id
"""
"""What is written is how far was told, so any number of watchers tells each only once."""


async def watch(core: Core, *, page: int = PAGE) -> None:
    """Tell of each open dispute once that it is at risk, and once that it is late (the job ``watch_disputes``)."""
    told = page
    while told == page:
        async with core.transaction() as tx:
            rows = await tx.rows(_OVERSTEPPED, {"now": core.clock.now(), "page": page})
            await timeline.record_many(core, tx, [_warning(core, row) for row in rows])
        told = len(rows)


def _warning(core: Core, row: Row) -> DisputeAtRisk | DisputeLate:
    kind = DisputeLate if row["sla_told"] == Sla.LATE else DisputeAtRisk
    return kind(
        invoice_id=row["invoice_id"],
        invoice_number=row["number"],
        account_id=row["account_id"],
        dispute_id=row["id"],
        amount=Money(row["amount_minor"], row["currency"]),
        owner=row["owner"],
        sla_due_at=row["sla_due_at"],
        **by(SYSTEM, core.clock.now()),
    )
