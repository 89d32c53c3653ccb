"""Plans as the operators see them: one with its instalments, and those that wait for a decision."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from bot import blocks, ids, inputs, text
from bot.blocks import Block, Confirmation, Message
from bot.inputs import Option
from bot.modals import Modal
from bot.views import reasons, ways
from domain.commitments import words
from domain.commitments.instalments import Standing
from domain.commitments.plan_queries import PlanView, WaitingPlan
from domain.commitments.states import PlanState
from domain.commitments.terms import Frequency
from domain.kernel import sentences
from domain.kernel.speech import counted, phrase, say, say_as

INSTALMENTS_SHOWN = 12

REASONS: Mapping[str, str] = {
    "long": phrase("it takes too long"),
    "little": phrase("the first instalment is too small"),
    "broken": phrase("an earlier plan was not kept"),
    "once": phrase("the amount should be paid at once"),
}
"""Reasons to decline that can be chosen, in English as the customer reads them."""

_RHYTHMS: Mapping[str, str] = {
    "weekly": phrase("Every week"),
    "biweekly": phrase("Every two weeks"),
    "monthly": phrase("Every month"),
}


def card(plan: PlanView) -> Message:
    """Return a plan with its instalments and what can be decided."""
    head = f"{_wish(plan)}, {words.plan_state(plan.state)}"
    lines = [f"• {_instalment(each)}" for each in plan.instalments]
    said = [f"*{label}* {text.said(sentences.said(words), limit=300)}" for label, words in _words(plan) if words]
    standing = say(
        "{balance} is open now; {paid} came in since the terms were made.", balance=plan.balance, paid=plan.paid
    )
    asked = say(
        "Asked for by {person} ({way}), {moment}",
        person=text.foreign(plan.made_by, limit=40),
        way=ways.called(plan.source),
        moment=text.moment(plan.created_at),
    )
    return Message(
        text=f"{head}.",
        blocks=(
            blocks.section(f"*{head}*\n{standing}"),
            blocks.section(text.listed(lines, most=INSTALMENTS_SHOWN)),
            *([blocks.section("\n".join(said))] if said else ()),
            blocks.context(asked),
            *_decisions(plan),
        ),
    )


def reject_form(plan: PlanView) -> Modal:
    """Return the form in which somebody says why a plan is declined."""
    return reasons.form(
        ids.FormId.REJECT_PLAN,
        ids.Subject(invoice=plan.invoice_id),
        title=say("Decline the plan"),
        head=f"*{_wish(plan)}*",
        label=say("Why?"),
        hint=say("The customer reads it. Reminders go on."),
        submit=say("Decline"),
        quick={name: say(words) for name, words in REASONS.items()},
    )


def counter_form(plan: PlanView) -> Modal:
    """Return the form in which other terms are offered; it begins with those that were asked for."""
    asked = [f"• {_instalment(each)}" for each in plan.instalments]
    rhythm = plan.frequency if plan.frequency is not Frequency.OWN else Frequency.MONTHLY
    rhythms = [Option(say(words), name) for name, words in _RHYTHMS.items()]
    return Modal(
        title=say("Offer other terms"),
        form=ids.FormId.COUNTER_PLAN,
        submit=say_as("other terms", "Offer"),
        subject=ids.Subject(invoice=plan.invoice_id, seen=plan.stamp),
        blocks=(
            blocks.section(f"*{_wish(plan)}*\n{text.listed(asked, most=INSTALMENTS_SHOWN)}"),
            inputs.text(
                "count",
                say("Number of instalments"),
                initial=str(len(plan.instalments)),
                most=3,
                hint=say("The {amount} that are open today are split into equal parts.", amount=plan.balance),
            ),
            inputs.radio("rhythm", say("How far apart"), rhythms, initial=rhythm.value),
            inputs.day("first", say("First instalment due on"), initial=plan.instalments[0].due_on),
            inputs.text("note", say("A word to the customer"), lines=True, most=500, optional=True),
        ),
    )


def waiting(plans: Sequence[WaitingPlan]) -> Message:
    """Return the requests that nobody has decided."""
    if not plans:
        sentence = say("No plan waits for a decision.")
        return Message(text=sentence, blocks=(blocks.section(sentence),))
    head = counted(
        "{n} plan waits for a decision, the oldest first.",
        "{n} plans wait for a decision, the oldest first.",
        len(plans),
    )
    return Message(text=head, blocks=blocks.listing([blocks.section(f"*{head}*")], map(_waiting, plans)))


def show(invoice_id: UUID) -> Block:
    """Return the button that shows an invoice's plan."""
    return blocks.button(
        say("Show plan"),
        action=ids.Action.SHOW_PLAN,
        value=ids.value(invoice_id=invoice_id),
        label=say("Show the plan"),
    )


def _wish(plan: PlanView) -> str:
    return counted(
        "Plan about {invoice}, {customer}: {amount} in {n} instalment",
        "Plan about {invoice}, {customer}: {amount} in {n} instalments",
        len(plan.instalments),
        invoice=text.foreign(plan.invoice_number),
        customer=text.foreign(plan.account_name),
        amount=plan.covers,
    )


def _words(plan: PlanView) -> tuple[tuple[str, str], ...]:
    return ((say("Reason:"), plan.reason), (say("Note:"), plan.note))


def _instalment(each: Standing) -> str:
    due = say("{amount} due {day}", amount=each.amount, day=each.due_on)
    stands = [say("*missed*")] if each.missed else []
    if not each.unpaid:
        stands.append(say_as("an instalment", "paid"))
    elif each.unpaid != each.amount:
        stands.append(say("{amount} open", amount=each.unpaid))
    return f"{due} ({', '.join(stands)})" if stands else due


def _decisions(plan: PlanView) -> tuple[Block, ...]:
    if plan.state is not PlanState.REQUESTED:
        return ()
    number = text.plain(plan.invoice_number, limit=40)
    approve = blocks.button(
        say("Approve"),
        action=ids.Action.APPROVE_PLAN,
        value=ids.value(invoice_id=plan.invoice_id, seen=plan.stamp),
        label=say("Approve the plan about {invoice}", invoice=number),
        primary=True,
        confirm=Confirmation(
            title=say("Approve this plan?"),
            question=counted(
                "{amount} in {n} instalment. Reminders follow the instalments, and the customer is told.",
                "{amount} in {n} instalments. Reminders follow the instalments, and the customer is told.",
                len(plan.instalments),
                amount=plan.covers,
            ),
            yes=say("Approve the plan"),
        ),
    )
    value = ids.value(invoice_id=plan.invoice_id)
    counter = blocks.button(
        say("Counter…"),
        action=ids.Action.COUNTER_PLAN,
        value=value,
        label=say("Offer other terms for {invoice}", invoice=number),
    )
    reject = blocks.button(
        say("Reject…"),
        action=ids.Action.REJECT_PLAN,
        value=value,
        label=say("Decline the plan about {invoice}", invoice=number),
    )
    return (blocks.actions(approve, counter, reject),)


def _waiting(plan: WaitingPlan) -> Block:
    terms = counted(
        "{amount} in {n} part, {first} to {last}",
        "{amount} in {n} parts, {first} to {last}",
        plan.parts,
        amount=plan.covers,
        first=plan.first_on,
        last=plan.last_on,
    )
    who = f" · {say('a Controller decides')}" if plan.needs_controller else ""
    return blocks.section(
        f"*{text.foreign(plan.invoice_number)}*  {text.foreign(plan.account_name)}\n{terms}{who}\n"
        f"_{text.said(sentences.said(plan.reason), limit=160)}_",
        accessory=show(plan.invoice_id),
    )
