"""The planner: once per step, caught up once, never for what is not owed."""

import asyncio
from datetime import date, timedelta
from uuid import uuid4

from domain.deliverability.models import Mailing, Suppression
from domain.kernel import timeline
from domain.kernel.actor import SYSTEM
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.money import Money
from domain.ledger import payments
from domain.ledger.events import InvoiceChanged
from domain.ledger.models import Invoice
from domain.outreach import planner
from domain.outreach.models import Enrolment
from tests.builders import a_contact, an_account, an_invoice, paid
from tests.clocks import StandingClock


async def test_an_invoice_due_for_a_step_gets_one_mail_for_each_contact(core: Core) -> None:
    account = await an_account(core)
    await a_contact(core, account, "anna@acme.example")
    await a_contact(core, account, "ben@acme.example")
    await an_invoice(core, account=account, days_past_due=7)

    queued = await planner.plan(core)

    mails = await Mailing.all().order_by("address")
    assert queued == 2
    assert [each.address for each in mails] == ["anna@acme.example", "ben@acme.example"]
    assert {each.letter for each in mails} == {"reminder-overdue"}
    assert mails[0].id != mails[1].id
    assert mails[0].message_id == f"<{mails[0].id}@mail.northwind.example>"
    assert mails[0].reason == "step 3 of cadence default v1, 7 days past due"


async def test_planning_twice_queues_nothing_twice(core: Core) -> None:
    await an_invoice(core)

    first = await planner.plan(core)
    second = await planner.plan(core)

    assert (first, second) == (1, 0)


async def test_planners_at_once_queue_each_step_once(core: Core) -> None:
    for number in range(30):
        await an_invoice(core, f"INV-{number}")

    queued = await asyncio.gather(*(planner.plan(core) for _ in range(4)))

    assert sum(queued) == 30
    assert await Mailing.all().count() == 30


async def test_an_invoice_that_is_not_due_waits(core: Core, clock: StandingClock) -> None:
    await an_invoice(core, days_past_due=-10)

    before = await planner.plan(core)
    clock.advance(days=7)
    after = await planner.plan(core)

    assert (before, after) == (0, 1)


async def test_missed_steps_are_caught_up_with_one_mail(core: Core, clock: StandingClock) -> None:
    await an_invoice(core, days_past_due=16)

    queued = await planner.plan(core)
    clock.advance(days=1)
    next_day = await planner.plan(core)

    assert (queued, next_day) == (1, 0)
    assert (await Mailing.get()).step == 4


async def test_the_whole_cadence_is_lived_through_and_ends_with_a_person(core: Core, clock: StandingClock) -> None:
    await an_invoice(core, days_past_due=-4)

    days = []
    for day in range(40):
        if await planner.plan(core):
            days.append(day - 4)
        clock.advance(days=1)

    assert days == [-3, 0, 7, 14]
    assert (await Enrolment.get()).state == "finished"
    escalated = await core.database.rows("SELECT fact FROM timeline_entry WHERE kind = 'invoice.escalated'")
    assert len(escalated) == 1


async def test_an_old_invoice_gets_a_letter_before_a_person_takes_over(core: Core, clock: StandingClock) -> None:
    await an_invoice(core, days_past_due=90)

    await planner.plan(core)
    first = await Enrolment.get()
    clock.advance(days=2)
    await planner.plan(core)
    rested = await Enrolment.get()
    clock.advance(days=2)
    await planner.plan(core)

    assert (first.state, rested.state) == ("running", "running")
    assert (await Enrolment.get()).state == "finished"
    assert (await Mailing.get()).letter == "reminder-overdue"


async def test_a_settled_invoice_is_never_planned(core: Core) -> None:
    invoice = await an_invoice(core)
    await paid(core, invoice)

    assert await planner.plan(core) == 0


async def test_a_suppressed_contact_is_passed_over_and_the_other_still_mailed(core: Core) -> None:
    account = await an_account(core)
    await a_contact(core, account, "dead@acme.example")
    await a_contact(core, account, "alive@acme.example")
    await an_invoice(core, account=account)
    await Suppression.create(
        id=uuid4(),
        address="dead@acme.example",
        address_key="dead@acme.example",
        reason="hard bounce",
        state="active",
        rule="test",
        diagnostic="",
        created_at=core.clock.now(),
    )

    await planner.plan(core)

    assert [each.address for each in await Mailing.all()] == ["alive@acme.example"]


async def test_a_contact_who_arrives_later_still_gets_the_step(core: Core) -> None:
    account = await an_account(core)
    await an_invoice(core, account=account)
    nobody = await planner.plan(core)
    await a_contact(core, account)

    assert (nobody, await planner.plan(core)) == (0, 1)


async def test_settling_closes_the_cadence_and_a_refund_starts_it_again_without_repeating_a_letter(
    core: Core, clock: StandingClock
) -> None:
    invoice = await an_invoice(core)
    await planner.plan(core)
    await paid(core, invoice)
    entry = await core.database.row("SELECT id FROM timeline_entry WHERE kind = 'invoice.settled'")
    assert entry is not None

    await planner.close(core, entry_id=entry["id"])
    await planner.close(core, entry_id=entry["id"])

    assert (await Enrolment.get()).state == "closed"
    async with core.transaction() as tx:
        fresh = await Invoice.locked(id=invoice.id)
        assert fresh is not None
        from domain.ledger.models import Payment

        await payments.reverse(
            core,
            tx,
            invoice=fresh,
            payment=await Payment.get(),
            kind="refund",
            amount=Money(12500, "EUR"),
            object_id="re_1",
            received_on=clock.now().date(),
            actor=SYSTEM,
        )
    assert await planner.plan(core) == 0
    clock.advance(days=7)
    assert await planner.plan(core) == 1
    assert {each.step for each in await Mailing.all()} == {3, 4}


async def test_thousands_of_invoices_are_planned_in_pages(core: Core) -> None:
    account = await an_account(core)
    await a_contact(core, account)
    await core.database.execute(
        "INSERT INTO invoice (id, number, number_key, account_id, currency, total_minor, open_minor, due_on, state,"
        " created_at)"
        " SELECT gen_random_uuid(), 'N' || n, 'n' || n, %s, 'EUR', 100, 100, %s, 'open', now()"
        " FROM generate_series(1, 3000) n",
        (account.id, core.clock.now().date() - timedelta(days=8)),
    )

    assert await planner.plan(core) == 3000
    assert await planner.plan(core) == 0


async def test_a_due_date_that_was_changed_moves_the_next_reminder(core: Core, clock: StandingClock) -> None:
    invoice = await an_invoice(core, days_past_due=-20)
    await planner.plan(core)
    entry = await _due_on_changed(core, invoice, clock.now().date())

    before = await planner.plan(core)
    await planner.redate(core, entry_id=entry)

    assert (before, await planner.plan(core)) == (0, 1)


async def test_a_due_date_that_was_changed_sends_no_second_mail_at_once(core: Core, clock: StandingClock) -> None:
    invoice = await an_invoice(core, days_past_due=0)
    await planner.plan(core)
    entry = await _due_on_changed(core, invoice, clock.now().date() - timedelta(days=30))

    await planner.redate(core, entry_id=entry)

    assert await planner.plan(core) == 0
    clock.advance(days=3, minutes=1)
    assert await planner.plan(core) == 1


async def _due_on_changed(core: Core, invoice: Invoice, due_on: date) -> int:
    await Invoice.filter(id=invoice.id).update(due_on=due_on)
    async with core.transaction() as tx:
        event = InvoiceChanged(
            was_due_on=invoice.due_on,
            due_on=due_on,
            was_issued_on=None,
            issued_on=None,
            invoice_id=invoice.id,
            invoice_number=invoice.number,
            account_id=invoice.account_id,
            **by(SYSTEM, core.clock.now()),
        )
        return await timeline.record(core, tx, event)
