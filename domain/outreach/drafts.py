"""Drafts: mails that wait for a person, who approves, rejects or calls them back; never the one who made them.

An approval is for what the approver was shown: recipient, letter, words, invoices and amounts. Whatever of these has
changed makes it void, when it is given and again right before the mail leaves.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from domain.deliverability.draft_events import LetterApproved, LetterCalledBack, LetterRejected
from domain.deliverability.models import Mailing
from domain.deliverability.states import MailingState
from domain.kernel import addresses, sentences, timeline
from domain.kernel.actor import Actor, Permission
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.refusals import Refusal
from domain.kernel.speech import joined, say
from domain.kernel.transactions import Transaction
from domain.outreach import draft_editors, draft_lists, guardrails, settling, told
from domain.outreach.facts import MailFacts
from domain.outreach.refusals import (
    DraftNotFound,
    DraftOutdated,
    NoDraft,
    ReasonMissing,
    UndoTooLate,
)
from domain.outreach.verdicts import Never

MOST_AT_ONCE = 100
LONGEST_REASON = 300

REDRAWN_AFTER = timedelta(seconds=2)
"""After the time in which a mail may be called back, the invoice's message loses the button for it."""

_UNAPPROVED: dict[str, None] = {"approved_by": None, "approved_by_id": None, "approved_at": None, "not_before": None}


@dataclass(frozen=True, slots=True)
class ApprovedMany:
    """What became of several approvals."""

    approved: tuple[LetterApproved, ...]
    refused: tuple[tuple[UUID, str], ...]
    """Which were not, and why."""


@dataclass(frozen=True, slots=True)
class Approval:
    """How it stands with a mail that somebody approved."""

    mailing_id: UUID
    invoice_number: str
    letter: str
    sent_to: str
    """Masked."""
    state: str
    may_be_undone: bool


async def approval(core: Core, *, mailing_id: UUID, actor: Actor) -> Approval | None:
    """Return how it stands with a mail that was approved; None when it is a draft again.

    Raises:
        NotAllowed: The actor may not look at the books.
        DraftNotFound: There is no such mail.
    """
    actor.require(Permission.VIEW)
    row = await core.database.row(
        "SELECT m.id, m.letter, m.address, m.state, m.approved_at, i.number FROM mailing m"
        " JOIN invoice i ON i.id = m.invoice_id WHERE m.id = %s",
        (mailing_id,),
    )
    if row is None:
        raise DraftNotFound
    if row["approved_at"] is None:
        return None
    in_time = core.clock.now() < row["approved_at"] + core.limits.undo
    return Approval(
        row["id"], row["number"], row["letter"], addresses.masked(row["address"]), row["state"],
        may_be_undone=in_time and row["state"] == MailingState.QUEUED,
    )  # fmt: skip


async def approve(core: Core, *, mailing_id: UUID, actor: Actor, seen: str | None = None) -> LetterApproved:
    """Let a draft leave, after the moment in which it may be called back.

    Args:
        core: The core.
        mailing_id: The draft.
        actor: Who approves it; neither its maker nor its editor.
        seen: The ``version`` of the draft that the approver saw; without one, what it was when first shown.

    Raises:
        NotAllowed: The actor may not approve.
        OwnWork: The actor made or edited it.
        DraftNotFound: There is no such mail.
        NoDraft: It is no draft (any more).
        DraftOutdated: It has changed since it was shown; what changed is told, and it may be approved as it is now.
    """
    actor.require(Permission.APPROVE)
    async with core.transaction() as tx:
        mailing = await draft(tx, mailing_id)
        draft_editors.different(core, mailing, actor)
        outcome = await _fresh(core, tx, mailing, seen)
        if isinstance(outcome, MailFacts):
            return await _approved(core, tx, mailing, outcome, actor)
    raise outcome  # outside of the transaction: what was found out is kept


async def approve_many(
    core: Core, *, mailing_ids: Sequence[UUID], actor: Actor, seen: Mapping[UUID, str] | None = None
) -> ApprovedMany:
    """Approve several drafts, each by itself: one that is refused keeps no other back.

    Args:
        core: The core.
        mailing_ids: The drafts.
        actor: Who approves them.
        seen: Their versions that the approver saw, where that is known; see ``approve``.

    Raises:
        NotAllowed: The actor may not approve.
    """
    actor.require(Permission.APPROVE)
    approved, refused = [], []
    for mailing_id in list(dict.fromkeys(mailing_ids))[:MOST_AT_ONCE]:
        try:
            approved.append(await approve(core, mailing_id=mailing_id, actor=actor, seen=(seen or {}).get(mailing_id)))
        except Refusal as no:
            refused.append((mailing_id, str(no)))
    return ApprovedMany(tuple(approved), tuple(refused))


async def reject(core: Core, *, mailing_id: UUID, reason: str, actor: Actor) -> LetterRejected:
    """Decide that a draft is not sent; its steps count as done, and the next ones go on.

    Raises:
        NotAllowed: The actor may not approve.
        ReasonMissing: Nobody could be told why.
        DraftNotFound: There is no such mail.
        NoDraft: It is no draft (any more).
    """
    actor.require(Permission.APPROVE)
    why = sentences.trimmed(reason, most=LONGEST_REASON)
    if not why:
        raise ReasonMissing(say("A draft is rejected for a reason: whoever asks later wants to know it."))
    async with core.transaction() as tx:
        mailing = await draft(tx, mailing_id)
        rejected = say("rejected by {name}: {why}", name=actor.name, why=why)
        await mailing.move("reject", reason=joined("; ", [mailing.reason, rejected]))
        stamp = by(actor, core.clock.now())
        events = [LetterRejected(**{**each, **stamp}, why=why) for each in await settling.about_each(core, tx, mailing)]
        await timeline.record_many(core, tx, events)
    return events[0]


async def undo(core: Core, *, mailing_id: UUID, actor: Actor) -> LetterCalledBack:
    """Call an approved mail back before it leaves; it is a draft again.

    Raises:
        NotAllowed: The actor may not approve.
        DraftNotFound: There is no such mail.
        UndoTooLate: The time is over, or the mail was never approved.
    """
    actor.require(Permission.APPROVE)
    async with core.transaction() as tx:
        mailing = await Mailing.locked(id=mailing_id)
        if mailing is None:
            raise DraftNotFound
        now = core.clock.now()
        in_time = mailing.approved_at is not None and now < mailing.approved_at + core.limits.undo
        if mailing.status is not MailingState.QUEUED or not in_time:
            raise UndoTooLate
        await mailing.move("undo", **_UNAPPROVED, waits="", waits_reason="")
        event = LetterCalledBack(**{**await settling.about(core, tx, mailing), **by(actor, now)})
        await timeline.record(core, tx, event)
    return event


async def draft(tx: Transaction, mailing_id: UUID) -> Mailing:
    """Return a draft with everything that its judgement depends on held to the end of the transaction.

    Raises:
        DraftNotFound: There is no such mail.
        NoDraft: It is no draft (any more).
    """
    mailing = await settling.locked(tx, mailing_id=mailing_id)
    if mailing is None:
        raise DraftNotFound
    if mailing.status is not MailingState.DRAFTED:
        state, who = say(mailing.state), mailing.approved_by
        raise NoDraft(
            say("it was approved by {name} and is {state}", name=who, state=state)
            if who
            else say("it is {state}", state=state)
        )
    return mailing


async def _fresh(core: Core, tx: Transaction, mailing: Mailing, seen: str | None) -> MailFacts | Refusal:
    """Return the facts to approve, or the refusal; either way what was found out about the draft is written down."""
    facts = await settling.pruned(core, tx, mailing)
    if facts is None:
        return NoDraft(mailing.reason.rpartition("not sent: ")[2])
    verdict = guardrails.verdict(facts)
    if isinstance(verdict, Never):
        await settling.withhold(core, tx, mailing, facts, verdict)
        return NoDraft(verdict.reason)
    changed = told.changes(facts.drafted_as, facts.snapshot) if facts.drafted_as else ()
    if seen is not None and seen != draft_lists.version(facts.snapshot):
        changed = changed or (say("it is not what was on your screen"),)
    elif seen is not None:
        changed = ()
    if changed:
        await draft_lists.remember(tx, {mailing.id: facts.snapshot}, anew=True)
        return DraftOutdated(changed)
    return facts


async def _approved(core: Core, tx: Transaction, mailing: Mailing, facts: MailFacts, actor: Actor) -> LetterApproved:
    now = core.clock.now()
    leaves_at = now + core.limits.undo
    await mailing.move(
        "approve",
        approved_by=actor.name,
        approved_by_id=actor.id,
        approved_at=now,
        drafted_as=facts.snapshot,
        not_before=leaves_at,
        waits="undo",
        waits_reason=say("its approval may still be called back"),
    )
    await core.jobs.defer(tx, "send_mailing", delay=core.limits.undo, mailing_id=str(mailing.id))
    event = LetterApproved(**{**await settling.about(core, tx, mailing), **by(actor, now)}, leaves_at=leaves_at)
    entry_id = await timeline.record(core, tx, event)
    # Whether it left by then or waits for something else: it cannot be called back any more, and nothing else tells.
    await core.jobs.defer(tx, "redraw_case", delay=core.limits.undo + REDRAWN_AFTER, entry_id=entry_id)
    return event
