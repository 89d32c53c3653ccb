"""Gathering: what is said to be in a mail is in it, whoever else writes to the same contact at that moment."""

from uuid import uuid4

from domain.deliverability.models import MailingItem
from domain.kernel.core import Core
from domain.ledger.models import Invoice
from domain.outreach import due, gathering
from domain.outreach.gathered_mails import Wanted
from domain.outreach.gathering import Gathered
from tests.builders import a_contact, an_account, an_invoice


async def test_a_step_whose_invoice_is_in_the_mail_for_another_reason_waits_for_the_next(core: Core) -> None:
    account = await an_account(core)
    await a_contact(core, account)
    invoice = await an_invoice(core, "INV-1", account=account)
    await _gathered(core, invoice, "instalment:1:missed")

    found = await _gathered(core, invoice, "step:1:2")

    assert found.done == frozenset()
    assert [each.unique_key[:10] for each in await MailingItem.all()] == ["instalment"]


async def test_a_step_that_reached_its_contact_before_is_done(core: Core) -> None:
    account = await an_account(core)
    await a_contact(core, account)
    invoice = await an_invoice(core, "INV-1", account=account)
    key = f"step:{uuid4()}:2"
    await _gathered(core, invoice, key)

    found = await _gathered(core, invoice, key)

    assert found.done == {key}
    assert await MailingItem.all().count() == 1


async def _gathered(core: Core, invoice: Invoice, key: str) -> Gathered:
    """Put the invoice into the mails of its customer's contacts under that key."""
    async with core.transaction() as tx:
        people = await due.recipients(tx, accounts=[invoice.account_id], now=core.clock.now())
        wanted = Wanted(
            key=key,
            invoice_id=invoice.id,
            number=invoice.number,
            account_id=invoice.account_id,
            due_on=invoice.due_on,
            letter="reminder-overdue",
            tone="Neutral",
            severity=1,
            reason="it is due",
            recipients=people[invoice.account_id, "billing"],
        )
        return await gathering.gather(core, tx, wanted=[wanted])
