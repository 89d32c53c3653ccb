"""Amounts and days as people type them."""

from datetime import date

import pytest

from bot import words
from bot.asks import Misunderstood
from domain.kernel.money import Money

TODAY = date(2026, 3, 10)
"""A Tuesday."""


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("2026-04-30", date(2026, 4, 30)),
        ("friday", date(2026, 3, 13)),
        ("on friday", date(2026, 3, 13)),
        ("tomorrow", date(2026, 3, 11)),
        ("in 3 days", date(2026, 3, 13)),
        ("next monday", date(2026, 3, 16)),
        ("20 march", date(2026, 3, 20)),
        ("march 20", date(2026, 3, 20)),
        ("12.3.", date(2026, 3, 12)),
        ("9.3.", date(2027, 3, 9)),
        ("13/3", date(2026, 3, 13)),
        ("3/13/2026", date(2026, 3, 13)),
        ("Freitag", date(2026, 3, 13)),
        ("vendredi", date(2026, 3, 13)),
        ("bis 30.4.2026", date(2026, 4, 30)),
    ],
)
def test_a_day_is_read_as_it_is_typed(typed: str, meant: date) -> None:
    assert words.day(tuple(typed.split()), today=TODAY) == meant


@pytest.mark.parametrize("typed", ["3/4", "soon", "500", "2026-02-30", "31.2.", "", "whenever they like"])
def test_what_is_no_day_or_could_be_two_is_asked_about(typed: str) -> None:
    with pytest.raises(Misunderstood):
        words.day(tuple(typed.split()), today=TODAY)


@pytest.mark.parametrize(
    ("typed", "minor", "day", "rest"),
    [
        ("500 on friday", 50_000, date(2026, 3, 13), ""),
        ("friday 500", 50_000, date(2026, 3, 13), ""),
        ("1,250.50 by 2026-04-01 said Ms Meyer", 125_050, date(2026, 4, 1), "said Ms Meyer"),
        ("1.250,50 EUR until 20 march", 125_050, date(2026, 3, 20), ""),
        ("€99 tomorrow", 9_900, date(2026, 3, 11), ""),
        ("12.50 on friday", 1_250, date(2026, 3, 13), ""),
        ("on friday", None, date(2026, 3, 13), ""),
        ("500eur", 50_000, None, ""),
        ("they called on friday", None, None, "they called on friday"),
    ],
)
def test_amount_and_day_come_in_either_order(typed: str, minor: int | None, day: date | None, rest: str) -> None:
    found = words.terms(tuple(typed.split()), currency="EUR", today=TODAY)

    assert found == words.Terms(Money(minor, "EUR") if minor else None, day, rest)


@pytest.mark.parametrize("typed", ["1.250 on friday", "500 USD on friday", "5.005,001 on friday", "10.123 friday"])
def test_an_amount_that_is_unclear_or_in_another_currency_is_asked_about(typed: str) -> None:
    with pytest.raises(Misunderstood):
        words.terms(tuple(typed.split()), currency="EUR", today=TODAY)
