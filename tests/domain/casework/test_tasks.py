"""Tasks: what only a person can do is listed by customer and amount, and never a dead end."""

import asyncio
from uuid import uuid4

import pytest

from domain.casework import task_lists, tasks, worklist
from domain.casework.models import Task
from domain.casework.refusals import TaskNotFound, WordsMissing
from domain.casework.tasks import TaskKind
from domain.commitments.events import InstalmentMissed
from domain.deliverability import suppressions
from domain.deliverability.models import Mailing
from domain.deliverability.suppressions import Why
from domain.kernel import timeline
from domain.kernel.actor import SHELL, SYSTEM
from domain.kernel.addresses import AddressMalformed
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.money import Money
from domain.ledger import contacts, placing
from domain.ledger.contacts import ContactRole
from domain.ledger.models import Contact, Invoice
from domain.ledger.refusals import AccountUnclear, AddressUnmailable, ContactKnown, ContactNotFound
from tests.builders import a_contact, an_account, an_invoice
from tests.clocks import StandingClock
from tests.domain.casework.operators import a_suppression, an_operator, euros
from tests.domain.commitments.commitments_made import a_payment
from tests.domain.ledger.test_placing import loose_money


async def _suppressed(core: Core, invoice: Invoice, contact: Contact, reason: Why) -> None:
    """Suppress a contact's address as a bounce of a mail about the invoice would, and run the job."""
    mailing = await Mailing.create(
        id=uuid4(), unique_key=str(uuid4()), letter="reminder-due", invoice_id=invoice.id,
        account_id=invoice.account_id, contact_id=contact.id, address=contact.email, address_key=contact.email_key,
        message_id=str(uuid4()), state="sent", reason="", queued_at=core.clock.now(),
    )  # fmt: skip
    async with core.transaction() as tx:
        await suppressions.suppress(
            core, tx, mailing=mailing, reason=reason, rule="test", diagnostic="550 5.1.1", mail_id=None
        )
    await jobs_done(core)


async def jobs_done(core: Core) -> None:
    """Run what is queued."""
    await core.jobs.work(concurrency=1, stop=asyncio.Event(), until_idle=True)


async def open_tasks(core: Core) -> list[tuple[str, str]]:
    """Return kind and customer of every open task, as listed."""
    return [(line.kind.value, line.account_name) for line in (await task_lists.page(core, actor=SHELL)).lines]


async def test_complaint_5_bounces_are_listed_by_customer_and_amount_at_risk(core: Core) -> None:
    for name, minor in (("Small", 100_00), ("Large", 9_000_00), ("Middle", 500_00)):
        account = await an_account(core, name)
        for number in range(3):
            invoice = await an_invoice(core, f"{name}-{number}", account=account, amount=Money(minor, "EUR"))
        for number in range(4):
            contact = await a_contact(core, account, f"{name.lower()}{number}@acme.example")
            await _suppressed(core, invoice, contact, Why.HARD_BOUNCE)

    listed = await task_lists.page(core, actor=SHELL, kind=TaskKind.FIND_CONTACT)

    assert [(line.account_name, line.at_risk) for line in listed.lines] == [
        ("Large", (euros(27_000_00),)),
        ("Middle", (euros(1_500_00),)),
        ("Small", (euros(300_00),)),
    ]
    assert listed.lines[0].reason == "l…@acme.example must not be mailed (hard bounce)"


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        (Why.HARD_BOUNCE, "find contact"),
        (Why.SOFT_BOUNCES, "find contact"),
        (Why.COMPLAINT, "review"),
        (Why.OPTED_OUT, "call"),
    ],
)
async def test_every_suppression_gives_a_person_something_to_do(core: Core, reason: Why, kind: str) -> None:
    invoice = await an_invoice(core)

    await _suppressed(core, invoice, await Contact.get(), reason)

    assert await open_tasks(core) == [(kind, "Customer of INV-1042")]


async def test_an_address_that_several_customers_share_is_looked_for_at_each(core: Core) -> None:
    invoice = await an_invoice(core)
    other = await an_account(core, "Other")
    await a_contact(core, other)

    await _suppressed(core, invoice, await Contact.get(account_id=invoice.account_id), Why.HARD_BOUNCE)

    assert sorted(await open_tasks(core)) == [("find contact", "Customer of INV-1042"), ("find contact", "Other")]


async def test_money_too_much_is_a_task(core: Core) -> None:
    invoice = await an_invoice(core)

    await a_payment(core, invoice, 13000)
    await jobs_done(core)

    (line,) = (await task_lists.page(core, actor=SHELL)).lines
    assert (line.kind, line.invoice_number) == (TaskKind.APPLY_CASH, "INV-1042")
    assert line.reason == "5.00 EUR more than was open on INV-1042"


async def test_a_missed_instalment_is_a_task_once(core: Core) -> None:
    invoice = await an_invoice(core)
    event = InstalmentMissed(
        invoice_id=invoice.id, invoice_number=invoice.number, account_id=invoice.account_id, plan_id=uuid4(),
        instalment_id=uuid4(), contact_id=None, position=1, of=2, due_on=core.clock.now().date(),
        amount=euros(100), unpaid=euros(40), **by(SYSTEM, core.clock.now()),
    )  # fmt: skip
    for _ in range(2):
        async with core.transaction() as tx:
            await timeline.record(core, tx, event)

    await jobs_done(core)

    assert await open_tasks(core) == [("collect missed plan", "Customer of INV-1042")]


async def test_a_search_ends_when_a_contact_is_added(core: Core, clock: StandingClock) -> None:
    invoice = await an_invoice(core)
    await _suppressed(core, invoice, await Contact.get(), Why.HARD_BOUNCE)
    clock.advance(minutes=5)

    await contacts.add(core, account="Customer of INV-1042", email="Ben@Acme.example", name="Ben", actor=SHELL)
    await jobs_done(core)

    assert await open_tasks(core) == []
    task = await Task.get()
    assert (task.state, task.outcome) == ("done", "the customer has a contact to mail")


async def test_a_search_ends_when_the_suppression_is_lifted(core: Core, clock: StandingClock) -> None:
    invoice = await an_invoice(core)
    await _suppressed(core, invoice, await Contact.get(), Why.HARD_BOUNCE)
    clock.advance(minutes=5)

    await suppressions.lift(core, address="anna@acme.example", reason="their server was broken", actor=SHELL)
    await jobs_done(core)

    assert await open_tasks(core) == []


async def test_a_task_is_closed_once_and_with_words(core: Core) -> None:
    ann = await an_operator(core, "Ann")
    await an_invoice(core)
    opened = await tasks.add(core, kind=TaskKind.CALL, invoice_number="INV-1042", reason="ask for the PO", actor=ann)
    again = await tasks.add(core, kind=TaskKind.CALL, invoice_number="INV-1042", reason="ask once more", actor=ann)
    assert opened is not None
    assert again is None
    with pytest.raises(WordsMissing):
        await tasks.finish(core, task_id=opened.task_id, outcome="", actor=ann)

    closed = await tasks.finish(core, task_id=opened.task_id, outcome="they sent it", actor=ann)

    assert closed.told() == "Call for Customer of INV-1042 done: they sent it"
    with pytest.raises(TaskNotFound):
        await tasks.drop(core, task_id=opened.task_id, reason="twice", actor=ann)


async def test_a_contact_is_added_once_valid_and_mailable(core: Core) -> None:
    account = await an_account(core, "Acme Ltd")
    await a_suppression(core, "dead@acme.example")
    await contacts.add(core, account="Acme Ltd", email="anna@acme.example", actor=SHELL, role=ContactRole.ESCALATION)

    with pytest.raises(ContactKnown):
        await contacts.add(core, account="acme ltd", email="ANNA@acme.example", actor=SHELL)
    with pytest.raises(AddressUnmailable, match=r"d…@acme.example must not be mailed \(hard bounce\)"):
        await contacts.add(core, account="Acme Ltd", email="dead@acme.example", actor=SHELL)
    with pytest.raises(AddressMalformed):
        await contacts.add(core, account="Acme Ltd", email="nobody", actor=SHELL)
    assert [(each.email, each.role) for each in await Contact.filter(account_id=account.id)] == [
        ("anna@acme.example", "escalation")
    ]


async def test_two_who_add_one_contact_at_once_add_it_once(core: Core) -> None:
    await an_account(core, "Acme Ltd")

    results = await asyncio.gather(
        *(contacts.add(core, account="Acme Ltd", email="anna@acme.example", actor=SHELL) for _ in range(5)),
        return_exceptions=True,
    )

    assert sum(isinstance(each, ContactKnown) for each in results) == 4
    assert await Contact.all().count() == 1


async def test_a_contact_that_is_removed_is_none_any_more(core: Core) -> None:
    await an_invoice(core)
    await worklist.refresh_all(core)

    event = await contacts.remove(core, account="Customer of INV-1042", email="Anna@acme.example", actor=SHELL)

    assert event.told() == "Customer of INV-1042: a…@acme.example is no contact any more; nobody is left to write to"
    with pytest.raises(ContactNotFound):
        await contacts.remove(core, account="Customer of INV-1042", email="anna@acme.example", actor=SHELL)


async def test_of_several_customers_the_reader_chooses(core: Core) -> None:
    await an_account(core, "Acme North")
    await an_account(core, "Acme South")

    with pytest.raises(AccountUnclear) as unclear:
        await contacts.add(core, account="acme", email="anna@acme.example", actor=SHELL)

    assert [each.name for each in unclear.value.choices] == ["Acme North", "Acme South"]


async def test_a_task_to_apply_cash_ends_when_none_is_left(core: Core, clock: StandingClock) -> None:
    account = await an_account(core)
    await an_invoice(core, "INV-1", account=account, amount=Money(10000, "EUR"))
    payment = await loose_money(core, 6000, account, note="which invoice?")
    await jobs_done(core)
    before = await open_tasks(core)
    clock.advance(minutes=1)

    await placing.place(core, payment_id=payment, invoice_number="INV-1", amount=Money(1000, "EUR"), actor=SHELL)
    await jobs_done(core)
    meanwhile = await open_tasks(core)
    await placing.place(core, payment_id=payment, invoice_number="INV-1", actor=SHELL)
    await jobs_done(core)

    assert before == meanwhile == [("apply cash", "Acme Ltd")]
    assert await open_tasks(core) == []
    assert (await Task.get()).outcome == "no unapplied cash is left"
