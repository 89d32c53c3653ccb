"""Missed: the one message about all that could not be told while Slack was away, instead of each line of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot import blocks, ids, text
from bot.audience import Audience
from bot.blocks import Block, Message
from bot.views import brief, days, kinds
from domain.kernel.events import Event
from domain.kernel.speech import number, say
from domain.kernel.timeline import Entry


@dataclass(frozen=True, slots=True)
class Gap:
    """What happened while nothing could be told."""

    since: datetime
    until: datetime
    counts: Mapping[str, int]
    """By kind of event, the most frequent first."""
    foremost: Sequence[Entry]
    """The alarms first, of those and of the rest the newest."""
    more: bool = False
    """Whether there was even more than was counted."""

    @property
    def total(self) -> int:
        """How much happened."""
        return sum(self.counts.values())


def summary(gap: Gap, audience: Audience) -> Message:
    """Return the message: how much of what, and the foremost with a button each."""
    head = (
        say("more than {n} things happened while nothing could be told here", n=gap.total)
        if gap.more
        else say("{n} things happened while nothing could be told here", n=gap.total)
    )
    told = say("*{head}*, from {start} to {end}", head=head, start=text.moment(gap.since), end=text.moment(gap.until))
    lines = [f"{number(count)} × {kinds.named(kind)}" for kind, count in gap.counts.items()]
    return Message(
        text=f"{head}: {', '.join(lines[:4])}",
        blocks=(
            blocks.section(f"{told}\n{text.listed(lines, most=12)}"),
            *([blocks.section(say("*Foremost*"))] if gap.foremost else ()),
            *(_line(each, audience) for each in gap.foremost),
            blocks.context(
                say("All of it stands on the timelines; `/plixo queue` has what is to be done, most urgent first.")
            ),
            blocks.actions(
                blocks.button(
                    say("Next in the queue"),
                    action=ids.Action.NEXT,
                    value=ids.value(),
                    label=say("Take the first case of the queue"),
                    primary=True,
                ),
                days.radar_button(),
            ),
        ),
    )


def _line(entry: Entry, audience: Audience) -> Block:
    event = entry.event
    number_of = _number(event)
    said = brief.told(event) if audience.brief else text.said(event.told(), limit=300)
    invoice_id = event.invoice_ref
    shown = f"{f'*{text.foreign(number_of)}*: ' if number_of else ''}{said}\n_{text.moment(event.at)}_"
    if invoice_id is None:
        return blocks.section(shown)
    return blocks.section(
        shown,
        accessory=blocks.button(
            say("Show"),
            action=ids.Action.SHOW,
            value=ids.value(invoice_id=invoice_id),
            label=say("Show {number}", number=text.plain(number_of or say("the invoice"), limit=50)),
        ),
    )


def _number(event: Event) -> str:
    return str(getattr(event, "invoice_number", None) or "")
