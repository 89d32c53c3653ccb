"""Calls for help, as the operators see them: what was said, and what is known of the request that went wrong."""

from collections.abc import Sequence
from uuid import UUID

from bot import blocks, ids, text
from bot.blocks import Block, Message
from domain.commitments.documents import DocumentLine
from domain.kernel.speech import counted, say
from domain.operations import short_ids
from domain.operations.support import SupportCard, SupportLine
from domain.operations.support_events import reference

MOST_TEXT = 2_400
MOST_TRAIL = 20
MOST_FILES = 10


def waiting(calls: Sequence[SupportLine]) -> Message:
    """Return the open calls for help, the oldest first."""
    if not calls:
        sentence = say("Nobody waits for help.")
        return Message(text=sentence, blocks=(blocks.section(sentence),))
    head = counted("{n} call for help, the oldest first.", "{n} calls for help, the oldest first.", len(calls))
    lines = [blocks.section(_line(each), accessory=look(each.support_id)) for each in calls]
    return Message(text=head, blocks=blocks.listing([blocks.section(f"*{head}*")], lines))


def card(call: SupportCard) -> Message:
    """Return one call for help with the trail of its request."""
    head = say("Call for help {reference}", reference=reference(call.support_id))
    facts = [f"{text.foreign(call.who)}, {text.moment(call.at)}"]
    if call.invoice_number:
        facts.append(say("invoice {invoice}", invoice=text.foreign(call.invoice_number)))
    if call.reply_to:
        facts.append(say("answer to {address}", address=text.foreign(call.reply_to)))
    body = call.text if len(call.text) <= MOST_TEXT else f"{call.text[:MOST_TEXT]}…"
    shown = [blocks.section(f"*{head}*\n{', '.join(facts)}"), blocks.section(text.quoted(body, most=40, limit=300))]
    if call.documents:
        shown.append(
            blocks.context(
                say(
                    "Attached: {files}; `plixo support show {id} --save FOLDER`",
                    files=", ".join(_file(each) for each in call.documents[:MOST_FILES]),
                    id=str(call.support_id),
                )
            )
        )
    shown.append(blocks.section(_trail(call)))
    dealt = (
        say("When it is dealt with: `/plixo support close {id} what came of it`", id=short_ids.short(call.support_id))
        if call.state == "open"
        else say("It was dealt with.")
    )
    return Message(text=head, blocks=(*shown, blocks.context(dealt)))


def look(support_id: UUID) -> Block:
    """Return the button that shows a call for help."""
    return blocks.button(
        say("Read it"),
        action=ids.Action.SHOW_SUPPORT,
        value=ids.value(support=support_id),
        label=say("Read the call for help"),
    )


def _file(document: DocumentLine) -> str:
    size = counted("{n} byte", "{n} bytes", document.size_bytes)
    standing = f", {document.state.standing}" if document.state.standing else ""
    return f"{text.foreign(document.name, limit=60)} ({size}{standing})"


def _trail(call: SupportCard) -> str:
    if not call.trail:
        nothing = (
            say("Nothing more (request {request}).", request=text.foreign(call.request_id))
            if call.request_id
            else say("Nothing more (no request was named).")
        )
        return f"*{say('What is known')}*\n{nothing}"
    lines = [f"{text.moment(each.at)}: {text.said(each.told, limit=200)}" for each in call.trail[-MOST_TRAIL:]]
    head = say("*What is known* (request {request})", request=text.foreign(call.request_id or "—"))
    while sum(len(each) + 1 for each in lines) > blocks.SECTION_LIMIT - len(head):
        del lines[0]  # the latest is what helps; a moment that is cut would be no moment
    return "\n".join([head, *lines])


def _line(call: SupportLine) -> str:
    about = f", {text.foreign(call.invoice_number)}" if call.invoice_number else ""
    return (
        f"*{reference(call.support_id)}* {text.foreign(call.who)}{about}, {text.moment(call.at)}\n"
        f"{text.foreign(call.begins, limit=120)}"
    )
