"""The planner: once per step, caught up once, one mail for each contact, never for what is not owed."""

import asyncio
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import psycopg
import pytest

from domain.deliverability.models import Mailing, MailingItem
from domain.kernel import timeline
from domain.kernel.actor import SYSTEM
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.money import Money
from domain.kernel.speech import say
from domain.ledger import payments
from domain.ledger.import_events import InvoiceChanged
from domain.ledger.models import Invoice, Payment
from domain.outreach import decisions, enrolments, gathering, newcomers, planner
from domain.outreach.models import Enrolment
from tests.builders import a_contact, an_account, an_invoice, paid
from tests.clocks import StandingClock
from tests.domain.outreach.stage import A, a_contact_of, a_segment, enrolment, items, leave, suppressed, told


async def test_an_invoice_due_for_a_step_gets_one_mail_for_each_contact(core: Core) -> None:
    account = await an_account(core)
    await a_contact(core, account, "anna@acme.example")
    await a_contact(core, account, "ben@acme.example")
    await an_invoice(core, account=account, days_past_due=7)

    made = await planner.plan(core)

    mails = await Mailing.all().order_by("address")
    assert made == 2
    assert [each.address for each in mails] == ["anna@acme.example", "ben@acme.example"]
    assert {(each.letter, each.asks, each.state, each.segment) for each in mails} == {
        ("reminder-overdue", True, "queued", "everyone")
    }
    assert mails[0].message_id == f"<{mails[0].id}@mail.northwind.example>"
    assert mails[0].reason == "step 3 of cadence default v1, 7 days past due"
    assert mails[0].provider == "acme.example"
    assert await MailingItem.filter(step=3, step_before=0, severity=1).count() == 2


async def test_each_new_mail_brings_the_job_that_sends_it(core: Core) -> None:
    await an_invoice(core)

    await planner.plan(core)

    jobs = await core.database.rows("SELECT args FROM procrastinate_jobs WHERE task_name = 'send_mailing'")
    assert len(jobs) == 1
    assert str((await Mailing.get()).id) in str(jobs[0]["args"])


async def test_planning_twice_queues_nothing_twice(core: Core) -> None:
    await an_invoice(core)

    first = await planner.plan(core)
    second = await planner.plan(core)

    assert (first, second) == (1, 0)
    assert await MailingItem.all().count() == 1


async def test_planners_at_once_queue_each_step_once(core: Core) -> None:
    for number in range(30):
        await an_invoice(core, f"INV-{number}")

    made = await asyncio.gather(*(planner.plan(core) for _ in range(4)))

    assert sum(made) == 30
    assert await Mailing.all().count() == 30
    assert await MailingItem.all().count() == 30


async def test_planners_at_once_put_one_contacts_invoices_into_one_mail(core: Core) -> None:
    account = await an_account(core)
    await a_contact_of(core, account, "anna@acme.example")
    await a_contact_of(core, account, "ben@acme.example")
    for number in range(30):
        await an_invoice(core, f"INV-{number}", account=account)

    await asyncio.gather(*(planner.plan(core, page=3) for _ in range(4)))  # each holds a few of every contact's
    await planner.plan(core)

    assert await Mailing.all().count() == 2
    by_contact = Counter(each.contact_id for each in await items())
    assert sorted(by_contact.values()) == [30, 30]


async def test_an_invoice_that_is_not_due_waits(core: Core, clock: StandingClock) -> None:
    await an_invoice(core, days_past_due=-10)

    before = await planner.plan(core)
    clock.advance(days=7)
    after = await planner.plan(core)

    assert (before, after) == (0, 1)


async def test_missed_steps_are_caught_up_with_one_mail(core: Core, clock: StandingClock) -> None:
    await an_invoice(core, days_past_due=16)

    made = await planner.plan(core)
    clock.advance(days=1)
    next_day = await planner.plan(core)

    assert (made, next_day) == (1, 0)
    (item,) = await items()
    assert (item.step, item.letter, item.tone) == (4, "reminder-overdue", "Neutral")


async def test_the_whole_cadence_is_lived_through_and_ends_with_a_person(core: Core, clock: StandingClock) -> None:
    await an_invoice(core, days_past_due=-4)

    days = []
    for day in range(40):
        await planner.plan(core)
        if await leave(core):
            days.append(day - 4)
        clock.advance(days=1)

    assert days == [-3, 0, 7, 14]
    assert (await Enrolment.get()).state == "finished"
    assert len(await told(core, "invoice.escalated")) == 1


async def test_no_step_is_planned_while_the_one_before_has_not_left(core: Core, clock: StandingClock) -> None:
    invoice = await an_invoice(core, days_past_due=0)
    await planner.plan(core)

    clock.advance(days=30)
    await planner.plan(core)
    waiting = await enrolment(invoice)
    await leave(core)
    clock.advance(days=4)
    await planner.plan(core)

    assert waiting.held == "an earlier mail about it has not left yet"
    assert [each.step for each in await items()] == [2, 4]


async def test_an_old_invoice_gets_a_letter_before_a_person_takes_over(core: Core, clock: StandingClock) -> None:
    await an_invoice(core, days_past_due=90)

    await planner.plan(core)
    await leave(core)
    first = await Enrolment.get()
    clock.advance(days=2)
    await planner.plan(core)
    rested = await Enrolment.get()
    clock.advance(days=2)
    await planner.plan(core)

    assert (first.state, rested.state) == ("running", "running")
    assert (await Enrolment.get()).state == "finished"
    assert (await Mailing.get()).letter == "reminder-overdue"


async def test_a_cadence_without_a_last_step_for_a_person_still_ends_with_one(core: Core, clock: StandingClock) -> None:
    await a_segment(core, "short", A(0, "reminder-due"))
    await an_invoice(core, days_past_due=5)

    await planner.plan(core)
    await leave(core)
    clock.advance(days=3)
    await planner.plan(core)

    assert (await Enrolment.get()).state == "finished"
    assert len(await told(core, "invoice.escalated")) == 1


async def test_an_invoice_for_which_a_new_policy_has_no_step_left_gets_a_person(core: Core) -> None:
    invoice = await an_invoice(core)
    await newcomers.enrol(core)
    await Enrolment.all().update(last_position=5, next_action_at=None)

    await planner.plan(core)

    assert (await enrolment(invoice)).state == "finished"


async def test_a_settled_invoice_is_never_planned(core: Core) -> None:
    invoice = await an_invoice(core)
    await paid(core, invoice)

    assert await planner.plan(core) == 0


async def test_an_invoice_that_was_settled_without_a_word_is_closed_when_its_step_comes(core: Core) -> None:
    invoice = await an_invoice(core)
    await newcomers.enrol(core)
    await core.database.execute("UPDATE invoice SET state = 'void', open_minor = 0 WHERE id = %s", (invoice.id,))

    await planner.plan(core)

    assert (await enrolment(invoice)).state == "closed"
    (closed,) = await told(core, "cadence.closed")
    assert closed["fact"]["reason"] == "the invoice is void"


async def test_a_suppressed_contact_is_passed_over_and_the_other_still_mailed(core: Core) -> None:
    account = await an_account(core)
    await a_contact(core, account, "dead@acme.example")
    await a_contact(core, account, "alive@acme.example")
    await an_invoice(core, account=account)
    await suppressed(core, "dead@acme.example")

    await planner.plan(core)

    assert [each.address for each in await Mailing.all()] == ["alive@acme.example"]


async def test_a_contact_who_arrives_later_still_gets_the_step_at_once(core: Core, clock: StandingClock) -> None:
    account = await an_account(core)
    invoice = await an_invoice(core, account=account)
    nobody = await planner.plan(core)
    clock.advance(minutes=15)
    held = await enrolment(invoice)
    await a_contact(core, account)

    assert held.held == decisions.NOBODY
    assert (nobody, await planner.plan(core)) == (0, 1)


async def test_a_missing_contact_is_told_once_for_a_customer(core: Core, clock: StandingClock) -> None:
    account = await an_account(core)
    for number in range(3):
        await an_invoice(core, f"INV-{number}", account=account)

    await planner.plan(core)
    clock.advance(hours=7)
    await planner.plan(core)
    clock.advance(hours=7)
    await planner.plan(core)

    assert len(await told(core, "contact.missing")) == 1


async def test_settling_closes_the_cadence_and_a_refund_starts_it_again_without_repeating_a_letter(
    core: Core, clock: StandingClock
) -> None:
    invoice = await an_invoice(core)
    await planner.plan(core)
    await leave(core)
    await paid(core, invoice)
    (entry,) = await told(core, "invoice.settled")

    await enrolments.close(core, entry_id=entry["id"])
    await enrolments.close(core, entry_id=entry["id"])

    assert (await Enrolment.get()).state == "closed"
    await _refunded(core, clock, invoice)
    assert await planner.plan(core) == 0
    clock.advance(days=7)
    assert await planner.plan(core) == 1
    assert {each.step for each in await items()} == {3, 4}


async def _refunded(core: Core, clock: StandingClock, invoice: Invoice) -> None:
    async with core.transaction() as tx:
        fresh = await Invoice.locked(id=invoice.id)
        assert fresh is not None
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


async def test_thousands_of_invoices_are_planned_in_pages(core: Core) -> None:
    await core.database.execute(
        "INSERT INTO account (id, name, name_key, state, created_at)"
        " SELECT md5('a' || n)::uuid, 'A' || n, 'a' || n, 'active', now() FROM generate_series(1, 1500) n"
    )
    await core.database.execute(
        "INSERT INTO contact (id, account_id, email, email_key, state, created_at)"
        " SELECT gen_random_uuid(), md5('a' || n)::uuid, n || '@a.example', n || '@a.example', 'active', now()"
        " FROM generate_series(1, 1500) n"
    )
    await core.database.execute(
        "INSERT INTO invoice (id, number, number_key, account_id, currency, total_minor, open_minor, due_on, state,"
        " created_at) SELECT gen_random_uuid(), 'N' || n, 'n' || n, md5('a' || (n / 2))::uuid, 'EUR', 100, 100, %s,"
        " 'open', now() FROM generate_series(2, 3001) n",
        (core.clock.now().date() - timedelta(days=8),),
    )

    assert await planner.plan(core) == 1500
    assert await planner.plan(core) == 0
    assert await MailingItem.all().count() == 3000


async def test_a_due_date_that_was_changed_moves_the_next_reminder(core: Core, clock: StandingClock) -> None:
    invoice = await an_invoice(core, days_past_due=-20)
    await planner.plan(core)
    entry = await _due_on_changed(core, invoice, clock.now().date())

    before = await planner.plan(core)
    await enrolments.redate(core, entry_id=entry)

    assert (before, await planner.plan(core)) == (0, 1)


async def test_a_due_date_that_was_changed_sends_no_second_mail_at_once(core: Core, clock: StandingClock) -> None:
    invoice = await an_invoice(core, days_past_due=0)
    await planner.plan(core)
    await leave(core)
    entry = await _due_on_changed(core, invoice, clock.now().date() - timedelta(days=30))

    await enrolments.redate(core, entry_id=entry)

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


# Gathering ----------------------------------------------------------------------------------------


async def test_a_mail_speaks_as_its_most_pressing_invoice(core: Core) -> None:
    account = await an_account(core)
    await a_contact(core, account)
    await an_invoice(core, "INV-1", account=account, days_past_due=0)
    late = await an_invoice(core, "INV-2", account=account, days_past_due=15)
    await an_invoice(core, "INV-3", account=account, days_past_due=8)

    await planner.plan(core)

    mail = await Mailing.get()
    assert (mail.letter, mail.invoice_id, mail.step) == ("reminder-overdue", late.id, 4)
    assert mail.reason == "step 4 of cadence default v1, 15 days past due; and 2 more invoices"


@pytest.mark.parametrize("window", [2, 6, 7])
async def test_what_is_due_of_a_customer_is_planned_at_once_however_little_is_read_ahead(
    core: Core, window: int
) -> None:
    accounts = [await an_account(core, name) for name in ("Acme", "Bolt")]
    for account in accounts:
        await a_contact(core, account)
    for number in range(6):
        await an_invoice(core, f"INV-{number}", account=accounts[number % 2], days_past_due=7 + number)

    await planner.plan(core, page=1, window=window)

    rows = await core.database.rows(
        "SELECT mailing_id, count(*) AS items, count(DISTINCT xmin::text) AS transactions FROM mailing_item GROUP BY 1"
    )
    assert [(row["items"], row["transactions"]) for row in rows] == [(3, 1), (3, 1)]


async def test_a_customer_of_whom_very_much_is_due_is_planned_in_parts(core: Core) -> None:
    account = await an_account(core)
    await a_contact(core, account)
    await core.database.execute(
        "INSERT INTO invoice (id, number, number_key, account_id, currency, total_minor, open_minor, due_on, state,"
        " created_at) SELECT gen_random_uuid(), 'N' || n, 'n' || n, %s, 'EUR', 100, 100, %s, 'open', now()"
        " FROM generate_series(1, %s) n",
        (account.id, core.clock.now().date() - timedelta(days=8), planner.MOST_OF_ONE + 1),
    )

    await planner.plan(core)

    assert await MailingItem.all().count() == gathering.MAX_ITEMS
    waiting = await Enrolment.filter(held=say(planner.FULL, count=gathering.MAX_ITEMS)).count()
    assert waiting == planner.MOST_OF_ONE + 1 - gathering.MAX_ITEMS


async def test_a_customer_whom_somebody_else_holds_is_left_to_the_next_pass(core: Core, empty_database: str) -> None:
    account = await an_account(core)
    await a_contact(core, account)
    await an_invoice(core, account=account)
    await newcomers.enrol(core)

    async with await psycopg.AsyncConnection.connect(empty_database) as planning:
        await planning.execute("SELECT 1 FROM account FOR NO KEY UPDATE")
        meanwhile = await planner.plan(core)

    assert (meanwhile, await planner.plan(core)) == (0, 1)


async def test_what_becomes_due_later_joins_the_mail_that_has_not_left(core: Core, clock: StandingClock) -> None:
    account = await an_account(core)
    await a_contact(core, account)
    await an_invoice(core, "INV-1", account=account, days_past_due=0)
    await planner.plan(core)
    await an_invoice(core, "INV-2", account=account, days_past_due=7)

    made = await planner.plan(core)

    mail = await Mailing.get()
    assert made == 0
    assert await MailingItem.filter(mailing_id=mail.id).count() == 2
    assert mail.letter == "reminder-overdue"


async def test_a_mail_that_has_left_is_not_joined(core: Core) -> None:
    account = await an_account(core)
    await a_contact(core, account)
    await an_invoice(core, "INV-1", account=account)
    await planner.plan(core)
    await leave(core)
    await an_invoice(core, "INV-2", account=account)

    assert await planner.plan(core) == 1
    assert await Mailing.all().count() == 2


async def test_a_mail_holds_no_more_than_its_table_can_show_and_the_others_wait_for_the_next(
    core: Core, clock: StandingClock
) -> None:
    account = await an_account(core)
    await a_contact(core, account)
    for number in range(gathering.MAX_ITEMS + 3):
        await an_invoice(core, f"INV-{number}", account=account, days_past_due=7 + (number > 2))

    await planner.plan(core)
    waiting = await Enrolment.filter(held=say(planner.FULL, count=gathering.MAX_ITEMS)).count()
    await leave(core)
    clock.advance(hours=7)
    await planner.plan(core)

    mails = await Mailing.all().order_by("queued_at")
    assert waiting == 3
    assert [await MailingItem.filter(mailing_id=each.id).count() for each in mails] == [gathering.MAX_ITEMS, 3]
    assert {each.reason for each in await MailingItem.filter(mailing_id=mails[1].id)} == {
        "step 3 of cadence default v1, 7 days past due"
    }


async def test_what_a_person_must_see_is_a_draft(core: Core) -> None:
    await a_segment(core, "careful", A(0, "reminder-due"), mode="shadow")
    await an_invoice(core)

    await planner.plan(core)

    mail = await Mailing.get()
    assert (mail.state, list(mail.needs)) == ("drafted", ["Shadow Mode"])
    assert not await core.database.rows("SELECT 1 FROM procrastinate_jobs WHERE task_name = 'send_mailing'")


async def test_final_notices_large_sums_and_steps_that_ask_for_it_are_approved_by_a_person(core: Core) -> None:
    await a_segment(
        core,
        "strict",
        A(0, "reminder-due"),
        A(1, "final-notice", severity=2, approval=True),
    )
    await an_invoice(core, amount=Money(1_000_001, "EUR"), days_past_due=2, email="a@a.example")
    await an_invoice(core, "INV-2", amount=Money(1_000_000, "EUR"), days_past_due=2, email="b@b.example")
    await an_invoice(core, "INV-3", amount=Money(100, "CHF"), days_past_due=2, email="c@c.example")
    await newcomers.enrol(core)
    await Enrolment.all().update(last_position=1, last_severity=1)

    await planner.plan(core)

    needs = {each.address: list(each.needs) for each in await Mailing.all()}
    assert needs == {
        "a@a.example": ["final notice", "high value", "the step asks for approval"],
        "b@b.example": ["final notice", "the step asks for approval"],
        "c@c.example": ["final notice", "high value", "the step asks for approval"],
    }


async def test_a_queued_mail_that_grows_beyond_what_may_leave_by_itself_becomes_a_draft(core: Core) -> None:
    account = await an_account(core)
    await a_contact(core, account)
    await an_invoice(core, "INV-1", account=account)
    await planner.plan(core)
    before = await Mailing.get()
    await an_invoice(core, "INV-2", account=account, amount=Money(2_000_000, "EUR"))

    await planner.plan(core)

    mail = await Mailing.get()
    assert (before.state, mail.state, list(mail.needs)) == ("queued", "drafted", ["high value"])


async def test_an_invoice_goes_to_all_its_contacts_or_to_none_yet(core: Core, empty_database: str) -> None:
    account = await an_account(core)
    anna = await a_contact_of(core, account, "anna@acme.example")
    await a_contact_of(core, account, "ben@acme.example")
    await an_invoice(core, "INV-1", account=account)
    await planner.plan(core)
    invoice = await an_invoice(core, "INV-2", account=account)

    async with await psycopg.AsyncConnection.connect(empty_database) as sender:
        await sender.execute("SELECT 1 FROM mailing WHERE contact_id = %s FOR UPDATE", (anna.id,))
        await planner.plan(core)
    meanwhile = await MailingItem.filter(invoice_id=invoice.id).count()
    await planner.plan(core)

    assert meanwhile == 0
    assert await MailingItem.filter(invoice_id=invoice.id).count() == 2


# Time ---------------------------------------------------------------------------------------------


async def test_a_clock_that_is_put_back_and_forth_sends_nothing_twice(core: Core, clock: StandingClock) -> None:
    await an_invoice(core, days_past_due=0)

    for days in (0, -20, 20, -3, 3):
        clock.advance(days=days)
        await planner.plan(core)
        await leave(core)

    assert [each.step for each in await items()] == [2]


@pytest.mark.parametrize(
    ("due_on", "before", "at"),
    [
        (date(2026, 3, 29), datetime(2026, 3, 29, 6, 59, tzinfo=UTC), datetime(2026, 3, 29, 7, 0, tzinfo=UTC)),
        (date(2026, 10, 25), datetime(2026, 10, 25, 7, 59, tzinfo=UTC), datetime(2026, 10, 25, 8, 0, tzinfo=UTC)),
    ],
    ids=["clocks go forward", "clocks go back"],
)
async def test_a_step_falls_due_at_nine_on_the_wall_whatever_clocks_do(
    core: Core, clock: StandingClock, due_on: date, before: datetime, at: datetime
) -> None:
    await a_segment(core, "once", A(0, "reminder-due"))
    invoice = await an_invoice(core)
    await Invoice.filter(id=invoice.id).update(due_on=due_on)

    clock.advance(seconds=(before - clock.now()).total_seconds())
    early = await planner.plan(core)
    clock.advance(minutes=1)

    assert clock.now() == at
    assert (early, await planner.plan(core)) == (0, 1)


# Being killed -------------------------------------------------------------------------------------


async def test_a_planner_that_is_stopped_between_two_pages_is_taken_up_where_it_was(core: Core) -> None:
    for number in range(35):
        await an_invoice(core, f"INV-{number}", email=f"c{number}@a.example")
    running = asyncio.create_task(planner.plan(core, page=10))
    while await Mailing.all().count() < 10:  # noqa: ASYNC110 - a committed row sets no event
        await asyncio.sleep(0.01)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    halfway = await Mailing.all().count()

    await planner.plan(core)

    assert halfway % 10 == 0
    assert 10 <= halfway < 35
    assert await Mailing.all().count() == 35
    jobs = await core.database.row("SELECT count(*) AS jobs FROM procrastinate_jobs WHERE task_name = 'send_mailing'")
    assert jobs is not None
    assert jobs["jobs"] == 35
