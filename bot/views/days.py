"""Days: the messages that stand for what came by the hundred on a day, each kept current in place."""

from collections.abc import Mapping, Sequence
from datetime import date

from bot import blocks, ids, text
from bot.audience import FULL, Audience
from bot.blocks import Message
from domain.operations.chat_events import words
from domain.operations.days import DraftDay, NewsDay, ReminderDay
from domain.operations.noise import Heard


def living(day: ReminderDay, audience: Audience = FULL) -> Message:
    """Return the message of the day's reminders."""
    said = f"{day.sent} {'reminder' if day.sent == 1 else 'reminders'} sent on {text.day(day.day)}"
    whom = f"to {day.customers} {'customer' if day.customers == 1 else 'customers'}"
    money = ", ".join(audience.money(each) for each in day.open) or "nothing any more"
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


def drafts(day: DraftDay, audience: Audience = FULL) -> Message:
    """Return the day's message about the mails that wait for an approval."""
    listing = blocks.button(
        "Show drafts", action=ids.Action.LIST_DRAFTS, value=ids.value(), label="Show the drafts that wait", primary=True
    )
    if not day.waiting:
        done = f"No draft waits for an approval any more ({text.day(day.day)})."
        return Message(text=done, blocks=(blocks.section(done),))
    waits = "1 draft waits" if day.waiting == 1 else f"{day.waiting} drafts wait"
    whom = "1 customer" if day.customers == 1 else f"{day.customers} customers"
    money = ", ".join(audience.money(each) for each in day.open) or "nothing any more"
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


def news(
    day: NewsDay, *, called: Mapping[str, str], one_by_one: int, folded: Sequence[Heard] = (), budget: int = 0
) -> Message:
    """Return the day's message about events that came too often to be told one by one.

    *folded* are those that the channel was not told of, as it had heard enough or somebody asked for less of them.
    """
    lines = [f"{count} {called[kind]}" for kind, count in day.counts.items() if kind in called]
    enough = [f"{each.folded} × {words(each.kind)}" for each in folded if each.folded]
    muted = [f"{each.muted} × {words(each.kind)}" for each in folded if each.muted]
    counted = sum(each.folded + each.muted for each in folded)
    head = f"Much came at once on {text.day(day.day)}"
    first = [*lines[:3], *([f"{counted} more, see `/plixo queue`"] if counted else [])]
    return Message(
        text=f"{head}: {', '.join(first) or 'see the queue'}",
        blocks=(
            blocks.section(f"*{head}*\n{text.listed([f'• {each}' for each in lines], empty='• see the queue')}"),
            *(
                [blocks.section(f"*More than {budget} messages an hour*, so counted only\n{_bullets(enough)}")]
                if enough
                else ()
            ),
            *([blocks.section(f"*Less of this was asked for here*\n{_bullets(muted)}")] if muted else ()),
            blocks.context(
                f"Only the first {one_by_one} of a kind within an hour are shown one by one. `/plixo queue` and"
                " `/plixo radar` have all of them, the most urgent first; `/plixo noise` says what is muted."
            ),
            blocks.actions(
                blocks.button("Radar", action=ids.Action.RADAR, value=ids.value(), label="Show the Commitment Radar")
            ),
        ),
    )


def _bullets(lines: Sequence[str]) -> str:
    return text.listed([f"• {each}" for each in lines])
