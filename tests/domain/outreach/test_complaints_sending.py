"""What people complain about in other products, one test for each: sending's part of the list."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from domain.deliverability import suppressions
from domain.deliverability.models import Mailing, MailingItem
from domain.deliverability.suppressions import Why
from domain.kernel.actor import SYSTEM
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.ledger import payments
from domain.ledger.models import Account, Invoice
from domain.outreach import composing, planner, sending
from domain.outreach.models import Enrolment
from tests.builders import a_contact, an_account, an_invoice, paid
from tests.clocks import StandingClock
from tests.domain.outreach.mails_made import a_reminder
from tests.domain.outreach.stage import told


async def _begun(core: Core) -> list[composing.OutgoingMail]:
    mails = [await sending.begin(core, mailing_id=each.id) for each in await Mailing.filter(state="queued")]
    for each in mails:
        if each is not None:
            await sending.delivered(core, mailing_id=each.mailing_id)
    return [each for each in mails if each is not None]


async def test_complaint_1_reminder_although_paid(core: Core, clock: StandingClock) -> None:
    """The balance is read in the sending transaction, and old data send nothing."""
    invoice = await an_invoice(core)
    await planner.plan(core)
    await paid(core, invoice)
    assert await _begun(core) == []
    assert "settled" in (await Mailing.get()).reason

    await an_invoice(core, "INV-2", email="ben@b.example")
    await planner.plan(core)
    clock.advance(days=15)
    assert await _begun(core) == []
    assert (await Mailing.get(state="queued")).waits == "ledger too old"


async def test_complaint_5_bounces_invisible(core: Core) -> None:
    """A bounce stops the next mail to that address and says so on every invoice that it concerns."""
    mailing = await a_reminder(core)
    sent = await a_reminder(core, await an_invoice(core, "INV-0", account=await Account.get()), state="sent")
    async with core.transaction() as tx:
        await suppressions.suppress(
            core, tx, mailing=sent, reason=Why.HARD_BOUNCE, rule="user unknown", diagnostic="550 5.1.1", mail_id=None
        )

    assert await sending.begin(core, mailing_id=mailing.id) is None

    (withheld,) = await told(core, "letter.withheld")
    assert withheld["fact"]["why"] == "the address is suppressed (hard bounce)"
    assert (await MailingItem.get(mailing_id=mailing.id)).reason == "the address is suppressed (hard bounce)"
    assert (await Enrolment.get(invoice_id=mailing.invoice_id)).held == "the address is suppressed (hard bounce)"


async def test_complaint_5_a_bad_contact_keeps_no_other_from_their_mail(core: Core) -> None:
    account = await an_account(core)
    gone = await a_contact(core, account, "dead@acme.example")
    ben = await a_contact(core, account, "ben@acme.example")
    invoice = await an_invoice(core, account=account)
    dead = await a_reminder(core, invoice, contact=gone)
    alive = await a_reminder(core, invoice, contact=ben)
    async with core.transaction() as tx:
        await suppressions.suppress(
            core, tx, mailing=dead, reason=Why.HARD_BOUNCE, rule="x", diagnostic="", mail_id=None
        )

    await asyncio.gather(*(sending.begin(core, mailing_id=each.id) for each in (dead, alive)))

    assert (await Mailing.get(id=dead.id)).state == "withheld"
    assert (await Mailing.get(id=alive.id)).state == "sending"


@pytest.mark.parametrize(
    ("country", "timezone", "now", "leaves"),
    [
        ("US", "America/New_York", datetime(2026, 3, 10, 9, tzinfo=UTC), datetime(2026, 3, 10, 12, tzinfo=UTC)),
        ("KI", "Pacific/Kiritimati", datetime(2026, 3, 10, 9, tzinfo=UTC), datetime(2026, 3, 10, 18, tzinfo=UTC)),
        ("AS", "Pacific/Pago_Pago", datetime(2026, 3, 10, 9, tzinfo=UTC), datetime(2026, 3, 10, 19, tzinfo=UTC)),
        ("DE", "Europe/Berlin", datetime(2026, 3, 10, 9, tzinfo=UTC), None),
    ],
)
async def test_complaint_11_time_zone_off_by_one(
    core: Core, country: str, timezone: str, now: datetime, leaves: datetime | None
) -> None:
    """Hours are the payer's; the due date is a date, and no send hour loses a reminder."""
    mailing = await a_reminder(core)
    await Account.all().update(country=country, timezone=timezone)
    assert core.clock.now() == now

    mail = await sending.begin(core, mailing_id=mailing.id)

    found = await Mailing.get()
    assert (mail is not None) is (leaves is None)
    assert found.not_before == leaves


async def test_complaint_11_overdue_begins_on_the_day_after_the_due_date(core: Core, clock: StandingClock) -> None:
    invoice = await an_invoice(core, days_past_due=0)
    mailing = await a_reminder(core, invoice, letter="reminder-due", severity=0, step=2)

    mail = await sending.begin(core, mailing_id=mailing.id)

    assert mail is not None
    assert (await Mailing.get()).letter == "reminder-due"


async def test_complaint_12_wrong_language(core: Core) -> None:
    """The letter's numbers and dates are written as the payer's own, whoever operates and wherever."""
    account = await an_account(core, country="FR", locale="fr_FR")
    await a_contact(core, account)
    mailing = await a_reminder(core, await an_invoice(core, account=account, amount=Money(123456, "EUR")))

    mail = await sending.begin(core, mailing_id=mailing.id)

    assert mail is not None
    assert "1 234,56 €" in " ".join(mail.letter.text.split())


async def test_complaint_18_payment_races_overdue_check(core: Core) -> None:
    """Of a payment and a send at once, a payment that was first is never overtaken."""
    for number in range(10):
        invoice = await an_invoice(core, f"INV-{number}", email=f"a{number}@x{number}.example")
        mailing = await a_reminder(core, invoice)

        outcome: Any = await asyncio.gather(_pays(core, invoice), sending.begin(core, mailing_id=mailing.id))

        found = await Mailing.get(id=mailing.id)
        assert found.state == ("sending" if outcome[1] is not None else "withheld")


async def _pays(core: Core, invoice: Invoice) -> None:
    async with core.transaction() as tx:
        locked = await Invoice.locked(id=invoice.id)
        assert locked is not None
        await payments.receive(
            core, tx, invoice=locked, amount=locked.balance, source="stripe", object_id=str(uuid4()), method="card",
            received_on=core.clock.now().date(), actor=SYSTEM,
        )  # fmt: skip


async def test_complaint_23_sent_state_lost(core: Core, clock: StandingClock) -> None:
    """What left is on the timeline of every invoice in it, for ever, with the reason; who asks later is told."""
    account = await an_account(core)
    await a_contact(core, account)
    about = [await an_invoice(core, f"INV-{number}", account=account) for number in range(3)]
    mailing = await a_reminder(core, *about)
    await sending.begin(core, mailing_id=mailing.id)

    await sending.delivered(core, mailing_id=mailing.id)
    await sending.delivered(core, mailing_id=mailing.id)

    rows = await core.database.rows(
        "SELECT invoice_id, fact->>'why' AS why FROM timeline_entry WHERE kind = 'letter.sent'"
    )
    assert {row["invoice_id"] for row in rows} == {each.id for each in about}
    assert len(rows) == 3
    assert {row["why"] for row in rows} == {"step 3 of cadence default v1"}
    assert {each.last_severity for each in await Enrolment.all()} == {1}
    found = await Mailing.get()
    assert (found.state, found.sent_at) == ("sent", clock.now())


async def test_complaint_24_mail_with_the_wrong_meaning(core: Core, clock: StandingClock) -> None:
    """The letter is chosen again when it leaves: nothing is called overdue that is not, or the other way round."""
    early = await a_reminder(
        core, await an_invoice(core, "INV-1", days_past_due=0), letter="reminder-due", severity=0, step=2
    )
    await Mailing.filter(id=early.id).update(not_before=clock.now() + timedelta(days=1), waits="contact rest")
    clock.advance(days=1)

    mail = await sending.begin(core, mailing_id=early.id)

    assert mail is not None
    assert "overdue" in mail.letter.subject
    found = await Mailing.get()
    assert (found.letter, (await MailingItem.get()).severity) == ("reminder-overdue", 1)


async def test_complaint_24_an_invoice_whose_due_date_was_moved_is_not_called_overdue(core: Core) -> None:
    mailing = await a_reminder(core, await an_invoice(core), letter="final-notice", severity=2, approved_by="Mia")
    await Mailing.all().update(approved_at=core.clock.now() - timedelta(hours=1))
    await Invoice.all().update(due_on=core.clock.now().date())
    await core.database.execute("UPDATE mailing_item SET step = 2, step_before = 1")

    mail = await sending.begin(core, mailing_id=mailing.id)

    assert mail is not None
    assert (await Mailing.get()).letter == "reminder-due"
    assert "overdue" not in mail.letter.subject


async def test_complaint_24_never_harsher_than_planned(core: Core) -> None:
    """A friendly reminder that waited stays below a final notice, however late the invoice is by now."""
    invoice = await an_invoice(core, days_past_due=90)
    mailing = await a_reminder(core, invoice, letter="reminder-due", severity=0, step=2)

    await sending.begin(core, mailing_id=mailing.id)

    assert (await Mailing.get()).letter == "reminder-overdue"


async def test_complaint_24_what_is_left_of_a_mail_chooses_its_letter(core: Core) -> None:
    account = await an_account(core)
    await a_contact(core, account)
    late = await an_invoice(core, "INV-1", account=account, days_past_due=30)
    soon = await an_invoice(core, "INV-2", account=account, days_past_due=-2)
    mailing = await a_reminder(core, late, soon)
    await core.database.execute(
        "UPDATE mailing_item SET letter = 'reminder-due', severity = 0, step = 1, step_before = 0"
        " WHERE invoice_id = %s",
        (soon.id,),
    )
    await paid(core, late)

    mail = await sending.begin(core, mailing_id=mailing.id)

    assert mail is not None
    assert (await Mailing.get()).letter == "reminder-due"
    assert "overdue" not in mail.letter.subject
