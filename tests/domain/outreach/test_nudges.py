"""Nudges: a reminder that somebody asked for obeys every guardrail and tells the customer's owner."""

from datetime import timedelta
from uuid import uuid4

import pytest

from domain.deliverability.models import Mailing, MailingItem
from domain.kernel.actor import Actor, ActorKind
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.kernel.refusals import NotAllowed
from domain.ledger.models import Account
from domain.outreach import drafts, holds, nudges, sending
from domain.outreach.holds import HoldKind
from domain.outreach.refusals import NudgeRefused
from domain.people.models import Person
from domain.people.refusals import OwnWork
from domain.people.roles import Role, permissions
from tests.builders import a_contact, an_account, an_invoice, paid
from tests.clocks import StandingClock
from tests.domain.commitments.people import BEN, MIA, VERA
from tests.domain.outreach.mails_made import a_reminder
from tests.domain.outreach.stage import suppressed

SAM = Actor(ActorKind.PERSON, "Sam", permissions((Role.SALES,)), id=uuid4(), roles=(Role.SALES.value,))


async def test_a_nudge_is_a_reminder_that_leaves_now(core: Core) -> None:
    await an_invoice(core)

    event = await nudges.nudge(core, invoice_number="INV-1042", actor=SAM, note="we meet on Friday")
    mail = await sending.begin(core, mailing_id=event.mailing_ids[0])

    assert mail is not None
    assert event.told() == "A reminder to a…@acme.example was asked for: we meet on Friday"
    assert ((await Mailing.get()).letter, (await MailingItem.get()).reason) == ("reminder-overdue", "asked for by Sam")


async def test_the_owner_of_the_customer_is_told(core: Core) -> None:
    owner = await Person.create(id=uuid4(), slack_id="U1", name="Olga", created_at=core.clock.now())
    await an_invoice(core)
    await Account.all().update(owner_id=owner.id)

    event = await nudges.nudge(core, invoice_number="INV-1042", actor=SAM)

    assert (event.owner_id, event.owner_name) == (owner.id, "Olga")


async def test_before_the_due_date_a_nudge_does_not_call_it_overdue(core: Core) -> None:
    await an_invoice(core, days_past_due=-2)

    await nudges.nudge(core, invoice_number="INV-1042", actor=SAM)

    assert (await Mailing.get()).letter == "reminder-due"


async def test_a_nudge_joins_the_mail_that_waits_for_the_contact(core: Core) -> None:
    account = await an_account(core)
    await a_contact(core, account)
    pending = await a_reminder(core, await an_invoice(core, "INV-1", account=account))
    await an_invoice(core, "INV-2", account=account)

    event = await nudges.nudge(core, invoice_number="INV-2", actor=SAM)

    assert event.mailing_ids == (pending.id,)
    assert await MailingItem.filter(mailing_id=pending.id).count() == 2


async def test_a_second_nudge_finds_the_first_on_its_way(core: Core) -> None:
    await an_invoice(core)
    await nudges.nudge(core, invoice_number="INV-1042", actor=SAM)

    with pytest.raises(NudgeRefused, match="on its way"):
        await nudges.nudge(core, invoice_number="INV-1042", actor=SAM)

    assert await MailingItem.all().count() == 1


async def test_a_nudge_waits_like_every_reminder_and_says_for_what(core: Core, clock: StandingClock) -> None:
    account = await an_account(core)
    await a_contact(core, account)
    await a_reminder(
        core, await an_invoice(core, "INV-1", account=account), state="sent", sent_at=clock.now() - timedelta(days=1)
    )
    await an_invoice(core, "INV-2", account=account)

    event = await nudges.nudge(core, invoice_number="INV-2", actor=SAM)

    assert event.waits == (
        "waits until 2026-03-12 09:00 UTC: the contact was last written to on 9 Mar 2026; reminders rest for 3 days"
    )
    assert await sending.begin(core, mailing_id=event.mailing_ids[0]) is None


async def test_a_nudge_that_would_never_leave_is_refused_with_the_reason(core: Core) -> None:
    invoice = await an_invoice(core)
    await holds.put(core, kind=HoldKind.LEGAL, reason="in court", actor=BEN, invoice_number="INV-1042")
    with pytest.raises(NudgeRefused, match=r"No reminder about INV-1042 now: on hold \(legal\): in court"):
        await nudges.nudge(core, invoice_number="INV-1042", actor=SAM)

    await paid(core, invoice)
    with pytest.raises(NudgeRefused, match="settled"):
        await nudges.nudge(core, invoice_number="INV-1042", actor=SAM)

    assert await Mailing.filter(asks=True).count() == 0


async def test_nobody_to_mail_is_said(core: Core) -> None:
    await an_invoice(core)
    await suppressed(core, "anna@acme.example")

    with pytest.raises(NudgeRefused, match="nobody at the customer can be mailed"):
        await nudges.nudge(core, invoice_number="INV-1042", actor=SAM)


async def test_a_nudge_over_a_large_sum_is_approved_by_somebody_else(core: Core) -> None:
    await an_invoice(core, amount=Money(2_000_000, "EUR"))

    event = await nudges.nudge(core, invoice_number="INV-1042", actor=MIA)
    await sending.begin(core, mailing_id=event.mailing_ids[0])

    assert event.waits == "waits for an approval: high value"
    assert (await Mailing.get()).state == "drafted"
    with pytest.raises(OwnWork):
        await drafts.approve(core, mailing_id=event.mailing_ids[0], actor=MIA)


async def test_a_viewer_nudges_nobody(core: Core) -> None:
    await an_invoice(core)

    with pytest.raises(NotAllowed):
        await nudges.nudge(core, invoice_number="INV-1042", actor=VERA)
