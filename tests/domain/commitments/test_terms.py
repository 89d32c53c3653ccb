"""Instalments add up to the balance in every currency, and their days are those of a calendar."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.commitments import terms
from domain.commitments.refusals import PlanUnsound
from domain.commitments.terms import Frequency, Instalment, Own, Schedule
from domain.kernel.money import MAX_MINOR, Money

TODAY = date(2026, 3, 10)
currencies = st.sampled_from(["EUR", "JPY", "KWD", "CLF", "USD"])


@given(minor=st.integers(1, MAX_MINOR), count=st.integers(1, terms.MOST_INSTALMENTS), currency=currencies)
def test_parts_add_up_exactly_and_differ_by_one_unit_at_most(minor: int, count: int, currency: str) -> None:
    parts = [each.minor for each in terms.split(Money(minor, currency), count)]

    assert sum(parts) == minor
    assert max(parts) - min(parts) <= 1
    assert parts == sorted(parts)


def test_the_last_instalments_take_what_is_left_over() -> None:
    assert [str(each) for each in terms.split(Money(10000, "EUR"), 3)] == ["33.33 EUR", "33.33 EUR", "33.34 EUR"]
    assert [str(each) for each in terms.split(Money(1000, "JPY"), 3)] == ["333 JPY", "333 JPY", "334 JPY"]


@given(
    minor=st.integers(2, MAX_MINOR),
    count=st.integers(2, terms.MOST_INSTALMENTS),
    currency=currencies,
    frequency=st.sampled_from([Frequency.WEEKLY, Frequency.BIWEEKLY, Frequency.MONTHLY]),
    wait=st.integers(0, 60),
)
def test_what_is_drawn_up_is_sound_or_refused(
    minor: int, count: int, currency: str, frequency: Frequency, wait: int
) -> None:
    balance = Money(minor, currency)
    wanted = Schedule(TODAY + timedelta(days=wait), count, frequency)
    try:
        made = terms.drawn_up(wanted, balance=balance, today=TODAY)
    except PlanUnsound:
        assert minor < count or terms.days(wanted.first_on, count, frequency)[-1] > terms.add_months(TODAY, 60)
        return

    assert sum(each.amount.minor for each in made) == minor
    assert all(each.amount.minor > 0 for each in made)
    assert len({each.due_on for each in made}) == count


def test_the_last_day_of_a_month_stays_the_last_where_a_month_is_shorter_and_comes_back() -> None:
    due = terms.days(date(2026, 1, 31), 5, Frequency.MONTHLY)

    assert [str(each) for each in due] == ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31"]


def test_a_leap_year_has_its_day() -> None:
    assert terms.add_months(date(2027, 10, 31), 4) == date(2028, 2, 29)
    assert terms.add_months(date(2026, 11, 30), 2) == date(2027, 1, 30)


def test_weeks_are_weeks() -> None:
    assert terms.days(TODAY, 2, Frequency.WEEKLY)[1] == date(2026, 3, 17)
    assert terms.days(TODAY, 2, Frequency.BIWEEKLY)[1] == date(2026, 3, 24)


def own(*each: tuple[int, int], currency: str = "EUR") -> Own:
    """Return instalments of so many days from today and so many minor units."""
    return Own(tuple(Instalment(TODAY + timedelta(days=days), Money(minor, currency)) for days, minor in each))


def test_own_instalments_are_put_in_order() -> None:
    made = terms.drawn_up(own((20, 6000), (5, 4000)), balance=Money(10000, "EUR"), today=TODAY)

    assert [each.amount.minor for each in made] == [4000, 6000]


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        (own((1, 4000), (9, 6001)), "add up to 100.01 EUR"),
        (own((1, 4000), (1, 6000)), "day of its own"),
        (own((-1, 4000), (1, 6000)), "in the past"),
        (own((1, 10000)), "2 to 60"),
        (own((1, 0), (2, 10000)), "more than nothing"),
        (own((1, -5), (2, 10005)), "more than nothing"),
        (own((1, 5000), (2, 5000), currency="USD"), "in EUR"),
        (own((1, 5000), (3000, 5000)), "a plan ends by 10 Mar 2031"),
        (Schedule(TODAY, 1, Frequency.WEEKLY), "2 to 60"),
        (Schedule(TODAY, 61, Frequency.WEEKLY), "2 to 60"),
        (Schedule(TODAY - timedelta(days=1), 2, Frequency.WEEKLY), "in the past"),
        (Schedule(date.max, 3, Frequency.MONTHLY), "too far ahead"),
        (Schedule(TODAY, 3, Frequency.OWN), "own days and amounts"),
    ],
)
def test_unsound_terms_are_refused_with_what_is_wrong(wanted: terms.Terms, says: str) -> None:
    with pytest.raises(PlanUnsound, match=says):
        terms.drawn_up(wanted, balance=Money(10000, "EUR"), today=TODAY)


def test_a_cent_makes_no_two_instalments() -> None:
    with pytest.raises(PlanUnsound, match="cannot be split"):
        terms.drawn_up(Schedule(TODAY, 2, Frequency.WEEKLY), balance=Money(1, "JPY"), today=TODAY)
