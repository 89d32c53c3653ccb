"""Two currencies are one number only by stated rates, and then the rates are named."""

from dataclasses import replace
from decimal import Decimal

from domain.kernel.core import Core
from domain.kernel.limits import Limits
from domain.kernel.money import Money
from domain.ledger import sums
from domain.ledger.sums import Totals


def test_sums_are_kept_apart_by_currency_the_largest_number_first() -> None:
    totals = Totals.of([Money(100, "EUR"), Money(5, "JPY"), Money(250, "EUR"), Money(7, "USD"), Money(-7, "USD")])

    assert totals.by_currency == (Money(5, "JPY"), Money(350, "EUR"))
    assert (str(totals), str(Totals())) == ("5 JPY + 3.50 EUR", "nothing")
    assert (bool(totals), bool(Totals())) == (True, False)


def test_what_has_a_rate_is_converted_and_what_has_none_is_named(core: Core) -> None:
    core = replace(core, limits=Limits(rates={"USD": Decimal("0.90"), "GBP": Decimal("1.2")}))
    totals = Totals.of([Money(1000, "EUR"), Money(1000, "USD"), Money(777, "JPY")])

    found = sums.in_base(core, totals)

    assert (found.amount, found.missing) == (Money(1900, "EUR"), Totals.of([Money(777, "JPY")]))
    assert str(found) == "19.00 EUR (1 USD = 0.9 EUR; without 777 JPY: no rate for JPY)"


def test_one_currency_is_told_as_it_is(core: Core) -> None:
    assert sums.spelt(core, Totals.of([Money(1000, "USD")])) == "10.00 USD"
    assert sums.spelt(core, Totals.of([Money(1000, "USD"), Money(1000, "EUR")])) == (
        "10.00 EUR + 10.00 USD, in all 10.00 EUR (without 10.00 USD: no rate for USD)"
    )
