"""Gathering: what is said to be in a mail is in it, whoever else writes to the same contact at that moment."""

from uuid import uuid4

from domain.deliverability.models import Mailing, MailingItem
from domain.kernel.core import Core
from domain.ledger.models import Invoice
from domain.outreach import due, gathering, nudges, planner, sending
from domain.outreach.gathered_mails import Wanted
from domain.outreach.gathering import Gathered
from tests.builders import a_contact, an_account, an_invoice
from tests.clocks import StandingClock
from tests.domain.commitments.people import MIA
from tests.domain.outreach.stage import a_contact_of, enrolment


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


async def test_an_invoice_waits_while_only_one_of_its_contacts_mails_has_left(core: Core) -> None:
    invoice, mails = await _two_contacts_of_whom_anna_is_being_written_to(core)

    made = await planner.plan(core)

    waiting = await enrolment(invoice)
    assert (made, waiting.held, waiting.last_position) == (0, planner.APART, 0)
    assert await MailingItem.filter(invoice_id=invoice.id).count() == 0
    assert await Mailing.all().count() == len(mails)


async def test_the_contacts_hear_of_an_invoice_together_once_all_their_mails_have_left(
    core: Core, clock: StandingClock
) -> None:
    invoice, (anna, ben) = await _two_contacts_of_whom_anna_is_being_written_to(core)
    await sending.delivered(core, mailing_id=anna.id)
    await planner.plan(core)
    await _left(core, ben)
    clock.advance(hours=6)

    made = await planner.plan(core)

    assert made == 2
    mails = [each.mailing_id for each in await MailingItem.filter(invoice_id=invoice.id)]
    assert {each.state for each in await Mailing.filter(id__in=mails)} == {"queued"}


async def test_a_mail_that_does_not_leave_keeps_an_invoice_back_for_no_longer_than_the_others_rest(
    core: Core, clock: StandingClock
) -> None:
    invoice, (anna, ben) = await _two_contacts_of_whom_anna_is_being_written_to(core)
    await sending.delivered(core, mailing_id=anna.id)
    await planner.plan(core)
    clock.advance(days=core.limits.contact_rest.days)

    made = await planner.plan(core)

    assert made == 1
    items = await MailingItem.filter(invoice_id=invoice.id)
    assert {each.contact_id for each in items} == {anna.contact_id, ben.contact_id}
    assert ben.id in {each.mailing_id for each in items}


async def test_what_a_person_asks_for_now_waits_for_nobody(core: Core) -> None:
    invoice, (_, ben) = await _two_contacts_of_whom_anna_is_being_written_to(core)

    event = await nudges.nudge(core, invoice_number=invoice.number, actor=MIA)

    assert ben.id in event.mailing_ids
    assert len(event.mailing_ids) == 2


async def _two_contacts_of_whom_anna_is_being_written_to(core: Core) -> tuple[Invoice, tuple[Mailing, Mailing]]:
    """Return an invoice that fell due after a mail to Anna was handed over, and before the one to Ben was."""
    account = await an_account(core)
    anna = await a_contact_of(core, account, "anna@acme.example")
    ben = await a_contact_of(core, account, "ben@acme.example")
    await an_invoice(core, "INV-1", account=account)
    await planner.plan(core)
    mails = await Mailing.get(contact_id=anna.id), await Mailing.get(contact_id=ben.id)
    assert await sending.begin(core, mailing_id=mails[0].id) is not None
    return await an_invoice(core, "INV-2", account=account), mails


async def _left(core: Core, mailing: Mailing) -> None:
    assert await sending.begin(core, mailing_id=mailing.id) is not None
    await sending.delivered(core, mailing_id=mailing.id)


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
