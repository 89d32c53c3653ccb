"""The sample ledger: always the same, always fresh, of every age and state."""

import csv
import io
from datetime import date, timedelta
from decimal import Decimal

from sandbox import ledger

TODAY = date(2026, 11, 22)


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_it_has_forty_customers_and_two_hundred_invoices() -> None:
    invoices = rows(ledger.invoices_csv(TODAY))

    assert len(invoices) == len({row["Invoice Number"] for row in invoices}) == 200
    assert len({row["Customer Number"] for row in invoices}) == 40
    assert {row["Currency"] for row in invoices} == {"EUR", "USD", "GBP"}


def test_it_is_the_same_each_time_and_moves_with_the_day() -> None:
    first, again = ledger.invoices_csv(TODAY), ledger.invoices_csv(TODAY)
    later = ledger.invoices(TODAY + timedelta(days=10))

    assert first == again
    assert [each.due_on - timedelta(days=10) for each in later] == [each.due_on for each in ledger.invoices(TODAY)]


def test_every_age_and_state_is_there() -> None:
    invoices = ledger.invoices(TODAY)
    open_days = {(TODAY - each.due_on).days for each in invoices if each.balance}

    for low, high in ((-60, -1), (0, 0), (1, 30), (31, 60), (61, 90), (91, 400)):
        assert any(low <= days <= high for days in open_days)
    assert any(0 < each.balance < each.amount for each in invoices)
    assert any(each.paid_on for each in invoices)


def test_no_invoice_contradicts_itself() -> None:
    for each in ledger.invoices(TODAY):
        assert each.issued_on <= min(each.due_on, TODAY)
        assert Decimal(0) <= each.balance <= each.amount
        assert (each.balance == 0) == (each.paid_on is not None)
        assert each.paid_on is None or each.issued_on <= each.paid_on <= TODAY


def test_every_contact_has_an_address_of_its_own_that_reaches_nobody() -> None:
    contacts = rows(ledger.contacts_csv(TODAY))

    addresses = [row["Contact Email"] for row in contacts]
    assert len(set(addresses)) == len(addresses) > 40
    assert all(address.isascii() and address.endswith(".example") for address in addresses)


def test_some_customers_can_pay_by_bank_debit() -> None:
    dollars = [each for each in ledger.invoices(TODAY) if each.customer.currency == "USD" and each.balance]

    assert len(dollars) > 10
