"""Noise as the operators see it: what is muted and until when, and what a week of news came to."""

from collections.abc import Mapping, Sequence

from bot import blocks, ids, text
from bot.blocks import Block, Message
from domain.operations.chat_events import ChannelMuted, words
from domain.operations.noise import Heard, Mute

MOST_KINDS = 15


def muted(event: ChannelMuted) -> Message:
    """Return the answer to whoever asked for less."""
    sentence = f"This channel hears no more of “{text.foreign(words(event.of))}” until {text.moment(event.until)}."
    return Message(
        text=sentence,
        blocks=(
            blocks.section(sentence),
            blocks.context(
                "It is counted in the message of the day; alarms come all the same. `/plixo noise` undoes it."
            ),
        ),
    )


def listed(mutes: Sequence[Mute], week: Sequence[Heard], *, names: Mapping[str, str], budget: int) -> Message:
    """Return what is muted, each with a button to lift it, and the figures of the week."""
    count = f"{len(mutes)} {'kind' if len(mutes) == 1 else 'kinds'} of news" if mutes else "Nothing"
    head = f"{count} {'is' if len(mutes) < 2 else 'are'} muted."
    rule = (
        f"A channel gets {budget} messages an hour one by one; above that only alarms, the rest is counted."
        if budget
        else "There is no limit of messages an hour."
    )
    figures = [
        f"{text.foreign(words(each.kind))}: {each.sent} sent, {each.acted} acted on"
        f"{f', {each.folded} only counted' if each.folded else ''}{f', {each.muted} muted' if each.muted else ''}"
        for each in week
    ]
    return Message(
        text=head,
        blocks=blocks.listing(
            [blocks.section(f"*{head}* {rule}")],
            [_mute(each, names) for each in mutes],
            tail=[
                blocks.section(
                    f"*The last seven days*\n{text.listed(figures, most=MOST_KINDS, empty='nothing was told')}"
                )
            ],
        ),
        replaces=True,
    )


def _mute(mute: Mute, names: Mapping[str, str]) -> Block:
    kind = text.foreign(words(mute.kind))
    return blocks.section(
        f"*{kind}* in {text.foreign(names.get(mute.channel, mute.channel))}\n"
        f"until {text.moment(mute.until)}, by {text.foreign(mute.muted_by, limit=40)}",
        accessory=blocks.button(
            "Hear of it again",
            action=ids.Action.LIFT_MUTE,
            value=ids.value(mute=mute.id),
            label=f"Hear of {words(mute.kind)} again",
        ),
    )
