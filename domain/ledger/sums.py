"""Sums: what is added up by currency, and turned into the base currency only by rates that the merchant stated."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from domain.kernel import speech
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.kernel.speech import say, say_as


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums of money by currency; two currencies are never one number here."""

    by_currency: tuple[Money, ...] = ()
    """One sum for each currency, none of them zero, the largest number first."""

    @classmethod
    def of(cls, amounts: Iterable[Money]) -> "Totals":
        """Add up amounts of any currencies."""
        sums: dict[str, int] = {}
        for amount in amounts:
            sums[amount.currency] = sums.get(amount.currency, 0) + amount.minor
        found = (Money(minor, currency) for currency, minor in sums.items() if minor)
        return cls(tuple(sorted(found, key=lambda each: (-each.decimal, each.currency))))

    def __iter__(self) -> Iterator[Money]:
        return iter(self.by_currency)

    def __bool__(self) -> bool:
        return bool(self.by_currency)

    def __str__(self) -> str:
        return " + ".join(map(speech.amount, self.by_currency)) or say_as("a sum", "nothing")


@dataclass(frozen=True, slots=True)
class InBase:
    """Sums of several currencies as one amount of the base currency, with all that it rests on."""

    amount: Money
    """The sum of what could be converted."""
    rates: Mapping[str, Decimal]
    """The rate of every currency that was converted: units of the base currency for one of it."""
    missing: Totals
    """What has no stated rate, and so is not in the amount."""

    def __str__(self) -> str:
        base = self.amount.currency
        said = [f"1 {currency} = {speech.factor(rate)} {base}" for currency, rate in self.rates.items()]
        said += [
            say("without {amount}: no rate for {currency}", amount=money, currency=money.currency)
            for money in self.missing
        ]
        resting = "; ".join(said)
        return f"{speech.amount(self.amount)} ({resting})" if resting else speech.amount(self.amount)


def in_base(core: Core, totals: Totals) -> InBase:
    """Return sums in the merchant's currency, with the rates that were used and what has none."""
    base = core.merchant.currency
    amount, rates, missing = Money(0, base), {}, []
    for money in totals:
        converted = core.limits.in_base(money, base)
        if converted is None:
            missing.append(money)
            continue
        amount += converted
        if money.currency != base:
            rates[money.currency] = core.limits.rates[money.currency]
    return InBase(amount, rates, Totals.of(missing))


def spelt(core: Core, totals: Totals) -> str:
    """Return sums as people read them: by currency, and where there are several, what they come to in the base one."""
    if len(totals.by_currency) < 2:
        return str(totals)
    return say("{totals}, in all {sum}", totals=totals, sum=in_base(core, totals))


def in_credit(account: str, currency: str) -> str:
    """Return SQL for what a customer has to its credit in one currency: unapplied cash and open credit notes.

    Args:
        account: SQL for the account's id.
        currency: SQL for the currency.
    """
    return f"""(
        (SELECT coalesce(sum(uc.amount_minor), 0) FROM unapplied_cash uc
         WHERE uc.account_id = {account} AND uc.currency = {currency})
        + (SELECT coalesce(sum(cn.open_minor), 0) FROM credit_note cn
           WHERE cn.account_id = {account} AND cn.currency = {currency} AND cn.state = 'open'))"""
