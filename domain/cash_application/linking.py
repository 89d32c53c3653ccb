"""Linking: which remittance advice belongs to which payment on the bank account.

The total and the currency must be the same and the days near each other; and something must say that the two belong
together: the payer's name, the customer, or a number of the advice in the payment's text. An amount alone links
nothing, and neither does a choice of several: whoever mails an advice must not be able to steer somebody else's money.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from rapidfuzz import fuzz

from domain.cash_application import names
from domain.cash_application.mentions import skeleton
from domain.kernel.core import Core
from domain.kernel.transactions import Row, Transaction

BEFORE, AFTER = timedelta(days=21), timedelta(days=7)
"""An advice may come so long before its payment is booked, and so long after it."""

MOST = 5_000
"""Pairs that are looked at in one run; the next takes up the rest."""

_PAIRS = """
    SELECT b.id AS line_id, b.booked_on, b.payer_name AS paid_by, b.reference, r.id AS remittance_id,
           coalesce(r.paid_on, (r.created_at AT TIME ZONE %(zone)s)::date) AS advised_on, r.payer_name AS advised_by,
           r.source, coalesce(a.name, '') AS account_name,
           (SELECT coalesce(array_agg(l.number_key), '{}') FROM remittance_line l WHERE l.remittance_id = r.id) AS keys,
           r.account_id IS NOT NULL AND EXISTS (SELECT FROM payer_alias p
               WHERE p.key = b.payer_key AND b.payer_key <> '' AND p.account_id = r.account_id) AS same_account
    FROM remittance r
    JOIN bank_line b ON b.currency = r.currency AND b.amount_minor = r.total_minor
    LEFT JOIN account a ON a.id = r.account_id
    WHERE r.state = 'read' AND r.total_minor > 0 AND b.state IN ('new', 'proposed') AND b.remittance_id IS NULL
      AND b.doubt <> 'own money'
      AND NOT EXISTS (SELECT FROM bank_line o WHERE o.remittance_id = r.id)
    ORDER BY r.created_at, b.booked_on, b.id LIMIT %(most)s
"""

_SET = """
    UPDATE bank_line b SET remittance_id = each.remittance_id
    FROM unnest(%(lines)s::uuid[], %(remittances)s::uuid[]) AS each (line_id, remittance_id)
    WHERE b.id = each.line_id AND b.remittance_id IS NULL AND b.state IN ('new', 'proposed')
"""

LOCK = 7_154_242
"""Advisory lock: one run at a time, so that no advice is given to two lines."""

SHORTEST = 5
"""Letters and figures that a number needs to be told in a payment's text."""

LIKE = 90
"""Likeness of two names, in percent."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A bank line and an advice of the same amount, with what says that they belong together."""

    line_id: UUID
    remittance_id: UUID
    near: bool
    same_number: bool
    same_payer: bool

    @property
    def belongs(self) -> bool:
        """Whether the advice may be the line's."""
        return self.near and (self.same_number or self.same_payer)


async def link(core: Core) -> int:
    """Give each payment the one advice that belongs to it; return how many were linked."""
    async with core.transaction() as tx:
        await tx.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
        return await linked(core, tx)


async def linked(core: Core, tx: Transaction) -> int:
    """Do the same in the caller's transaction, which holds the lock."""
    rows = await tx.rows(_PAIRS, {"most": MOST, "zone": core.merchant.zone.key})
    chosen = unique([pair_of(row) for row in rows])
    if not chosen:
        return 0
    return await tx.execute(
        _SET,
        {"lines": [each.line_id for each in chosen], "remittances": [each.remittance_id for each in chosen]},
    )


def unique(pairs: Sequence[Pair]) -> list[Pair]:
    """Return the pairs that belong together where neither side could belong to another; a number goes before a name."""
    chosen: list[Pair] = []
    for strict in (True, False):
        taken = {each.line_id for each in chosen} | {each.remittance_id for each in chosen}
        left = [
            each
            for each in pairs
            if each.belongs
            and (each.same_number or not strict)
            and each.line_id not in taken
            and each.remittance_id not in taken
        ]
        lines = Counter(each.line_id for each in left)
        advices = Counter(each.remittance_id for each in left)
        chosen += [each for each in left if lines[each.line_id] == advices[each.remittance_id] == 1]
    return chosen


def pair_of(row: Row) -> Pair:
    """Return what a line and an advice have in common."""
    booked: date = row["booked_on"]
    text = skeleton(row["reference"])
    named = [skeleton(key) for key in row["keys"]]
    return Pair(
        line_id=row["line_id"],
        remittance_id=row["remittance_id"],
        near=-AFTER <= booked - row["advised_on"] <= BEFORE,
        same_number=any(len(key) >= SHORTEST and key in text for key in named),
        same_payer=bool(row["same_account"]) or any(_alike(row["paid_by"], name) for name in _payers(row) if name),
    )


def _payers(row: Row) -> tuple[str, ...]:
    """Return who may have sent it; the name that a mailed one bears proves nothing, the invoices that it lists do."""
    return (row["account_name"], row["advised_by"]) if row["source"] == "file" else (row["account_name"],)


def _alike(one: str, other: str) -> bool:
    """Tell whether two names are one, legal form and spelling aside."""
    left, right = names.normal(one), names.normal(other)
    return bool(left) and bool(right) and (left == right or fuzz.token_sort_ratio(left, right) >= LIKE)
