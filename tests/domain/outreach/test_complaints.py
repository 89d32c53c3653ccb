"""What people complain of in other reminder tools, each by its number in our collection: here it cannot happen."""

from datetime import timedelta

from domain.deliverability.models import Mailing
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.ledger.models import Account
from domain.outreach import decisions, gathering, planner
from domain.outreach.models import Enrolment
from tests.builders import a_contact, an_account, an_invoice
from tests.clocks import StandingClock
from tests.domain.commitments.commitments_made import a_dispute, a_payment, a_promise
from tests.domain.outreach.stage import A, a_contact_of, a_hold, a_segment, enrolment, items, leave, suppressed, told


async def test_complaint_2_the_same_mail_many_times(core: Core, clock: StandingClock) -> None:
    """However often the planner runs, one step to one contact is one mail."""
    await an_invoice(core)

    for _ in range(100):
        await planner.plan(core)
        clock.advance(minutes=15)
        await leave(core)

    assert await Mailing.all().count() == 1


async def test_complaint_3_a_day_that_was_missed_is_never_sent(core: Core, clock: StandingClock) -> None:
    """The planner stood still over two steps: the later one goes out, once, and the next on its own day."""
    await an_invoice(core, days_past_due=-4)

    clock.advance(days=6)
    await planner.plan(core)
    await leave(core)
    clock.advance(days=5)
    await planner.plan(core)

    assert [each.step for each in await items()] == [2, 3]


async def test_complaint_4_the_wrong_person_is_written_to(core: Core, clock: StandingClock) -> None:
    """Each step goes to the contacts of its role and to nobody else; where there is none, a person finds one."""
    await a_segment(core, "roles", A(0, "reminder-due"), A(7, "reminder-overdue", severity=1, recipients="escalation"))
    account = await an_account(core)
    await a_contact_of(core, account, "billing@acme.example")
    await a_contact_of(core, account, "cfo@acme.example", role="escalation")
    await a_contact_of(core, account, "shop@acme.example", role="other")
    await an_invoice(core, account=account, days_past_due=0)
    other = await an_account(core, "Globex")
    await a_contact_of(core, other, "shop@globex.example", role="other")
    alone = await an_invoice(core, "INV-2", account=other, days_past_due=0)

    await planner.plan(core)
    held = await enrolment(alone)
    await leave(core)
    clock.advance(days=7)
    await planner.plan(core)

    mails = await Mailing.all().order_by("queued_at")
    assert [each.address for each in mails] == ["billing@acme.example", "cfo@acme.example"]
    assert held.held == "no billing contact is on file"
    assert len(await told(core, "contact.missing")) == 1


async def test_complaint_6_one_bad_contact_blocks_all(core: Core) -> None:
    """A dead address keeps nobody else from their mail; only where nobody is left, the invoice is held and told."""
    account = await an_account(core)
    await a_contact_of(core, account, "dead@acme.example")
    await a_contact_of(core, account, "alive@acme.example")
    await an_invoice(core, "INV-1", account=account)
    await an_invoice(core, "INV-2", email="gone@globex.example")
    healthy = await an_invoice(core, "INV-3", email="zoe@umbrella.example")
    await suppressed(core, "dead@acme.example")
    await suppressed(core, "gone@globex.example")

    await planner.plan(core)

    assert {each.address for each in await Mailing.all()} == {"alive@acme.example", "zoe@umbrella.example"}
    assert (await enrolment(healthy)).held == ""
    assert [each.held for each in await Enrolment.exclude(held="")] == [decisions.ALL_SUPPRESSED]
    (missing,) = await told(core, "contact.missing")
    assert missing["fact"]["reason"] == "every address on file is suppressed"


async def test_complaint_7_a_promise_does_not_pause(core: Core, clock: StandingClock) -> None:
    """A promise over the balance pauses to its date and grace, by itself, and the reminders go on by themselves."""
    invoice = await an_invoice(core)
    await a_promise(core, invoice, 12500, days=5)

    await planner.plan(core)
    held = await enrolment(invoice)
    clock.advance(days=7)
    on_the_last_day = await planner.plan(core)
    clock.advance(days=1)

    assert held.held == "a promise over 125.00 EUR runs until 17 Mar 2026"
    assert f"{held.next_action_at:%Y-%m-%d %H:%M}" == "2026-03-18 08:00"
    assert (on_the_last_day, await planner.plan(core)) == (0, 1)


async def test_complaint_8_a_disputed_invoice_is_still_chased(core: Core) -> None:
    """The whole balance disputed: nothing is asked; a part disputed: only the rest is."""
    whole = await an_invoice(core, "INV-1", email="a@a.example")
    part = await an_invoice(core, "INV-2", email="b@b.example")
    await a_dispute(core, whole, 12500)
    await a_dispute(core, part, 2500)

    await planner.plan(core)

    assert [each.invoice_id for each in await items()] == [part.id]
    assert (await enrolment(whole)).held == "125.00 EUR is disputed"


async def test_complaint_10_a_customer_in_credit_is_dunned(core: Core) -> None:
    """Money that is not applied yet counts: whoever has paid enough in all is not asked, for whatever it was meant."""
    account = await an_account(core)
    await a_contact(core, account)
    paid_twice = await an_invoice(core, "INV-1", account=account)
    still_open = await an_invoice(core, "INV-2", account=account, amount=Money(10000, "EUR"))
    foreign = await an_invoice(core, "INV-3", account=account, amount=Money(5000, "USD"))
    await a_payment(core, paid_twice, 25000)

    await planner.plan(core)

    assert [each.invoice_id for each in await items()] == [foreign.id]
    assert (await enrolment(still_open)).held == (
        "the customer is in credit: 125.00 EUR not yet applied cover the 100.00 EUR that are open"
    )


async def test_complaint_13_a_harsher_step_is_skipped_to(core: Core, clock: StandingClock) -> None:
    """An invoice that comes late into the cadence is told that it is overdue before it gets a final notice."""
    await a_segment(
        core,
        "harsh",
        A(0, "reminder-due", "Formal"),
        A(7, "reminder-overdue", "Neutral", severity=1),
        A(14, "final-notice", "Confident", severity=2),
        A(21, None, severity=2),
    )
    await an_invoice(core, days_past_due=60)

    for _ in range(3):
        await planner.plan(core)
        for draft in await Mailing.filter(state="drafted"):
            await draft.move("approve", approved_at=clock.now())
        await leave(core)
        clock.advance(days=4)

    sent = await items()
    assert [(each.letter, each.tone) for each in sent] == [
        ("reminder-overdue", "Formal"),
        ("final-notice", "Confident"),
    ]
    assert (await Enrolment.get()).state == "finished"


async def test_complaint_15_one_customer_cannot_be_stopped(core: Core, clock: StandingClock) -> None:
    """A hold on a customer, an invoice or a contact stops exactly that, with a reason, until its end."""
    until = clock.now() + timedelta(days=2)
    stopped, free = await an_account(core, "Acme"), await an_account(core, "Globex")
    await a_contact_of(core, stopped, "a@acme.example")
    away = await a_contact_of(core, free, "away@globex.example")
    await a_contact_of(core, free, "here@globex.example")
    held = await an_invoice(core, "INV-1", account=stopped)
    single = await an_invoice(core, "INV-2", account=free)
    await an_invoice(core, "INV-3", account=free)
    await a_hold(core, stopped, reason="the owner is ill", until=until)
    await a_hold(core, free, invoice=single, kind="legal", reason="with the lawyers")
    await a_hold(core, free, contact=away, kind="away", reason="on holiday")

    await planner.plan(core)
    paused, legal = await enrolment(held), await enrolment(single)
    clock.advance(days=2)
    await planner.plan(core)

    assert (paused.held, paused.next_action_at) == ("paused: the owner is ill", until)
    assert legal.held == "legal hold: with the lawyers"
    assert [each.address for each in await Mailing.all().order_by("queued_at")] == [
        "here@globex.example",
        "a@acme.example",
    ]


async def test_complaint_15_a_customer_who_pays_by_itself_is_not_chased(core: Core) -> None:
    """A bank debit under way, or an account that was excluded, stops the reminders."""
    debited = await an_invoice(core, "INV-1", email="a@a.example")
    excluded = await an_invoice(core, "INV-2", email="b@b.example")
    await (await Account.get(id=excluded.account_id)).move("exclude")
    await core.database.execute(
        "INSERT INTO pay_link (id, invoice_id, contact_id, state, issued_at, last_active_at)"
        " SELECT gen_random_uuid(), %s, c.id, 'used', now(), now() FROM contact c WHERE account_id = %s",
        (debited.id, debited.account_id),
    )
    await core.database.execute(
        "INSERT INTO checkout (id, invoice_id, link_id, state, amount_minor, currency, order_terms, expires_at,"
        " created_at, checked_at) SELECT gen_random_uuid(), %s, id, 'processing', 12500, 'EUR', '{}', now(), now(),"
        " now() FROM pay_link",
        (debited.id,),
    )

    assert await planner.plan(core) == 0
    assert (await enrolment(debited)).held == "a bank debit is under way"


async def test_complaint_16_one_mail_for_each_invoice_floods(core: Core) -> None:
    """Twenty invoices of one contact are one mail with twenty lines, led by the most pressing one."""
    account = await an_account(core)
    await a_contact(core, account)
    for number in range(20):
        await an_invoice(core, f"INV-{number}", account=account, days_past_due=number)

    made = await planner.plan(core)

    mail = await Mailing.get()
    assert made == 1
    assert len(await items()) == 20 <= gathering.MAX_ITEMS
    assert mail.reason == "step 4 of cadence default v1, 19 days past due; and 19 more invoices"


async def test_complaint_17_endless_reminders_become_spam_reports(core: Core, clock: StandingClock) -> None:
    """A cadence ends: after its last letter a person has the invoice, and nothing more is sent by itself."""
    invoice = await an_invoice(core, days_past_due=-4)

    for _ in range(400):
        await planner.plan(core)
        await leave(core)
        clock.advance(days=1)

    assert len(await items()) == 4
    assert (await enrolment(invoice)).state == "finished"
    assert len(await told(core, "invoice.escalated")) == 1
