"""By number: ways to apply a line to the invoices that its texts name."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from domain.cash_application import amounts, combinations, numbers
from domain.cash_application.candidates import Candidates, Debt, Line, Part, Payer, Way
from domain.cash_application.evidence import Evidence, Ground
from domain.cash_application.mentions import How, Mention
from domain.cash_application.numbers import Named, Strength
from domain.commitments import words
from domain.kernel.speech import counted, say

MOST_NAMED = 60
"""Named invoices that are looked at for one line."""

Naming = tuple[Named, Debt]

_EVIDENCE = {
    Strength.CLEAR: Evidence.NUMBER,
    Strength.MANGLED: Evidence.NUMBER_MANGLED,
    Strength.BARE: Evidence.NUMBER_BARE,
    Strength.CUT: Evidence.NUMBER_CUT,
}


def ways(line: Line, candidates: Candidates) -> Iterator[Way]:
    """Yield the ways that the numbers in the texts point to."""
    named = candidates.named[:MOST_NAMED]
    payable = [each for each in named if each[1].payable and each[1].currency == line.currency]
    clear = [each for each in payable if each[0].strength >= Strength.MANGLED and not each[0].rivals]
    if payable:
        yield from _of_named(line, candidates, payable, clear)
    yield from _unpayable(line, candidates, [each for each in named if each not in payable])
    if not clear:
        yield from _cut(line, candidates)


def _of_named(line: Line, candidates: Candidates, payable: list[Naming], clear: list[Naming]) -> Iterator[Way]:
    """Yield the named invoices all together, or those of them that give the amount, or as far as the money goes."""
    together = [set_ for set_ in (clear, payable) if set_]
    for chosen in together:
        if sum(debt.open_minor for _, debt in chosen) == line.amount_minor:
            yield _way(line, candidates, chosen, payable)
            return
    found = combinations.find([debt.open_minor for _, debt in payable], line.amount_minor)
    if found.count:
        for places in found.sets:
            yield _way(line, candidates, [payable[place] for place in places], payable, others=found.count - 1)
        return
    if clear:
        yield from _with_others(line, candidates, clear)
        yield _way(line, candidates, clear, clear)
        return
    for each in payable[:3]:
        yield _way(line, candidates, [each], payable)


def _way(
    line: Line, candidates: Candidates, chosen: Sequence[Naming], all_named: Sequence[Naming], *, others: int = 0
) -> Way:
    debts = [debt for _, debt in chosen]
    account = amounts.account_of(debts, candidates.payers)
    parts, amount = next(iter(amounts.fitted(line, debts)))
    grounds = [_names(chosen), amount, *paid_by(account[0], candidates.payers)]
    left = [each for each in all_named if each not in chosen and each[0].strength >= Strength.MANGLED]
    if left:
        said = say("the text also names {numbers}", numbers=amounts.numbers([debt for _, debt in left]))
        grounds.append(Ground(Evidence.OTHERS_NAMED, said))
    if others:
        said = counted(
            "{n} other combination of what is named gives the same amount",
            "{n} other combinations of what is named give the same amount",
            others,
        )
        grounds.append(Ground(Evidence.ALTERNATIVES, said))
    return Way(*account, parts, tuple(grounds), others)


def _names(chosen: Sequence[Naming]) -> Ground:
    """Return what the texts say, as strong as the weakest of the numbers."""
    weakest = min(chosen, key=lambda each: each[0].strength)[0]
    debts = [debt for _, debt in chosen]
    listed = amounts.numbers(debts)
    rivals = max(named.rivals for named, _ in chosen)
    if rivals:
        unclear = counted(
            '"{written}" may mean {numbers}, or {n} other invoice',
            '"{written}" may mean {numbers}, or {n} other invoices',
            rivals,
            written=_quoted(weakest),
            numbers=listed,
        )
        return Ground(Evidence.NUMBER_UNCLEAR, unclear)
    said = say("names {numbers}", numbers=listed)
    if weakest.how is How.RANGE and len(chosen) > 1:
        said = say('names the range "{written}": {numbers}', written=_quoted(weakest), numbers=listed)
    elif weakest.strength < Strength.CLEAR:
        said = say('names {numbers} (written "{written}")', numbers=listed, written=_quoted(weakest))
    return Ground(_EVIDENCE[weakest.strength], said)


def _quoted(named: Named) -> str:
    return named.raw[:40]


def _with_others(line: Line, candidates: Candidates, clear: Sequence[Naming]) -> Iterator[Way]:
    """Yield named invoices together with others of the customer that make up the rest of the amount."""
    named = [debt for _, debt in clear]
    rest = line.amount_minor - sum(debt.open_minor for debt in named)
    account_id = named[0].account_id
    own = candidates.debts.get(account_id)
    if rest <= 0 or own is None:
        return
    left = [debt for debt in own.items if debt not in named]
    found = combinations.find([debt.open_minor for debt in left], rest)
    for places in found.sets[:2]:
        debts = [*named, *(left[place] for place in places)]
        others = amounts.numbers(debts[len(named) :])
        grounds = [
            _names(clear),
            Ground(Evidence.AMOUNT_COMBINED, say("with {numbers} it is exactly the amount", numbers=others)),
            Ground(Evidence.ALTERNATIVES, _instead(found.count - 1)),
            *paid_by(account_id, candidates.payers),
        ]
        yield Way(account_id, named[0].account_name, amounts.whole(debts), tuple(grounds), found.count - 1)


def _instead(others: int) -> str:
    if not others:
        return say("the text does not name all of it")
    return counted("{n} other combination would do as well", "{n} other combinations would do as well", others)


def _unpayable(line: Line, candidates: Candidates, named: Sequence[Naming]) -> Iterator[Way]:
    """Yield that the money stays unapplied, where what is named is settled or in another currency."""
    for each in [each for each in named if each[0].strength >= Strength.MANGLED and not each[0].rivals][:2]:
        debt = each[1]
        if debt.currency != line.currency:
            said = say("{number} is in {currency}", number=debt.number, currency=debt.currency)
        elif debt.total_minor == line.amount_minor:
            said = say(
                "{number} is {state} already and is of this amount: perhaps paid twice",
                number=debt.number,
                state=words.invoice_state(debt.state),
            )
        else:
            said = say("{number} is {state} already", number=debt.number, state=words.invoice_state(debt.state))
        grounds = (_names([each]), Ground(Evidence.UNPAYABLE, said), *paid_by(debt.account_id, candidates.payers))
        yield Way(debt.account_id, debt.account_name, (), grounds)


def _cut(line: Line, candidates: Candidates) -> Iterator[Way]:
    """Yield invoices of a customer who seems to have paid, of whose numbers the text has the end, and the amount."""
    for payer in candidates.payers:
        own = candidates.debts.get(payer.account_id)
        if own is None or not candidates.reading.mentions:
            continue
        fitting = [
            (debt, mention)
            for debt in own.items
            if debt.open_minor == line.amount_minor
            and (mention := numbers.ends(candidates.reading, debt.key)) is not None
        ]
        for debt, mention in fitting[:2]:
            grounds = [
                Ground(Evidence.NUMBER_CUT, _end(mention, debt)),
                Ground(Evidence.AMOUNT_EXACT, say("the amount is exactly the open balance")),
                *payer.grounds,
            ]
            if len(fitting) > 1:
                also = counted("{n} other invoice fits as well", "{n} other invoices fit as well", len(fitting) - 1)
                grounds.append(Ground(Evidence.ALTERNATIVES, also))
            parts = (Part(debt, debt.open_minor),)
            yield Way(payer.account_id, payer.account_name, parts, tuple(grounds), len(fitting) - 1)


def _end(mention: Mention, debt: Debt) -> str:
    return say('"{written}" is the end of {number}', written=mention.raw[:40], number=debt.number)


def paid_by(account_id: UUID, payers: Sequence[Payer]) -> tuple[Ground, ...]:
    """Return what says that this customer paid."""
    return next((each.grounds for each in payers if each.account_id == account_id), ())
