"""An explanation as the operators see it: score, holds, what was agreed, and every mail that did or did not leave."""

from collections.abc import Sequence

from bot import blocks, text
from bot.blocks import Block, Message
from domain.casework.why import Why


def explained(why: Why) -> Message:
    """Return why the invoice stands where it does."""
    number = text.foreign(why.invoice_number)
    action = text.said(why.next_action, limit=200)
    notes = [f"In hand: {text.said(why.in_hand, limit=80)}"] if why.in_hand else []
    if why.usual_delay is not None:
        notes.append(f"This customer {text.usually(why.usual_delay)}")
    return Message(
        text=f"{number}: {action}. Score {why.score}.",
        blocks=blocks.listing(
            [
                blocks.section(f"*Why {number}*\n{action}"),
                blocks.section(f"*Score {why.score}*\n{_listed(why.reasons, empty='no special reason')}"),
            ],
            [
                *_part("What holds reminders back", why.holds),
                *_part("What was agreed", why.agreed),
                *_part("If the waiting mail were to leave now", why.guardrails),
                blocks.section(f"*Mails*\n{_listed(why.mails, most=8, empty='none so far')}"),
            ],
            tail=[blocks.context(*notes)] if notes else (),
        ),
    )


def _part(title: str, lines: Sequence[str]) -> tuple[Block, ...]:
    return (blocks.section(f"*{title}*\n{_listed(lines, most=8)}"),) if lines else ()


def _listed(lines: Sequence[str], *, most: int = 10, empty: str = "none") -> str:
    return text.listed([f"• {text.said(each, limit=200)}" for each in lines], most=most, empty=empty)
