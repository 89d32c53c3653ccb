"""Drawing: the messages that are posted without being asked for, each as a function of who will read it.

In a channel that everyone in the company may read, the brief form goes; which it is, only the poster knows.
"""

from collections.abc import Mapping, Sequence

from bot import blocks, ids
from bot.audience import Audience, Draw
from bot.blocks import Block, Message
from bot.views import brief, kinds, news
from bot.views import cases as case_views
from domain.kernel.speech import say
from domain.kernel.timeline import Entry
from domain.operations.cases import Case
from domain.operations.standings import Standing

LONGEST = 120
"""Characters of what names a channel and a kind of news on a button."""


def case(shown: Case) -> Draw:
    """Return the living message of an invoice."""
    return lambda audience: brief.case(shown) if audience.brief else case_views.living(shown)


def alone(entry: Entry, *, standings: Mapping[str, Standing], less: Block | None) -> Draw:
    """Return the message about something that belongs to no invoice."""

    def draw(audience: Audience) -> Message:
        if audience.brief:
            decided = news.outcome(entry.event, standings)
            return brief.alone(entry.event, entry_id=entry.id, decided=decided)
        return news.alone(entry.event, standings=standings, less=less)

    return draw


def thread(
    entries: Sequence[Entry],
    *,
    number: str,
    in_channel: bool,
    mention: str,
    standings: Mapping[str, Standing],
    less: Block | None,
) -> Draw:
    """Return the lines of a case's thread."""
    events = [each.event for each in entries]

    def draw(audience: Audience) -> Message:
        if audience.brief:
            return brief.in_thread(events, invoice_number=number, mention=mention)
        return news.in_thread(
            events, invoice_number=number, in_channel=in_channel, mention=mention, standings=standings, less=less
        )

    return draw


def less_button(*, channel: str, kind: str) -> Block:
    """Return the button with which a channel hears less of one kind of news for a time."""
    return blocks.button(
        say("Less of this here"),
        action=ids.Action.HEAR_LESS,
        value=ids.value(seen=f"{channel} {kind}"[:LONGEST]),
        label=say("Hear less of {news} in this channel", news=kinds.named(kind)),
    )
