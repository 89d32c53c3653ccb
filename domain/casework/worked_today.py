"""Worked today: the cases about which a person did something since the merchant's midnight, and what was open on them.

A session passes over them, unless the customer has been heard of since.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from domain.commitments.dispute_events import DisputeExtended, DisputeFiled, DisputeLate, EvidenceAdded
from domain.commitments.events import InstalmentMissed, PlanRequested, PromiseBroken, PromisePartlyKept
from domain.deliverability.events import MailArrived
from domain.kernel.actor import Actor
from domain.kernel.clock import local_date
from domain.kernel.core import Core
from domain.kernel.events import Event
from domain.kernel.money import Money
from domain.ledger import sums
from domain.ledger.events import PaymentReversed
from domain.ledger.sums import Totals
from domain.pay_links.events import PaymentFailed

ACTS_READ = 2_000
"""So many of a person's newest acts are looked at; nobody does more in a day by hand."""

NO_WORK = ("case.claimed", "case.released", "case.skipped")
"""Kinds of acts that only say who has what."""

NEWS: Sequence[type[Event]] = (
    MailArrived,
    DisputeFiled,
    DisputeExtended,
    DisputeLate,
    EvidenceAdded,
    PlanRequested,
    PromiseBroken,
    PromisePartlyKept,
    InstalmentMissed,
    PaymentReversed,
    PaymentFailed,
)
"""What brings a case back on the same day."""

_ACTED = """
    SELECT t.invoice_id, max(t.id) AS last FROM (
        SELECT id, invoice_id, at, kind FROM timeline_entry WHERE fact->>'actor_id' = %(actor)s
        ORDER BY id DESC LIMIT %(acts)s) t
    WHERE t.at >= %(begins)s AND t.invoice_id IS NOT NULL AND t.kind <> ALL(%(no_work)s) GROUP BY t.invoice_id
"""

HANDLED = f"""
    SELECT acted.invoice_id FROM ({_ACTED}) acted
    WHERE NOT EXISTS (SELECT FROM timeline_entry n WHERE n.invoice_id = acted.invoice_id AND n.id > acted.last
                      AND n.kind = ANY(%(news)s))
"""
"""The invoices that somebody has worked on today and of which nothing was heard since; it needs ``parameters``."""

_TOUCHED = f"""
    SELECT i.currency, count(*) AS invoices, sum(i.open_minor + coalesce(came.minor, 0))::bigint AS minor
    FROM ({_ACTED}) acted JOIN invoice i ON i.id = acted.invoice_id
    LEFT JOIN LATERAL (SELECT sum(l.amount_minor)::bigint AS minor FROM allocation l
                       WHERE l.invoice_id = i.id AND l.created_at >= %(begins)s) came ON true
    GROUP BY i.currency
"""
"""What was open this morning: what is open still, with the money that came since."""


@dataclass(frozen=True, slots=True)
class Worked:
    """What a person has done today."""

    invoices: int
    touched: Totals
    told: str
    """What was open on them, as people read it; empty when there are none."""


async def total(core: Core, *, actor: Actor) -> Worked:
    """Return how many invoices the actor has worked on today, and what was open on them."""
    found = await core.database.rows(_TOUCHED, parameters(core, actor=actor)) if actor.id else []
    touched = Totals.of(Money(int(row["minor"]), row["currency"]) for row in found)
    return Worked(sum(row["invoices"] for row in found), touched, sums.spelt(core, touched) if touched else "")


def parameters(core: Core, *, actor: Actor) -> dict[str, Any]:
    """Return the named parameters of what a person did today."""
    zone = core.merchant.zone
    begins = datetime.combine(local_date(core.clock, zone), time(), zone)
    return {
        "actor": str(actor.id), "begins": begins, "acts": ACTS_READ, "no_work": list(NO_WORK),
        "news": [each.kind for each in NEWS],
    }  # fmt: skip
