"""Credits as the operators see them while they wait for a decision."""

from collections.abc import Sequence

from bot import blocks, ids, text
from bot.blocks import Block, Confirmation, Message
from bot.modals import Modal
from bot.views import reasons
from domain.kernel import sentences
from domain.kernel.speech import amount, counted, say
from domain.ledger.credits import WaitingCredit
from domain.operations import short_ids

LINES_SHOWN = 15


def listed(waiting: Sequence[WaitingCredit]) -> Message:
    """Return the credits that wait, the oldest first, each with what can be decided."""
    if not waiting:
        sentence = say("No credit waits for a decision.")
        return Message(text=sentence, blocks=(blocks.section(sentence),))
    head = counted(
        "{n} credit waits for a decision, the oldest first.",
        "{n} credits wait for a decision, the oldest first.",
        len(waiting),
    )
    return Message(
        text=head,
        blocks=blocks.listing([blocks.section(f"*{head}*")], map(_line, waiting), most=LINES_SHOWN),
    )


def reject_form(credit: WaitingCredit) -> Modal:
    """Return the form in which somebody says why a credit is declined."""
    head = say(
        "{amount} on {invoice}, {customer}",
        amount=credit.amount,
        invoice=text.foreign(credit.invoice_number),
        customer=text.foreign(credit.account_name),
    )
    return reasons.form(
        ids.FormId.REJECT_CREDIT,
        ids.Subject(credit=credit.credit_id),
        title=say("Decline the credit"),
        head=f"*{head}*\n{_why(credit)} ({text.foreign(credit.proposed_by, limit=40)})",
        label=say("Why?"),
        hint=say("Whoever proposed it reads it. What is open stays as it is."),
        submit=say("Decline"),
    )


def _why(credit: WaitingCredit) -> str:
    return f"_{text.said(sentences.said(credit.reason), limit=200)}_"


def _becomes(credit: WaitingCredit) -> str:
    if credit.amount > credit.balance:
        return say("Only {balance} are open by now, so it cannot be approved.", balance=credit.balance)
    after = credit.balance - credit.amount
    return say("What is open goes from {before} to {after}.", before=credit.balance, after=after)


def _line(credit: WaitingCredit) -> tuple[Block, Block]:
    number = text.plain(credit.invoice_number, limit=40)
    value = ids.value(credit=credit.credit_id)
    above = f" · {say('above the cap: Legal or a Controller decides')}" if credit.above_cap else ""
    taken = say("{amount} are taken off {invoice} at once.", amount=credit.amount, invoice=number)
    approve = blocks.button(
        say("Approve"),
        action=ids.Action.APPROVE_CREDIT,
        value=value,
        label=say("Approve the credit of {amount} on {invoice}", amount=credit.amount, invoice=number),
        primary=True,
        confirm=Confirmation(
            title=say("Approve this credit?"),
            question=f"{taken} {_becomes(credit)}",
            yes=say("Approve the credit"),
        ),
    )
    reject = blocks.button(
        say("Reject…"),
        action=ids.Action.REJECT_CREDIT,
        value=value,
        label=say("Decline the credit on {invoice}", invoice=number),
    )
    said = (
        f"`{short_ids.short(credit.credit_id)}`  *{text.foreign(credit.invoice_number)}*"
        f"  {text.foreign(credit.account_name)}\n"
        f"*{amount(credit.amount)}*{above}. {_becomes(credit)}\n"
        f"{_why(credit)} ({text.foreign(credit.proposed_by, limit=40)},"
        f" {text.moment(credit.proposed_at)})"
    )
    return blocks.section(said), blocks.actions(approve, reject)
