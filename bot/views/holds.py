"""Holds as the operators see them."""

from collections.abc import Sequence
from uuid import UUID

from bot import blocks, ids, text
from bot.blocks import Block, Message
from domain.operations import short_ids
from domain.outreach.holds import HoldShown


def listed(holds: Sequence[HoldShown]) -> Message:
    """Return the holds in force, the newest first."""
    if not holds:
        sentence = "Nothing is on hold."
        return Message(text=sentence, blocks=(blocks.section(sentence),))
    head = f"{len(holds)} {'hold' if len(holds) == 1 else 'holds'} in force, the newest first."
    return Message(
        text=head,
        blocks=blocks.listing(
            [blocks.section(f"*{head}*")], [blocks.section(_line(each), accessory=lift(each.id)) for each in holds]
        ),
    )


def choices(holds: Sequence[UUID]) -> Message:
    """Return the answer when several holds fit."""
    named = ", ".join(f"`{short_ids.short(each)}`" for each in holds[:10])
    sentence = f"Several holds are in force there: {named}. Name one: `/plixo unhold ID reason…`"
    return Message(text=sentence, blocks=(blocks.section(sentence),))


def lift(hold_id: UUID) -> Block:
    """Return the button that ends a hold."""
    return blocks.button(
        "Lift", action=ids.Action.LIFT_HOLD, value=ids.value(hold=hold_id), label="Let the reminders go on"
    )


def _line(hold: HoldShown) -> str:
    where = text.foreign(hold.invoice_number) if hold.invoice_number else "all invoices"
    whom = f", only to {text.foreign(hold.contact)}" if hold.contact else ""
    until = f"until {text.moment(hold.until)}" if hold.until else "until somebody lifts it"
    return (
        f"`{short_ids.short(hold.id)}`  *{text.foreign(hold.account_name)}*, {where}{whom}\n"
        f"{hold.kind}, {until}: {text.said(hold.reason, limit=200)}\n"
        f"_{text.foreign(hold.made_by, limit=40)}, {text.moment(hold.since)}_"
    )
