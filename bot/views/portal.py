"""The portal's funnel, as bars of text that need no picture."""

from bot import blocks, text
from bot.blocks import Message
from domain.operations.funnel import Counts, Funnel

WIDTH = 20
"""Characters of the longest bar."""

MOST_SEGMENTS = 12


def funnel(found: Funnel) -> Message:
    """Return how far payers came, where they gave up, and each segment."""
    whole = found.whole
    if not whole.sent:
        sentence = f"No links were mailed from {found.since} to {found.until}."
        return Message(text=sentence, blocks=(blocks.section(sentence),))
    head = f"Links mailed from {found.since} to {found.until}: {whole.sent:,}, {_share(whole)} of them finished."
    shown = [
        blocks.section(f"*{head}*"),
        blocks.section("\n".join(_bar(name, count, whole.sent) for name, count in whole.stages)),
        blocks.section(_ends(whole)),
    ]
    segments = list(found.by_segment().items())
    lines = [f"{text.foreign(name, limit=40)}: {each.sent:,} sent, {_share(each)} finished" for name, each in segments]
    left = [f"… +{len(lines) - MOST_SEGMENTS} more: `plixo portal`"] if len(lines) > MOST_SEGMENTS else []
    shown.append(blocks.section("\n".join(["*By segment*", *lines[:MOST_SEGMENTS], *left])))
    shown.append(blocks.context("Opened counts mail scanners too. As a picture: `plixo portal --chart portal.png`"))
    return Message(text=head, blocks=tuple(shown))


def _bar(name: str, count: int, most: int) -> str:
    filled = round(WIDTH * count / most)
    return f"`{name:9}{'█' * filled}{'░' * (WIDTH - filled)}` {count:,} ({count / most:.0%})"


def _ends(whole: Counts) -> str:
    ends = (
        ("paid", whole.paid), ("asked for a plan", whole.planned), ("disputed", whole.disputed),
        ("promised", whole.promised), ("asked a question", whole.asked),
    )  # fmt: skip
    told = ", ".join(f"{count:,} {name}" for name, count in ends if count) or "nobody has finished yet"
    worst = whole.worst
    lost = (
        f"Once opened, most were lost between {worst[0]} and {worst[1]} ({worst[2]:,})." if worst else "Nobody gave up."
    )
    given_up = f"Given up at the payment page: {whole.left_at_payment:,}; at a form: {whole.left_at_form:,}."
    return f"*What they did*: {told}.\n{lost} {given_up}"


def _share(counts: Counts) -> str:
    return f"{counts.finished / counts.sent:.0%}" if counts.sent else "none"
