"""Snoozes: put off for a while, and back as soon as something happens."""

from datetime import timedelta
from uuid import uuid4

import pytest

from domain.casework import queue, snoozes, why
from domain.casework.refusals import NotSnoozed, SnoozeImpossible, WordsMissing
from domain.deliverability.models import InboundMail, Mailing
from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.ledger.models import Contact, Invoice
from domain.ledger.refusals import NothingToPay
from tests.builders import an_invoice, paid
from tests.clocks import StandingClock
from tests.domain.casework.operators import an_operator, stale
from tests.domain.commitments.commitments_made import a_payment, a_promise


async def _snoozed(core: Core, clock: StandingClock, *, days: int = 7) -> Invoice:
    invoice = await an_invoice(core)
    ann = await an_operator(core, "Ann")
    await snoozes.snooze(
        core, invoice_number="INV-1042", until=clock.now() + timedelta(days=days), reason="on holiday", actor=ann
    )
    clock.advance(hours=1)
    return invoice


async def total(core: Core) -> int:
    """Return how many invoices are in the queue."""
    return (await queue.page(core, actor=SHELL)).total


async def test_a_snoozed_invoice_is_out_until_its_time_and_why_says_so(core: Core, clock: StandingClock) -> None:
    await _snoozed(core, clock)
    during = await total(core)
    told = await why.explain(core, invoice_number="INV-1042", actor=SHELL)
    clock.advance(days=7)

    after = await total(core)

    assert (during, after) == (0, 1)
    assert told.next_action == "Nothing now: snoozed by Ann until 2026-03-17 09:00 UTC: on holiday"


async def test_a_payment_wakes_it(core: Core, clock: StandingClock) -> None:
    invoice = await _snoozed(core, clock)

    await a_payment(core, invoice, 100)

    assert await total(core) == 1


async def test_a_broken_promise_wakes_it(core: Core, clock: StandingClock) -> None:
    invoice = await an_invoice(core)
    promise = await a_promise(core, invoice, 100, days=-3)
    await snoozes.snooze(
        core, invoice_number="INV-1042", until=clock.now() + timedelta(days=7), reason="wait", actor=SHELL
    )
    clock.advance(hours=1)
    await promise.move("break", judged_at=clock.now())
    await stale(core, invoice)

    assert await total(core) == 1


async def test_a_reply_wakes_it_and_an_automatic_answer_does_not(core: Core, clock: StandingClock) -> None:
    invoice = await _snoozed(core, clock)
    await _answered(core, invoice, "auto_reply")
    automatic = await total(core)

    await _answered(core, invoice, "human")

    assert (automatic, await total(core)) == (0, 1)


async def _answered(core: Core, invoice: Invoice, kind: str) -> None:
    contact = await Contact.get(account_id=invoice.account_id)
    mailing = await Mailing.create(
        id=uuid4(), unique_key=str(uuid4()), letter="receipt", invoice_id=invoice.id, account_id=invoice.account_id,
        contact_id=contact.id, address=contact.email, address_key=contact.email_key, message_id=str(uuid4()),
        state="sent", reason="", queued_at=core.clock.now(), sent_at=core.clock.now(),
    )  # fmt: skip
    mail = await InboundMail.create(
        id=uuid4(), envelope_from="", sent_to=["r@x"], body=b"", sha256=uuid4().bytes, size_bytes=0, state="stored",
        reason="", received_at=core.clock.now(),
    )  # fmt: skip
    await mail.move("read", mailing_id=mailing.id, reading={"kind": kind}, seen_at=core.clock.now())


async def test_waking_by_hand(core: Core, clock: StandingClock) -> None:
    await _snoozed(core, clock)

    await snoozes.wake(core, invoice_number="INV-1042", actor=SHELL)

    assert await total(core) == 1
    with pytest.raises(NotSnoozed):
        await snoozes.wake(core, invoice_number="INV-1042", actor=SHELL)


async def test_what_makes_no_sense_is_refused(core: Core, clock: StandingClock) -> None:
    invoice = await an_invoice(core)
    soon = clock.now() + timedelta(hours=1)

    with pytest.raises(WordsMissing):
        await snoozes.snooze(core, invoice_number="INV-1042", until=soon, reason=" ", actor=SHELL)
    with pytest.raises(SnoozeImpossible):
        await snoozes.snooze(core, invoice_number="INV-1042", until=clock.now(), reason="x", actor=SHELL)
    with pytest.raises(SnoozeImpossible):
        await snoozes.snooze(core, invoice_number="INV-1042", until=soon + timedelta(days=90), reason="x", actor=SHELL)
    await paid(core, invoice)
    with pytest.raises(NothingToPay):
        await snoozes.snooze(core, invoice_number="INV-1042", until=soon, reason="x", actor=SHELL)
