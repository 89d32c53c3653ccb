"""Instalments: what of each is paid follows from the invoice's balance; which are due or missed is asked as a set.

Money fills instalments from the first to the last, wherever it came from: a payment, a credit, an import. Nothing is
booked on an instalment, so nothing can disagree with the ledger.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from domain.kernel.money import Money
from domain.kernel.transactions import Rows

LEAD = timedelta(days=3)
"""A reminder of an instalment goes out so long before its day, as the first step of the usual cadence does."""


class Occasion(StrEnum):
    """Why an instalment is asked for."""

    DUE = "due"
    MISSED = "missed"


def standing(*, plan: str = "pl", invoice: str = "i") -> str:
    """Return a subquery with one row for each instalment of a plan alias on its invoice's alias.

    Columns: id, position, parts (how many there are), due_on, amount_minor, missed_at, unpaid_minor, asked_minor.
    *asked* is what of the unpaid part may be asked for: a dispute takes its part off the last instalments first, since
    the payer said that they owe so much less, and not that they want to begin later.
    """
    paid = f"greatest({plan}.covers_minor - {invoice}.open_minor, 0)"
    undisputed = (
        f"greatest({invoice}.open_minor - (SELECT coalesce(sum(d.amount_minor), 0) FROM dispute d"
        f" WHERE d.invoice_id = {invoice}.id AND d.state = 'open' AND NOT d.is_test), 0)"
    )
    return f"""(
    SELECT each.id, each.position, each.parts, each.due_on, each.amount_minor, each.missed_at,
           (each.after - each.before)::bigint AS unpaid_minor,
           (least(each.after, each.undisputed) - least(each.before, each.undisputed))::bigint AS asked_minor
    FROM (
        SELECT n.*, greatest(n.upto - {paid}, 0) AS after, greatest(n.upto - n.amount_minor - {paid}, 0) AS before,
               {undisputed} AS undisputed
        FROM (
            SELECT pi.*, sum(pi.amount_minor) OVER (ORDER BY pi.position) AS upto, count(*) OVER () AS parts
            FROM plan_instalment pi WHERE pi.plan_id = {plan}.id
        ) n
    ) each)"""


def due(where: str = "true") -> str:
    """Return a query of the instalments that a letter may ask for on a day, of running plans on open invoices.

    Parameters: ``%(today)s`` and ``%(horizon)s`` (see ``horizon``); *where* is over pl (plan), i (invoice) and s.
    Of several missed instalments of a plan only the latest is in, with all that is overdue as ``overdue_minor``, so
    that a plan which fell behind brings one letter and not a burst. Columns: plan_id, instalment_id, invoice_id,
    invoice_number, account_id, contact_id, currency, position, parts, due_on, asked_minor, overdue_minor, occasion,
    asked_from (the first day on which it may be asked for on this occasion).
    """
    missed = "s.due_on + pl.grace_days < %(today)s"
    return f"""
    SELECT DISTINCT ON (i.id, occasion) pl.id AS plan_id, s.id AS instalment_id, i.id AS invoice_id,
           i.number AS invoice_number, i.account_id, pl.contact_id, i.currency, s.position, s.parts, s.due_on,
           s.asked_minor, sum(s.asked_minor) FILTER (WHERE {missed}) OVER (PARTITION BY i.id) AS overdue_minor,
           CASE WHEN {missed} THEN 'missed' ELSE 'due' END AS occasion,
           CASE WHEN {missed} THEN s.due_on + pl.grace_days + 1 ELSE s.due_on - {LEAD.days} END AS asked_from
    FROM plan pl JOIN invoice i ON i.id = pl.invoice_id CROSS JOIN LATERAL {standing()} s
    WHERE pl.state = 'running' AND i.state = 'open' AND s.asked_minor > 0 AND s.due_on <= %(horizon)s AND {where}
    ORDER BY i.id, occasion, CASE WHEN {missed} THEN -s.position ELSE s.position END"""


def horizon(today: date) -> date:
    """Return the last day whose instalments are asked for today."""
    return today + LEAD


@dataclass(frozen=True, slots=True)
class Standing:
    """How one instalment stands."""

    instalment_id: UUID
    position: int
    parts: int
    due_on: date
    amount: Money
    unpaid: Money
    asked: Money
    told_missed: bool
    missed: bool


async def of_plan(rows: Rows, *, plan_id: UUID, today: date) -> tuple[Standing, ...]:
    """Return the instalments of a plan, the first one first."""
    found = await rows.rows(
        f"SELECT s.*, i.currency, s.asked_minor > 0 AND s.due_on + pl.grace_days < %(today)s AS missed"
        f" FROM plan pl JOIN invoice i ON i.id = pl.invoice_id CROSS JOIN LATERAL {standing()} s"
        " WHERE pl.id = %(plan)s ORDER BY s.position",
        {"plan": plan_id, "today": today},
    )
    return tuple(
        Standing(
            instalment_id=row["id"],
            position=row["position"],
            parts=row["parts"],
            due_on=row["due_on"],
            amount=Money(row["amount_minor"], row["currency"]),
            unpaid=Money(row["unpaid_minor"], row["currency"]),
            asked=Money(row["asked_minor"], row["currency"]),
            told_missed=row["missed_at"] is not None,
            missed=row["missed"],
        )
        for row in found
    )
