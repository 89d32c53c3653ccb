"""The short fault matrix: whatever breaks in the middle of whatever, nothing is lost and nothing is done twice."""

import pytest

from tests.faults import matrix, play, report, results, yard
from tests.faults.matrix import SHORT, Fault, Moment, Party

SEED = 8


def test_every_cell_is_played_or_says_why_not() -> None:
    played = set(matrix.cells())
    for party in Party:
        assert matrix.HOW[party].keys() | matrix.NEVER[party].keys() == set(Fault)
        assert not matrix.HOW[party].keys() & matrix.NEVER[party].keys()
        for fault in Fault:
            for moment in Moment:
                assert (matrix.Cell(party, fault, moment) in played) != bool(matrix.reason(party, fault, moment))


def test_the_short_matrix_breaks_something_in_every_moment() -> None:
    assert set(SHORT) <= set(matrix.cells())
    assert len({each.party for each in SHORT}) == len(SHORT)
    assert {each.moment for each in SHORT} == set(Moment)


def test_the_page_on_reliability_tells_of_the_last_results() -> None:
    text = report.PAGE.read_text()

    assert report.page(text, results.read()) == text


@pytest.mark.fault
@pytest.mark.timeout(1800)
async def test_after_each_fault_of_the_short_matrix_everything_holds() -> None:
    if reason := yard.unplayable():
        pytest.skip(reason)

    async with yard.opened() as there:
        found = await play.play_all(there, SHORT, seed=SEED, tell=print)

    assert len(found) == len(SHORT)
    assert {str(each.cell): each.wrong for each in found if not each.held} == {}
