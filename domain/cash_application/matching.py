"""Matching: every way in which a bank line may be applied, the best first; pure, from what ``lookups`` found.

By the remittance advice, by the invoice numbers in its texts, by who paid, and last by the amount alone, which is
shown but never posts itself.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from uuid import UUID

from domain.cash_application import amounts, by_number, by_payer
from domain.cash_application.candidates import Candidates, Debt, Line, Part, Way
from domain.cash_application.evidence import WHICH, Evidence, Ground, in_order
from domain.kernel.speech import counted, say

MOST_WAYS = 5
"""Ways that are proposed for one line."""

TOLD = 90
"""From so many percent on a number or an advice tells what its customer pays; combinations are not looked for then."""

MARGIN = 5
"""Percent by which the best way must be ahead of the next one to post itself."""


def ways(line: Line, candidates: Candidates) -> tuple[Way, ...]:
    """Return the ways to apply a line with money that came in, the best first; none when nothing speaks for any."""
    found = [*_advised(line, candidates), *by_number.ways(line, candidates)]
    told = {way.account_id for way in found if way.parts and way.confidence >= TOLD}
    found += by_payer.ways(line, candidates, told=told)
    if len(found) < MOST_WAYS:
        found += _of_amount(line, candidates)
    merged = _doubted(_merged(found), candidates)
    return tuple(sorted(merged, key=_rank)[:MOST_WAYS])


def sure(found: Sequence[Way], *, limit: int) -> Way | None:
    """Return the way that may post itself: sure enough, identified, and well ahead of every other one."""
    if not found or not found[0].parts or not found[0].identified or found[0].confidence < limit:
        return None
    others = [each for each in found[1:] if each.confidence > found[0].confidence - MARGIN]
    return None if others else found[0]


def _rank(way: Way) -> tuple[int, int, int, str]:
    oldest = min((each.debt.due_on.toordinal() for each in way.parts), default=0)
    return -way.confidence, len(way.parts) or 99, oldest, str(way.account_id)


def _merged(found: Sequence[Way]) -> list[Way]:
    """Join ways that do the same; what an advice or a number says does not need to be the only combination."""
    known: dict[tuple[UUID, tuple[tuple[UUID, int], ...]], Way] = {}
    for way in found:
        key = way.account_id, tuple(sorted((each.debt.id, each.minor) for each in way.parts))
        if (before := known.get(key)) is None:
            known[key] = replace(way, grounds=in_order(way.grounds))
            continue
        kinds = {each.evidence for each in before.grounds}
        more = tuple(each for each in way.grounds if each.evidence in WHICH - kinds)
        known[key] = replace(before, grounds=in_order((*before.grounds, *more)))
    return list(known.values())


def _doubted(found: Sequence[Way], candidates: Candidates) -> list[Way]:
    """Doubt a number where the payer is another customer, who owes exactly this amount: it may be mistyped."""
    tell = {payer.account_id: payer for payer in candidates.payers if payer.likely}
    exact = [way for way in found if way.account_id in tell and _fits(way)]
    result = []
    for way in found:
        owners = {part.debt.account_id for part in way.parts}
        others = [each for each in exact if each.account_id not in owners and each.account_id != way.account_id]
        if others and not owners & tell.keys() and not _remitted(way):
            numbers = amounts.numbers([part.debt for part in others[0].parts])
            said = say(
                "{name}, who seems to have paid, owes exactly this amount on {numbers}",
                name=others[0].account_name,
                numbers=numbers,
            )
            result.append(replace(way, grounds=(*way.grounds, Ground(Evidence.ALTERNATIVES, said))))
        else:
            result.append(way)
    return result


def _fits(way: Way) -> bool:
    kinds = {each.evidence for each in way.grounds}
    return bool(kinds & {Evidence.AMOUNT_EXACT, Evidence.AMOUNT_COMBINED, Evidence.AMOUNT_ALL}) and bool(way.parts)


def _remitted(way: Way) -> bool:
    return any(each.evidence is Evidence.REMITTANCE for each in way.grounds)


def _advised(line: Line, candidates: Candidates) -> Iterator[Way]:
    """Yield the way that the remittance advice describes."""
    usable: list[tuple[Debt, int]] = []
    for each in candidates.advised:
        if each.debt is not None and each.debt.payable and each.debt.currency == line.currency:
            minor = each.debt.open_minor if each.minor is None else each.minor
            usable.append((each.debt, minor))
    if not usable:
        return
    numbers = amounts.numbers([debt for debt, _ in usable])
    grounds = [Ground(Evidence.REMITTANCE, say("a remittance advice lists {numbers}", numbers=numbers))]
    if len(usable) < len(candidates.advised):
        left = len(candidates.advised) - len(usable)
        said = counted(
            "{n} of its lines names no invoice that can be paid",
            "{n} of its lines name no invoice that can be paid",
            left,
        )
        grounds.append(Ground(Evidence.OTHERS_NAMED, said))
    total = sum(minor for _, minor in usable)
    fits = all(0 < minor <= debt.open_minor for debt, minor in usable)
    distinct = len({debt.id for debt, _ in usable}) == len(usable)
    account = amounts.account_of([debt for debt, _ in usable], candidates.payers)
    if fits and distinct and total == line.amount_minor:
        parts = tuple(Part(debt, minor) for debt, minor in usable)
        said = say("its amounts add up to the payment")
        yield Way(
            *account, parts, (*grounds, Ground(Evidence.AMOUNT_REMITTED, said), *_paid_by(account[0], candidates))
        )
        return
    debts = [debt for debt, _ in usable] if distinct else list({debt.id: debt for debt, _ in usable}.values())
    for parts, amount in amounts.fitted(line, debts):
        yield Way(*account, parts, (*grounds, amount, *_paid_by(account[0], candidates)))


def _paid_by(account_id: UUID, candidates: Candidates) -> tuple[Ground, ...]:
    return next((each.grounds for each in candidates.payers if each.account_id == account_id), ())


def _of_amount(line: Line, candidates: Candidates) -> Iterator[Way]:
    """Yield whoever owes exactly this; an amount alone says nothing about who paid."""
    owed = candidates.owed
    for debt in owed.examples:
        said = say("exactly the open balance of {number}; nothing else points to it", number=debt.number)
        grounds = [Ground(Evidence.AMOUNT_EXACT, said)]
        if owed.invoices > 1:
            several = say("{count} open invoices are of this amount, of any customer", count=owed.invoices)
            grounds.append(Ground(Evidence.ALTERNATIVES, several))
        part = Part(debt, line.amount_minor)
        yield Way(debt.account_id, debt.account_name, (part,), tuple(grounds), owed.invoices - 1)
