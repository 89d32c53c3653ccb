"""Combinations: every set of up to four is counted, exactly as often as it is there, within a bounded time."""

from itertools import combinations as all_of

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.cash_application import combinations
from domain.cash_application.combinations import MOST_SHOWN, MOST_TOGETHER


@settings(max_examples=150, deadline=None)
@given(st.lists(st.integers(1, 30), max_size=12), st.integers(1, 60))
def test_as_many_are_counted_as_there_are(amounts: list[int], target: int) -> None:
    places = range(len(amounts))
    every = {
        chosen
        for count in range(1, MOST_TOGETHER + 1)
        for chosen in all_of(places, count)
        if sum(amounts[place] for place in chosen) == target
    }

    found = combinations.find(amounts, target)

    assert (found.count, found.complete) == (len(every), True)
    assert set(found.sets) <= every
    assert len(found.sets) == min(MOST_SHOWN, len(every))


def test_the_smallest_sets_come_first() -> None:
    assert combinations.find([60, 40, 100, 30, 30], 100).sets[0] == (2,)


def test_of_very_many_invoices_only_pairs_are_searched_and_that_is_said() -> None:
    found = combinations.find([1000 + each for each in range(3000)], 5001)

    assert (found.searched, found.complete) == (2, False)
    assert found.count == 1499


def test_equal_amounts_are_counted_without_being_listed() -> None:
    found = combinations.find([25] * 300, 100)

    assert found.count == 300 * 299 * 298 * 297 // 24
    assert len(found.sets) == MOST_SHOWN
