"""Scoping: every figure of one customer or segment is what it would be without the others; together they are all."""

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import uuid4

import pytest

from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.ledger.models import Account, Invoice
from domain.ledger.refusals import AccountNotFound
from domain.operations.refusals import SegmentUnknown
from domain.operations.reports import reports
from domain.operations.reports.reports import Kind
from domain.operations.reports.sheets import Cell, Report, Share
from tests.builders import a_contact, an_account, an_invoice
from tests.domain.operations.reports.books import disputed, euros, paid_on, planned, promised, queued

CADENCE = "00000000-0000-4000-8000-000000000001"


async def in_segment(core: Core, invoice: Invoice, segment: str) -> None:
    """Let an invoice be in a segment, its reminders ended."""
    await core.database.execute(
        "INSERT INTO enrolment (id, invoice_id, cadence_id, segment, state, created_at)"
        " VALUES (%s, %s, %s, %s, 'closed', %s)",
        (uuid4(), invoice.id, CADENCE, segment, core.clock.now()),
    )


async def a_book(core: Core, name: str, size: int, segment: str) -> Account:
    """Store one customer, whose every figure is a multiple of *size* euros.

    Open: 10 x size, 20 days late, of which 4 x size came yesterday; promised: 3 x size for today; 2 x size due by plan
    yesterday; disputed since yesterday: size; a draft about the second invoice of 5 x size.
    """
    account = await an_account(core, name)
    await a_contact(core, account, f"ap@{size}.example")
    first = await an_invoice(core, f"{name}-1", account=account, amount=euros(10 * size), days_past_due=20)
    second = await an_invoice(core, f"{name}-2", account=account, amount=euros(5 * size), days_past_due=-5)
    await in_segment(core, first, segment)
    await paid_on(core, first, euros(4 * size), date(2026, 3, 9))
    await promised(core, first, euros(3 * size), date(2026, 3, 10))
    await promised(core, first, euros(size), date(2026, 3, 9), state="kept",
                   judged_at=datetime(2026, 3, 9, 12, tzinfo=UTC))  # fmt: skip
    await planned(core, second, euros(2 * size), date(2026, 3, 9))
    at = datetime(2026, 3, 9, 9, tzinfo=UTC)
    await disputed(core, first, euros(size), at, due=at.replace(month=5), risk=at.replace(month=4))
    await queued(core, second, state="drafted")
    return account


async def table(core: Core, kind: Kind, name: str, **whose: str) -> list[tuple[Cell, ...]]:
    """Return the rows of one sheet of a report of yesterday."""
    made = await reports.report(core, kind=kind, actor=SHELL, days=1, **whose)  # type: ignore[arg-type]
    return list(next(each for each in made.sheets if each.name == name).rows)


async def test_each_figure_is_of_the_customer_that_was_asked_for(core: Core) -> None:
    await a_book(core, "One", 1, "key")
    await a_book(core, "Hundred", 100, "rest")

    for whose in ({"customer": "one"}, {"segment": "KEY"}, {"customer": "One", "segment": "key"}):
        (collected,) = await table(core, Kind.COLLECTED, "collected", **whose)
        (due,) = await table(core, Kind.PROMISES, "promises", **whose)
        (kept,) = await table(core, Kind.PROMISES, "promise adherence", **whose)
        (filed,) = await table(core, Kind.DISPUTES, "disputes", **whose)
        (held,) = await table(core, Kind.HELD, "held back", **whose)
        (owes,) = await table(core, Kind.EXPOSURES, "exposures", **whose)
        (aged,) = await table(core, Kind.AGEING, "ageing", **whose)
        (covered,) = await table(core, Kind.COVERAGE, "coverage", **whose)
        (turned,) = await table(core, Kind.DSO, "dso", **whose)

        # 4 came in, of 1 promised for yesterday and 2 due by plan
        assert collected == ("EUR", euros(4), 1, euros(1), euros(2), euros(3), Share(Decimal(4) / 3))
        assert due[2:] == (1, euros(3))
        assert kept[:2] == (1, 1)
        assert filed[2:] == (1, euros(1))
        assert held[1:] == ("EUR", 1, euros(5))
        assert owes[1:] == ("One", "", euros(11), euros(6), 20, 2)
        assert aged[:3] == ("EUR", euros(5), euros(6))
        assert covered[:3] == ("EUR", 2, 2)
        assert turned[3:5] == (euros(11), euros(5))


@pytest.mark.parametrize("kind", Kind)
async def test_sums_of_all_customers_are_the_sums_of_each(core: Core, kind: Kind) -> None:
    await a_book(core, "One", 1, "key")
    await a_book(core, "Hundred", 100, "rest")

    whole = await reports.report(core, kind=kind, actor=SHELL, days=1)
    parts = [await reports.report(core, kind=kind, actor=SHELL, days=1, customer=each) for each in ("One", "Hundred")]

    def sums(made: Report) -> Money:
        cells = (cell for sheet in made.sheets for row in sheet.rows for cell in row)
        return sum((cell for cell in cells if isinstance(cell, Money)), Money(0, "EUR"))

    assert sums(whole) == sums(parts[0]) + sums(parts[1])


async def test_names_that_nobody_has_are_refused(core: Core) -> None:
    await a_book(core, "One", 1, "key")

    with pytest.raises(AccountNotFound):
        await reports.report(core, kind=Kind.DSO, actor=SHELL, customer="Nobody")
    with pytest.raises(SegmentUnknown, match="key"):
        await reports.report(core, kind=Kind.DSO, actor=SHELL, segment="%'; --")


async def test_a_report_says_whose_it_is(core: Core) -> None:
    await a_book(core, "One", 1, "key")

    made = await reports.report(core, kind=Kind.DSO, actor=SHELL, customer="one", segment="ke")

    assert (made.customer, made.segment) == ("One", "key")
