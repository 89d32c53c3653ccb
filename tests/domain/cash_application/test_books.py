"""Books with known truth: what posts itself is right, all of it, and most of what could be known is posted."""

import pytest

from domain.cash_application import posting
from domain.kernel.core import Core
from tests.domain.cash_application import book_runs, books


@pytest.mark.timeout(900)
async def test_of_1500_payments_over_15000_invoices_none_is_posted_wrongly(core: Core) -> None:
    book = books.made(invoices=15_000, payments=1_500, seed=7)
    await book_runs.fill(core, book)

    await posting.apply_cash(core)

    result = await book_runs.compared(core, book)
    assert (result.wrong.total(), result.right.total() >= 900) == (0, True), result.told()
