"""Days: the messages that stand for what came by the hundred on a day, each kept current in place."""

from collections.abc import Mapping
from datetime import date

from bot import blocks, ids, text
from bot.blocks import Message
from domain.operations.days import DraftDay, NewsDay, ReminderDay


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


def drafts(day: DraftDay) -> Message:
    """Return the day's message about the mails that wait for an approval."""
    listing = blocks.button(
        "Show drafts", action=ids.Action.LIST_DRAFTS, value=ids.value(), label="Show the drafts that wait", primary=True
    )
    if not day.waiting:
        done = f"No draft waits for an approval any more ({text.day(day.day)})."
        return Message(text=done, blocks=(blocks.section(done),))
    waits = "1 draft waits" if day.waiting == 1 else f"{day.waiting} drafts wait"
    whom = "1 customer" if day.customers == 1 else f"{day.customers} customers"
    money = ", ".join(str(each) for each in day.open) or "nothing any more"
    why = [f"{count} {word}" for count, word in ((day.high_value, "high value"), (day.final, "final notice")) if count]
    since = f"The oldest waits since {text.moment(day.oldest)}." if day.oldest else ""
    return Message(
        text=f"{waits} for an approval, to {whom}; open on them: {money}",
        blocks=(
            blocks.section(f"*{waits} for an approval*, to {whom}\nOpen on these invoices: {money}"),
            blocks.context(" ".join([f"Of them {', '.join(why)}." if why else "", since]).strip() or "Shadow Mode."),
            blocks.actions(listing),
        ),
    )


def drafts_moved(today: date) -> Message:
    """Return what an earlier day's message about drafts shows from then on."""
    sentence = f"Drafts that wait for an approval are counted in the message of {text.day(today)}."
    return Message(text=sentence, blocks=(blocks.context(sentence),))


def news(day: NewsDay, *, called: Mapping[str, str], one_by_one: int) -> Message:
    """Return the day's message about events that came too often to be told one by one."""
    lines = [f"{count} {called[kind]}" for kind, count in day.counts.items() if kind in called]
    head = f"Much came at once on {text.day(day.day)}"
    return Message(
        text=f"{head}: {', '.join(lines[:3]) or 'see the queue'}",
        blocks=(
            blocks.section(f"*{head}*\n{text.listed([f'• {each}' for each in lines], empty='• see the queue')}"),
            blocks.context(
                f"Only the first {one_by_one} of a kind within an hour are shown one by one. `/plixo queue` and"
                " `/plixo radar` have all of them, the most urgent first."
            ),
            blocks.actions(
                blocks.button("Radar", action=ids.Action.RADAR, value=ids.value(), label="Show the Commitment Radar")
            ),
        ),
    )
