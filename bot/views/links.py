"""What a person is told about a payment link."""

from bot import blocks, text
from bot.blocks import Message
from domain.pay_links.events import LinkRegenerated


def regenerated(event: LinkRegenerated) -> Message:
    """Return the answer to the one who asked for the link."""
    gone = len(event.replaced_link_ids)
    before = "" if not gone else f" {'The earlier one' if gone == 1 else f'All {gone} earlier ones'} stopped working."
    sentence = (
        f"New payment link for {text.foreign(event.invoice_number)} ({event.asks}) goes to"
        f" {text.foreign(event.sent_to)}; it works until {text.moment(event.expires_at)}.{before}"
    )
    return Message(text=sentence, blocks=(blocks.section(sentence),))
