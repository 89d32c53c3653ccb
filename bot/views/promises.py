"""Promises as the operators see them: what may be promised, and by when."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from bot import blocks, ids, text
from bot.blocks import Confirmation, Message
from domain.commitments.pauses import Paused


def choices(number: str, invoice_id: UUID, paused: Paused, *, days: Sequence[date]) -> Message:
    """Return what may still be promised about an invoice, and the days that payers mostly say."""
    shown = text.foreign(number)
    why = f" ({text.said(paused.why, limit=300)})" if paused.why else ""
    if not paused.chaseable:
        sentence = f"Nothing of {shown} is left to promise{why}."
        return Message(text=sentence, blocks=(blocks.section(sentence),))
    head = f"{paused.chaseable} of {shown} may be promised{why}. By when will they pay?"
    return Message(
        text=head,
        blocks=(
            blocks.section(head),
            *(
                blocks.section(
                    f"{paused.chaseable} by *{on:%A}, {text.day(on)}*",
                    accessory=blocks.button(
                        "Note it",
                        action=ids.Action.PROMISE,
                        value=ids.value(invoice_id=invoice_id, on=on, seen=str(paused.chaseable.minor)),
                        label=f"Promise of {paused.chaseable} by {on}",
                        confirm=Confirmation(
                            title="Note this promise?",
                            question=f"{paused.chaseable} by {text.day(on)}. Reminders for it pause, and the customer"
                            " is asked again when the money does not come.",
                            yes="Note the promise",
                        ),
                    ),
                )
                for on in days
            ),
            blocks.context(f"Another amount or day: `/plixo promise {shown} 500 on friday note…`"),
        ),
    )
