"""Amounts: how a payment fits a set of invoices that it is meant for: exactly, less a discount, short, or over."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from uuid import UUID

from domain.cash_application.candidates import Debt, Line, Part, Payer
from domain.cash_application.evidence import Evidence, Ground
from domain.kernel.speech import counted, say

DISCOUNTS_PER_MILLE = (10, 15, 20, 25, 30, 40, 50)
"""Usual cash discounts for early payment."""

MOST_NAMED = 6
"""Invoice numbers that one sentence lists."""


def numbers(debts: Sequence[Debt]) -> str:
    """Return the invoices' numbers as a sentence lists them."""
    named = ", ".join(each.number for each in debts[:MOST_NAMED])
    if len(debts) <= MOST_NAMED:
        return named
    return counted("{numbers} and {n} more", "{numbers} and {n} more", len(debts) - MOST_NAMED, numbers=named)


def account_of(debts: Sequence[Debt], payers: Sequence[Payer]) -> tuple[UUID, str]:
    """Return whose money it is: the payer's who owns one of the invoices, or whoever owns most of them."""
    owners = [each.account_id for each in debts]
    for payer in payers:
        if payer.account_id in owners:
            return payer.account_id, payer.account_name
    most = max(debts, key=lambda each: owners.count(each.account_id))
    return most.account_id, most.account_name


def fitted(line: Line, debts: Sequence[Debt]) -> Iterator[tuple[tuple[Part, ...], Ground]]:
    """Yield how the line's amount goes on these invoices, with how well it fits; on all of them in their order."""
    owed = sum(each.open_minor for each in debts)
    amount = line.amount_minor
    one = len(debts) == 1
    if amount == owed:
        exact = (
            say("the amount is exactly the open balance")
            if one
            else say("the amount is exactly the sum of the {count} open balances", count=len(debts))
        )
        yield whole(debts), Ground(Evidence.AMOUNT_EXACT, exact)
        return
    if amount > owed:
        over = line.money(amount - owed)
        yield (
            whole(debts),
            Ground(Evidence.AMOUNT_OVER, say("{amount} more than is open; it would stay unapplied", amount=over)),
        )
        return
    short = line.money(owed - amount)
    if (rate := discount(amount, owed, len(debts))) is not None:
        said = say(
            "{rate} % ({amount}) below what is open: perhaps a cash discount",
            rate=Decimal(f"{rate / 10:g}"),
            amount=short,
        )
        yield _less(debts, amount, owed), Ground(Evidence.AMOUNT_DISCOUNT, said)
        return
    yield filled(debts, amount), Ground(Evidence.AMOUNT_SHORT, say("{amount} less than is open", amount=short))


def whole(debts: Sequence[Debt]) -> tuple[Part, ...]:
    """Return the parts that pay each of them in full."""
    return tuple(Part(each, each.open_minor) for each in debts)


def filled(debts: Sequence[Debt], amount: int) -> tuple[Part, ...]:
    """Return the parts that pay the oldest first, as far as the money goes."""
    parts: list[Part] = []
    for debt in sorted(debts, key=lambda each: (each.due_on, each.key)):
        minor = min(amount, debt.open_minor)
        if minor > 0:
            parts.append(Part(debt, minor))
        amount -= minor
    return tuple(parts)


def discount(amount: int, owed: int, invoices: int) -> int | None:
    """Return the usual discount, per mille, by which the amount is below what is owed, rounded on each invoice."""
    for rate in DISCOUNTS_PER_MILLE:
        if abs(owed * (1000 - rate) - amount * 1000) <= 500 * invoices:
            return rate
    return None


def _less(debts: Sequence[Debt], amount: int, owed: int) -> tuple[Part, ...]:
    """Return the parts that leave the same share open on each; what rounding leaves goes on the largest."""
    shares = {each.id: each.open_minor * amount // owed for each in debts}
    largest = max(debts, key=lambda each: each.open_minor)
    shares[largest.id] += amount - sum(shares.values())
    return tuple(Part(each, shares[each.id]) for each in debts if shares[each.id] > 0)
