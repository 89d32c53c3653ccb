"""The queue as the operators see it: the most urgent invoices, each with its reasons and what to do next."""

from collections.abc import Sequence
from dataclasses import replace

from bot import blocks, ids, text
from bot.blocks import Block, Confirmation, Message
from bot.views import case_notes, cases, sessions, snoozes
from bot.views.sessions import next_button
from domain.casework.cards import CardFacts, Contacted
from domain.casework.queue import Queue, QueueLine
from domain.casework.taking import Progress, Taken
from domain.kernel.events import InvoiceEvent
from domain.operations.cases import Case
from domain.outreach.rehearsals import Rehearsal


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
    come = sessions.told(progress)
    return Message(
        text=f"Today's focus: {', '.join(text.foreign(each.invoice_number) for each in lines)}. {come}.",
        blocks=(
            blocks.section(f"*Today's focus*\n{come}.", accessory=next_button()),
            *(_line(each) for each in lines),
        ),
    )


def following(taken: Taken, case: Case, facts: CardFacts, *, ends: Sequence[tuple[str, str]]) -> Message:
    """Return the card of the one case to work on next; it is the reader's for a while.

    *ends* are the usual moments until which a case is put off, by name.
    """
    line = taken.line
    card = cases.in_full(case, buttons=_acts(case, facts, ends))
    usual = f" · this customer {text.usually(line.usual_delay)}" if line.usual_delay is not None else ""
    return Message(
        text=f"Next: {card.text}",
        blocks=(
            blocks.section(f"*Next: {text.said(line.next_action, limit=200)}*\n{_reasons(line)}"),
            *card.blocks,
            blocks.context(f"{_contacted(facts.contacted)}{usual}", *_reminder(facts.reminder)),
            blocks.context(
                f"{sessions.told(taken.progress)}. Yours until {text.moment(taken.until)},"
                " and longer while you work on it."
            ),
        ),
        replaces=True,
    )


def after(event: InvoiceEvent, following: Message) -> Message:
    """Return what comes next, with what was just done above it."""
    done = blocks.context(f"{text.foreign(event.invoice_number)}: {text.said(event.told())}.")
    return replace(following, blocks=(done, *following.blocks))


def nothing(*, mine: bool = False) -> Message:
    """Return the answer of an empty queue."""
    whose = "Your queue" if mine else "The queue"
    sentence = f"{whose} is empty: nothing needs a person now."
    return Message(text=sentence, blocks=(blocks.section(sentence),))


def _acts(case: Case, facts: CardFacts, ends: Sequence[tuple[str, str]]) -> tuple[Block, ...]:
    """Return what can be done with the case that one has in hand: to decide, to do about it, to leave it."""
    decisions = case_notes.decisions(case)
    send = () if case.notes.drafts or facts.reminder is None or facts.reminder.refused else (_send(case, facts),)
    first = (*decisions, *send)
    return (
        *((blocks.actions(*first),) if first else ()),
        blocks.actions(
            _act(case, "Promise…", ids.Action.PROMISE, "Note a promise about"),
            _act(case, "Log a call…", ids.Action.LOG_CALL, "Note a call about"),
            *([] if case.notes.disputes else [_act(case, "Dispute…", ids.Action.DISPUTE_CASE, "File a dispute about")]),
            cases.regenerate(case, card=True),
            snoozes.menu(case.invoice_id, ends),
        ),
        blocks.actions(
            next_button(primary=not first),
            _act(case, "Skip", ids.Action.SKIP, "Leave for now:"),
            _act(case, "Hand over…", ids.Action.HAND_OVER, "Give to somebody else:"),
            _act(case, "Release", ids.Action.RELEASE, "Give back:"),
            cases.why(case),
            cases.customer(case),
        ),
    )


def _act(case: Case, said: str, action: ids.Action, label: str) -> Block:
    return blocks.button(
        said,
        action=action,
        value=ids.value(invoice_id=case.invoice_id, card=True),
        label=f"{label} {text.plain(case.invoice_number, limit=40)}",
    )


def _send(case: Case, facts: CardFacts) -> Block:
    assert facts.reminder is not None, "asked for before"
    waits = f" It {facts.reminder.waits}." if facts.reminder.waits else " It leaves at once."
    to = ", ".join(facts.reminder.sent_to)
    return blocks.button(
        "Send reminder now",
        action=ids.Action.SEND_REMINDER,
        value=ids.value(invoice_id=case.invoice_id, card=True),
        label=f"Send a reminder about {text.plain(case.invoice_number, limit=40)} now",
        primary=True,
        confirm=Confirmation(
            title="Send a reminder?",
            question=text.plain(f"To {to}. Every guardrail holds.{waits}", limit=290),
            yes="Send it",
        ),
    )


def _contacted(contacted: Contacted) -> str:
    """Return who was heard of last."""
    said = [
        *([f"mailed {text.moment(contacted.mailed_at)}"] if contacted.mailed_at else ()),
        *([f"wrote {text.moment(contacted.wrote_at)}"] if contacted.wrote_at else ()),
        *(
            [f"called {text.moment(contacted.called_at)}, {text.said(contacted.outcome, limit=60)}"]
            if contacted.called_at
            else ()
        ),
    ]
    return f"Last contact: {'; '.join(said) or 'never'}"


def _reminder(reminder: Rehearsal | None) -> tuple[str, ...]:
    """Return what a reminder would meet now."""
    if reminder is None:
        return ()
    if reminder.refused:
        return (text.said(reminder.refused, limit=300),)
    return (f"A reminder sent now {text.said(reminder.waits or 'leaves at once', limit=300)}.",)


def _reasons(line: QueueLine) -> str:
    why = ", ".join(text.said(reason, limit=90) for reason in line.reasons[:6]) or "no special reason"
    return f"_Score {line.score}: {why}_"


def _line(line: QueueLine) -> Block:
    number = text.foreign(line.invoice_number)
    taken = f" · {text.foreign(line.claimed_by, limit=40)} has the case in hand" if line.claimed_by else ""
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
