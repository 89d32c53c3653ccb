"""Evidence: what speaks for one way to apply a bank line, as a literal table of points, and how far it may carry.

Of each group the strongest evidence counts: which invoices are meant, who paid, whether the amount fits; what is said
of how alone the explanation stands is added. The sum is cut at the lowest ceiling that applies. That is the confidence
in percent; from ``limits.post_confidence`` on (90 by default) a line is posted without a person, if nothing in
``domain/cash_application/blocks.py`` stands against it and something identifies what is paid: never an amount alone.
docs/cash.md explains the figures.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

MOST = 100


class Evidence(StrEnum):
    """One kind of thing that speaks for or against a way."""

    # which invoices are meant
    NUMBER = "number"
    NUMBER_MANGLED = "number mangled"
    NUMBER_BARE = "number bare"
    NUMBER_CUT = "number cut"
    NUMBER_UNCLEAR = "number unclear"
    REMITTANCE = "remittance"
    # who paid
    PAYER_KNOWN = "payer known"
    PAYER_ONCE = "payer once"
    PAYER_NAME_KNOWN = "payer name known"
    CUSTOMER_NUMBER = "customer number"
    PAYER_NAME = "payer name"
    PAYER_LIKE = "payer like"
    # whether the amount fits
    AMOUNT_EXACT = "amount exact"
    AMOUNT_REMITTED = "amount remitted"
    AMOUNT_COMBINED = "amount combined"
    AMOUNT_ALL = "amount all"
    AMOUNT_DISCOUNT = "amount discount"
    AMOUNT_SHORT = "amount short"
    AMOUNT_OVER = "amount over"
    # how alone the explanation stands
    UNIQUE = "unique"
    ALTERNATIVES = "alternatives"
    OTHERS_NAMED = "others named"
    ONLY = "only"
    UNPAYABLE = "unpayable"
    RETURN = "return"


@dataclass(frozen=True, slots=True)
class Weight:
    """What one kind of evidence is worth."""

    points: int
    means: str
    """In words, for docs/cash.md."""
    ceiling: int = MOST
    """However much else speaks for the way, its confidence is at most this."""
    identifies: bool = False
    """Whether it says what is paid or who pays; a way without such evidence is proposed and never posts itself."""


E = Evidence

WEIGHTS: Mapping[Evidence, Weight] = {
    E.NUMBER: Weight(
        55, "the text names the invoice by its number, spelt as it is but for separators", identifies=True
    ),
    E.NUMBER_MANGLED: Weight(
        50, "it names it with lost zeros, or with O for 0 or l for 1, and no other invoice is meant", identifies=True
    ),
    E.NUMBER_BARE: Weight(40, "it has the number's figures without its letters", identifies=True),
    E.NUMBER_CUT: Weight(20, "it has the last figures of the number of one of this customer's invoices"),
    E.NUMBER_UNCLEAR: Weight(15, "what it writes may mean several invoices", ceiling=80),
    E.REMITTANCE: Weight(60, "a remittance advice that belongs to the payment lists the invoices", identifies=True),
    E.PAYER_KNOWN: Weight(
        40, "the customer, and no other one, has paid from this bank account, more than once", identifies=True
    ),
    E.PAYER_ONCE: Weight(30, "the customer, and no other one, has paid from this bank account once", identifies=True),
    E.PAYER_NAME_KNOWN: Weight(30, "the customer, and no other one, has paid under this name", identifies=True),
    E.CUSTOMER_NUMBER: Weight(30, "the text names the customer's number", identifies=True),
    E.PAYER_NAME: Weight(25, "the payer's name is the customer's but for legal form and spelling", identifies=True),
    E.PAYER_LIKE: Weight(12, "the payer's name resembles the customer's", identifies=True),
    E.AMOUNT_EXACT: Weight(35, "the amount is exactly what is open on the invoices that are named, or on one"),
    E.AMOUNT_REMITTED: Weight(35, "the amounts of the remittance advice add up to the payment and fit the invoices"),
    E.AMOUNT_COMBINED: Weight(35, "the amount is exactly the sum of up to four open invoices of the customer"),
    E.AMOUNT_ALL: Weight(35, "the amount is exactly all that the customer owes"),
    E.AMOUNT_DISCOUNT: Weight(15, "the amount is the open balance less a usual cash discount", ceiling=85),
    E.AMOUNT_SHORT: Weight(5, "the amount is less than what is open on what is named", ceiling=80),
    E.AMOUNT_OVER: Weight(5, "the amount is more; the rest would stay unapplied", ceiling=80),
    E.UNIQUE: Weight(15, "no other combination gives the amount, and no other customer owes it"),
    E.ALTERNATIVES: Weight(-10, "other combinations give the same amount, or other customers owe it", ceiling=80),
    E.OTHERS_NAMED: Weight(-10, "the text names further invoices which the amount does not cover", ceiling=80),
    E.ONLY: Weight(5, "no other combination gives the amount, but there are so many that it may be chance"),
    E.UNPAYABLE: Weight(0, "what is named has nothing open, or is in another currency", ceiling=60),
    E.RETURN: Weight(40, "the amount is that of a payment which may have come back", ceiling=85),
}
"""The whole table. Posting needs evidence that identifies and an amount that fits, which 90 and the ceilings ensure."""

WHICH = frozenset({E.NUMBER, E.NUMBER_MANGLED, E.NUMBER_BARE, E.NUMBER_CUT, E.NUMBER_UNCLEAR, E.REMITTANCE})
WHO = frozenset({E.PAYER_KNOWN, E.PAYER_ONCE, E.PAYER_NAME_KNOWN, E.CUSTOMER_NUMBER, E.PAYER_NAME, E.PAYER_LIKE})
FITS = frozenset(each for each in Evidence if each.name.startswith("AMOUNT"))
GROUPS = (WHICH, WHO, FITS)
"""Of several grounds of one group the strongest counts: a known account, name and customer number are one payer."""

UNIDENTIFIED = 45
"""Ceiling of a way for which nothing but the amount, or the end of a number, speaks."""


@dataclass(frozen=True, slots=True)
class Ground:
    """One piece of evidence as it was found, and as people read it."""

    evidence: Evidence
    said: str


def identified(grounds: Sequence[Ground]) -> bool:
    """Tell whether something says what is paid or who pays."""
    return any(WEIGHTS[each.evidence].identifies for each in grounds)


def confidence(grounds: Sequence[Ground]) -> int:
    """Return how sure a way is, in percent."""
    kinds = {each.evidence for each in grounds}
    points = sum(max((WEIGHTS[each].points for each in kinds & group), default=0) for group in GROUPS)
    points += sum(WEIGHTS[each].points for each in kinds - frozenset().union(*GROUPS))
    ceiling = min((WEIGHTS[each].ceiling for each in kinds), default=MOST)
    if not identified(grounds):
        ceiling = min(ceiling, UNIDENTIFIED)
    return max(0, min(points, ceiling))


def in_order(grounds: Sequence[Ground]) -> tuple[Ground, ...]:
    """Return the grounds, what speaks most for the way first and what speaks against it last."""
    return tuple(sorted(grounds, key=lambda each: -WEIGHTS[each.evidence].points))
