"""Stripe's decimals are not ISO's: what we ask for is what is owed, or nothing is asked for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.kernel.money import Money
from portal import stripe_amounts


@pytest.mark.parametrize(
    ("minor", "currency", "units"),
    [
        (12500, "EUR", 12500),
        (500, "JPY", 500),
        (1250, "KWD", 1250),
        (1251, "KWD", None),  # Stripe takes three decimals, the last of them 0
        (99, "ISK", 9900),
        (99, "UGX", 9900),
        (12500, "HUF", None),  # below the minimum
        (17500, "HUF", 17500),
        (12300, "MGA", 123),
        (12345, "MGA", None),  # Stripe has no decimals here
        (49, "EUR", None),
        (50, "EUR", 50),
        (29, "GBP", None),
        (30, "GBP", 30),
        (99_999_999, "USD", 99_999_999),
        (100_000_000, "USD", None),
        (999_999_999_999, "IDR", 999_999_999_999),
        (0, "USD", None),
        (-100, "USD", None),
    ],
)
def test_an_amount_in_stripes_units(minor: int, currency: str, units: int | None) -> None:
    assert stripe_amounts.units(Money(minor, currency)) == units


@given(st.integers(1, 10**12), st.sampled_from(["EUR", "USD", "JPY", "KWD", "ISK", "UGX", "MGA", "IDR", "HUF", "GBP"]))
def test_whatever_is_asked_for_reads_back_as_the_same_money(minor: int, currency: str) -> None:
    amount = Money(minor, currency)
    units = stripe_amounts.units(amount)

    assert units is None or stripe_amounts.money(units, currency.lower()) == amount


def test_an_amount_that_is_no_whole_minor_unit_is_an_error() -> None:
    with pytest.raises(ValueError, match="no whole amount"):
        stripe_amounts.money(9950, "isk")
