"""Posting: sure lines book themselves once, the others wait with what may be done about them."""

from domain.cash_application import posting
from domain.cash_application.models import BankLine, CashMatch
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.ledger.models import Invoice, Payment
from tests.builders import an_invoice
from tests.domain.cash_application.lines import a_bank_line


async def test_a_line_with_number_and_exact_amount_posts_by_itself(core: Core) -> None:
    invoice = await an_invoice(core, "INV-1042", amount=Money(12500, "EUR"))
    line = await a_bank_line(core, "Rechnung INV-1042 vielen Dank", Money(12500, "EUR"))

    await posting.apply_cash(core)

    assert (await BankLine.get(id=line.id)).state == "posted"
    assert (await Invoice.get(id=invoice.id)).state == "settled"
    assert (await Payment.get()).object_id == f"bank:{line.id}"


async def test_an_amount_alone_is_proposed_and_never_posted(core: Core) -> None:
    await an_invoice(core, "INV-1042", amount=Money(12500, "EUR"))
    line = await a_bank_line(core, "thanks", Money(12500, "EUR"))

    await posting.apply_cash(core)

    assert (await BankLine.get(id=line.id)).state == "proposed"
    assert [each.confidence for each in await CashMatch.filter(bank_line_id=line.id)] == [35]
