"""Sending: the decision right before the wire, and what became of the mail.

"Sending" is committed before the wire and "sent" after it. What is found in "sending" later was interrupted: SMTP
cannot be asked, so an answer, which is harmless twice, is sent again and what asks for money is not.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from uuid import UUID

from psycopg.errors import DeadlockDetected
from tortoise.exceptions import IntegrityError

from domain.deliverability import return_paths
from domain.deliverability.events import LetterRefused, LetterSent, LetterUncertain
from domain.deliverability.models import Mailing, MailingItem
from domain.deliverability.states import ItemState, MailingState
from domain.kernel import sentences, timeline
from domain.kernel.core import Core
from domain.kernel.speech import joined, say
from domain.kernel.transactions import Transaction
from domain.ledger import receipts
from domain.ledger.receipts import IssuedReceipt
from domain.outreach import (
    answers,
    fact_sheets,
    guardrails,
    leaving,
    mail_events,
    providers,
    settling,
)
from domain.outreach.composing import OutgoingMail
from domain.outreach.facts import MailFacts
from domain.outreach.verdicts import SEND

ATTEMPTS = 3
"""How often what became of a mail is written down, when somebody else stands in the way at that moment."""

_COME_TO = """
    WITH held AS MATERIALIZED (
        SELECT e.id FROM enrolment e WHERE e.id IN (
            SELECT t.enrolment_id FROM mailing_item t WHERE t.mailing_id = ANY(%s) AND t.state = 'included')
        ORDER BY e.id FOR UPDATE
    ), told AS (
        SELECT t.enrolment_id AS id, max(t.severity) AS severity FROM mailing_item t
        WHERE t.mailing_id = ANY(%s) AND t.state = 'included' GROUP BY t.enrolment_id
    )
    UPDATE enrolment e SET last_severity = told.severity FROM held JOIN told ON told.id = held.id WHERE e.id = held.id
"""
"""Two contacts of one customer are told of the same invoices, by two workers: both take them in one order."""


@dataclass(frozen=True, slots=True)
class Addressed:
    """The envelope of a mail that may leave."""

    mailing_id: UUID
    to: str
    return_path: str


async def addressed(core: Core, *, mailing_id: UUID) -> Addressed | None:
    """Return where one mail is to go; see ``addressed_all``."""
    return (await addressed_all(core, mailing_ids=[mailing_id])).get(mailing_id)


async def addressed_all(core: Core, *, mailing_ids: Collection[UUID]) -> dict[UUID, Addressed]:
    """Return where mails are to go, but for those that must not be sent now; settles what was interrupted.

    Judges without locks, so that no relay is asked about what must wait; ``begin`` decides.
    """
    sheets = await fact_sheets.read(core, core.database, mailing_ids=mailing_ids)
    assert len(sheets) == len(set(mailing_ids)), "a mailing's job is queued with its row"
    found: dict[UUID, Addressed] = {}
    for mailing_id, facts in sheets.items():
        if facts.state != MailingState.QUEUED.value:
            envelope = await _interrupted(core, mailing_id)
        elif await _objection(core, facts):
            envelope = await _held_or_not(core, mailing_id)
        else:
            envelope = _envelope(core, mailing_id, facts.address)
        if envelope is not None:
            found[mailing_id] = envelope
    return found


async def _held_or_not(core: Core, mailing_id: UUID) -> Addressed | None:
    """Judge again under locks what seems to be kept back, and write the reason down."""
    async with core.transaction() as tx:
        mailing = await settling.locked(tx, mailing_id=mailing_id)
        if mailing is None or mailing.status is not MailingState.QUEUED:
            return None
        if await settling.cleared(core, tx, mailing) is None:
            return None
        return _envelope(core, mailing.id, mailing.address)


async def _interrupted(core: Core, mailing_id: UUID) -> Addressed | None:
    async with core.transaction() as tx:
        mailing = await Mailing.locked(id=mailing_id)
        assert mailing is not None, "a mailing that was read exists"
        match mailing.status:
            case MailingState.SENDING if mailing.asks:
                await _lose_track(core, tx, mailing)
                return None
            case MailingState.QUEUED | MailingState.SENDING:
                return _envelope(core, mailing.id, mailing.address)
            case _:
                return None


async def begin(core: Core, *, mailing_id: UUID) -> OutgoingMail | None:
    """Check everything again, write one mail and commit "sending"; see ``begin_all``."""
    return (await begin_all(core, mailing_ids=[mailing_id])).get(mailing_id)


async def begin_all(core: Core, *, mailing_ids: Collection[UUID]) -> dict[UUID, OutgoingMail]:
    """Check everything again, write the mails and commit "sending"; the caller hands the mails over at once.

    Called when the relay has accepted the recipients already, so that hardly anything can come between. What a
    guardrail forbids now is not among the mails that are returned. Each mail is judged by itself, on facts that were
    read while everything that they depend on was held; only the statements and the commit are shared.
    """
    left, mails, issued = list(dict.fromkeys(mailing_ids)), dict[UUID, OutgoingMail](), dict[UUID, IssuedReceipt]()
    while left:
        async with core.transaction() as tx:
            mailings = await settling.locked_all(tx, mailing_ids=left)
            assert mailings, "a mailing is never removed while its job runs"
            lacking = {each.id: each.payment_id for each in mailings if each.payment_id and each.id not in issued}
            ready = [each for each in mailings if each.id not in lacking]
            mails |= await leaving.begun(core, tx, ready, issued)
        for mailing_id, payment_id in lacking.items():
            issued[mailing_id] = await receipts.issued(core, payment_id=payment_id)
        looked_at = {each.id for each in ready}
        left = [each for each in left if each not in looked_at]
    return mails


async def delivered(core: Core, *, mailing_id: UUID) -> None:
    """Record that the relay took one mail; see ``delivered_all``."""
    await delivered_all(core, mailing_ids=[mailing_id])


async def delivered_all(core: Core, *, mailing_ids: Collection[UUID]) -> None:
    """Record that the relay took mails: for each invoice in them, with what its reminders have come to.

    Whoever waits in a circle with somebody else and is told to give way comes again at once: that mails arrived is
    known here only, and would otherwise be held to be uncertain.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            await _delivered(core, mailing_ids)
        except DeadlockDetected:
            if attempt == ATTEMPTS:
                raise
        else:
            return


async def _delivered(core: Core, mailing_ids: Collection[UUID]) -> None:
    async with core.transaction() as tx:
        told = await mail_events.told_of(core, tx, mailing_ids, on_the_wire=True)
        ids = list(told)
        if not ids:
            return
        await Mailing.move_all("deliver", ids=ids, before=MailingState.SENDING, sent_at=core.clock.now())
        await tx.execute(_COME_TO, (ids, ids))
        events = [
            LetterSent(**fields, step=part["step"], why=sentences.said(part["reason"]))
            for each in told.values()
            for fields, part in each
        ]
        await timeline.record_many(core, tx, events)


async def refused(core: Core, *, mailing_id: UUID, answer: str) -> None:
    """Record that the relay will never take the mail; *answer* is its code, without text."""
    async with core.transaction() as tx:
        mailing = await Mailing.locked(id=mailing_id)
        if mailing is None or not Mailing.MACHINE.can(MailingState(mailing.state), "refuse"):
            return
        await mailing.move(
            "refuse",
            reason=_also(mailing, say("refused by the relay: {answer}", answer=answer)),
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


def _envelope(core: Core, mailing_id: UUID, address: str) -> Addressed:
    day = core.clock.now().date()
    return Addressed(mailing_id, address, return_paths.bounce_address(core, mailing_id=mailing_id, day=day))


async def _objection(core: Core, facts: MailFacts) -> bool:
    """Tell, without locks, whether the mail as a whole would be kept back now."""
    if not facts.asks:
        unfit = await answers.unfit(core, await Mailing.get(id=facts.mailing_id))
        return guardrails.verdict(replace(facts, unfit=unfit)) != SEND
    gone = frozenset(each.item_id for each in facts.items if guardrails.judged(each) != SEND)
    left = fact_sheets.without(facts, core, gone) if gone else facts
    return not left.items or guardrails.verdict(left) != SEND


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
        await mailing.move("withhold", reason=_also(mailing, say("its invoices go with the next reminder")))


def _also(mailing: Mailing, what: str) -> str:
    return joined("; ", [mailing.reason, what])


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
    await mailing.move("lose track", reason=_also(mailing, say("interrupted on the wire")))
    steps = {each.invoice_id: each.step for each in await MailingItem.filter(mailing_id=mailing.id, state="included")}
    events = [
        LetterUncertain(**each, step=steps.get(each["invoice_id"], mailing.step))
        for each in await settling.about_each(core, tx, mailing)
    ]
    await timeline.record_many(core, tx, events)
