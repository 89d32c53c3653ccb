"""Write-offs and voids as the operators see them while they wait for a decision."""

from collections.abc import Sequence

from bot import blocks, ids, text
from bot.blocks import Block, Confirmation, Message
from bot.modals import Modal
from bot.views import reasons
from domain.kernel import sentences
from domain.kernel.speech import counted, say
from domain.ledger.write_off_records import WaitingWriteOff
from domain.operations import short_ids

LINES_SHOWN = 15


def listed(waiting: Sequence[WaitingWriteOff]) -> Message:
    """Return the write-offs and voids that wait, the oldest first, each with what can be decided."""
    if not waiting:
        sentence = say("No write-off or void waits for a decision.")
        return Message(text=sentence, blocks=(blocks.section(sentence),))
    head = counted(
        "{n} waits for a decision, the oldest first.", "{n} wait for a decision, the oldest first.", len(waiting)
    )
    return Message(
        text=head,
        blocks=blocks.listing([blocks.section(f"*{head}*")], map(_line, waiting), most=LINES_SHOWN),
    )


def reject_form(waits: WaitingWriteOff) -> Modal:
    """Return the form in which somebody says why a write-off or a void is declined."""
    about = {
        "amount": waits.amount,
        "invoice": text.foreign(waits.invoice_number),
        "customer": text.foreign(waits.account_name),
    }
    if waits.of == "void":
        title, head = say("Decline the void"), say("Void of {amount} on {invoice}, {customer}", **about)
    else:
        title, head = say("Decline the write-off"), say("Write-off of {amount} on {invoice}, {customer}", **about)
    return reasons.form(
        ids.FormId.REJECT_WRITE_OFF,
        ids.Subject(write_off=waits.write_off_id),
        title=title,
        head=f"*{head}*\n{_why(waits)} ({text.foreign(waits.proposed_by, limit=40)})",
        label=say("Why?"),
        hint=say("Whoever proposed it reads it. What is open stays as it is."),
        submit=say("Decline"),
    )


def _why(waits: WaitingWriteOff) -> str:
    return f"_{text.said(sentences.said(waits.reason), limit=200)}_"


def _becomes(waits: WaitingWriteOff) -> str:
    if waits.of == "void":
        return say("{balance} are open, and nothing is owed any more then.", balance=waits.balance)
    if waits.amount > waits.balance:
        return say("Only {balance} are open by now.", balance=waits.balance)
    after = waits.balance - waits.amount
    return say("What is open goes from {before} to {after}.", before=waits.balance, after=after)


def _line(waits: WaitingWriteOff) -> tuple[Block, Block]:
    value, about = ids.value(write_off=waits.write_off_id), _about(waits)
    is_void = waits.of == "void"
    approve = blocks.button(
        say("Approve"),
        action=ids.Action.APPROVE_WRITE_OFF,
        value=value,
        label=say("Approve: void of {amount} on {invoice}", **about)
        if is_void
        else say("Approve: write-off of {amount} on {invoice}", **about),
        primary=True,
        confirm=_question(waits),
    )
    reject = blocks.button(
        say("Reject…"),
        action=ids.Action.REJECT_WRITE_OFF,
        value=value,
        label=say("Decline the void of {invoice}", **about)
        if is_void
        else say("Decline the write-off of {invoice}", **about),
    )
    what = say("*Void: {amount}*.", **about) if is_void else say("*Write-off: {amount}*.", **about)
    said = (
        f"`{short_ids.short(waits.write_off_id)}`  *{text.foreign(waits.invoice_number)}*"
        f"  {text.foreign(waits.account_name)}\n"
        f"{what} {_becomes(waits)}\n"
        f"{_why(waits)} ({text.foreign(waits.proposed_by, limit=40)},"
        f" {text.moment(waits.proposed_at)})"
    )
    return blocks.section(said), blocks.actions(approve, reject)


def _question(waits: WaitingWriteOff) -> Confirmation:
    """Return what is asked before one is approved."""
    about = _about(waits)
    if waits.of == "void":
        question = say("{invoice} is owed no more, {balance} with it; a void invoice stays void.", **about)
        return Confirmation(title=say("Approve this void?"), question=question, yes=say("Approve"))
    given_up = say("{amount} on {invoice} are given up at once.", **about)
    return Confirmation(
        title=say("Approve this write-off?"), question=f"{given_up} {_becomes(waits)}", yes=say("Approve")
    )


def _about(waits: WaitingWriteOff) -> dict[str, object]:
    number = text.plain(waits.invoice_number, limit=40)
    return {"amount": waits.amount, "balance": waits.balance, "invoice": number}
