"""Noise as the operators see it: what is muted and until when, and what a week of news came to."""

from collections.abc import Mapping, Sequence

from bot import blocks, ids, text
from bot.blocks import Block, Message
from bot.views import kinds
from domain.kernel.speech import counted, say
from domain.operations.chat_events import ChannelMuted
from domain.operations.noise import Heard, Mute

MOST_KINDS = 15


def muted(event: ChannelMuted) -> Message:
    """Return the answer to whoever asked for less."""
    sentence = say(
        "This channel hears no more of “{news}” until {until}.",
        news=text.foreign(kinds.named(event.of)),
        until=text.moment(event.until),
    )
    return Message(
        text=sentence,
        blocks=(
            blocks.section(sentence),
            blocks.context(
                say("It is counted in the message of the day; alarms come all the same. `/plixo noise` undoes it.")
            ),
        ),
    )


def listed(mutes: Sequence[Mute], week: Sequence[Heard], *, names: Mapping[str, str], budget: int) -> Message:
    """Return what is muted, each with a button to lift it, and the figures of the week."""
    head = (
        counted("{n} kind of news is muted.", "{n} kinds of news are muted.", len(mutes))
        if mutes
        else say("Nothing is muted.")
    )
    rule = (
        say("A channel gets {n} messages an hour one by one; above that only alarms, the rest is counted.", n=budget)
        if budget
        else say("There is no limit of messages an hour.")
    )
    figures = text.listed([_figures(each) for each in week], most=MOST_KINDS, empty=say("nothing was told"))
    return Message(
        text=head,
        blocks=blocks.listing(
            [blocks.section(f"*{head}* {rule}")],
            [_mute(each, names) for each in mutes],
            tail=[blocks.section(say("*The last seven days*") + f"\n{figures}")],
        ),
        replaces=True,
    )


def _figures(heard: Heard) -> str:
    """Return what a week of one kind of news came to."""
    parts = (
        say("{n} sent", n=heard.sent),
        say("{n} acted on", n=heard.acted),
        *([say("{n} only counted", n=heard.folded)] if heard.folded else ()),
        *([say("{n} muted", n=heard.muted)] if heard.muted else ()),
    )
    return f"{text.foreign(kinds.named(heard.kind))}: {', '.join(parts)}"


def _mute(mute: Mute, names: Mapping[str, str]) -> Block:
    channel = text.foreign(names.get(mute.channel, mute.channel))
    what = say("*{news}* in {channel}", news=text.foreign(kinds.named(mute.kind)), channel=channel)
    until = say("until {until}, by {name}", until=text.moment(mute.until), name=text.foreign(mute.muted_by, limit=40))
    return blocks.section(
        f"{what}\n{until}",
        accessory=blocks.button(
            say("Hear of it again"),
            action=ids.Action.LIFT_MUTE,
            value=ids.value(mute=mute.id),
            label=say("Hear of {news} again", news=kinds.named(mute.kind)),
        ),
    )
