"""A broken quote costs its own line and no other."""

import csv

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.ledger.csv_import import records
from domain.ledger.csv_import.refusals import FileUnreadable


def cut(text: str, lines_at_once: int = 1000) -> list[tuple[int, list[str], str]]:
    """Return line, cells and fault of each record below the header."""
    lines = text.splitlines(keepends=True)
    blocks = (lines[start : start + lines_at_once] for start in range(0, len(lines), lines_at_once))
    found: list[tuple[int, list[str], str]] = []
    for batch in records.Table(blocks, ","):
        good = [(line, cells, "") for line, cells in zip(batch.lines, batch.rows, strict=True)]
        found += sorted([*good, *batch.broken])
    return found


def test_quoted_cells_may_hold_delimiters_quotes_and_line_ends() -> None:
    assert cut('a,b\n1,"x, ""y""\nz"\n2,w\n') == [(2, ["1", 'x, "y"\nz'], ""), (4, ["2", "w"], "")]


def test_a_quote_that_is_never_closed_costs_one_line() -> None:
    found = cut('a,b\n1,x\n2,"open\n3,y\n4,"z, w"\n5,v\n')

    assert [(line, fault) for line, _, fault in found] == [(2, ""), (3, "quotes_broken"), (4, ""), (5, ""), (6, "")]


def test_a_quote_that_swallows_rows_up_to_the_next_one_costs_one_line() -> None:
    found = cut('a,b\n1,"open\n2,y\n3,"w"\n4,v\n')

    assert [(line, cells, fault) for line, cells, fault in found if not fault] == [
        (3, ["2", "y"], ""), (4, ["3", "w"], ""), (5, ["4", "v"], "")]  # fmt: skip


def test_text_after_a_closing_quote_is_a_fault() -> None:
    assert [(line, fault) for line, _, fault in cut('a,b\n1,"x"y\n2,z\n')] == [(2, "quotes_broken"), (3, "")]


def test_rows_with_other_than_the_header_s_cells_are_ragged() -> None:
    assert [fault for _, _, fault in cut("a,b\n1\n1,2,3\n1,2\n1,2,,\n")] == ["ragged_row", "ragged_row", "", ""]


def test_blank_rows_are_no_rows_but_count_as_lines() -> None:
    assert cut("a,b\n\n,\n1,2\n") == [(4, ["1", "2"], "")]


def test_a_huge_cell_is_a_fault_of_its_row() -> None:
    found = cut(f"a,b\n1,{'x' * 200_000}\n2,y\n")

    assert [(line, fault) for line, _, fault in found] == [(2, "cell_too_long"), (3, "")]


def test_a_file_of_nothing_but_broken_quotes_is_refused() -> None:
    with pytest.raises(FileUnreadable, match="broken quotes"):
        cut("a,b\n" + '1,"x\n' * 3000)


def test_a_header_with_broken_quotes_is_refused() -> None:
    with pytest.raises(FileUnreadable, match="header"):
        cut('"a"b,c\n1,2\n')


@settings(deadline=None)
@given(st.text(alphabet='a1",\n\r\0 ', max_size=200), st.integers(min_value=1, max_value=9))
def test_it_makes_no_difference_how_many_lines_are_at_hand(text: str, lines_at_once: int) -> None:
    content = f"x,y\n{text}"

    found = cut(content, lines_at_once)

    assert found == cut(content)
    numbers = [line for line, _, _ in found]
    assert numbers == sorted(set(numbers))
    assert all(2 <= line <= content.count("\n") + content.count("\r") + 1 for line in numbers)
    assert all(len(cells) == 2 for _, cells, fault in found if not fault)


@given(
    cells=st.lists(st.lists(st.text(st.sampled_from("a =\t;'\0é\u2028"), max_size=3), min_size=2, max_size=2)),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
)
@settings(deadline=None)
def test_lines_without_quotes_are_cut_as_the_csv_reader_cuts_them(cells: list[list[str]], end: str) -> None:
    block = [f"{','.join(row)}{end}" for row in [["a", "b"], *cells]]

    (batch,) = [*records.Table(iter([block]), ",")] or [records.Batch([], [], [])]

    assert list(batch.rows) == [row for row in list(csv.reader(block, strict=True))[1:] if any(row)]
