"""Holds as the operators see them."""

from collections.abc import Sequence
from uuid import UUID

from bot import blocks, ids, text
from bot.blocks import Block, Message
from bot.views import states
from domain.kernel import sentences
from domain.kernel.speech import counted, say, say_as
from domain.operations import short_ids
from domain.outreach.holds import HoldShown


def listed(holds: Sequence[HoldShown]) -> Message:
    """Return the holds in force, the newest first."""
    if not holds:
        sentence = say("Nothing is on hold.")
        return Message(text=sentence, blocks=(blocks.section(sentence),))
    head = counted("{n} hold in force, the newest first.", "{n} holds in force, the newest first.", len(holds))
    return Message(
        text=head,
        blocks=blocks.listing(
            [blocks.section(f"*{head}*")], [blocks.section(_line(each), accessory=lift(each.id)) for each in holds]
        ),
    )


def choices(holds: Sequence[UUID]) -> Message:
    """Return the answer when several holds fit."""
    named = ", ".join(f"`{short_ids.short(each)}`" for each in holds[:10])
    sentence = say("Several holds are in force there: {ids}. Name one: `/plixo unhold ID reason…`", ids=named)
    return Message(text=sentence, blocks=(blocks.section(sentence),))


def lift(hold_id: UUID) -> Block:
    """Return the button that ends a hold."""
    return blocks.button(
        say_as("a hold", "Lift"),
        action=ids.Action.LIFT_HOLD,
        value=ids.value(hold=hold_id),
        label=say("Let the reminders go on"),
    )


def _line(hold: HoldShown) -> str:
    where = text.foreign(hold.invoice_number) if hold.invoice_number else say("all invoices")
    whom = ", " + say("only to {contact}", contact=text.foreign(hold.contact)) if hold.contact else ""
    about = {"kind": states.of_hold(hold.kind), "why": text.said(sentences.said(hold.reason), limit=200)}
    stands = (
        say("{kind}, until {until}: {why}", until=text.moment(hold.until), **about)
        if hold.until
        else say("{kind}, until somebody lifts it: {why}", **about)
    )
    return (
        f"`{short_ids.short(hold.id)}`  *{text.foreign(hold.account_name)}*, {where}{whom}\n"
        f"{stands}\n"
        f"_{text.foreign(hold.made_by, limit=40)}, {text.moment(hold.since)}_"
    )
