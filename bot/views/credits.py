"""Credits as the operators see them while they wait for a decision."""

from collections.abc import Sequence

from bot import blocks, ids, text
from bot.blocks import Block, Confirmation, Message
from bot.modals import Modal
from bot.views import reasons
from domain.ledger.credits import WaitingCredit
from domain.operations import short_ids

LINES_SHOWN = 15


def listed(waiting: Sequence[WaitingCredit]) -> Message:
    """Return the credits that wait, the oldest first, each with what can be decided."""
    if not waiting:
        sentence = "No credit waits for a decision."
        return Message(text=sentence, blocks=(blocks.section(sentence),))
    head = f"{len(waiting)} {'credit waits' if len(waiting) == 1 else 'credits wait'} for a decision, the oldest first."
    return Message(
        text=head,
        blocks=blocks.listing([blocks.section(f"*{head}*")], map(_line, waiting), most=LINES_SHOWN),
    )


def reject_form(credit: WaitingCredit) -> Modal:
    """Return the form in which somebody says why a credit is declined."""
    return reasons.form(
        ids.FormId.REJECT_CREDIT,
        ids.Subject(credit=credit.credit_id),
        title="Decline the credit",
        head=f"*{credit.amount} on {text.foreign(credit.invoice_number)}, {text.foreign(credit.account_name)}*\n"
        f"_{text.said(credit.reason, limit=200)}_ ({text.foreign(credit.proposed_by, limit=40)})",
        label="Why?",
        hint="Whoever proposed it reads it. What is open stays as it is.",
        submit="Decline",
    )


def _becomes(credit: WaitingCredit) -> str:
    if credit.amount > credit.balance:
        return f"Only {credit.balance} are open by now, so it cannot be approved."
    return f"What is open goes from {credit.balance} to {credit.balance - credit.amount}."


def _line(credit: WaitingCredit) -> tuple[Block, Block]:
    number = text.plain(credit.invoice_number, limit=40)
    value = ids.value(credit=credit.credit_id)
    above = " · above the cap: Legal or a Controller decides" if credit.above_cap else ""
    approve = blocks.button(
        "Approve",
        action=ids.Action.APPROVE_CREDIT,
        value=value,
        label=f"Approve the credit of {credit.amount} on {number}",
        primary=True,
        confirm=Confirmation(
            title="Approve this credit?",
            question=f"{credit.amount} are taken off {number} at once. {_becomes(credit)}",
            yes="Approve the credit",
        ),
    )
    reject = blocks.button(
        "Reject…", action=ids.Action.REJECT_CREDIT, value=value, label=f"Decline the credit on {number}"
    )
    said = (
        f"`{short_ids.short(credit.credit_id)}`  *{text.foreign(credit.invoice_number)}*"
        f"  {text.foreign(credit.account_name)}\n"
        f"*{credit.amount}*{above}. {_becomes(credit)}\n"
        f"_{text.said(credit.reason, limit=200)}_ ({text.foreign(credit.proposed_by, limit=40)},"
        f" {text.moment(credit.proposed_at)})"
    )
    return blocks.section(said), blocks.actions(approve, reject)
