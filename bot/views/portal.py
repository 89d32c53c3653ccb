"""The portal's funnel, as bars of text that need no picture."""

from bot import blocks, text
from bot.blocks import Message
from domain.kernel import speech
from domain.kernel.speech import counted, say, say_as
from domain.operations.funnel import Counts, Funnel

WIDTH = 20
"""Characters of the longest bar."""

MOST_SEGMENTS = 12


def funnel(found: Funnel) -> Message:
    """Return how far payers came, where they gave up, and each segment."""
    whole, weeks = found.whole, {"since": found.since, "until": found.until}
    if not whole.sent:
        sentence = say("No links were mailed from {since} to {until}.", **weeks)
        return Message(text=sentence, blocks=(blocks.section(sentence),))
    head = say(
        "Links mailed from {since} to {until}: {count}, {share} of them finished.",
        count=whole.sent,
        share=_share(whole),
        **weeks,
    )
    bars = {stage(name): count for name, count in whole.stages}
    width = max(map(len, bars))
    shown = [
        blocks.section(f"*{head}*"),
        blocks.section("\n".join(_bar(name.ljust(width), count, whole.sent) for name, count in bars.items())),
        blocks.section(_ends(whole)),
    ]
    segments = list(found.by_segment().items())
    lines = [
        say(
            "{segment}: {count} sent, {share} finished",
            segment=text.foreign(name, limit=40),
            count=each.sent,
            share=_share(each),
        )
        for name, each in segments
    ]
    left = len(lines) - MOST_SEGMENTS
    more = [say("… +{count} more: `plixo portal`", count=left)] if left > 0 else []
    shown.append(blocks.section("\n".join([f"*{say('By segment')}*", *lines[:MOST_SEGMENTS], *more])))
    shown.append(
        blocks.context(say("Opened counts mail scanners too. As a picture: `plixo portal --chart portal.png`"))
    )
    return Message(text=head, blocks=tuple(shown))


def stage(name: str) -> str:
    """Return what a stage of the funnel is called."""
    match name:
        case "sent":
            return say_as("stage of a link", "sent")
        case "opened":
            return say_as("stage of a link", "opened")
        case "entered":
            return say_as("stage of a link", "entered")
        case "started":
            return say_as("stage of a link", "started")
        case "finished":
            return say_as("stage of a link", "finished")
        case _:
            return name


def _bar(name: str, count: int, most: int) -> str:
    filled = round(WIDTH * count / most)
    bar = f"{'█' * filled}{'░' * (WIDTH - filled)}"
    return f"`{name} {bar}` {speech.number(count)} ({_percent(count, most)})"


def _ends(whole: Counts) -> str:
    ends = [
        counted("{n} paid", "{n} paid", whole.paid) if whole.paid else "",
        counted("{n} asked for a plan", "{n} asked for a plan", whole.planned) if whole.planned else "",
        counted("{n} disputed", "{n} disputed", whole.disputed) if whole.disputed else "",
        counted("{n} promised", "{n} promised", whole.promised) if whole.promised else "",
        counted("{n} asked a question", "{n} asked a question", whole.asked) if whole.asked else "",
    ]
    told = ", ".join(each for each in ends if each) or say("nobody has finished yet")
    lost = (
        say(
            "Once opened, most were lost between {one} and {other} ({count}).",
            one=stage(whole.worst[0]),
            other=stage(whole.worst[1]),
            count=whole.worst[2],
        )
        if whole.worst
        else say("Nobody gave up.")
    )
    given_up = say(
        "Given up at the payment page: {paying}; at a form: {filling}.",
        paying=whole.left_at_payment,
        filling=whole.left_at_form,
    )
    return f"*{say('What they did')}*: {told}.\n{lost} {given_up}"


def _share(counts: Counts) -> str:
    return _percent(counts.finished, counts.sent) if counts.sent else say_as("a share", "none")


def _percent(part: int, whole: int) -> str:
    return say("{percent}%", percent=round(100 * part / whole))
