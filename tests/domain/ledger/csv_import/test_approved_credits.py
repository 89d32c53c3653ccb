"""Credits that were approved here: a ledger file that does not know them yet raises no balance again."""

import pytest

from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.ledger import credits  # noqa: A004 - named after what it is about, as every module
from tests.domain.commitments.people import BEN, CARL
from tests.domain.ledger.csv_import.files import everything, imported, invoices

BOOKS = (
    "Invoice Number,Customer,Invoice Date,Due Date,Amount,Balance,Currency\n"
    "INV-1,Acme,2026-01-01,2026-01-31,100.00,100.00,EUR\n"
    "INV-2,Acme,2026-01-01,2026-01-31,50.00,50.00,EUR\n"
)


async def _credited(core: Core, minor: int) -> None:
    """Give up a part of INV-1, by two people."""
    proposed = await credits.propose(
        core, invoice_number="INV-1", amount=Money(minor, "EUR"), reason="it came late", actor=BEN
    )
    await credits.approve(core, credit_id=proposed.credit_id, actor=CARL)


@pytest.mark.parametrize(("minor", "left", "state"), [(3000, 7000, "open"), (10000, 0, "settled")])
async def test_a_file_with_the_balance_from_before_an_approved_credit_is_a_conflict_and_raises_nothing(
    core: Core, minor: int, left: int, state: str
) -> None:
    await imported(core, BOOKS)
    await _credited(core, minor)
    before = await everything(core)

    event = await imported(core, BOOKS)
    again = await imported(core, BOOKS)

    for each in (event, again):
        assert (each.conflicting, each.unchanged, each.changed, each.reasons) == (1, 1, 0, {"less_open_here": 1})
    assert await everything(core) == before
    stored = (await invoices(core))["INV-1"]
    assert (stored["open_minor"], stored["state"]) == (left, state)


async def test_once_the_books_know_the_credit_too_nothing_is_in_conflict(core: Core) -> None:
    await imported(core, BOOKS)
    await _credited(core, 3000)

    event = await imported(core, BOOKS.replace("100.00,100.00", "100.00,70.00"))

    assert (event.conflicting, event.unchanged, event.changed) == (0, 2, 0)
    assert (await invoices(core))["INV-1"]["open_minor"] == 7000


async def test_a_credit_that_only_waits_is_no_conflict(core: Core) -> None:
    await imported(core, BOOKS)
    await credits.propose(core, invoice_number="INV-1", amount=Money(3000, "EUR"), reason="it came late", actor=BEN)

    event = await imported(core, BOOKS)

    assert (event.conflicting, event.unchanged) == (0, 2)
