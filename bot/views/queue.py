"""The queue as the operators see it: the most urgent invoices, each with its reasons and what to do next."""

from collections.abc import Sequence

from bot import blocks, ids, text
from bot.blocks import Block, Message
from bot.views import case_notes, cases
from domain.casework.queue import Queue, QueueLine
from domain.casework.taking import Progress, Taken
from domain.operations.cases import Case


def page(queue: Queue, *, mine: bool = False) -> Message:
    """Return the top of the queue."""
    if not queue.lines:
        return nothing(mine=mine)
    count = f"more than {queue.total}" if queue.more else str(queue.total)
    where = "your queue" if mine else "the queue"
    head = f"{count} {'invoice' if queue.total == 1 else 'invoices'} in {where}, the most urgent first."
    first = queue.lines[0]
    return Message(
        text=f"{head} On top: {text.foreign(first.invoice_number)}, {first.balance}.",
        blocks=blocks.listing(
            [blocks.section(f"*{head}*", accessory=next_button())], map(_line, queue.lines), total=queue.total
        ),
    )


def focus(lines: Sequence[QueueLine], progress: Progress) -> Message:
    """Return today's focus, and how far the reader has come."""
    if not lines:
        return nothing()
    done = f"{progress.done_today} {'customer' if progress.done_today == 1 else 'customers'} done today"
    left = f"{'more than ' if progress.more else ''}{progress.left} left"
    return Message(
        text=f"Today's focus: {', '.join(text.foreign(each.invoice_number) for each in lines)}. {done}, {left}.",
        blocks=(
            blocks.section(f"*Today's focus*\n{done}, {left}.", accessory=next_button()),
            *(_line(each) for each in lines),
        ),
    )


def following(taken: Taken, case: Case) -> Message:
    """Return the one case to work on next, with why it comes first; it is the reader's for a while."""
    line, progress = taken.line, taken.progress
    lead = f"*Next: {text.said(line.next_action, limit=200)}*\n{_reasons(line)}"
    usual = f" This customer {text.usually(line.usual_delay)}." if line.usual_delay is not None else ""
    card = cases.in_full(case, buttons=_in_hand(case))
    left = f"{'more than ' if progress.more else ''}{progress.left} left"
    return Message(
        text=f"Next: {card.text}",
        blocks=(
            blocks.section(lead),
            *card.blocks,
            blocks.context(
                f"Yours until {text.moment(taken.until)}, and longer while you work on it. "
                f"{progress.done_today} done today, {left}.{usual}"
            ),
        ),
        replaces=True,
    )


def nothing(*, mine: bool = False) -> Message:
    """Return the answer of an empty queue."""
    whose = "Your queue" if mine else "The queue"
    sentence = f"{whose} is empty: nothing needs a person now."
    return Message(text=sentence, blocks=(blocks.section(sentence),))


def next_button(*, primary: bool = True) -> Block:
    """Return the button that takes up the next case."""
    return blocks.button(
        "Next", action=ids.Action.NEXT, value=ids.value(), label="Take up the next case", primary=primary
    )


def _in_hand(case: Case) -> Block:
    """Return what can be done with the case that one has in hand."""
    number = text.plain(case.invoice_number, limit=40)
    value = ids.value(invoice_id=case.invoice_id)
    decisions = case_notes.decisions(case)
    return blocks.actions(
        *decisions,
        next_button(primary=not decisions),
        blocks.button("Promise…", action=ids.Action.PROMISE, value=value, label=f"Note a promise about {number}"),
        blocks.button("Snooze…", action=ids.Action.SNOOZE, value=value, label=f"Put {number} off"),
        cases.regenerate(case),
        cases.why(case),
        blocks.button("Skip", action=ids.Action.SKIP, value=value, label=f"Leave {number} for now"),
        blocks.button("Release", action=ids.Action.RELEASE, value=value, label=f"Give {number} back"),
    )


def _line(line: QueueLine) -> Block:
    number = text.foreign(line.invoice_number)
    taken = f" · {text.foreign(line.claimed_by, limit=40)} has it in hand" if line.claimed_by else ""
    owner = f" · {text.foreign(line.owner, limit=40)}" if line.owner else ""
    return blocks.section(
        f"*{number}*  {text.foreign(line.account_name)}{owner}\n"
        f"{line.balance}, {text.overdue(line.days_past_due)} · {text.said(line.next_action, limit=200)}{taken}\n"
        f"{_reasons(line)}",
        accessory=blocks.button(
            "Show",
            action=ids.Action.SHOW,
            value=ids.value(invoice_id=line.invoice_id),
            label=f"Show {text.plain(line.invoice_number, limit=50)}",
        ),
    )


def _reasons(line: QueueLine) -> str:
    why = ", ".join(text.said(reason, limit=90) for reason in line.reasons[:6]) or "no special reason"
    return f"_Score {line.score}: {why}_"
