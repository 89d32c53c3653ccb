"""Snoozes: an invoice is put off until a moment, for a reason; whatever happens about it brings it back before.

A payment, a reply, a broken promise, a dispute or a plan since then ends it by itself: that is read in ``facts``.
"""

from datetime import datetime, timedelta
from uuid import uuid4

from domain.casework import claims
from domain.casework.events import CaseSkipped, CaseSnoozed, SnoozeEnded
from domain.casework.models import Snooze
from domain.casework.refusals import NotSnoozed, SnoozeImpossible, WordsMissing
from domain.kernel import sentences, timeline
from domain.kernel.actor import Actor, Permission
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.speech import phrase, say
from domain.ledger import invoices
from domain.ledger.models import Invoice
from domain.ledger.refusals import NothingToPay
from domain.ledger.states import InvoiceState

LONGEST = timedelta(days=90)
"""What is put off for longer is a hold, a plan or a write-off."""

MOST_WORDS = 500


async def snooze(core: Core, *, invoice_number: str, until: datetime, reason: str, actor: Actor) -> CaseSnoozed:
    """Take an invoice out of the queue until a moment; an earlier snooze ends.

    Raises:
        NotAllowed: The actor may not work the queue.
        WordsMissing: No reason was given.
        SnoozeImpossible: The moment is past, or too far away.
        InvoiceNotFound: No invoice has that number.
        NothingToPay: The invoice is not open.
    """
    async with core.transaction() as tx:
        actor.require(Permission.WORK_QUEUE)
        now = core.clock.now()
        if not reason.strip():
            raise WordsMissing(phrase("Say why it is put off, in a few words."))
        if not now < until <= now + LONGEST:
            raise SnoozeImpossible(LONGEST.days)
        invoice, why = await still_open(invoice_number), sentences.trimmed(reason, most=MOST_WORDS)
        await put_off(invoice, until=until, reason=why, actor=actor, now=now)
        event = CaseSnoozed(
            invoice_id=invoice.id, invoice_number=invoice.number, account_id=invoice.account_id, until=until,
            reason=why, **by(actor, now),
        )  # fmt: skip
        await timeline.record(core, tx, event)
    return event


async def skip(core: Core, *, invoice_number: str, actor: Actor) -> CaseSkipped:
    """Leave an invoice for now: nobody is shown it for as long as a claim lasts, and the customer is given back.

    Raises:
        NotAllowed: The actor may not work the queue.
        InvoiceNotFound: No invoice has that number.
        NothingToPay: The invoice is not open.
        ClaimedByAnother: Somebody else has the customer in hand.
    """
    async with core.transaction() as tx:
        actor.require(Permission.WORK_QUEUE)
        now = core.clock.now()
        until = now + core.limits.claim
        invoice = await still_open(invoice_number)
        await claims.one_at_a_time(tx)
        await put_off(invoice, until=until, reason=say("skipped"), actor=actor, now=now)
        event = CaseSkipped(
            invoice_id=invoice.id, invoice_number=invoice.number, account_id=invoice.account_id, until=until,
            **by(actor, now),
        )  # fmt: skip
        await timeline.record(core, tx, event)
        await claims.given_back(core, tx, invoice=invoice, actor=actor)
    return event


async def wake(core: Core, *, invoice_number: str, actor: Actor) -> SnoozeEnded:
    """Put an invoice back into the queue before its time.

    Raises:
        NotAllowed: The actor may not work the queue.
        InvoiceNotFound: No invoice has that number.
        NotSnoozed: It is not put off.
    """
    async with core.transaction() as tx:
        actor.require(Permission.WORK_QUEUE)
        now = core.clock.now()
        invoice = await invoices.locked(invoice_number)
        present = await Snooze.locked(invoice_id=invoice.id, state="active")
        if present is None or present.until <= now:
            raise NotSnoozed(invoice.number)
        await present.move("end")
        event = SnoozeEnded(
            invoice_id=invoice.id, invoice_number=invoice.number, account_id=invoice.account_id, **by(actor, now)
        )
        await timeline.record(core, tx, event)
    return event


async def still_open(invoice_number: str) -> Invoice:
    """Return the invoice, locked, while something is to be done about it.

    Raises:
        InvoiceNotFound: No invoice has that number.
        NothingToPay: The invoice is not open.
    """
    invoice = await invoices.locked(invoice_number)
    if invoice.status is not InvoiceState.OPEN:
        raise NothingToPay(invoice.number, invoice.state)
    return invoice


async def put_off(invoice: Invoice, *, until: datetime, reason: str, actor: Actor, now: datetime) -> None:
    """Put a locked invoice off inside the caller's transaction; an earlier snooze ends."""
    present = await Snooze.locked(invoice_id=invoice.id, state="active")
    if present is not None:
        await present.move("end")
    await Snooze.create(
        id=uuid4(), invoice_id=invoice.id, until=until, reason=reason, made_by=actor.name, made_by_id=actor.id,
        state=Snooze.MACHINE.start.value, created_at=now,
    )  # fmt: skip
