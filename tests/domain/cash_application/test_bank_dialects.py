"""Statements as real banks write them, each read into the movements that a person would see in it."""

from datetime import date
from pathlib import Path

import pytest

from domain.cash_application import bank_layouts, bank_staging
from domain.cash_application.bank_layouts import BankFile
from domain.cash_application.bank_rows import BankRow, BankRows
from domain.ledger.csv_import import sources
from domain.ledger.csv_import.refusals import CurrencyMissing, EncodingUnknown
from domain.ledger.csv_import.rejects import RejectLog

STATEMENTS = Path(__file__).parent / "statements"

TODAY = date(2026, 3, 10)

CP1252 = ("sparkasse-camt.csv", "deutsche-bank.csv")
CURRENCIES = {"hsbc-uk.csv": "GBP", "barclays.csv": "GBP", "bank-of-america.csv": "USD", "chase.csv": "USD"}
"""What these banks' files do not tell."""


def read(name: str) -> tuple[list[BankRow], dict[str, int], RejectLog]:
    """Return the movements of a statement, what was left out, and what was rejected."""
    encoding = "cp1252" if name in CP1252 else None
    said = BankFile(name, path=STATEMENTS / name, encoding=encoding, currency=CURRENCIES.get(name))
    log = RejectLog()
    with sources.opened(said) as file:
        layout = bank_layouts.surveyed(file, said, today=TODAY)
        rows = BankRows(layout, today=TODAY)
        found = [
            row
            for batch in bank_staging.batches(file, layout, None)
            for row in bank_staging.movements(batch, rows, log, layout)
        ]
    return found, dict(rows.left_out), log


ALL = sorted(path.name for path in STATEMENTS.iterdir())


@pytest.mark.parametrize("name", ALL)
def test_the_customers_transfer_is_found_in_it(name: str) -> None:
    rows, _, log = read(name)

    paid = next(row for row in rows if "1042" in row.reference)
    assert (paid.amount_minor, paid.currency) == {
        "deutsche-bank.csv": (231100, "EUR"),
        "hsbc-uk.csv": (125050, "GBP"),
        "barclays.csv": (125050, "GBP"),
        "bank-of-america.csv": (125050, "USD"),
        "chase.csv": (125050, "USD"),
        "business-with-directions.csv": (125050, "USD"),
    }.get(name, (125050, "EUR"))
    assert paid.booked_on == (date(2026, 2, 13) if name == "paypal.csv" else date(2026, 3, 5))
    assert log.rows == 0


@pytest.mark.parametrize("name", [each for each in ALL if each != "paypal.csv"])
def test_money_that_went_out_is_negative(name: str) -> None:
    rows, _, _ = read(name)

    assert [row.amount_minor < 0 for row in sorted(rows, key=lambda row: row.amount_minor)] == [True, False]


@pytest.mark.parametrize(
    ("name", "payer"),
    [
        ("sparkasse-camt.csv", "MÜLLER & SÖHNE GMBH"),
        ("dkb.csv", "ACME GmbH"),
        ("deutsche-bank.csv", "ACME GmbH"),
        ("n26.csv", "ACME GmbH"),
        ("bank-of-america.csv", "ACME INC"),
        ("chase.csv", "ACME INC"),
        ("bnp.csv", "ACME SARL"),
        ("santander-es.csv", "Acme Sl"),
        ("wise.csv", "ACME GmbH"),
        ("paypal.csv", "Acme GmbH"),
        ("hsbc-uk.csv", ""),
    ],
)
def test_the_payer_is_named_where_the_bank_names_one(name: str, payer: str) -> None:
    rows, _, _ = read(name)

    assert next(row for row in rows if "1042" in row.reference).payer_name == payer


@pytest.mark.parametrize("name", ["sparkasse-camt.csv", "paypal.csv"])
def test_what_is_only_announced_is_left_out(name: str) -> None:
    _, left_out, _ = read(name)

    assert left_out == {"not_booked": 1}


@pytest.mark.parametrize("name", ["bank-of-america.csv", "deutsche-bank.csv"])
def test_balances_among_and_below_the_rows_are_no_movements(name: str) -> None:
    _, left_out, _ = read(name)

    assert left_out == {"no_movement": 1}


def test_the_movements_of_two_payers_in_one_file_stay_apart() -> None:
    rows, _, _ = read("dkb.csv")

    assert [row.payer_name for row in rows] == ["ACME GmbH", "Strom AG"]


def test_the_merchants_account_is_read_from_the_lines_above_the_table() -> None:
    rows, _, _ = read("santander-es.csv")

    assert {row.account for row in rows} == {"ES9121000418450200051332"}


def test_a_file_of_windows_is_asked_about() -> None:
    said = BankFile("sparkasse-camt.csv", path=STATEMENTS / "sparkasse-camt.csv")

    with sources.opened(said) as file, pytest.raises(EncodingUnknown):
        bank_layouts.surveyed(file, said, today=TODAY)


def test_a_currency_that_no_line_names_is_asked_for() -> None:
    said = BankFile("hsbc-uk.csv", path=STATEMENTS / "hsbc-uk.csv")

    with sources.opened(said) as file, pytest.raises(CurrencyMissing):
        bank_layouts.surveyed(file, said, today=TODAY)
