"""Payers' wishes that somebody else gets a link, as the operators see them while they wait."""

from collections.abc import Sequence
from uuid import UUID

from bot import blocks, ids, text
from bot.blocks import Block, Confirmation, Message
from domain.operations import short_ids
from domain.pay_links.forwardings import WaitingForwarding

LINES_SHOWN = 15


def listed(waiting: Sequence[WaitingForwarding], *, of: UUID | None = None) -> Message:
    """Return the wishes that wait, the oldest first, each with what can be decided; *of* one invoice, or of all."""
    if not waiting:
        sentence = "No payer waits for somebody else to get a link."
        return Message(text=sentence, blocks=(blocks.section(sentence),))
    wait = "person waits for a payment link" if len(waiting) == 1 else "people wait for a payment link"
    head = f"{len(waiting)} {wait} that a payer asked for, the oldest first."
    return Message(
        text=head,
        blocks=blocks.listing([blocks.section(f"*{head}*")], [_line(wish, of) for wish in waiting], most=LINES_SHOWN),
    )


def left(before: Message, waiting: Sequence[WaitingForwarding], *, of: UUID | None) -> Message:
    """Return what became of a wish, and below it those that still wait, in place of the list that was clicked."""
    rest = listed(waiting, of=of)
    return Message(text=before.text, blocks=(*before.blocks, *rest.blocks), replaces=True)


def _line(wish: WaitingForwarding, of: UUID | None) -> tuple[Block, Block]:
    number, address = text.plain(wish.invoice_number, limit=40), text.plain(wish.address, limit=80)
    value = ids.value(forwarding=wish.forwarding_id, invoice_id=of)
    approve = blocks.button(
        "Approve",
        action=ids.Action.APPROVE_FORWARDING,
        value=value,
        label=f"Approve the link to {number} for {address}",
        primary=True,
        confirm=Confirmation(
            title="Send them a link?",
            question=f"{address} becomes a contact of this customer and is mailed a link to {number}: whoever reads "
            "that mail sees the invoice and may pay, dispute or ask for a plan. They get no reminders.",
            yes="Send the link",
        ),
    )
    deny = blocks.button(
        "Deny", action=ids.Action.DENY_FORWARDING, value=value, label=f"Decline the link to {number} for {address}"
    )
    known = (
        "a contact of this customer has an address there, too"
        if wish.known_domain
        else "*no contact of this customer has an address there*: ask them by another way first"
    )
    note = f"\n_{text.said(wish.note, limit=200)}_" if wish.note else ""
    said = (
        f"`{short_ids.short(wish.forwarding_id)}`  *{text.foreign(wish.invoice_number)}*"
        f"  {text.foreign(wish.account_name)}\n"
        f"*{text.foreign(wish.name, limit=60)}* at {text.foreign(wish.address, limit=80)}; {known}\n"
        f"asked for by {text.foreign(wish.asked_by, limit=80)}, {text.moment(wish.asked_at)}{note}"
    )
    return blocks.section(said), blocks.actions(approve, deny)
