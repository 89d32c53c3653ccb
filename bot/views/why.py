"""An explanation as the operators see it: score, holds, and every mail that did or did not leave."""

from bot import blocks, text
from bot.blocks import Message
from domain.casework.why import Why


def explained(why: Why) -> Message:
    """Return why the invoice stands where it does."""
    number = text.foreign(why.invoice_number)
    reasons = [f"• {text.said(each, limit=120)}" for each in why.reasons]
    holds = [f"• {text.said(each, limit=160)}" for each in why.holds]
    mails = [f"• {text.said(each, limit=220)}" for each in why.mails]
    action = text.said(why.next_action, limit=200)
    return Message(
        text=f"{number}: {action}. Score {why.score}.",
        blocks=(
            blocks.section(f"*Why {number}*\n{action}"),
            blocks.section(f"*Score {why.score}*\n{text.listed(reasons, empty='no special reason')}"),
            *([blocks.section(f"*What holds reminders back*\n{text.listed(holds)}")] if holds else ()),
            blocks.section(f"*Mails*\n{text.listed(mails, most=8, empty='none so far')}"),
        ),
    )
