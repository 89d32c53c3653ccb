"""Accounts that cannot be reminded: customers with open invoices and no contact that may be mailed."""

import csv
import io
from dataclasses import dataclass
from decimal import Decimal
from typing import BinaryIO
from uuid import UUID

from domain.kernel.actor import Actor, Permission
from domain.kernel.core import Core
from domain.kernel.money import Money, digits
from domain.kernel.transactions import Row
from domain.ledger.csv_import.rejects import harmless
from domain.policies.coverage import MAILABLE

SHOWN = 10

MOST_WRITTEN = 100_000
"""Customers of one file."""

HEADERS = ("customer", "customer number", "currency", "open", "invoices", "what is missing")

_LACKING = f"""
    WITH owed AS (
        SELECT i.account_id, i.currency, sum(i.open_minor)::bigint AS minor, count(*) AS invoices
        FROM invoice i JOIN account a ON a.id = i.account_id AND a.state = 'active'
        LEFT JOIN ({MAILABLE}) m ON m.account_id = i.account_id
        WHERE i.state = 'open' AND m.account_id IS NULL GROUP BY i.account_id, i.currency
    ), ranked AS (
        SELECT o.*, count(*) OVER () AS found,
               sum(o.minor * coalesce(w.weight, 0.01)) OVER (PARTITION BY o.account_id) AS exposure
        FROM owed o LEFT JOIN unnest(%(currencies)s::text[], %(weights)s::numeric[]) AS w (currency, weight)
                           ON w.currency = o.currency
        ORDER BY exposure DESC, o.account_id, o.currency LIMIT %(limit)s
    )
    SELECT r.*, a.name, coalesce(a.number, '') AS number,
           EXISTS (SELECT FROM contact c WHERE c.account_id = r.account_id AND c.state = 'active'
                   AND c.role = 'billing') AS has_contact
    FROM ranked r JOIN account a ON a.id = r.account_id ORDER BY r.exposure DESC, r.account_id, r.currency
"""
"""Amounts of several currencies are weighed by the stated rates, and where there is none by their major units."""


@dataclass(frozen=True, slots=True)
class Lacking:
    """What one customer owes in one currency."""

    account_id: UUID
    name: str
    number: str
    owed: Money
    invoices: int
    suppressed: bool
    """Whether there are contacts, and none of them may be mailed."""


async def lacking(core: Core, *, actor: Actor, limit: int = SHOWN) -> tuple[tuple[Lacking, ...], int]:
    """Return the customers without a contact that may be mailed, the largest exposure first, and how many lines.

    Raises:
        NotAllowed: The actor may not see it.
    """
    actor.require(Permission.VIEW)
    rows = await core.database.rows(
        "SELECT DISTINCT currency FROM invoice WHERE state = 'open' ORDER BY currency LIMIT 200"
    )
    currencies = [row["currency"] for row in rows]
    found = await core.database.rows(
        _LACKING,
        {
            "currencies": currencies,
            "weights": [_weight(core, each) for each in currencies],
            "limit": max(1, min(limit, MOST_WRITTEN)),
        },
    )
    return tuple(map(_read, found)), int(found[0]["found"]) if found else 0


async def write_csv(core: Core, sink: BinaryIO, *, actor: Actor) -> int:
    """Write those customers as CSV that a spreadsheet opens without harm; return how many lines.

    Raises:
        NotAllowed: The actor may not see it.
    """
    found, _ = await lacking(core, actor=actor, limit=MOST_WRITTEN)
    text = io.TextIOWrapper(sink, encoding="utf-8-sig", newline="", write_through=True)
    out = csv.writer(text)
    out.writerow(HEADERS)
    for each in found:
        what = "every contact is suppressed" if each.suppressed else "no contact"
        name, number = harmless(each.name), harmless(each.number)
        out.writerow((name, number, each.owed.currency, str(each.owed.decimal), each.invoices, what))
    text.detach()
    return len(found)


def _weight(core: Core, currency: str) -> Decimal:
    rate = Decimal(1) if currency == core.merchant.currency else core.limits.rates.get(currency, Decimal(1))
    return rate.scaleb(-digits(currency))


def _read(row: Row) -> Lacking:
    owed = Money(int(row["minor"]), row["currency"])
    return Lacking(row["account_id"], row["name"], row["number"], owed, int(row["invoices"]), row["has_contact"])
