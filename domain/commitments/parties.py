"""Parties: who speaks about an invoice, whether they may, and what they said as it can be kept."""

from enum import StrEnum
from uuid import UUID

from domain.commitments.refusals import NotTheirs, ReasonMissing, TextTooLong
from domain.kernel.actor import Actor, ActorKind, Permission
from domain.kernel.speech import Said
from domain.ledger.models import Contact, Invoice
from domain.ledger.refusals import NothingToPay
from domain.ledger.states import InvoiceState

LONGEST_TEXT = 2000
"""Characters of a note or a reason: a long mail's worth, and within what a form of Slack takes."""


class Source(StrEnum):
    """By which way a payer's word reached us."""

    PORTAL = "portal"
    MAIL = "mail"
    OPERATOR = "operator"
    SHELL = "shell"


async def admitted(
    actor: Actor, *, invoice: Invoice, contact_id: UUID | None, permission: Permission = Permission.WORK_QUEUE
) -> UUID | None:
    """Let a payer of this invoice, or somebody who may, speak; return the contact who is to be answered, if any.

    A payer answers for their own company only; whom an operator names has to belong to it.

    Raises:
        NotAllowed: Neither a payer nor somebody with the permission.
        NotTheirs: The contact is another customer's, or is not one any more.
    """
    if actor.kind is ActorKind.PAYER:
        contact_id = actor.id
    else:
        actor.require(permission)
    if contact_id is None and actor.kind is not ActorKind.PAYER:
        return None
    theirs = await Contact.filter(id=contact_id, account_id=invoice.account_id, state="active").exists()
    if not theirs:
        raise NotTheirs(invoice.number)
    return contact_id


def require_open(invoice: Invoice) -> None:
    """Let an open invoice pass.

    Raises:
        NothingToPay: It is settled, void or written off.
    """
    if invoice.status is not InvoiceState.OPEN:
        raise NothingToPay(invoice.number, invoice.state)


def said(text: str, *, what: str, required: bool = True) -> str:
    """Return a text from outside as it is kept: trimmed, and without characters that a database cannot hold.

    A sentence of ours is kept as it is.

    *What* it is about begins the sentence of a refusal, and is marked by ``speech.phrase``.

    Raises:
        ReasonMissing: Nothing is left of a text that is required.
        TextTooLong: More than anybody reads.
    """
    if isinstance(text, Said):
        return text
    kept = text.replace("\x00", "").encode("utf-8", "replace").decode().strip()
    if required and not kept:
        raise ReasonMissing(what)
    if len(kept) > LONGEST_TEXT:
        raise TextTooLong(what, LONGEST_TEXT)
    return kept
