"""Reveals: what a message in a public channel leaves out, shown to one person and written down for the audit."""

from uuid import UUID

from domain.kernel import timeline
from domain.kernel.actor import Actor, Permission
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.ledger.models import Invoice
from domain.ledger.refusals import InvoiceNotFound
from domain.operations.chat_events import DetailsRevealed


async def record(
    core: Core,
    *,
    actor: Actor,
    invoice_id: UUID | None = None,
    entry_id: int | None = None,
    file_name: str = "",
    channel: str = "",
) -> DetailsRevealed:
    """Write down that the actor is shown an invoice, what one entry of the timeline tells, or a file, in full.

    Raises:
        NotAllowed: The actor may not look at anything.
        InvoiceNotFound: There is no such invoice.
    """
    async with core.transaction() as tx:
        actor.require(Permission.VIEW)
        account_id, number = None, None
        if invoice_id is None and entry_id is not None:
            row = await tx.row("SELECT invoice_id, account_id FROM timeline_entry WHERE id = %s", (entry_id,))
            invoice_id, account_id = (row["invoice_id"], row["account_id"]) if row else (None, None)
        if invoice_id is not None:
            invoice = await Invoice.get_or_none(id=invoice_id)
            if invoice is None:
                raise InvoiceNotFound(str(invoice_id))
            account_id, number = invoice.account_id, invoice.number
        event = DetailsRevealed(
            channel=channel,
            file=file_name,
            invoice_id=invoice_id,
            invoice_number=number,
            account_id=account_id,
            **by(actor, core.clock.now()),
        )
        await timeline.record(core, tx, event)
    return event
