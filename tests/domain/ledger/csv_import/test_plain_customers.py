"""Customers of which nothing is unusual are read the short way, and come to the same as by the long one."""

import pytest

from domain.ledger.csv_import.columns import matched
from domain.ledger.csv_import.customers import Customers
from domain.ledger.csv_import.requests import Kind

HEADERS = ["Invoice Number", "Due Date", "Amount", "Customer Number", "Customer Name", "Contact Name", "Contact Email",
           "Country", "Tags"]  # fmt: skip

NUMBERS = ("", "C-000123", "acme/7", "000123", "1.00", "1E+05", "C 1", "#N/A", "C-1\u200b")
NAMES = ("", "Acme Ltd", "ACME  Ltd", " Acme", "Ädler & Söhne", "ﬁne", "=cmd|' /C calc'!A0", "A\tB")
CONTACTS = ("", "Anna Berg", "Zoë")
EMAILS = ("", "Anna.Berg@Acme.Example", "a@acme.example; b@acme.example", "a@x.invalid", "nobody", "ä@acme.example")


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("name", NAMES)
def test_the_short_way_says_what_the_long_one_says(number: str, name: str) -> None:
    columns = matched(Kind.INVOICES, HEADERS, ())
    for contact in CONTACTS:
        for email in EMAILS:
            cells = ["INV-1", "2026-01-01", "1.00", number, name, contact, email, "Germany", "vip, b2b"]

            short = Customers(columns)._read_plain(2, cells)
            long = Customers(columns)._read_customer(2, cells)

            assert short is None or short == long, cells


def test_what_a_file_mostly_holds_goes_the_short_way() -> None:
    columns = matched(Kind.INVOICES, HEADERS, ())
    cells = ["INV-1", "2026-01-01", "1.00", "C-000123", "Acme Ltd", "Anna Berg", "ap@acme.example", "DE", ""]

    assert Customers(columns)._read_plain(2, cells) is not None
