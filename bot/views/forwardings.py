"""Payers' wishes that somebody else gets a link, as the operators see them while they wait."""

from collections.abc import Sequence
from uuid import UUID

from bot import blocks, ids, text
from bot.blocks import Block, Confirmation, Message
from domain.kernel.speech import counted, say
from domain.operations import short_ids
from domain.pay_links.forwardings import WaitingForwarding

LINES_SHOWN = 15


def listed(waiting: Sequence[WaitingForwarding], *, of: UUID | None = None) -> Message:
    """Return the wishes that wait, the oldest first, each with what can be decided; *of* one invoice, or of all."""
    if not waiting:
        sentence = say("No payer waits for somebody else to get a link.")
        return Message(text=sentence, blocks=(blocks.section(sentence),))
    head = counted(
        "{n} person waits for a payment link that a payer asked for, the oldest first.",
        "{n} people wait for a payment link that a payer asked for, the oldest first.",
        len(waiting),
    )
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
        say("Approve"),
        action=ids.Action.APPROVE_FORWARDING,
        value=value,
        label=say("Approve the link to {number} for {address}", number=number, address=address),
        primary=True,
        confirm=Confirmation(
            title=say("Send them a link?"),
            question=say(
                "{address} becomes a contact of this customer and is mailed a link to {number}: whoever reads "
                "that mail sees the invoice and may pay, dispute or ask for a plan. They get no reminders.",
                address=address,
                number=number,
            ),
            yes=say("Send the link"),
        ),
    )
    deny = blocks.button(
        say("Deny"),
        action=ids.Action.DENY_FORWARDING,
        value=value,
        label=say("Decline the link to {number} for {address}", number=number, address=address),
    )
    known = (
        say("a contact of this customer has an address there, too")
        if wish.known_domain
        else say("*no contact of this customer has an address there*: ask them by another way first")
    )
    note = f"\n_{text.said(wish.note, limit=200)}_" if wish.note else ""
    whom = say(
        "*{name}* at {address}; {known}",
        name=text.foreign(wish.name, limit=60),
        address=text.foreign(wish.address, limit=80),
        known=known,
    )
    asked = say("asked for by {who}, {at}", who=text.foreign(wish.asked_by, limit=80), at=text.moment(wish.asked_at))
    said = (
        f"`{short_ids.short(wish.forwarding_id)}`  *{text.foreign(wish.invoice_number)}*"
        f"  {text.foreign(wish.account_name)}\n"
        f"{whom}\n{asked}{note}"
    )
    return blocks.section(said), blocks.actions(approve, deny)
