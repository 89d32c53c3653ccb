"""Dates are read in the file's order, which is found or asked."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.ledger.csv_import.date_texts import FIRST_YEAR, LAST_YEAR, ORDERS, DateEvidence, read, readings
from domain.ledger.csv_import.refusals import DateOrderOpen
from domain.ledger.csv_import.requests import DateOrder

DMY, MDY, YMD = DateOrder.DMY, DateOrder.MDY, DateOrder.YMD

DATES = st.dates(min_value=date(FIRST_YEAR, 1, 1), max_value=date(LAST_YEAR, 12, 31))

FORMS = {
    DMY: ("{d:%d/%m/%Y}", "{d.day}.{d.month}.{d.year}", "{d:%d-%m-%Y} 13:45"),
    MDY: ("{d:%m/%d/%Y}", "{d.month}/{d.day}/{d.year}", "{d.month}/{d.day}/{d.year} 1:45 PM"),
    YMD: ("{d:%Y-%m-%d}", "{d:%Y/%m/%d}", "{d:%Y%m%d}", "{d:%Y-%m-%d}T00:00:00Z", "{d:%Y-%m-%dT%H:%M:%S+02:00}"),
}


@settings(deadline=None)
@given(day=DATES, order=st.sampled_from(ORDERS), form=st.integers(min_value=0, max_value=4))
def test_every_date_survives_being_written_and_read(day: date, order: DateOrder, form: int) -> None:
    text = FORMS[order][form % len(FORMS[order])].format(d=day)

    assert read(text, order) == day


@settings(deadline=None)
@given(st.lists(DATES, min_size=1, max_size=30), st.sampled_from([DMY, MDY]))
def test_a_file_is_never_read_in_another_order_than_it_was_written(days: list[date], order: DateOrder) -> None:
    evidence = DateEvidence()
    texts = [FORMS[order][0].format(d=day) for day in days]
    evidence.add(texts)

    try:
        decided = evidence.decided()
    except DateOrderOpen:
        assert all(day.day <= 12 for day in days)
        return
    assert [read(text, decided) for text in texts] == days


@settings(deadline=None)
@given(st.text(max_size=30))
def test_no_text_breaks_the_reader(text: str) -> None:
    readings(text)
    DateEvidence().add([text])


@pytest.mark.parametrize(
    "text",
    ["31.31.2026", "2026-02-30", "0001-01-01", "3026-01-01", "2026-1", "45000", "tomorrow", "1/2/3/4", "123/1/2026",
     "12 Foo 2026", "2026-13-01"],
)  # fmt: skip
def test_what_is_no_date_is_none_in_any_order(text: str) -> None:
    assert readings(text) == (None, None, None)


@pytest.mark.parametrize("text", ["10 Mar 2026", "10-Mar-26", "10. March 2026", "Mar 10, 2026", "March 10 2026"])
def test_a_named_month_needs_no_order(text: str) -> None:
    assert set(readings(text)) == {date(2026, 3, 10)}


def test_years_of_two_digits_are_of_this_century() -> None:
    assert readings("05/04/26") == (date(2026, 4, 5), date(2026, 5, 4), date(2005, 4, 26))


@pytest.mark.parametrize(
    ("texts", "order"),
    [
        (("3/4/2026", "25/4/2026"), DMY),
        (("3/4/2026", "4/25/2026"), MDY),
        (("26-04-03", "99-04-03"), YMD),
        (("2026-04-03", "03.04.2026", "30.04.2026"), DMY),
        (("2026-04-03",), None),
        (("", "n/a"), None),
    ],
)
def test_one_telling_date_decides_for_the_file(texts: tuple[str, ...], order: DateOrder | None) -> None:
    evidence = DateEvidence()
    evidence.add(texts)

    assert evidence.decided() is order


@pytest.mark.parametrize("texts", [("3/4/2026",), ("1/1/2026", "2/3/2026"), ("05/04/26",), ("26-04-03",)])
def test_a_file_without_a_telling_date_is_asked_about(texts: tuple[str, ...]) -> None:
    evidence = DateEvidence()
    evidence.add(texts)

    with pytest.raises(DateOrderOpen, match="--date-order"):
        evidence.decided()


def test_a_file_that_contradicts_itself_is_asked_about() -> None:
    evidence = DateEvidence()
    evidence.add(["25/4/2026", "4/25/2026"])

    with pytest.raises(DateOrderOpen, match=r"25/4/2026 and 4/25/2026|4/25/2026 and 25/4/2026"):
        evidence.decided()


def test_dates_that_mean_the_same_in_each_order_ask_nothing() -> None:
    evidence = DateEvidence()
    evidence.add(["5/5/2026"])

    assert read("5/5/2026", evidence.decided()) == date(2026, 5, 5)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("31. März 2026", date(2026, 3, 31)),
        ("31. Mrz. 2026", date(2026, 3, 31)),
        ("5 Mai 2026", date(2026, 5, 5)),
        ("1er août 2026", date(2026, 8, 1)),
        ("3 févr. 2026", date(2026, 2, 3)),
        ("24 décembre 26", date(2026, 12, 24)),
        ("31 de marzo de 2026", date(2026, 3, 31)),
        ("7-ene-2026", date(2026, 1, 7)),
        ("December 3rd, 2026", date(2026, 12, 3)),
        ("3 Brumaire 2026", None),
    ],
)
def test_months_have_names_in_four_languages(text: str, expected: date | None) -> None:
    assert read(text, None) == expected


@pytest.mark.parametrize(
    ("text", "year"), [("31.12.79", 2079), ("31.12.80", 1980), ("31.12.99", 1999), ("31.12.26", 2026)]
)
def test_a_year_of_two_digits_lies_between_1980_and_2079(text: str, year: int) -> None:
    assert read(text, DateOrder.DMY) == date(year, 12, 31)


def test_counts_of_days_are_asked_about_and_read_when_said() -> None:
    evidence = DateEvidence()
    evidence.add(["46112", "46143.5", ""])

    with pytest.raises(DateOrderOpen, match="31 Mar 2026") as asked:
        evidence.decided()

    assert asked.value.choices == ("serial",)
    assert evidence.decided(DateOrder.SERIAL) is DateOrder.SERIAL
    assert read("46112", DateOrder.SERIAL) == date(2026, 3, 31)
    assert read("46112", DateOrder.DMY) is None


def test_one_count_of_days_among_dates_is_no_question() -> None:
    evidence = DateEvidence()
    evidence.add(["46112", "31.3.2026"])

    assert evidence.decided() is DateOrder.DMY
