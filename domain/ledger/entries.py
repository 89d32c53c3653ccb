"""Entries: how a balance follows what is written on an invoice, and how what is left of a payment follows its entries.

An invoice's open balance is its total less what is allocated to it, less approved credits and approved write-offs;
whoever writes one of these calls ``lowered`` in the same transaction, under the invoice's lock. What is left of a
payment and of everything that went back of it stands in ``unapplied_cash``, which ``rest_kept`` computes anew.

Locks are taken in one order by everybody: invoices by their id, then the payment, then the credit note.
"""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any
from uuid import UUID

from domain.kernel.money import Money
from domain.kernel.transactions import Transaction
from domain.ledger.models import Invoice
from domain.ledger.states import InvoiceState

_FAMILY = "SELECT id, amount_minor FROM payment WHERE id = %(payment)s OR reverses_id = %(payment)s"
"""A payment with all that went back of it and came back again."""

_REST = f"""
    WITH family AS MATERIALIZED ({_FAMILY}), rest AS MATERIALIZED (
        SELECT (SELECT coalesce(sum(amount_minor), 0) FROM family)
             - (SELECT coalesce(sum(a.amount_minor), 0) FROM allocation a
                WHERE a.payment_id IN (SELECT id FROM family)) AS minor)
"""

_KEPT = f"""
    {_REST}, gone AS (
        DELETE FROM unapplied_cash WHERE payment_id = %(payment)s AND (SELECT minor FROM rest) <= 0
    ), kept AS (
        INSERT INTO unapplied_cash (payment_id, account_id, currency, amount_minor, since)
        SELECT p.id, p.account_id, p.currency, rest.minor, %(now)s FROM payment p CROSS JOIN rest
        WHERE p.id = %(payment)s AND rest.minor > 0
        ON CONFLICT (payment_id) DO UPDATE SET amount_minor = excluded.amount_minor
    ) SELECT minor::bigint AS minor FROM rest
"""


def about(invoice: Invoice) -> dict[str, Any]:
    """Return the fields that say which invoice an event is about, to be spread into its constructor."""
    return {"invoice_id": invoice.id, "invoice_number": invoice.number, "account_id": invoice.account_id}


async def lowered(invoice: Invoice, amount: Money, *, on: date, step: str = "settle") -> None:
    """Take *amount* off the balance (put it back on, where it is negative), and move the state with it.

    A void invoice stays as it is. One that was written off is open again by what is put back: that was never given up.

    Args:
        invoice: The invoice; the caller holds its lock.
        amount: What an entry takes off; not more than is open.
        on: The day on which nothing is left, if it comes to that.
        step: What becomes of an invoice of which nothing is left: ``settle``, or ``write off``.
    """
    if not amount or invoice.status is InvoiceState.VOID:
        return
    left = (invoice.balance - amount).minor
    assert left >= 0, "an entry takes off what is open, and no more"
    if left == 0:
        await invoice.move(step, open_minor=0, settled_on=on if step == "settle" else None)
    elif invoice.open_minor == 0:
        again = "recover" if invoice.status is InvoiceState.WRITTEN_OFF else "reopen"
        await invoice.move(again, open_minor=left, settled_on=None)
    else:
        await Invoice.filter(id=invoice.id).update(open_minor=left)
        invoice.open_minor = left


async def rest(tx: Transaction, payment_id: UUID) -> int:
    """Return what of a payment is applied nowhere, in minor units; negative when more went back than is loose."""
    row = await tx.row(f"{_REST} SELECT minor::bigint AS minor FROM rest", {"payment": payment_id})
    assert row is not None
    return int(row["minor"])


async def rest_kept(tx: Transaction, payment_id: UUID, *, now: datetime) -> int:
    """Bring ``unapplied_cash`` in line with the entries of a payment, and return its rest in minor units.

    Args:
        tx: A transaction that holds the payment's lock.
        payment_id: The payment itself, not what reverses it.
        now: Since when the money lies about, if it did not before.
    """
    row = await tx.row(_KEPT, {"payment": payment_id, "now": now})
    assert row is not None
    return int(row["minor"])


async def applied(tx: Transaction, payment_id: UUID) -> dict[UUID, int]:
    """Return what of a payment is applied to which invoice, in minor units, the newest application first."""
    rows = await tx.rows(
        f"WITH family AS ({_FAMILY}) SELECT a.invoice_id, sum(a.amount_minor)::bigint AS minor FROM allocation a"
        " WHERE a.payment_id IN (SELECT id FROM family) GROUP BY a.invoice_id HAVING sum(a.amount_minor) > 0"
        " ORDER BY max(a.created_at) DESC, a.invoice_id",
        {"payment": payment_id},
    )
    return {row["invoice_id"]: int(row["minor"]) for row in rows}


async def payment_held(tx: Transaction, payment_id: UUID) -> None:
    """Hold a payment to the end of the transaction: nobody else places it or takes it back meanwhile."""
    await tx.execute("SELECT FROM payment WHERE id = %s FOR NO KEY UPDATE", (payment_id,))


async def invoices_held(ids: Collection[UUID]) -> dict[UUID, Invoice]:
    """Hold several invoices, in the one order in which everybody takes them."""
    found = await Invoice.filter(id__in=list(ids)).order_by("id").select_for_update() if ids else []
    return {invoice.id: invoice for invoice in found}


async def family_held(tx: Transaction, payment_id: UUID, *, besides: Collection[UUID] = ()) -> dict[UUID, Invoice]:
    """Hold every invoice that a payment is on, those named besides, and then the payment, all in the one order.

    Where it was placed on one more invoice between our look and our locks, all are let go and taken anew. The caller
    holds no lock yet that comes after an invoice's, and none of an invoice.
    """
    wanted = set(besides)
    while True:
        wanted |= (await applied(tx, payment_id)).keys()
        await tx.execute("SAVEPOINT before_locks")
        held = await invoices_held(wanted)
        await payment_held(tx, payment_id)
        if (await applied(tx, payment_id)).keys() <= wanted:
            await tx.execute("RELEASE SAVEPOINT before_locks")
            return held
        await tx.execute("ROLLBACK TO SAVEPOINT before_locks")


async def others_of_family(ids: Collection[UUID], *, but: Invoice) -> dict[UUID, Invoice]:
    """Return the invoices of a payment whose family is held, *but* as the object that the caller has.

    It never waits: waiting here would be waiting out of order. A lock that the caller forgot and somebody else has is
    an error of the database, and what the caller did is rolled back.
    """
    others = set(ids) - {but.id}
    found = await Invoice.filter(id__in=list(others)).select_for_update(nowait=True) if others else []
    return {but.id: but} | {invoice.id: invoice for invoice in found}
