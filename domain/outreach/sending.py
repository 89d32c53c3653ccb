"""Sending: the decision right before the wire, and what became of the mail.

"Sending" is committed before the wire and "sent" after it. What is found in "sending" later was interrupted: SMTP
cannot be asked, so an answer, which is harmless twice, is sent again and what asks for money is not.
"""

from dataclasses import dataclass, replace
from uuid import UUID

from tortoise.exceptions import IntegrityError

from domain.deliverability import return_paths
from domain.deliverability.events import LetterRefused, LetterSent, LetterUncertain
from domain.deliverability.models import Mailing, MailingItem
from domain.deliverability.states import ItemState, MailingState
from domain.kernel import timeline
from domain.kernel.core import Core
from domain.kernel.transactions import Transaction
from domain.ledger import receipts
from domain.outreach import (
    answers,
    breakers,
    composing,
    fact_sheets,
    guardrails,
    item_links,
    lanes,
    providers,
    settling,
)
from domain.outreach.composing import OutgoingMail
from domain.outreach.facts import MailFacts
from domain.outreach.verdicts import SEND

ATTEMPTS = 3
"""How often a mail is put back when at that moment another one to the same contact is queued."""


@dataclass(frozen=True, slots=True)
class Addressed:
    """The envelope of a mail that may leave."""

    mailing_id: UUID
    to: str
    return_path: str


async def addressed(core: Core, *, mailing_id: UUID) -> Addressed | None:
    """Return where a mail is to go, or None when nothing is to be sent now; settles one that was interrupted.

    Judges without locks, so that no connection is opened for what must wait; ``begin`` decides.
    """
    facts = (await fact_sheets.read(core, core.database, mailing_ids=[mailing_id])).get(mailing_id)
    assert facts is not None, "a mailing's job is queued with its row"
    if facts.state == MailingState.QUEUED and await _objection(core, facts):
        async with core.transaction() as tx:
            mailing = await settling.locked(tx, mailing_id=mailing_id)
            if mailing is None or mailing.status is not MailingState.QUEUED:
                return None
            if await settling.cleared(core, tx, mailing) is None:
                return None
            return _envelope(core, mailing)
    async with core.transaction() as tx:
        mailing = await Mailing.locked(id=mailing_id)
        assert mailing is not None, "a mailing that was read exists"
        match mailing.status:
            case MailingState.SENDING if mailing.asks:
                await _lose_track(core, tx, mailing)
                return None
            case MailingState.QUEUED | MailingState.SENDING:
                return _envelope(core, mailing)
            case _:
                return None


async def begin(core: Core, *, mailing_id: UUID) -> OutgoingMail | None:
    """Check everything again, write the mail and commit "sending"; the caller hands the mail over at once.

    Called when the relay has accepted the recipient already, so that hardly anything can come between.
    Returns None when a guardrail forbids the mail now.
    """
    paid = (await Mailing.get(id=mailing_id)).payment_id
    receipt = await receipts.issued(core, payment_id=paid) if paid else None
    async with core.transaction() as tx:
        mailing = await settling.locked(tx, mailing_id=mailing_id)
        assert mailing is not None, "a mailing is never removed while its job runs"
        if mailing.status is MailingState.SENDING and not mailing.asks:
            return await composing.composed(core, mailing, (), receipt)
        if mailing.status is not MailingState.QUEUED:
            return None
        facts = await settling.cleared(core, tx, mailing)
        if facts is None:
            return None
        await item_links.issue(core, tx, mailing, facts.items)
        mail = await composing.composed(core, mailing, facts.items, receipt)
        if not await _reserved(core, tx, mailing, facts):
            return None
        await mailing.move(
            "send",
            link_id=mailing.link_id,
            provider=facts.provider,
            reserved_on=facts.today,
            not_before=None,
            waits="",
            waits_reason="",
        )
        return mail


async def delivered(core: Core, *, mailing_id: UUID) -> None:
    """Record that the relay took the mail: for each invoice in it, with what its reminders have come to."""
    async with core.transaction() as tx:
        mailing = await Mailing.locked(id=mailing_id)
        if mailing is None or mailing.status is not MailingState.SENDING:
            return
        await mailing.move("deliver", sent_at=core.clock.now())
        items = {each.invoice_id: each for each in await MailingItem.filter(mailing_id=mailing.id, state="included")}
        await tx.execute(
            "UPDATE enrolment e SET last_severity = t.severity FROM mailing_item t"
            " WHERE t.mailing_id = %s AND t.state = 'included' AND e.id = t.enrolment_id",
            (mailing.id,),
        )
        events = []
        for each in await settling.about_each(core, tx, mailing):
            item = items.get(each["invoice_id"])
            told = {"step": item.step, "why": item.reason} if item else {"step": mailing.step, "why": mailing.reason}
            events.append(LetterSent(**each, **told))
        await timeline.record_many(core, tx, events)


async def refused(core: Core, *, mailing_id: UUID, answer: str) -> None:
    """Record that the relay will never take the mail; *answer* is its code, without text."""
    async with core.transaction() as tx:
        mailing = await Mailing.locked(id=mailing_id)
        if mailing is None or not Mailing.MACHINE.can(MailingState(mailing.state), "refuse"):
            return
        await mailing.move(
            "refuse",
            reason=f"{mailing.reason}; refused by the relay: {answer}",
            provider=providers.provider(mailing.address_key),
            answer=answer,
            refused_at=core.clock.now(),
        )
        events = [LetterRefused(**each, answer=answer) for each in await settling.about_each(core, tx, mailing)]
        await timeline.record_many(core, tx, events)


async def postponed(core: Core, *, mailing_id: UUID) -> None:
    """Put the mail back: the relay did not take it and said, or showed, that it may later."""
    for _ in range(ATTEMPTS):
        try:
            await _put_back(core, mailing_id)
        except IntegrityError:  # the planner queued another mail to the contact between our look and our move
            continue
        return


async def uncertain(core: Core, *, mailing_id: UUID) -> bool:
    """Settle a mail whose end nobody heard; return whether it should be tried again."""
    async with core.transaction() as tx:
        mailing = await Mailing.locked(id=mailing_id)
        if mailing is None or mailing.status is not MailingState.SENDING:
            return False
        if not mailing.asks:
            await mailing.move("requeue")
            return True
        await _lose_track(core, tx, mailing)
        return False


def _envelope(core: Core, mailing: Mailing) -> Addressed:
    day = core.clock.now().date()
    return Addressed(mailing.id, mailing.address, return_paths.bounce_address(core, mailing_id=mailing.id, day=day))


async def _objection(core: Core, facts: MailFacts) -> bool:
    """Tell, without locks, whether the mail as a whole would be kept back now."""
    if not facts.asks:
        unfit = await answers.unfit(core, await Mailing.get(id=facts.mailing_id))
        return guardrails.verdict(replace(facts, unfit=unfit)) != SEND
    gone = frozenset(each.item_id for each in facts.items if guardrails.judged(each) != SEND)
    left = fact_sheets.without(facts, core, gone) if gone else facts
    return not left.items or guardrails.verdict(left) != SEND


async def _reserved(core: Core, tx: Transaction, mailing: Mailing, facts: MailFacts) -> bool:
    """Take the mail's place at the recipient's provider and in the day's budgets, or let it wait for one.

    The last statements before the commit: every other sender waits for these rows.
    """
    if facts.asks and facts.breaker is not None and (wait := await breakers.probe(core, tx, facts)):
        await settling.hold(core, tx, mailing, facts, wait)
        return False
    lane = await lanes.reserve(core, tx, facts)
    if lane is not None:
        await settling.hold(core, tx, mailing, facts, guardrails.full(facts, lane))
    return lane is None


async def _put_back(core: Core, mailing_id: UUID) -> None:
    async with core.transaction() as tx:
        mailing = await Mailing.locked(id=mailing_id)
        if mailing is None or mailing.status is not MailingState.SENDING:
            return
        other = await _pending(mailing)
        if other is None:
            await mailing.move("requeue")
            return
        await tx.execute(
            "UPDATE mailing_item SET mailing_id = %s WHERE mailing_id = %s AND state = %s",
            (other.id, mailing.id, ItemState.INCLUDED.value),
        )
        await mailing.move("withhold", reason=f"{mailing.reason}; its invoices go with the next reminder")


async def _pending(mailing: Mailing) -> Mailing | None:
    """Return the reminder to the same contact that was begun while this one was with the relay."""
    if not mailing.asks:
        return None
    return await (
        Mailing.filter(contact_id=mailing.contact_id, asks=True, state__in=["drafted", "queued"])
        .select_for_update()
        .get_or_none()
    )


async def _lose_track(core: Core, tx: Transaction, mailing: Mailing) -> None:
    await mailing.move("lose track", reason=f"{mailing.reason}; interrupted on the wire")
    steps = {each.invoice_id: each.step for each in await MailingItem.filter(mailing_id=mailing.id, state="included")}
    events = [
        LetterUncertain(**each, step=steps.get(each["invoice_id"], mailing.step))
        for each in await settling.about_each(core, tx, mailing)
    ]
    await timeline.record_many(core, tx, events)
