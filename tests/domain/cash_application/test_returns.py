"""Returns: money that went out is proposed against the payment that may have come back, and a person books it."""

import pytest

from domain.cash_application import decisions, posting, queries
from domain.cash_application.models import BankLine
from domain.cash_application.refusals import LineDecided, ReturnUnclear
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.ledger.models import Invoice, Payment
from tests.builders import an_account, an_invoice
from tests.domain.cash_application.lines import CLERK, a_bank_line


async def a_return(core: Core, minor: int = -12500) -> BankLine:
    """Return a line with which INV-1042's payment went back."""
    await an_invoice(core, "INV-1042", amount=Money(12500, "EUR"))
    await a_bank_line(core, "INV-1042", Money(12500, "EUR"), payer="Acme Ltd", payer_key="digest")
    await posting.apply_cash(core)
    line = await a_bank_line(core, "RETURN INV-1042", Money(minor, "EUR"), payer_key="digest")
    await posting.apply_cash(core)
    return line


async def test_a_return_is_proposed_and_never_booked_by_itself(core: Core) -> None:
    line = await a_return(core)

    card = await queries.card(core, line_id=line.id)

    assert (card.line.state, card.ways[0].confidence) == ("proposed", 85)
    assert [(part.invoice_number, part.amount) for part in card.ways[0].parts] == [("INV-1042", Money(-12500, "EUR"))]


async def test_a_confirmed_return_opens_the_invoice_again(core: Core) -> None:
    line = await a_return(core)

    event = await decisions.confirm(core, line_id=line.id, actor=CLERK)

    assert event.told() == (
        "Returned by the bank: 125.00 EUR of 10 Mar 2026, paid by Customer of INV-1042 for INV-1042"
    )
    assert (await Invoice.get(number="INV-1042")).open_minor == 12500
    assert sorted([each.amount_minor for each in await Payment.all()]) == [-12500, 12500]


async def test_a_return_is_booked_once(core: Core) -> None:
    line = await a_return(core)
    await decisions.confirm(core, line_id=line.id, actor=CLERK)

    with pytest.raises(LineDecided):
        await decisions.confirm(core, line_id=line.id, actor=CLERK)

    assert await Payment.all().count() == 2


async def test_one_payment_does_not_come_back_twice(core: Core) -> None:
    first = await a_return(core)
    second = await a_bank_line(core, "RETURN", Money(-12500, "EUR"))
    await posting.apply_cash(core)
    await decisions.confirm(core, line_id=first.id, actor=CLERK)

    with pytest.raises(ReturnUnclear):
        await decisions.confirm(core, line_id=second.id, actor=CLERK)


async def test_money_that_was_kept_unapplied_can_come_back_too(core: Core) -> None:
    await an_account(core, "Globex")
    line = await a_bank_line(core, "?", Money(9000, "EUR"), payer_key="digest")
    await decisions.keep_unapplied(core, line_id=line.id, account="Globex", actor=CLERK)
    back = await a_bank_line(core, "?", Money(-9000, "EUR"), payer_key="digest")
    await posting.apply_cash(core)

    await decisions.confirm(core, line_id=back.id, actor=CLERK)

    assert await core.database.rows("SELECT * FROM unapplied_cash") == []
    assert (await BankLine.get(id=back.id)).state == "posted"


async def test_money_that_went_out_and_fits_nothing_stays_new(core: Core) -> None:
    line = await a_return(core, minor=-777)

    assert (await BankLine.get(id=line.id)).state == "new"
