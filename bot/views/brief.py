"""Brief: what a public channel is shown: what kind of thing happened, rounded sums, initials.

The rest is one click away for those who may see it. Sentences of events may quote strangers, so none of them is
shown here: the kind of event is said in our own words.
"""

from collections.abc import Sequence

from bot import blocks, ids, text
from bot.audience import PUBLIC
from bot.blocks import Block, Message
from bot.views import kinds, states
from domain.kernel.events import Event
from domain.kernel.money import Money
from domain.kernel.speech import say
from domain.operations.cases import Case


def case(shown: Case) -> Message:
    """Return the message that stands for an invoice in a public channel."""
    number = text.foreign(shown.invoice_number)
    name = PUBLIC.name(shown.account_name)
    words = ", ".join(states.of_case(each) for each in shown.words)
    overdue = text.overdue(shown.days_past_due)
    state = (
        say("{balance} open, {overdue}", balance=PUBLIC.money(shown.balance), overdue=overdue)
        if shown.is_open
        else words
    )
    return Message(
        text=f"{number}, {name}: {state}",
        blocks=(
            blocks.header(f"{text.plain(shown.invoice_number, limit=60)} · {PUBLIC.plain_name(shown.account_name)}"),
            blocks.section(f"*{state}*\n{states.capital(words)}"),
            blocks.actions(
                reveal(ids.value(invoice_id=shown.invoice_id), of=text.plain(shown.invoice_number, limit=40))
            ),
            blocks.context(say("Sums are rounded and names shortened here, since everyone may read this channel.")),
        ),
    )


def told(event: Event) -> str:
    """Return what happened without a word of a stranger's."""
    amount = next((value for _, value in event if isinstance(value, Money)), None)
    said = states.capital(kinds.named(event.kind))
    return f"{said}: {PUBLIC.money(amount)}" if amount is not None else said


def in_thread(events: Sequence[Event], *, invoice_number: str, mention: str = "") -> Message:
    """Return the lines for the thread of a case, one for each event."""
    number = text.foreign(invoice_number)
    lines = [f"{told(event)}  _{text.moment(event.at)}_" for event in events]
    called = f"<@{text.foreign(mention, limit=30)}> " if mention else ""
    more = " " + say("… +{count} more", count=len(events) - 1) if len(events) > 1 else ""
    return Message(
        text=f"{number}: {told(events[0])}{more}",
        blocks=(blocks.section(f"{called}*{number}*\n{text.listed(lines, most=20)}"),),
    )


def alone(event: Event, *, entry_id: int, decided: str = "") -> Message:
    """Return the message about something that belongs to no invoice; *decided* says what came of it."""
    sentence = told(event)
    return Message(
        text=sentence,
        blocks=(
            blocks.section(f"{sentence}\n_{text.moment(event.at)}_"),
            *([blocks.context(decided)] if decided else ()),
            blocks.actions(reveal(ids.value(entry=entry_id), of=sentence)),
        ),
    )


def reveal(value: str, *, of: str) -> Block:
    """Return the button that shows all of it to whoever clicks, and to nobody else."""
    return blocks.button(
        say("Reveal to me"), action=ids.Action.REVEAL, value=value, label=say("Reveal all about {what} to me", what=of)
    )
