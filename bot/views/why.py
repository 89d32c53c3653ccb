"""An explanation as the operators see it: score, holds, what was agreed, and every mail that did or did not leave."""

from collections.abc import Sequence

from bot import blocks, text
from bot.blocks import Block, Message
from domain.casework.why import Why
from domain.kernel.speech import say


def explained(why: Why) -> Message:
    """Return why the invoice stands where it does."""
    number = text.foreign(why.invoice_number)
    action = text.said(why.next_action, limit=200)
    notes = [say("In hand: {name}", name=text.said(why.in_hand, limit=80))] if why.in_hand else []
    if why.usual_delay is not None:
        notes.append(say("This customer {usually}", usually=text.usually(why.usual_delay)))
    return Message(
        text=say("{number}: {action}. Score {score}.", number=number, action=action, score=why.score),
        blocks=blocks.listing(
            [
                blocks.section(say("*Why {number}*", number=number) + f"\n{action}"),
                blocks.section(
                    say("*Score {score}*", score=why.score)
                    + f"\n{_listed(why.reasons, empty=say('no special reason'))}"
                ),
            ],
            [
                *_part(say("What holds reminders back"), why.holds),
                *_part(say("What was agreed"), why.agreed),
                *_part(say("If the waiting mail were to leave now"), why.guardrails),
                blocks.section(say("*Mails*") + f"\n{_listed(why.mails, most=8, empty=say('none so far'))}"),
            ],
            tail=[blocks.context(*notes)] if notes else (),
        ),
    )


def _part(title: str, lines: Sequence[str]) -> tuple[Block, ...]:
    return (blocks.section(f"*{title}*\n{_listed(lines, most=8)}"),) if lines else ()


def _listed(lines: Sequence[str], *, most: int = 10, empty: str = "") -> str:
    return text.listed([f"• {text.said(each, limit=200)}" for each in lines], most=most, empty=empty)
