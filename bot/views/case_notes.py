"""What was agreed about an invoice and what holds it back, as lines and buttons of its message."""

from bot import blocks, ids, text
from bot.blocks import Block
from bot.views import drafts, mails, questions
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

_PROMISES = {"running": "", "broken": " did not come", "partly_kept": " came only in part"}

_PLANS = {
    "requested": "was asked for and waits for a decision",
    "countered": "was offered and waits for the customer",
    "running": "runs",
    "defaulted": "was given up",
}


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
        *([f"*Snoozed* until {text.moment(notes.snoozed_until)}"] if notes.snoozed_until else ()),
        *([f"*In hand*: {text.foreign(notes.claimed_by, limit=40)}"] if notes.claimed_by else ()),
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
                "Decide on plan",
                action=ids.Action.SHOW_PLAN,
                value=ids.value(invoice_id=case.invoice_id),
                label=f"Look at the plan about {number}",
                primary=True,
            )
        )
    if notes.forwardings:
        found.append(
            blocks.button(
                "Decide on link",
                action=ids.Action.SHOW_FORWARDINGS,
                value=ids.value(invoice_id=case.invoice_id),
                label=f"Decide who else gets a link to {number}",
                primary=not found,
            )
        )
    found += [drafts.undo(each.id) for each in notes.approved[:1]]
    if notes.drafts:
        found.append(
            blocks.button(
                "Look at draft",
                action=ids.Action.SHOW_DRAFT,
                value=ids.value(mailing=notes.drafts[0].id),
                label=f"Look at the draft about {number}",
                primary=not found,
            )
        )
    if notes.disputes:
        found.append(
            blocks.button(
                "Dispute",
                action=ids.Action.SHOW_DISPUTE,
                value=ids.value(dispute=notes.disputes[0].id),
                label=f"Show the dispute about {number}",
                primary=not found,
            )
        )
    return tuple(found)


def _foremost(notes: CaseNotes) -> tuple[CaseUnanswered, ...]:
    """Return the unanswered mail that reminders wait for, of several the oldest; else the oldest, if there is any."""
    found = [each for each in notes.unanswered if not each.over] or list(notes.unanswered)
    return tuple(found[-1:])


def _unanswered(mail: CaseUnanswered) -> str:
    wrote = f"*The customer wrote* on {text.moment(mail.since)}"
    if mail.until is None:
        return f"{wrote}; reminders wait until somebody has dealt with it"
    if mail.over:
        return f"{wrote}, known by its sender only; reminders waited until {text.moment(mail.until)}, and go on"
    return (
        f"{wrote}, known by its sender only; reminders wait until {text.moment(mail.until)},"
        " or until somebody has dealt with it"
    )


def _question(question: CaseQuestion) -> str:
    return f"*A payer asked* on {text.moment(question.since)}; reminders wait until it is answered"


def _promise(promise: CasePromise) -> str:
    return f"*Promise*: {promise.amount} by {text.day(promise.on)}{_PROMISES.get(promise.state, '')}"


def _plan(plan: CasePlan) -> str:
    return (
        f"*Plan*: {plan.covers} in {plan.parts} instalments until {text.day(plan.last_on)}"
        f" {_PLANS.get(plan.state, plan.state)}"
    )


def _dispute(dispute: CaseDispute) -> str:
    owner = f"{text.foreign(dispute.owner, limit=40)} has it" if dispute.owner else "nobody has it"
    what = "Test dispute" if dispute.is_test else "Dispute"
    return (
        f"*{what}*: {dispute.amount}, {dispute.reason_code.replace('_', ' ')}; {owner},"
        f" answer due {text.moment(dispute.due_at)}"
    )


def _hold(hold: CaseHold) -> str:
    until = f"until {text.moment(hold.until)}" if hold.until else "until somebody lifts it"
    return f"*On hold* ({hold.kind}) {until}: {text.said(hold.reason, limit=120)}"


def _draft(draft: CaseDraft) -> str:
    needs = ", ".join(text.said(each, limit=40) for each in draft.needs[:4]) or "it was given back"
    return f"*Draft*: {draft.letter.replace('-', ' ')} waits for an approval since {text.moment(draft.since)} ({needs})"


def _approved(mail: CaseApproved) -> str:
    return (
        f"*Approved* by {text.foreign(mail.approved_by, limit=40)}: {mail.letter.replace('-', ' ')} leaves from"
        f" {text.moment(mail.leaves_at)} on"
    )


def _forwarding(name: str) -> str:
    return f"*Passed on*: the payer asks for a link for {text.foreign(name, limit=60)}; somebody has to agree"
