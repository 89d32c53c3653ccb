"""What the owner of a dispute is asked, in the talk with Plixo: is the customer right, and until when to say so."""

from bot import blocks, ids, text
from bot.blocks import Block, Message
from bot.views import disputes
from domain.commitments.dispute_queries import DisputeView
from domain.kernel.speech import say


def asked(dispute: DisputeView) -> Message:
    """Return the question with its two buttons, for whoever has to say."""
    head = _head(dispute)
    value = ids.value(dispute=dispute.dispute_id)
    about = {"reference": dispute.reference}
    buttons = blocks.actions(
        blocks.button(
            say("They are right…"),
            action=ids.Action.DISPUTE_RIGHT,
            value=value,
            label=say("The customer is right in dispute {reference}", **about),
        ),
        blocks.button(
            say("They are wrong…"),
            action=ids.Action.DISPUTE_WRONG,
            value=value,
            label=say("The customer is wrong in dispute {reference}", **about),
        ),
    )
    due = say("Your answer is due {due}. Until then {amount} is not asked for.",
              due=disputes.due(dispute), amount=dispute.amount)  # fmt: skip
    hint = say(
        "`/plixo dispute {reference}` shows it with its documents; `/plixo dispute assign {reference} @ben` gives it "
        "to somebody else.",
        **about,
    )
    return Message(
        text=f"{head} {say('Is the customer right?')} {due}",
        blocks=(
            blocks.section(f"*{head}*\n{disputes.disputed(dispute)}"),
            blocks.section(text.quoted(dispute.description, most=12, limit=200)),
            blocks.section(f"*{say('Is the customer right?')}*\n{due}"),
            buttons,
            blocks.context(hint),
        ),
    )


def over(dispute: DisputeView, *, owner: str) -> Message:
    """Return what is left of the question for somebody who is not asked any more: how it stands."""
    head, now = _head(dispute), disputes.end(dispute)
    if not now and owner:
        now = say("In the hands of {person}.", person=text.foreign(owner, limit=80))
    shown: list[Block] = [blocks.section(f"*{head}*\n{disputes.disputed(dispute)}")]
    told = now or say("You need not answer any more.")
    shown += [blocks.section(told), blocks.actions(disputes.show(dispute.dispute_id))]
    return Message(text=f"{head} {told}", blocks=tuple(shown))


def _head(dispute: DisputeView) -> str:
    return say(
        "Dispute {reference} about {invoice}, {customer}: {amount}.",
        reference=dispute.reference,
        invoice=text.foreign(dispute.invoice_number),
        customer=text.foreign(dispute.account_name),
        amount=dispute.amount,
    )
