"""Days: the one message that stands for all reminders of a day, kept current while they leave."""

from bot import blocks, text
from bot.blocks import Message
from domain.operations.days import ReminderDay


def living(day: ReminderDay) -> Message:
    """Return the message of the day's reminders."""
    said = f"{day.sent} {'reminder' if day.sent == 1 else 'reminders'} sent on {text.day(day.day)}"
    whom = f"to {day.customers} {'customer' if day.customers == 1 else 'customers'}"
    money = ", ".join(str(each) for each in day.open) or "nothing any more"
    less = [
        f"{count} {word}"
        for count, word in (
            (day.waiting, "waiting to leave"),
            (day.withheld, "not sent, since a guardrail said no"),
            (day.troubled, "refused or interrupted"),
        )
        if count
    ]
    return Message(
        text=f"{said} {whom}; open on them: {money}",
        blocks=(
            blocks.section(f"*{said}* {whom}\nOpen on these invoices: {money}"),
            *([blocks.section("\n".join(f"• {each}" for each in less))] if less else ()),
            blocks.context("Each invoice gets a message of its own as soon as the customer answers, pays or bounces."),
        ),
    )
