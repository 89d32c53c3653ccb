"""Plans as the operators see them: one with its instalments, and those that wait for a decision."""

from collections.abc import Sequence
from uuid import UUID

from bot import blocks, ids, text
from bot.blocks import Block, Confirmation, Message
from domain.commitments.instalments import Standing
from domain.commitments.plan_queries import PlanView, WaitingPlan
from domain.commitments.states import PlanState

INSTALMENTS_SHOWN = 12


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
    reject = blocks.button(
        "Reject or counter…",
        action=ids.Action.REJECT_PLAN,
        value=ids.value(invoice_id=plan.invoice_id),
        label=f"Reject or counter the plan about {number}",
    )
    return (blocks.actions(approve, reject),)


def _waiting(plan: WaitingPlan) -> Block:
    who = " · a Controller decides" if plan.needs_controller else ""
    return blocks.section(
        f"*{text.foreign(plan.invoice_number)}*  {text.foreign(plan.account_name)}\n"
        f"{plan.covers} in {plan.parts}, {text.day(plan.first_on)} to {text.day(plan.last_on)}{who}\n"
        f"_{text.said(plan.reason, limit=160)}_",
        accessory=show(plan.invoice_id),
    )
