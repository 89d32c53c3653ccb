"""Unfurls: what stands below a pay link that somebody pasted in Slack: no name, no sum, and a warning."""

from uuid import UUID

from bot import blocks, ids
from bot.blocks import Message
from domain.kernel.speech import say


def pay_link(invoice_id: UUID) -> Message:
    """Return what everybody sees; who may see more is asked when the button is pressed, and it is written down."""
    sentence = say(
        "This is a payer's own link. Whoever follows it is taken for the payer, so please delete the message."
    )
    look = blocks.button(
        say("Show the invoice to me"),
        action=ids.Action.REVEAL,
        value=ids.value(invoice_id=invoice_id),
        label=say("Show me the invoice of this link; nobody else sees it"),
    )
    return Message(text=sentence, blocks=(blocks.section(sentence, accessory=look),))
