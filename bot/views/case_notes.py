"""What was agreed about an invoice and what holds it back, as lines and buttons of its message."""

from collections.abc import Mapping

from bot import blocks, ids, text
from bot.blocks import Block
from bot.views import drafts, letters, mails, questions, states
from domain.commitments.dispute_reasons import BY_CODE
from domain.kernel import sentences
from domain.kernel.speech import phrase, say
from domain.operations.case_notes import (
    CaseApproved,
    CaseDispute,
    CaseDraft,
    CaseHold,
    CaseNotes,
    CasePlan,
    CasePromise,
    CaseQuestion,
    CaseUnanswered,
)
from domain.operations.cases import Case

_PROMISES: Mapping[str, str] = {
    "running": phrase("*Promise*: {amount} by {day}"),
    "broken": phrase("*Promise*: {amount} by {day} did not come"),
    "partly_kept": phrase("*Promise*: {amount} by {day} came only in part"),
}

_PLANS: Mapping[str, str] = {
    "requested": phrase("*Plan*: {covers} in {parts} instalments until {day} was asked for and waits for a decision"),
    "countered": phrase("*Plan*: {covers} in {parts} instalments until {day} was offered and waits for the customer"),
    "running": phrase("*Plan*: {covers} in {parts} instalments until {day} runs"),
    "defaulted": phrase("*Plan*: {covers} in {parts} instalments until {day} was given up"),
}

_DISPUTES: Mapping[tuple[bool, bool], str] = {
    (False, False): phrase("*Dispute*: {amount}, {reason}; nobody has it, answer due {due}"),
    (False, True): phrase("*Dispute*: {amount}, {reason}; {owner} has it, answer due {due}"),
    (True, False): phrase("*Test dispute*: {amount}, {reason}; nobody has it, answer due {due}"),
    (True, True): phrase("*Test dispute*: {amount}, {reason}; {owner} has it, answer due {due}"),
}
"""Whether it is a test, and whether somebody has it."""


def lines(notes: CaseNotes) -> tuple[Block, ...]:
    """Return what stands about the invoice; nothing when nothing does."""
    said = [
        *(_unanswered(each) for each in _foremost(notes)),
        *(_question(each) for each in notes.questions),
        *(_promise(each) for each in notes.promises),
        *([_plan(notes.plan)] if notes.plan else ()),
        *(_dispute(each) for each in notes.disputes),
        *(_hold(each) for each in notes.holds),
        *(_draft(each) for each in notes.drafts),
        *(_approved(each) for each in notes.approved),
        *(_forwarding(each) for each in notes.forwardings),
        *([say("*Snoozed* until {until}", until=text.moment(notes.snoozed_until))] if notes.snoozed_until else ()),
        *([say("*In hand*: {name}", name=text.foreign(notes.claimed_by, limit=40))] if notes.claimed_by else ()),
    ]
    return (blocks.section(text.listed([f"• {each}" for each in said], most=12)),) if said else ()


def decisions(case: Case) -> tuple[Block, ...]:
    """Return the buttons for what waits for a person."""
    notes = case.notes
    number = text.plain(case.invoice_number, limit=40)
    found: list[Block] = [mails.look(each.id) for each in _foremost(notes)]
    found += [questions.look(each.id, primary=not found) for each in notes.questions[-1:]]
    if notes.plan and notes.plan.state == "requested":
        found.append(
            blocks.button(
                say("Decide on plan"),
                action=ids.Action.SHOW_PLAN,
                value=ids.value(invoice_id=case.invoice_id),
                label=say("Look at the plan about {number}", number=number),
                primary=True,
            )
        )
    if notes.forwardings:
        found.append(
            blocks.button(
                say("Decide on link"),
                action=ids.Action.SHOW_FORWARDINGS,
                value=ids.value(invoice_id=case.invoice_id),
                label=say("Decide who else gets a link to {number}", number=number),
                primary=not found,
            )
        )
    found += [drafts.undo(each.id) for each in notes.approved[:1]]
    if notes.drafts:
        found.append(
            blocks.button(
                say("Look at draft"),
                action=ids.Action.SHOW_DRAFT,
                value=ids.value(mailing=notes.drafts[0].id),
                label=say("Look at the draft about {number}", number=number),
                primary=not found,
            )
        )
    if notes.disputes:
        found.append(
            blocks.button(
                say("Dispute"),
                action=ids.Action.SHOW_DISPUTE,
                value=ids.value(dispute=notes.disputes[0].id),
                label=say("Show the dispute about {number}", number=number),
                primary=not found,
            )
        )
    return tuple(found)


def _foremost(notes: CaseNotes) -> tuple[CaseUnanswered, ...]:
    """Return the unanswered mail that reminders wait for, of several the oldest; else the oldest, if there is any."""
    found = [each for each in notes.unanswered if not each.over] or list(notes.unanswered)
    return tuple(found[-1:])


def _unanswered(mail: CaseUnanswered) -> str:
    since = text.moment(mail.since)
    if mail.until is None:
        return say("*The customer wrote* on {since}; reminders wait until somebody has dealt with it", since=since)
    if mail.over:
        return say(
            "*The customer wrote* on {since}, known by its sender only; reminders waited until {until}, and go on",
            since=since,
            until=text.moment(mail.until),
        )
    return say(
        "*The customer wrote* on {since}, known by its sender only; reminders wait until {until},"
        " or until somebody has dealt with it",
        since=since,
        until=text.moment(mail.until),
    )


def _question(question: CaseQuestion) -> str:
    since = text.moment(question.since)
    return say("*A payer asked* on {since}; reminders wait until it is answered", since=since)


def _promise(promise: CasePromise) -> str:
    return say(_PROMISES.get(promise.state, _PROMISES["running"]), amount=promise.amount, day=promise.on)


def _plan(plan: CasePlan) -> str:
    return say(_PLANS.get(plan.state, _PLANS["running"]), covers=plan.covers, parts=plan.parts, day=plan.last_on)


def _dispute(dispute: CaseDispute) -> str:
    reason = BY_CODE.get(dispute.reason_code)
    return say(
        _DISPUTES[dispute.is_test, bool(dispute.owner)],
        amount=dispute.amount,
        reason=reason.title if reason else text.foreign(dispute.reason_code),
        owner=text.foreign(dispute.owner, limit=40),
        due=text.moment(dispute.due_at),
    )


def _hold(hold: CaseHold) -> str:
    about = {"kind": states.of_hold(hold.kind), "why": text.said(sentences.said(hold.reason), limit=120)}
    if hold.until is None:
        return say("*On hold* ({kind}) until somebody lifts it: {why}", **about)
    return say("*On hold* ({kind}) until {until}: {why}", until=text.moment(hold.until), **about)


def _draft(draft: CaseDraft) -> str:
    needs = ", ".join(text.said(sentences.said(each), limit=40) for each in draft.needs[:4]) or say("it was given back")
    return say(
        "*Draft*: {letter} waits for an approval since {since} ({needs})",
        letter=letters.named(draft.letter),
        since=text.moment(draft.since),
        needs=needs,
    )


def _approved(mail: CaseApproved) -> str:
    return say(
        "*Approved* by {name}: {letter} leaves from {at} on",
        name=text.foreign(mail.approved_by, limit=40),
        letter=letters.named(mail.letter),
        at=text.moment(mail.leaves_at),
    )


def _forwarding(name: str) -> str:
    return say(
        "*Passed on*: the payer asks for a link for {name}; somebody has to agree", name=text.foreign(name, limit=60)
    )
