"""The queue as the operators see it: the most urgent invoices, each with its reasons and what to do next."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot import blocks, ids, text
from bot.blocks import Block, Confirmation, Message
from bot.views import case_notes, cases, sessions, snoozes
from bot.views.sessions import next_button
from domain.casework.cards import CardFacts, Contacted
from domain.casework.queue import Queue, QueueLine
from domain.casework.taking import Progress, Taken
from domain.kernel import sentences, speech
from domain.kernel.events import InvoiceEvent
from domain.kernel.speech import counted, say, say_as
from domain.operations.cases import Case
from domain.outreach.rehearsals import Rehearsal


def page(queue: Queue, *, mine: bool = False) -> Message:
    """Return the top of the queue."""
    if not queue.lines:
        return nothing(mine=mine)
    head, first = _head(queue, mine=mine), queue.lines[0]
    on_top = say("On top: {number}, {balance}.", number=text.foreign(first.invoice_number), balance=first.balance)
    return Message(
        text=f"{head} {on_top}",
        blocks=blocks.listing(
            [blocks.section(f"*{head}*", accessory=next_button())], map(_line, queue.lines), total=queue.total
        ),
    )


def _head(queue: Queue, *, mine: bool) -> str:
    if queue.more and mine:
        return say("more than {n} invoices in your queue, the most urgent first.", n=queue.total)
    if queue.more:
        return say("more than {n} invoices in the queue, the most urgent first.", n=queue.total)
    if mine:
        return counted(
            "{n} invoice in your queue, the most urgent first.",
            "{n} invoices in your queue, the most urgent first.",
            queue.total,
        )
    return counted(
        "{n} invoice in the queue, the most urgent first.",
        "{n} invoices in the queue, the most urgent first.",
        queue.total,
    )


def focus(lines: Sequence[QueueLine], progress: Progress) -> Message:
    """Return today's focus, and how far the reader has come."""
    if not lines:
        return nothing()
    come = sessions.told(progress)
    return Message(
        text=say(
            "Today's focus: {numbers}. {come}.",
            numbers=", ".join(text.foreign(each.invoice_number) for each in lines),
            come=come,
        ),
        blocks=(
            blocks.section(say("*Today's focus*") + f"\n{come}.", accessory=next_button()),
            *(_line(each) for each in lines),
        ),
    )


def following(taken: Taken, case: Case, facts: CardFacts, *, ends: Sequence[tuple[str, str]]) -> Message:
    """Return the card of the one case to work on next; it is the reader's for a while.

    *ends* are the usual moments until which a case is put off, by name.
    """
    line = taken.line
    card = cases.in_full(case, buttons=_acts(case, facts, ends))
    usual = (
        " · " + say("this customer {usually}", usually=text.usually(line.usual_delay))
        if line.usual_delay is not None
        else ""
    )
    head = say("*Next: {action}*", action=text.said(line.next_action, limit=200))
    yours = say("Yours until {until}, and longer while you work on it.", until=text.moment(taken.until))
    return Message(
        text=say("Next: {card}", card=card.text),
        blocks=(
            blocks.section(f"{head}\n{_reasons(line)}"),
            *card.blocks,
            blocks.context(f"{_contacted(facts.contacted)}{usual}", *_reminder(facts.reminder)),
            blocks.context(f"{sessions.told(taken.progress)}. {yours}"),
        ),
        replaces=True,
    )


def after(event: InvoiceEvent, following: Message) -> Message:
    """Return what comes next, with what was just done above it."""
    done = blocks.context(f"{text.foreign(event.invoice_number)}: {text.said(event.told())}.")
    return replace(following, blocks=(done, *following.blocks))


def nothing(*, mine: bool = False) -> Message:
    """Return the answer of an empty queue."""
    sentence = (
        say("Your queue is empty: nothing needs a person now.")
        if mine
        else say("The queue is empty: nothing needs a person now.")
    )
    return Message(text=sentence, blocks=(blocks.section(sentence),))


def _acts(case: Case, facts: CardFacts, ends: Sequence[tuple[str, str]]) -> tuple[Block, ...]:
    """Return what can be done with the case that one has in hand: to decide, to do about it, to leave it."""
    decisions = case_notes.decisions(case)
    send = () if case.notes.drafts or facts.reminder is None or facts.reminder.refused else (_send(case, facts),)
    first, number = (*decisions, *send), text.plain(case.invoice_number, limit=40)
    return (
        *((blocks.actions(*first),) if first else ()),
        blocks.actions(
            _act(case, say("Promise…"), ids.Action.PROMISE, say("Note a promise about {number}", number=number)),
            _act(case, say("Log a call…"), ids.Action.LOG_CALL, say("Note a call about {number}", number=number)),
            *([] if case.notes.disputes else [_dispute(case, number)]),
            cases.regenerate(case, card=True),
            snoozes.menu(case.invoice_id, ends),
        ),
        blocks.actions(
            next_button(primary=not first),
            _act(case, say("Skip"), ids.Action.SKIP, say("Leave for now: {number}", number=number)),
            _act(case, say("Hand over…"), ids.Action.HAND_OVER, say("Give to somebody else: {number}", number=number)),
            _act(case, say_as("a case", "Release"), ids.Action.RELEASE, say("Give back: {number}", number=number)),
            cases.why(case),
            cases.customer(case),
        ),
    )


def _act(case: Case, said: str, action: ids.Action, label: str) -> Block:
    return blocks.button(
        said,
        action=action,
        value=ids.value(invoice_id=case.invoice_id, card=True),
        label=label,
    )


def _dispute(case: Case, number: str) -> Block:
    return _act(case, say("Dispute…"), ids.Action.DISPUTE_CASE, say("File a dispute about {number}", number=number))


def _send(case: Case, facts: CardFacts) -> Block:
    assert facts.reminder is not None, "asked for before"
    to = ", ".join(facts.reminder.sent_to)
    question = (
        say("To {to}. Every guardrail holds. It {waits}.", to=to, waits=sentences.said(facts.reminder.waits))
        if facts.reminder.waits
        else say("To {to}. Every guardrail holds. It leaves at once.", to=to)
    )
    return blocks.button(
        say("Send reminder now"),
        action=ids.Action.SEND_REMINDER,
        value=ids.value(invoice_id=case.invoice_id, card=True),
        label=say("Send a reminder about {number} now", number=text.plain(case.invoice_number, limit=40)),
        primary=True,
        confirm=Confirmation(
            title=say("Send a reminder?"),
            question=text.plain(question, limit=290),
            yes=say("Send it"),
        ),
    )


def _contacted(contacted: Contacted) -> str:
    """Return who was heard of last."""
    said = [
        *([say("mailed {at}", at=text.moment(contacted.mailed_at))] if contacted.mailed_at else ()),
        *([say("wrote {at}", at=text.moment(contacted.wrote_at))] if contacted.wrote_at else ()),
        *([_called(contacted.called_at, contacted.outcome)] if contacted.called_at else ()),
    ]
    return say("Last contact: {contacts}", contacts="; ".join(said)) if said else say("Last contact: never")


def _called(at: datetime, outcome: str) -> str:
    said = text.said(say(outcome), limit=60)
    return say("called {at}, {outcome}", at=text.moment(at), outcome=said)


def _reminder(reminder: Rehearsal | None) -> tuple[str, ...]:
    """Return what a reminder would meet now."""
    if reminder is None:
        return ()
    if reminder.refused:
        return (text.said(reminder.refused, limit=300),)
    if reminder.waits:
        return (say("A reminder sent now {waits}.", waits=text.said(sentences.said(reminder.waits), limit=300)),)
    return (say("A reminder sent now leaves at once."),)


def _reasons(line: QueueLine) -> str:
    why = ", ".join(text.said(reason, limit=90) for reason in line.reasons[:6]) or say("no special reason")
    return say("_Score {score}: {why}_", score=line.score, why=why)


def _line(line: QueueLine) -> Block:
    number = text.foreign(line.invoice_number)
    name = text.foreign(line.claimed_by, limit=40)
    taken = " · " + say("{name} has the case in hand", name=name) if line.claimed_by else ""
    owner = f" · {text.foreign(line.owner, limit=40)}" if line.owner else ""
    stands = f"{speech.amount(line.balance)}, {text.overdue(line.days_past_due)}"
    return blocks.section(
        f"*{number}*  {text.foreign(line.account_name)}{owner}\n"
        f"{stands} · {text.said(line.next_action, limit=200)}{taken}\n"
        f"{_reasons(line)}",
        accessory=blocks.button(
            say("Show"),
            action=ids.Action.SHOW,
            value=ids.value(invoice_id=line.invoice_id),
            label=say("Show {number}", number=text.plain(line.invoice_number, limit=50)),
        ),
    )
