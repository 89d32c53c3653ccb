"""A statement tells of the past, so its dates often say themselves which of day and month comes first."""

from datetime import date

from domain.cash_application.bank_dates import StatementDates
from domain.ledger.csv_import.requests import DateOrder

TODAY = date(2026, 3, 10)


def test_a_number_among_the_dates_does_not_undo_what_the_dates_say() -> None:
    dates = StatementDates(TODAY)

    dates.add(["05/03/2026", "09/03/2026", "45000"])

    assert dates.decided() is DateOrder.DMY


def test_an_order_that_would_lead_into_the_future_is_not_the_statements() -> None:
    dates = StatementDates(TODAY)

    dates.add(["03/05/2026", "03/09/2026"])

    assert dates.decided() is DateOrder.MDY
