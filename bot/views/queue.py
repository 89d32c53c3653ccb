"""The queue as the operators see it: the most urgent invoices, each with its reasons and what to do next."""

from bot import blocks, ids, text
from bot.blocks import Block, Message
from bot.views import cases
from domain.casework.queue import Queue, QueueLine
from domain.operations.cases import Case


def page(queue: Queue) -> Message:
    """Return the top of the queue."""
    if not queue.lines:
        return nothing()
    head = f"{queue.total} {'invoice' if queue.total == 1 else 'invoices'} in the queue, the most urgent first."
    first = queue.lines[0]
    more = queue.total - len(queue.lines)
    return Message(
        text=f"{head} On top: {text.foreign(first.invoice_number)}, {first.balance}.",
        blocks=(
            blocks.section(f"*{head}*"),
            *(_line(each) for each in queue.lines),
            *([blocks.context(f"… +{more} more")] if more > 0 else ()),
        ),
    )


def focus(line: QueueLine, case: Case) -> Message:
    """Return the one case to work on next, with why it comes first."""
    card = cases.in_full(case)
    lead = f"*Next: {text.said(line.next_action, limit=200)}*\n{_reasons(line)}"
    return Message(text=f"Next: {card.text}", blocks=(blocks.section(lead), *card.blocks))


def nothing() -> Message:
    """Return the answer of an empty queue."""
    sentence = "The queue is empty: nothing needs a person now."
    return Message(text=sentence, blocks=(blocks.section(sentence),))


def _line(line: QueueLine) -> Block:
    number = text.foreign(line.invoice_number)
    return blocks.section(
        f"*{number}*  {text.foreign(line.account_name)}\n"
        f"{line.balance}, {text.overdue(line.days_past_due)} · {text.said(line.next_action, limit=200)}\n"
        f"{_reasons(line)}",
        accessory=blocks.button(
            "Show",
            action=ids.Action.SHOW,
            value=ids.value(invoice_id=line.invoice_id),
            label=f"Show {text.plain(line.invoice_number, limit=50)}",
        ),
    )


def _reasons(line: QueueLine) -> str:
    why = ", ".join(text.said(reason, limit=60) for reason in line.reasons[:6]) or "no special reason"
    return f"_Score {line.score}: {why}_"
