"""Plans as the operators see them: one with its instalments, and those that wait for a decision."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from bot import blocks, ids, inputs, text
from bot.blocks import Block, Confirmation, Message
from bot.inputs import Option
from bot.modals import Modal
from bot.views import reasons
from domain.commitments.instalments import Standing
from domain.commitments.plan_queries import PlanView, WaitingPlan
from domain.commitments.states import PlanState
from domain.commitments.terms import Frequency

INSTALMENTS_SHOWN = 12

REASONS: Mapping[str, str] = {
    "long": "it takes too long",
    "little": "the first instalment is too small",
    "broken": "an earlier plan was not kept",
    "once": "the amount should be paid at once",
}
"""Reasons to decline that can be chosen; the customer reads them."""

_RHYTHMS = (
    Option("Every week", "weekly"),
    Option("Every two weeks", "biweekly"),
    Option("Every month", "monthly"),
)


def card(plan: PlanView) -> Message:
    """Return a plan with its instalments and what can be decided."""
    number, name = text.foreign(plan.invoice_number), text.foreign(plan.account_name)
    parts = len(plan.instalments)
    head = f"Plan about {number}, {name}: {plan.covers} in {parts} instalments, {plan.state.value}"
    lines = [f"• {_instalment(each)}" for each in plan.instalments]
    said = [f"*{label}* {text.said(words, limit=300)}" for label, words in _words(plan) if words]
    return Message(
        text=f"{head}.",
        blocks=(
            blocks.section(f"*{head}*\n{plan.balance} is open now; {plan.paid} came in since the terms were made."),
            blocks.section(text.listed(lines, most=INSTALMENTS_SHOWN)),
            *([blocks.section("\n".join(said))] if said else ()),
            blocks.context(
                f"Asked for by {text.foreign(plan.made_by, limit=40)} ({plan.source}), {text.moment(plan.created_at)}"
            ),
            *_decisions(plan),
        ),
    )


def reject_form(plan: PlanView) -> Modal:
    """Return the form in which somebody says why a plan is declined."""
    return reasons.form(
        ids.FormId.REJECT_PLAN,
        ids.Subject(invoice=plan.invoice_id),
        title="Decline the plan",
        head=f"*{_wish(plan)}*",
        label="Why?",
        hint="The customer reads it. Reminders go on.",
        submit="Decline",
        quick=REASONS,
    )


def counter_form(plan: PlanView) -> Modal:
    """Return the form in which other terms are offered; it begins with those that were asked for."""
    asked = [f"• {_instalment(each)}" for each in plan.instalments]
    rhythm = plan.frequency if plan.frequency is not Frequency.OWN else Frequency.MONTHLY
    return Modal(
        title="Offer other terms",
        form=ids.FormId.COUNTER_PLAN,
        submit="Offer",
        subject=ids.Subject(invoice=plan.invoice_id, seen=plan.stamp),
        blocks=(
            blocks.section(f"*{_wish(plan)}*\n{text.listed(asked, most=INSTALMENTS_SHOWN)}"),
            inputs.text(
                "count",
                "Number of instalments",
                initial=str(len(plan.instalments)),
                most=3,
                hint=f"The {plan.balance} that are open today are split into equal parts.",
            ),
            inputs.radio("rhythm", "How far apart", _RHYTHMS, initial=rhythm.value),
            inputs.day("first", "First instalment due on", initial=plan.instalments[0].due_on),
            inputs.text("note", "A word to the customer", lines=True, most=500, optional=True),
        ),
    )


def _wish(plan: PlanView) -> str:
    return (
        f"Plan about {text.foreign(plan.invoice_number)}, {text.foreign(plan.account_name)}: {plan.covers} in"
        f" {len(plan.instalments)} instalments"
    )


def waiting(plans: Sequence[WaitingPlan]) -> Message:
    """Return the requests that nobody has decided."""
    if not plans:
        return Message(text="No plan waits for a decision.", blocks=(blocks.section("No plan waits for a decision."),))
    head = f"{len(plans)} {'plan waits' if len(plans) == 1 else 'plans wait'} for a decision, the oldest first."
    return Message(text=head, blocks=blocks.listing([blocks.section(f"*{head}*")], map(_waiting, plans)))


def show(invoice_id: UUID) -> Block:
    """Return the button that shows an invoice's plan."""
    return blocks.button(
        "Show plan", action=ids.Action.SHOW_PLAN, value=ids.value(invoice_id=invoice_id), label="Show the plan"
    )


def _words(plan: PlanView) -> tuple[tuple[str, str], ...]:
    return (("Reason:", plan.reason), ("Note:", plan.note))


def _instalment(each: Standing) -> str:
    stands = "paid" if not each.unpaid else f"{each.unpaid} open" if each.unpaid != each.amount else ""
    missed = "*missed*" if each.missed else ""
    told = ", ".join(word for word in (missed, stands) if word)
    return f"{each.amount} due {text.day(each.due_on)}{f' ({told})' if told else ''}"


def _decisions(plan: PlanView) -> tuple[Block, ...]:
    if plan.state is not PlanState.REQUESTED:
        return ()
    number = text.plain(plan.invoice_number, limit=40)
    approve = blocks.button(
        "Approve",
        action=ids.Action.APPROVE_PLAN,
        value=ids.value(invoice_id=plan.invoice_id, seen=plan.stamp),
        label=f"Approve the plan about {number}",
        primary=True,
        confirm=Confirmation(
            title="Approve this plan?",
            question=f"{plan.covers} in {len(plan.instalments)} instalments. Reminders follow the instalments, and the"
            " customer is told.",
            yes="Approve the plan",
        ),
    )
    value = ids.value(invoice_id=plan.invoice_id)
    counter = blocks.button(
        "Counter…", action=ids.Action.COUNTER_PLAN, value=value, label=f"Offer other terms for {number}"
    )
    reject = blocks.button(
        "Reject…", action=ids.Action.REJECT_PLAN, value=value, label=f"Decline the plan about {number}"
    )
    return (blocks.actions(approve, counter, reject),)


def _waiting(plan: WaitingPlan) -> Block:
    who = " · a Controller decides" if plan.needs_controller else ""
    return blocks.section(
        f"*{text.foreign(plan.invoice_number)}*  {text.foreign(plan.account_name)}\n"
        f"{plan.covers} in {plan.parts}, {text.day(plan.first_on)} to {text.day(plan.last_on)}{who}\n"
        f"_{text.said(plan.reason, limit=160)}_",
        accessory=show(plan.invoice_id),
    )
