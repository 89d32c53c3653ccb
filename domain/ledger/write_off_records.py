"""Write-off records: how a proposal is stored, checked and held, and which ones wait for a decision."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from domain.kernel import sentences
from domain.kernel.actor import Actor
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.kernel.speech import Said, say
from domain.kernel.transactions import Transaction
from domain.ledger import entries
from domain.ledger.models import Invoice, WriteOff
from domain.ledger.refusals import EntryUnusable, MoreThanOpen, NothingToPay, WriteOffDecided, WriteOffNotFound
from domain.ledger.states import WriteOffState

REASON_LENGTH = 500

WAITING_SHOWN = 100


@dataclass(frozen=True, slots=True)
class WaitingWriteOff:
    """A write-off or void that nobody has decided yet, as people are shown it."""

    write_off_id: UUID
    of: str
    """``write-off`` or ``void``."""
    invoice_number: str
    account_name: str
    amount: Money
    balance: Money
    reason: str
    proposed_by: str
    proposed_at: datetime


async def waiting(core: Core, *, limit: int = WAITING_SHOWN, only: UUID | None = None) -> tuple[WaitingWriteOff, ...]:
    """Return the write-offs and voids that wait for a decision, oldest first; or *only* that one, if it does."""
    rows = await core.database.rows(
        "SELECT w.id, w.kind, i.number, a.name, w.currency, w.amount_minor, i.open_minor, w.reason, w.proposed_by,"
        " w.created_at FROM write_off w JOIN invoice i ON i.id = w.invoice_id JOIN account a ON a.id = w.account_id"
        " WHERE w.state = 'proposed' AND (%(only)s::uuid IS NULL OR w.id = %(only)s)"
        " ORDER BY w.created_at, w.id LIMIT %(limit)s",
        {"only": only, "limit": max(1, min(limit, WAITING_SHOWN))},
    )
    return tuple(map(_waiting, rows))


def _waiting(row: Mapping[str, Any]) -> WaitingWriteOff:
    return WaitingWriteOff(
        write_off_id=row["id"],
        of=row["kind"],
        invoice_number=row["number"],
        account_name=row["name"],
        amount=Money(row["amount_minor"], row["currency"]),
        balance=Money(row["open_minor"], row["currency"]),
        reason=sentences.said(row["reason"]),
        proposed_by=row["proposed_by"],
        proposed_at=row["created_at"],
    )


async def nothing_applied(tx: Transaction, invoice: Invoice) -> None:
    """Refuse to void an invoice to which money or a credit note is applied."""
    row = await tx.row(
        "SELECT coalesce(sum(amount_minor), 0)::bigint AS minor FROM allocation WHERE invoice_id = %s", (invoice.id,)
    )
    assert row is not None
    if row["minor"]:
        raise EntryUnusable(
            say(
                "{amount} are applied to invoice {number} and would be lost with it. Take them back first: "
                "`/plixo entries INV` lists them, `/plixo unplace ID reason` loosens one.",
                amount=Money(row["minor"], invoice.currency),
                number=invoice.number,
            )
        )


async def stored(
    core: Core,
    invoice: Invoice,
    amount: Money,
    reason: str,
    actor: Actor,
    *,
    kind: str,
    payment_id: UUID | None,
) -> WriteOff:
    """Store a write-off as a proposal."""
    return await WriteOff.create(
        id=uuid4(),
        invoice_id=invoice.id,
        account_id=invoice.account_id,
        kind=kind,
        payment_id=payment_id,
        currency=amount.currency,
        amount_minor=amount.minor,
        reason=reason,
        state=WriteOff.MACHINE.start.value,
        proposed_by=actor.name,
        proposed_by_id=actor.id,
        created_at=core.clock.now(),
    )


def checked(invoice: Invoice, amount: Money, reason: str) -> str:
    """Return the reason as it is kept, or refuse what does not fit the invoice."""
    if not invoice.balance:
        raise NothingToPay(invoice.number, invoice.state)
    if amount.currency != invoice.currency:
        raise EntryUnusable(
            say(
                "Invoice {number} is in {currency}; what is given up has to be, too.",
                number=invoice.number,
                currency=invoice.currency,
            )
        )
    if amount.minor <= 0:
        raise EntryUnusable(say("An amount is more than nothing."))
    if amount > invoice.balance:
        raise MoreThanOpen(invoice.number, amount, invoice.balance)
    return worded(reason)


def worded(reason: str) -> str:
    """Return the reason as it is kept, or refuse that there is none."""
    reason = sentences.trimmed(reason, most=REASON_LENGTH + 1)
    if not reason:
        raise EntryUnusable(say("Say why; whoever reads the invoice's history asks that first."))
    if len(reason) > REASON_LENGTH and not isinstance(reason, Said):
        raise EntryUnusable(say("The reason has at most {most} characters.", most=REASON_LENGTH))
    return reason


async def locked(write_off_id: UUID) -> tuple[Invoice, WriteOff]:
    """Hold the locks in the order in which everybody takes them: the invoice first."""
    found = await WriteOff.get_or_none(id=write_off_id)
    if found is None:
        raise WriteOffNotFound
    invoice = await Invoice.locked(id=found.invoice_id)
    write_off = await WriteOff.locked(id=write_off_id)
    assert invoice is not None, "an invoice cannot be removed"
    assert write_off is not None, "a write-off cannot be removed"
    return invoice, write_off


def waits(write_off: WriteOff) -> None:
    """Refuse what was decided before."""
    if write_off.status is not WriteOffState.PROPOSED:
        raise WriteOffDecided(write_off.state, write_off.decided_by or "")


def decided(core: Core, actor: Actor) -> dict[str, object]:
    """Return the columns that say who decided, and when."""
    return {"decided_by": actor.name, "decided_at": core.clock.now()}


def about(invoice: Invoice, write_off: WriteOff) -> dict[str, object]:
    """Return the fields that say which write-off an event is about."""
    amount = Money(write_off.amount_minor, write_off.currency)
    return {**entries.about(invoice), "write_off_id": write_off.id, "amount": amount}
