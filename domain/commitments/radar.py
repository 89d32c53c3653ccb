"""Commitment Radar: which promises and plans need a look today, why, and how much hangs on each."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from domain.commitments import instalments, pauses, sums
from domain.kernel.clock import local_date
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.kernel.speech import phrase, say
from domain.kernel.transactions import Row

LOOK_BACK = timedelta(days=7)
"""A broken promise stays on the radar so long; then the queue alone has it."""

MOST = 200
"""Lines of one radar; the largest amounts come first."""


class Blip(StrEnum):
    """What brought a commitment onto the radar."""

    PROMISE_DUE = "promise due today"
    PROMISE_OVERDUE = "promise overdue"
    PROMISE_BROKEN = "promise broken"
    PROMISE_PARTLY_KEPT = "promise partly kept"
    INSTALMENT_DUE = "instalment due"
    INSTALMENT_MISSED = "instalment missed"

    @property
    def said(self) -> str:
        """What it is, said to the reader."""
        return say(_SAID[self])


_SAID = {
    Blip.PROMISE_DUE: phrase("promise due today"),
    Blip.PROMISE_OVERDUE: phrase("promise overdue"),
    Blip.PROMISE_BROKEN: phrase("promise broken"),
    Blip.PROMISE_PARTLY_KEPT: phrase("promise partly kept"),
    Blip.INSTALMENT_DUE: phrase("instalment due"),
    Blip.INSTALMENT_MISSED: phrase("instalment missed"),
}


@dataclass(frozen=True, slots=True)
class RadarLine:
    """One commitment that needs a look."""

    blip: Blip
    invoice_id: UUID
    invoice_number: str
    account_id: UUID
    account_name: str
    on: date
    """The promised day, or the instalment's."""
    at_risk: Money
    at_risk_in_base: Decimal | None
    """In major units of the base currency; None where no rate is stated."""
    reason: str


@dataclass(frozen=True, slots=True)
class Radar:
    """All of them, the largest amount first; those in a currency without a rate lead, since nobody knows how large."""

    on: date
    lines: tuple[RadarLine, ...]
    more: int
    """Lines beyond those shown."""


_PROMISES = f"""
    SELECT CASE WHEN p.state = 'broken' THEN 'promise broken' WHEN p.state = 'partly_kept' THEN 'promise partly kept'
                WHEN p.promised_on = %(today)s THEN 'promise due today' ELSE 'promise overdue' END AS blip,
           p.invoice_id, p.promised_on AS on_day,
           least(p.amount_minor - coalesce(got.received_minor, p.received_minor, 0), i.open_minor) AS minor,
           coalesce(got.received_minor, p.received_minor, 0)::bigint AS received_minor, p.amount_minor AS wanted_minor,
           p.promised_on + p.grace_days AS until, NULL::integer AS position, NULL::integer AS parts
    FROM promise p JOIN invoice i ON i.id = p.invoice_id AND i.state = 'open'
    LEFT JOIN LATERAL {pauses.received("i.id")} got ON got.id = p.id AND got.state = 'running'
    WHERE (p.state = 'running' AND p.promised_on <= %(today)s)
       OR (p.state IN ('broken', 'partly_kept') AND p.judged_at >= %(since)s)
"""

_INSTALMENTS = f"""
    SELECT CASE d.occasion WHEN 'missed' THEN 'instalment missed' ELSE 'instalment due' END AS blip,
           d.invoice_id, d.due_on AS on_day,
           (CASE d.occasion WHEN 'missed' THEN d.overdue_minor ELSE d.asked_minor END)::bigint AS minor,
           NULL::bigint AS received_minor, NULL::bigint AS wanted_minor, NULL::date AS until, d.position, d.parts
    FROM ({instalments.due()}) d
"""

_RADAR = f"""
    SELECT l.*, i.number, i.currency, i.account_id, a.name, {sums.in_base("l.minor", "i.currency")} AS in_base,
           count(*) OVER () AS found
    FROM ({_PROMISES} UNION ALL {_INSTALMENTS}) l
    JOIN invoice i ON i.id = l.invoice_id JOIN account a ON a.id = i.account_id
    WHERE l.minor > 0
    ORDER BY in_base DESC NULLS FIRST, l.on_day, i.number, l.blip LIMIT %(limit)s
"""


async def radar(core: Core, *, limit: int = MOST) -> Radar:
    """Return what needs a look today: promises due, overdue or broken within a week, and plans near default.

    What hangs on a promise is the part of it that has not come, on an instalment its unpaid part (of a plan with
    missed ones: all that is overdue), and never more than is open.
    """
    today = local_date(core.clock, core.merchant.zone)
    rows = await core.database.rows(
        _RADAR,
        {
            "today": today,
            "since": core.clock.now() - LOOK_BACK,
            "horizon": instalments.horizon(today),
            "limit": min(limit, MOST),
            **sums.base_parameters(core),
        },
    )
    found = rows[0]["found"] if rows else 0
    return Radar(on=today, lines=tuple(_line(row) for row in rows), more=found - len(rows))


def _line(row: Row) -> RadarLine:
    return RadarLine(
        blip=Blip(row["blip"]),
        invoice_id=row["invoice_id"],
        invoice_number=row["number"],
        account_id=row["account_id"],
        account_name=row["name"],
        on=row["on_day"],
        at_risk=Money(int(row["minor"]), row["currency"]),
        at_risk_in_base=row["in_base"],
        reason=_reason(row),
    )


def _reason(row: Row) -> str:
    if row["position"] is not None:
        place = {"position": str(row["position"]), "parts": str(row["parts"]), "day": row["on_day"]}
        if row["blip"] == Blip.INSTALMENT_MISSED:
            return say("instalment {position} of {parts} was due on {day}; the plan is near default", **place)
        return say("instalment {position} of {parts} is due on {day}", **place)
    received, wanted = (Money(int(row[name]), row["currency"]) for name in ("received_minor", "wanted_minor"))
    if row["blip"] in (Blip.PROMISE_DUE, Blip.PROMISE_OVERDUE):
        return say(
            "{received} of {wanted} has come; the grace ends on {day}",
            received=received,
            wanted=wanted,
            day=row["until"],
        )
    return say("{received} of {wanted} promised by {day} had come", received=received, wanted=wanted, day=row["on_day"])
