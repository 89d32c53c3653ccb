"""Calls for help, as the operators see them: what was said, and what is known of the request that went wrong."""

from collections.abc import Sequence
from uuid import UUID

from bot import blocks, ids, text
from bot.blocks import Block, Message
from domain.commitments.documents import DocumentLine
from domain.operations import short_ids
from domain.operations.support import SupportCard, SupportLine
from domain.operations.support_events import reference

MOST_TEXT = 2_400
MOST_TRAIL = 20
MOST_FILES = 10


def waiting(calls: Sequence[SupportLine]) -> Message:
    """Return the open calls for help, the oldest first."""
    if not calls:
        sentence = "Nobody waits for help."
        return Message(text=sentence, blocks=(blocks.section(sentence),))
    head = f"{len(calls)} {'call' if len(calls) == 1 else 'calls'} for help, the oldest first."
    lines = [blocks.section(_line(each), accessory=look(each.support_id)) for each in calls]
    return Message(text=head, blocks=blocks.listing([blocks.section(f"*{head}*")], lines))


def _standing(document: DocumentLine) -> str:
    return f", {document.state.standing}" if document.state.standing else ""


def card(call: SupportCard) -> Message:
    """Return one call for help with the trail of its request."""
    head = f"Call for help {reference(call.support_id)}"
    facts = [f"{text.foreign(call.who)}, {text.moment(call.at)}"]
    if call.invoice_number:
        facts.append(f"invoice {text.foreign(call.invoice_number)}")
    if call.reply_to:
        facts.append(f"answer to {text.foreign(call.reply_to)}")
    body = call.text if len(call.text) <= MOST_TEXT else f"{call.text[:MOST_TEXT]}…"
    shown = [blocks.section(f"*{head}*\n{', '.join(facts)}"), blocks.section(text.quoted(body, most=40, limit=300))]
    if call.documents:
        named = ", ".join(
            f"{text.foreign(each.name, limit=60)} ({each.size_bytes:,} bytes{_standing(each)})"
            for each in call.documents[:MOST_FILES]
        )
        shown.append(blocks.context(f"Attached: {named}; `plixo support show {call.support_id} --save FOLDER`"))
    shown.append(blocks.section(_trail(call)))
    if call.state == "open":
        shown.append(blocks.context(f"When it is dealt with: `/plixo support close {_short(call)} what came of it`"))
    else:
        shown.append(blocks.context("It was dealt with."))
    return Message(text=head, blocks=tuple(shown))


def look(support_id: UUID) -> Block:
    """Return the button that shows a call for help."""
    return blocks.button(
        "Read it", action=ids.Action.SHOW_SUPPORT, value=ids.value(support=support_id), label="Read the call for help"
    )


def _trail(call: SupportCard) -> str:
    if not call.trail:
        named = f"request {text.foreign(call.request_id)}" if call.request_id else "no request was named"
        return f"*What is known*\nNothing more ({named})."
    lines = [f"{text.moment(each.at)}: {text.said(each.told, limit=200)}" for each in call.trail[-MOST_TRAIL:]]
    return "\n".join([f"*What is known* (request {text.foreign(call.request_id or '—')})", *lines])


def _line(call: SupportLine) -> str:
    about = f", {text.foreign(call.invoice_number)}" if call.invoice_number else ""
    return (
        f"*{reference(call.support_id)}* {text.foreign(call.who)}{about}, {text.moment(call.at)}\n"
        f"{text.foreign(call.begins, limit=120)}"
    )


def _short(call: SupportCard) -> str:
    return short_ids.short(call.support_id)
