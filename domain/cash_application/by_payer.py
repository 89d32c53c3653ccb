"""By payer: ways to apply a line to open invoices of the customer who seems to have paid it."""

from collections.abc import Collection, Iterator, Sequence
from math import comb, gcd
from uuid import UUID

from domain.cash_application import amounts, combinations
from domain.cash_application.candidates import Candidates, Debt, Debts, Line, Payer, Way
from domain.cash_application.combinations import MOST_TOGETHER, Found
from domain.cash_application.evidence import Evidence, Ground
from domain.cash_application.numbers import FOREIGN, Strength
from domain.kernel.speech import counted, say

MOST_SETS = 3
"""Combinations of one customer that are proposed; all are counted."""

MOST_AT_ONCE = 200
"""Invoices of a customer who may have paid everything at once."""

BY_CHANCE = 0.001
"""A combination is no proof where more of its size, on average, give an amount by chance."""


def ways(line: Line, candidates: Candidates, *, told: Collection[UUID] = ()) -> Iterator[Way]:
    """Yield the ways that the payer and the amount point to, and that the money may stay with that customer.

    *told* are customers of whom a number or an advice tells already what they pay.
    """
    for payer in candidates.payers:
        if payer.account_id in told:
            continue
        own = candidates.debts.get(payer.account_id, Debts(()))
        found = combinations.find([debt.open_minor for debt in own.items], line.amount_minor)
        for places in found.sets[:MOST_SETS]:
            chosen = [own.items[place] for place in places]
            yield _combined(line, candidates, payer, own, found, chosen)
        if not found.count:
            yield from _otherwise(line, payer, own, _unexplained(candidates, own, ()))


def _combined(
    line: Line,
    candidates: Candidates,
    payer: Payer,
    own: Debts,
    found: Found,
    chosen: Sequence[Debt],
) -> Way:
    others = found.count - 1
    if len(chosen) == 1:
        said = say("the amount is exactly the open balance of {number}", number=chosen[0].number)
        fits = Ground(Evidence.AMOUNT_EXACT, said)
    else:
        said = say("the amount is exactly the sum of {numbers}", numbers=amounts.numbers(chosen))
        fits = Ground(Evidence.AMOUNT_COMBINED, said)
    grounds = [fits, *payer.grounds]
    elsewhere = candidates.owed.invoices - sum(debt.open_minor == line.amount_minor for debt in own.items)
    by_chance = _by_chance(own.items, line.amount_minor, len(chosen)) >= BY_CHANCE
    grounds.append(_alone(own, found, others=others, elsewhere=elsewhere, unique=payer.alone and not by_chance))
    if unexplained := _unexplained(candidates, own, chosen):
        grounds.append(Ground(Evidence.OTHERS_NAMED, unexplained))
    return Way(payer.account_id, payer.account_name, amounts.whole(chosen), tuple(grounds), max(others, 0))


def _alone(own: Debts, found: Found, *, others: int, elsewhere: int, unique: bool) -> Ground:
    """Return how alone the explanation stands."""
    if others:
        said = counted(
            "{n} other combination gives the same amount", "{n} other combinations give the same amount", others
        )
        return Ground(Evidence.ALTERNATIVES, said)
    if elsewhere > 0:
        said = counted(
            "{n} other customer owes exactly this amount",
            "{n} other open invoices of other customers are of exactly this amount",
            elsewhere,
        )
        return Ground(Evidence.ALTERNATIVES, said)
    if own.more:
        said = say(
            "not all combinations of the customer's {count} or more open invoices were looked at", count=len(own.items)
        )
        return Ground(Evidence.ALTERNATIVES, said)
    if not found.complete:
        said = say("not all combinations of the customer's {count} open invoices were looked at", count=len(own.items))
        return Ground(Evidence.ALTERNATIVES, said)
    if unique:
        said = say(
            "unique: no other combination of up to {most} of the customer's {invoices} gives it",
            most=MOST_TOGETHER,
            invoices=_open(own),
        )
        return Ground(Evidence.UNIQUE, said)
    said = say(
        "no other combination of the customer's {invoices} gives it, but with so many that may be chance",
        invoices=_open(own),
    )
    return Ground(Evidence.ONLY, said)


def _open(own: Debts) -> str:
    return counted("{n} open invoice", "{n} open invoices", len(own.items))


def _by_chance(debts: Sequence[Debt], target: int, size: int) -> float:
    """Return how many sets of up to that size would give some amount by chance, if amounts were spread evenly."""
    smaller = [debt.open_minor for debt in debts if debt.open_minor <= target]
    sets = sum(comb(len(smaller), count) for count in range(1, size + 1))
    steps = max(1, target // (gcd(*smaller, target) or 1))
    return sets / steps if len(smaller) > 1 else 0.0


def _otherwise(line: Line, payer: Payer, own: Debts, unexplained: str) -> Iterator[Way]:
    """Yield what may be meant where no combination gives the amount."""
    against = [Ground(Evidence.OTHERS_NAMED, unexplained)] if unexplained else []
    owed = sum(debt.open_minor for debt in own.items)
    if own.items and owed == line.amount_minor and not own.more and len(own.items) <= MOST_AT_ONCE:
        said = say("the amount is exactly all that is open, on {invoices}", invoices=_open(own))
        grounds = (Ground(Evidence.AMOUNT_ALL, said), *payer.grounds, *against)
        yield Way(payer.account_id, payer.account_name, amounts.whole(own.items), grounds)
    for debt in [each for each in own.items if amounts.discount(line.amount_minor, each.open_minor, 1)][:2]:
        parts, fits = next(iter(amounts.fitted(line, [debt])))
        said = say("{number}: {why}", number=debt.number, why=fits.said)
        grounds = (Ground(fits.evidence, said), *payer.grounds, *against)
        yield Way(payer.account_id, payer.account_name, parts, grounds)
    if len(own.items) == 1:
        parts, fits = next(iter(amounts.fitted(line, own.items)))
        said = say("{number} is the customer's only open invoice; {why}", number=own.items[0].number, why=fits.said)
        only = Ground(fits.evidence, said)
        yield Way(payer.account_id, payer.account_name, parts, (only, *payer.grounds, *against))
    yield Way(payer.account_id, payer.account_name, (), (*payer.grounds, *against))


def _unexplained(candidates: Candidates, own: Debts, chosen: Sequence[Debt]) -> str:
    """Return what the text names besides, or that it names an invoice which nobody knows; empty when it does not."""
    clear = [debt for named, debt in candidates.named if named.strength >= Strength.MANGLED and debt not in chosen]
    if clear:
        return say("the text names {numbers}", numbers=amounts.numbers(clear))
    prefixes = {prefix for debt in own.items if (prefix := _letters(debt.key))}
    ours = {debt.id for debt in own.items}
    known = [(named.start, named.end) for named, debt in candidates.named if debt.id in ours]
    for mention in candidates.reading.mentions:
        like_ours = mention.letters in prefixes and mention.letters not in FOREIGN
        if like_ours and not any(start <= mention.start < end for start, end in known):
            return say(
                'the text names "{written}", which is no open invoice of this customer',
                written=f"{mention.letters} {mention.exact}",
            )
    return ""


def _letters(key: str) -> str:
    return "".join(sign for sign in key if sign.isalpha())
