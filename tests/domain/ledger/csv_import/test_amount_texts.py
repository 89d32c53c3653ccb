"""Amounts are read as they are written, or not at all."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.kernel.money import digits
from domain.ledger.csv_import.amount_texts import AmountEvidence, AmountFault, minor_units, readings
from domain.ledger.csv_import.refusals import DecimalMarkOpen
from domain.ledger.csv_import.requests import DecimalMark

POINT, COMMA = DecimalMark.POINT, DecimalMark.COMMA

MARKS = {POINT: (".", (",", " ", "\u00a0", "\u202f", "'", "’", "")), COMMA: (",", (".", " ", "\u00a0", "'", ""))}


@pytest.mark.parametrize(
    ("text", "mark", "minor"),
    [
        ("1234.56", POINT, 123456),
        ("1,234.56", POINT, 123456),
        ("1.234,56", COMMA, 123456),
        ("1 234,56", COMMA, 123456),
        ("1\u202f234,56", COMMA, 123456),
        ("1'234.50", POINT, 123450),
        ("12,34,567.89", POINT, 123456789),
        ("(12.50)", POINT, -1250),
        ("12.50-", POINT, -1250),
        ("-12.50", POINT, -1250),
        ("\u221212,50", COMMA, -1250),
        ("€12.50", POINT, 1250),
        ("12,50 €", COMMA, 1250),
        ("EUR 12.50", POINT, 1250),
        ("12.50 eur", POINT, 1250),
        ("-€12.50", POINT, -1250),
        ("€ -12.50", POINT, -1250),
        ("12", None, 1200),
        ("12.5", POINT, 1250),
        (".5", POINT, 50),
        ("12.500", POINT, 1250),
        ("0", None, 0),
    ],
)
def test_an_amount_is_read_with_the_mark_of_its_file(text: str, mark: DecimalMark | None, minor: int) -> None:
    assert minor_units(text, "EUR", mark) == minor


@pytest.mark.parametrize(
    ("text", "mark", "code"),
    [
        ("12,50", POINT, "amount_malformed"),
        ("1.234.56", POINT, "amount_malformed"),
        ("1,23,456.00", COMMA, "amount_malformed"),
        ("twelve", POINT, "amount_malformed"),
        ("1e5", POINT, "amount_malformed"),
        ("12.50 EUR USD", POINT, "amount_malformed"),
        ("(-12.50)", POINT, "amount_malformed"),
        ("(12.50", POINT, "amount_malformed"),
        ("--12", POINT, "amount_malformed"),
        ("NaN", POINT, "amount_malformed"),
        ("1" * 41, POINT, "amount_malformed"),
        ("12.345", POINT, "too_many_decimals"),
        ("99999999999999.99", POINT, "amount_too_large"),
        ("$12.50", POINT, "currency_contradicts"),
        ("USD 12.50", POINT, "currency_contradicts"),
    ],
)
def test_what_is_no_such_amount_is_a_fault(text: str, mark: DecimalMark, code: str) -> None:
    with pytest.raises(AmountFault) as fault:
        minor_units(text, "EUR", mark)

    assert fault.value.code == code


def test_a_currency_without_decimals_takes_none() -> None:
    assert minor_units("100.00", "JPY", POINT) == 100
    with pytest.raises(AmountFault):
        minor_units("100.50", "JPY", POINT)


def test_a_currency_with_three_decimals_takes_three() -> None:
    assert minor_units("1.234", "KWD", POINT) == 1234


@settings(deadline=None)
@given(
    minor=st.integers(min_value=0, max_value=10**12),
    currency=st.sampled_from(["EUR", "JPY", "KWD"]),
    mark=st.sampled_from([POINT, COMMA]),
    thousands=st.integers(min_value=0, max_value=6),
    negative=st.sampled_from(["", "before", "after", "brackets"]),
)
def test_every_amount_survives_being_written_and_read(
    minor: int, currency: str, mark: DecimalMark, thousands: int, negative: str
) -> None:
    text = written(minor, currency, mark, thousands)
    sign = {"": text, "before": f"-{text}", "after": f"{text}-", "brackets": f"({text})"}[negative]

    assert minor_units(sign, currency, mark) == (-minor if negative else minor)


@settings(deadline=None)
@given(
    minors=st.lists(st.integers(min_value=0, max_value=10**9), min_size=1, max_size=20),
    mark=st.sampled_from([POINT, COMMA]),
    thousands=st.integers(min_value=0, max_value=6),
)
def test_a_column_with_cents_tells_its_mark(minors: list[int], mark: DecimalMark, thousands: int) -> None:
    evidence = AmountEvidence()
    evidence.add([written(minor, "EUR", mark, thousands) for minor in minors])

    assert evidence.decided() is mark


@settings(deadline=None)
@given(st.text(max_size=30))
def test_no_text_breaks_the_reader(text: str) -> None:
    readings(text)
    AmountEvidence().add([text])
    try:
        minor_units(text, "EUR", POINT)
    except AmountFault:
        return


@settings(deadline=None)
@given(st.text(alphabet="0123456789.,' ()-€$EUR", max_size=14))
def test_whatever_is_taken_as_an_amount_can_be_read_in_one_way_with_its_mark(text: str) -> None:
    try:
        minor = minor_units(text, "EUR", POINT)
    except AmountFault:
        return

    point, _ = readings(text)
    assert point is not None
    assert abs(minor) == Decimal(point) * 100


def written(minor: int, currency: str, mark: DecimalMark, thousands: int) -> str:
    """Return an amount with all its decimals and one of the ways to set off thousands."""
    decimals = digits(currency)
    decimal, marks = MARKS[mark]
    digits_ = str(minor).rjust(decimals + 1, "0")
    whole, part = digits_[: len(digits_) - decimals], digits_[len(digits_) - decimals :]
    grouped = f"{int(whole):,}".replace(",", marks[thousands % len(marks)])
    return f"{grouped}{decimal}{part}" if decimals else grouped


@pytest.mark.parametrize("texts", [("1,234",), ("1.234", "5.678"), ("12", "1.000")])
def test_a_column_that_could_mean_both_is_asked_about(texts: tuple[str, ...]) -> None:
    evidence = AmountEvidence()
    evidence.add(texts)

    with pytest.raises(DecimalMarkOpen, match=r"--decimal-mark point\|comma"):
        evidence.decided()


def test_a_column_that_contradicts_itself_is_asked_about() -> None:
    evidence = AmountEvidence()
    evidence.add(["12.50"])
    evidence.add(["12,50"])

    with pytest.raises(DecimalMarkOpen, match=r"12\.50.*12,50"):
        evidence.decided()


@pytest.mark.parametrize(
    ("texts", "mark"),
    [
        (("1.234", "7,5"), COMMA),
        (("1,234", "0.5"), POINT),
        (("1.234.567",), COMMA),
        (("1234.567",), POINT),
        (("1 234,567",), COMMA),
        (("0.125",), POINT),
        (("12", "1 000", ""), None),
    ],
)
def test_one_telling_amount_decides_for_all(texts: tuple[str, ...], mark: DecimalMark | None) -> None:
    evidence = AmountEvidence()
    evidence.add(texts)

    assert evidence.decided() is mark


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("100.00 CR", -10000),
        ("100.00cr", -10000),
        ("1,250.50 DR", 125050),
        ("(100.00) Cr.", -10000),
        ("€100.00 CR", -10000),
        ("١٬٢٣٤٫٥٠", 123450),
        ("۱۲۳٫۴۵", 12345),
        ("１２３．４５".replace("．", "."), 12345),
        ("12,34,567.89", 123456789),
        ("1'234'567.89", 123456789),
        ("1’234.50", 123450),
        ("100.00-", -10000),
        ("(1,250.00)", -125000),
    ],
)
def test_amounts_of_many_countries_are_read(text: str, expected: int) -> None:
    assert minor_units(text, "EUR", DecimalMark.POINT) == expected


@pytest.mark.parametrize("text", ["100 CR CR", "CR", "100 C", "CR 100 CR"])
def test_what_only_looks_like_a_side_of_the_account_is_no_amount(text: str) -> None:
    with pytest.raises(AmountFault):
        minor_units(text, "EUR", DecimalMark.POINT)


def test_the_side_of_the_account_is_no_obstacle_to_the_evidence() -> None:
    evidence = AmountEvidence()
    evidence.add(["1.250,50 CR", "10 DR"])

    assert evidence.decided() is DecimalMark.COMMA
