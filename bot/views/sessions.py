"""A session of work as its operator sees it: how far one has come, the way on, and a case that is somebody else's."""

from uuid import UUID

from bot import blocks, ids, text
from bot.blocks import Block, Confirmation, Message
from domain.casework.refusals import ClaimedByAnother
from domain.casework.taking import Progress
from domain.kernel.speech import say


def told(progress: Progress) -> str:
    """Return how far somebody has come today: ``7 of 23 today, 84,300.00 EUR touched``."""
    sums = text.said(progress.touched, limit=300)
    if progress.more and progress.touched:
        return say("{n} done today, {sums} touched; more than {left} left", sums=sums, **_counts(progress))
    if progress.more:
        return say("{n} done today; more than {left} left", **_counts(progress))
    if progress.touched:
        return say("{n} of {total} today, {sums} touched", sums=sums, **_counts(progress))
    return say("{n} of {total} today", **_counts(progress))


def _counts(progress: Progress) -> dict[str, int]:
    total = progress.done_today + progress.left
    return {"n": progress.done_today, "left": progress.left, "total": total}


def next_case(progress: Progress) -> tuple[Block, ...]:
    """Return what stands under what was done: how far one has come, and the next case."""
    if not progress.left:
        return (blocks.context(say("{come}. Nothing else waits for you.", come=told(progress))),)
    return (blocks.actions(next_button(say("Next case"))), blocks.context(told(progress)))


def next_button(said: str = "", *, primary: bool = True) -> Block:
    """Return the button that takes up the next case."""
    return blocks.button(
        said or say("Next"),
        action=ids.Action.NEXT,
        value=ids.value(),
        label=say("Take up the next case"),
        primary=primary,
    )


def taken(no: ClaimedByAnother, invoice_id: UUID, *, may_take_over: bool) -> Message:
    """Return who has the case by now, with the way to take it over for those who may, and the way on."""
    sentence = say("Nothing was done. {why}", why=text.said(str(no)))
    over = blocks.button(
        say("Take over"),
        action=ids.Action.TAKE_OVER,
        value=ids.value(invoice_id=invoice_id),
        label=say("Take the case over"),
        confirm=Confirmation(
            title=say("Take the case over?"),
            question=say(
                "It is no longer in the hands of {name}; the timeline says so.", name=text.plain(no.name, limit=60)
            ),
            yes=say("Take it over"),
        ),
    )
    ways = (*((over,) if may_take_over else ()), next_button(say("Next case"), primary=False))
    return Message(text=sentence, blocks=(blocks.section(sentence), blocks.actions(*ways)))
