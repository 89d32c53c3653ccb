"""Why: what stands behind an invoice's place in the queue, every mail that left and every one that did not."""

from dataclasses import dataclass

from domain.casework import queue
from domain.casework.facts import parameters
from domain.kernel import addresses
from domain.kernel.actor import Actor, Permission
from domain.kernel.clock import local_date
from domain.kernel.core import Core
from domain.ledger import invoices
from domain.ledger.refusals import InvoiceNotFound

MAILS_SHOWN = 10
"""The newest mails are what people ask about; the timeline has the rest."""


@dataclass(frozen=True, slots=True)
class Why:
    """The explanation of one invoice."""

    invoice_number: str
    next_action: str
    score: int
    reasons: tuple[str, ...]
    mails: tuple[str, ...]
    """Each mail with the reason why it was or was not sent, newest first."""
    holds: tuple[str, ...]
    """What keeps reminders from leaving."""


async def explain(core: Core, *, invoice_number: str, actor: Actor) -> Why:
    """Explain an invoice.

    Raises:
        NotAllowed: The actor may not look.
        InvoiceNotFound: No invoice has that number.
    """
    actor.require(Permission.VIEW)
    row = await core.database.row(
        queue.scored("WHERE i.number_key = %(key)s"),
        parameters(local_date(core.clock, core.merchant.zone), key=invoices.number_key(invoice_number)),
    )
    if row is None:
        raise InvoiceNotFound(invoice_number)
    mails = await core.database.rows(
        "SELECT letter, address, state, reason, coalesce(sent_at, queued_at) AS at FROM mailing WHERE invoice_id = %s"
        " ORDER BY queued_at DESC, id LIMIT %s",
        (row["id"], MAILS_SHOWN),
    )
    held = (
        (row["processing"], "A bank debit is under way; reminders wait for its outcome"),
        (row["excluded"], "The account is excluded from collection"),
        (not row["has_contact"], "Nobody is on file to write to"),
        (row["has_contact"] and not row["mailable"], "Every address on file is suppressed"),
    )
    return Why(
        invoice_number=row["number"],
        next_action=queue.next_action(row, core),
        score=row["score"],
        reasons=queue.reasons(row),
        holds=tuple(text for holds, text in held if holds and row["state"] == "open"),
        mails=tuple(
            f"{each['at'].astimezone(core.merchant.zone):%Y-%m-%d %H:%M} {each['letter']} to"
            f" {addresses.masked(each['address'])}: {each['state']}, {each['reason']}"
            for each in mails
        ),
    )
