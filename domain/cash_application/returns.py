"""Returns: money that went out, matched to the payment that may have come back; always left to a person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from domain.cash_application import amounts, blocks, lookups, mentions, names, numbers
from domain.cash_application.candidates import Debt, Line, Part, Way
from domain.cash_application.evidence import Evidence, Ground, in_order
from domain.cash_application.numbers import Strength
from domain.cash_application.proposals import Proposal
from domain.kernel.core import Core
from domain.kernel.speech import counted, say
from domain.kernel.transactions import Row

LONGEST = timedelta(days=400)
"""A transfer comes back in days, a direct debit within thirteen months."""

MOST = 5
"""Payments of that amount that are proposed."""

_PAID = """
    SELECT each.id AS line_id, found.*
    FROM unnest(%(ids)s::uuid[], %(currencies)s::text[], %(amounts)s::bigint[], %(days)s::date[])
        AS each (id, currency, amount_minor, booked_on)
    CROSS JOIN LATERAL (
        SELECT p.id AS payment_id, p.account_id, a.name AS account_name, p.received_on, b.payer_key, b.payer_name,
               count(*) OVER () AS payments
        FROM bank_line b JOIN payment p ON p.id = b.payment_id JOIN account a ON a.id = p.account_id
        WHERE b.currency = each.currency AND b.amount_minor = -each.amount_minor AND b.state IN ('posted', 'unapplied')
          AND p.kind = 'payment' AND p.received_on BETWEEN each.booked_on - %(longest)s::integer AND each.booked_on
          AND NOT EXISTS (SELECT FROM payment r WHERE r.reverses_id = p.id)
        ORDER BY p.received_on DESC, p.id LIMIT %(most)s
    ) found
"""

_APPLIED = """
    SELECT al.payment_id, al.invoice_id, sum(al.amount_minor)::bigint AS minor
    FROM allocation al WHERE al.payment_id = ANY(%(ids)s)
    GROUP BY al.payment_id, al.invoice_id HAVING sum(al.amount_minor) > 0 ORDER BY al.invoice_id
"""


@dataclass(frozen=True, slots=True)
class _Applied:
    debt: Debt
    minor: int


async def proposed(core: Core, lines: Sequence[Line]) -> list[Proposal]:
    """Return for each line with money that went out the payments that may have come back."""
    if not lines:
        return []
    rows = await core.database.rows(
        _PAID,
        {
            "ids": [line.id for line in lines],
            "currencies": [line.currency for line in lines],
            "amounts": [line.amount_minor for line in lines],
            "days": [line.booked_on for line in lines],
            "longest": LONGEST.days,
            "most": MOST,
        },
    )
    applied = await _applied(core, [row["payment_id"] for row in rows])
    found: dict[UUID, list[Way]] = {}
    by_id = {line.id: line for line in lines}
    for row in rows:
        way = _way(by_id[row["line_id"]], row, applied.get(row["payment_id"], []))
        found.setdefault(row["line_id"], []).append(way)
    return [
        Proposal(line, tuple(sorted(found.get(line.id, []), key=lambda each: -each.confidence)), blocks.doubt(line))
        for line in lines
    ]


def _way(line: Line, row: Row, applied: Sequence[_Applied]) -> Way:
    back = say("{amount} of {day} may have come back", amount=line.money(-line.amount_minor), day=row["received_on"])
    grounds = [Ground(Evidence.RETURN, back)]
    if line.payer_key and line.payer_key == row["payer_key"]:
        grounds.append(Ground(Evidence.PAYER_ONCE, say("it was paid from this bank account")))
    elif line.payer_name and names.normal(line.payer_name) == names.normal(row["payer_name"]):
        grounds.append(Ground(Evidence.PAYER_NAME, say("it was paid under this name")))
    debts = [each.debt for each in applied]
    if named := _named(line, debts):
        grounds.append(Ground(Evidence.NUMBER, say("names {numbers}", numbers=amounts.numbers(named))))
    others = int(row["payments"]) - 1
    if others:
        also = counted("{n} other payment is of this amount", "{n} other payments are of this amount", others)
        grounds.append(Ground(Evidence.ALTERNATIVES, also))
    parts = tuple(Part(each.debt, -each.minor) for each in applied)
    return Way(row["account_id"], row["account_name"], parts, in_order(grounds), others, row["payment_id"])


def _named(line: Line, debts: Sequence[Debt]) -> list[Debt]:
    named: Any = numbers.named(mentions.read(line.text), [debt.key for debt in debts])
    keys = {each.key for each in named if each.strength >= Strength.BARE}
    return [debt for debt in debts if debt.key in keys]


async def _applied(core: Core, payments: Sequence[UUID]) -> dict[UUID, list[_Applied]]:
    rows = await core.database.rows(_APPLIED, {"ids": list(payments)}) if payments else []
    debts = await lookups.by_id(core.database, [row["invoice_id"] for row in rows])
    applied: dict[UUID, list[_Applied]] = {}
    for row in rows:
        applied.setdefault(row["payment_id"], []).append(_Applied(debts[row["invoice_id"]], row["minor"]))
    return applied
