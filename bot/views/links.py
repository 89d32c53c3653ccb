"""What a person is told about a payment link."""

from bot import blocks, text
from bot.blocks import Message
from domain.kernel.speech import counted, say
from domain.pay_links.events import LinkRegenerated


def regenerated(event: LinkRegenerated) -> Message:
    """Return the answer to the one who asked for the link."""
    gone = len(event.replaced_link_ids)
    sentence = say(
        "New payment link for {number} ({asks}) goes to {whom}; it works until {until}.",
        number=text.foreign(event.invoice_number),
        asks=event.asks,
        whom=text.foreign(event.sent_to),
        until=text.moment(event.expires_at),
    )
    if gone:
        before = counted("The earlier one stopped working.", "All {n} earlier ones stopped working.", gone)
        sentence = f"{sentence} {before}"
    return Message(text=sentence, blocks=(blocks.section(sentence),))
