"""A session of work as its operator sees it: how far one has come, the way on, and a case that is somebody else's."""

from uuid import UUID

from bot import blocks, ids, text
from bot.blocks import Block, Confirmation, Message
from domain.casework.refusals import ClaimedByAnother
from domain.casework.taking import Progress


def told(progress: Progress) -> str:
    """Return how far somebody has come today: ``7 of 23 today, 84,300.00 EUR touched``."""
    touched = f", {text.said(progress.touched, limit=300)} touched" if progress.touched else ""
    if progress.more:
        return f"{progress.done_today} done today{touched}; more than {progress.left} left"
    return f"{progress.done_today} of {progress.done_today + progress.left} today{touched}"


def next_case(progress: Progress) -> tuple[Block, ...]:
    """Return what stands under what was done: how far one has come, and the next case."""
    if not progress.left:
        return (blocks.context(f"{told(progress)}. Nothing else waits for you."),)
    return (blocks.actions(next_button("Next case")), blocks.context(told(progress)))


def next_button(said: str = "Next", *, primary: bool = True) -> Block:
    """Return the button that takes up the next case."""
    return blocks.button(
        said, action=ids.Action.NEXT, value=ids.value(), label="Take up the next case", primary=primary
    )


def taken(no: ClaimedByAnother, invoice_id: UUID, *, may_take_over: bool) -> Message:
    """Return who has the case by now, with the way to take it over for those who may, and the way on."""
    sentence = f"Nothing was done. {text.said(str(no))}"
    over = blocks.button(
        "Take over",
        action=ids.Action.TAKE_OVER,
        value=ids.value(invoice_id=invoice_id),
        label="Take the case over",
        confirm=Confirmation(
            title="Take the case over?",
            question=f"It is no longer in the hands of {text.plain(no.name, limit=60)}; the timeline says so.",
            yes="Take it over",
        ),
    )
    ways = (*((over,) if may_take_over else ()), next_button("Next case", primary=False))
    return Message(text=sentence, blocks=(blocks.section(sentence), blocks.actions(*ways)))
