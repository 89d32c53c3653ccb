"""Credits: a part of an invoice that the merchant gives up; proposed by one person, approved by another.

Who may approve is one table, ``APPROVERS``: up to ``limits.credit_cap`` whoever may approve at all, above it only
whoever may approve credits, and where ``limits.second_person`` is set never the person who proposed it. On approval
the balance falls in the same transaction, never below zero; a credit larger than what is open is declined, not cut.
The credit note itself is written where invoices are written: a later ledger file that still shows the old balance is
reported as a conflict and raises nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from domain.kernel import sentences, timeline
from domain.kernel.actor import Actor, Permission
from domain.kernel.clock import local_date
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.money import Money
from domain.kernel.speech import Said, say
from domain.kernel.transactions import Transaction
from domain.ledger import entries, invoices
from domain.ledger.events import CreditApproved, CreditProposed, CreditRejected, InvoiceSettled
from domain.ledger.models import Credit, Invoice
from domain.ledger.refusals import (
    CreditAboveBalance,
    CreditDecided,
    CreditNotFound,
    CreditNotYours,
    CreditUnusable,
    CreditWaits,
)
from domain.ledger.states import CreditState
from domain.people import roles, second_person

APPROVERS: Mapping[bool, tuple[Permission, ...]] = {
    False: (Permission.APPROVE, Permission.APPROVE_CREDITS),  # up to the cap
    True: (Permission.APPROVE_CREDITS,),  # above the cap, or in a currency without a rate
}
"""Whether a credit is above the cap, and which rights (any of them) approve it then."""

PROPOSERS = (Permission.WORK_QUEUE, Permission.APPROVE_CREDITS)

REASON_LENGTH = 500

WAITING_SHOWN = 100


async def propose(core: Core, *, invoice_number: str, amount: Money, reason: str, actor: Actor) -> CreditProposed:
    """Propose to give up a part of an invoice; nothing changes before somebody approves it.

    Raises:
        NotAllowed: The actor may neither work the queue nor approve credits.
        InvoiceNotFound: No invoice has that number.
        CreditUnusable: No amount, no reason, or another currency.
        CreditAboveBalance: More than is open.
        CreditWaits: The same credit was proposed and waits.
    """
    async with core.transaction() as tx:
        _require_any(actor, PROPOSERS)
        invoice = await invoices.locked(invoice_number)
        return await proposed(core, tx, invoice=invoice, amount=amount, reason=reason, actor=actor)


async def proposed(
    core: Core, tx: Transaction, *, invoice: Invoice, amount: Money, reason: str, actor: Actor
) -> CreditProposed:
    """Propose a credit as a step of a transaction that holds the invoice's lock. Raises as ``propose`` does."""
    reason = sentences.trimmed(reason, most=REASON_LENGTH + 1)
    _check(invoice, amount, reason)
    if await Credit.filter(
        invoice_id=invoice.id, state=CreditState.PROPOSED.value, amount_minor=amount.minor, reason=reason
    ).exists():
        raise CreditWaits(invoice.number, amount)
    credit = await Credit.create(
        id=uuid4(),
        invoice_id=invoice.id,
        account_id=invoice.account_id,
        currency=amount.currency,
        amount_minor=amount.minor,
        reason=reason,
        state=Credit.MACHINE.start.value,
        proposed_by=actor.name,
        proposed_by_id=actor.id,
        created_at=core.clock.now(),
    )
    event = CreditProposed(
        **_about(invoice, credit),
        reason=reason,
        above_cap=above_cap(core, amount),
        **by(actor, core.clock.now()),
    )
    await timeline.record(core, tx, event)
    return event


async def approve(core: Core, *, credit_id: UUID, actor: Actor) -> CreditApproved:
    """Approve a credit: the balance falls by it at once, and an invoice of which nothing is left is settled.

    Raises:
        CreditNotFound: There is no such credit.
        CreditDecided: Somebody has decided it.
        CreditNotYours: The actor's rights do not reach so far; the refusal says whose do.
        OwnWork: The actor proposed it.
        CreditAboveBalance: Less is open than when it was proposed.
    """
    async with core.transaction() as tx:
        invoice, credit = await _locked(credit_id)
        _may_decide(core, credit, actor)
        second_person.different(core, maker_id=credit.proposed_by_id, maker=credit.proposed_by, actor=actor)
        amount = Money(credit.amount_minor, credit.currency)
        if amount > invoice.balance:
            raise CreditAboveBalance(invoice.number, amount, invoice.balance)
        await credit.move("approve", decided_by=actor.name, decided_at=core.clock.now())
        await entries.lowered(invoice, amount, on=local_date(core.clock, core.merchant.zone))
        said = by(actor, core.clock.now())
        event = CreditApproved(
            **_about(invoice, credit), balance=invoice.balance, proposed_by=credit.proposed_by, **said
        )
        await timeline.record(core, tx, event)
        if not invoice.balance:
            settled = InvoiceSettled(**entries.about(invoice), total=invoice.total, **said)
            await timeline.record(core, tx, settled)
    return event


async def reject(core: Core, *, credit_id: UUID, reason: str, actor: Actor) -> CreditRejected:
    """Decline a proposed credit; whoever proposed it may take it back in the same way.

    Raises:
        CreditNotFound: There is no such credit.
        CreditDecided: Somebody has decided it.
        CreditUnusable: No reason.
        NotAllowed: The actor may not decide about credits and did not propose it.
    """
    async with core.transaction() as tx:
        invoice, credit = await _locked(credit_id)
        if not second_person.made_by(actor, maker_id=credit.proposed_by_id, maker=credit.proposed_by):
            _require_any(actor, APPROVERS[False])
        return await rejected(core, tx, invoice=invoice, credit=credit, reason=reason, actor=actor)


async def rejected(
    core: Core, tx: Transaction, *, invoice: Invoice, credit: Credit, reason: str, actor: Actor
) -> CreditRejected:
    """Decline a credit as a step of a transaction that holds the locks of invoice and credit."""
    reason = sentences.trimmed(reason, most=REASON_LENGTH)
    if not reason:
        raise CreditUnusable(say("Say why the credit is declined, so that whoever proposed it knows."))
    await credit.move("reject", decided_by=actor.name, decided_at=core.clock.now())
    event = CreditRejected(**_about(invoice, credit), reason=reason, **by(actor, core.clock.now()))
    await timeline.record(core, tx, event)
    return event


def above_cap(core: Core, amount: Money) -> bool:
    """Tell whether a credit needs somebody who may approve credits."""
    return core.limits.exceeds(amount, core.limits.credit_cap, core.merchant.currency)


@dataclass(frozen=True, slots=True)
class WaitingCredit:
    """A credit that nobody has decided yet, as people are shown it."""

    credit_id: UUID
    invoice_number: str
    account_name: str
    amount: Money
    balance: Money
    reason: str
    proposed_by: str
    proposed_at: datetime
    above_cap: bool


async def waiting(core: Core, *, limit: int = WAITING_SHOWN, only: UUID | None = None) -> tuple[WaitingCredit, ...]:
    """Return the credits that wait for a decision, oldest first; or *only* that one, if it does."""
    rows = await core.database.rows(
        "SELECT c.id, i.number, a.name, c.currency, c.amount_minor, i.open_minor, c.reason, c.proposed_by, c.created_at"
        " FROM credit c JOIN invoice i ON i.id = c.invoice_id JOIN account a ON a.id = c.account_id"
        " WHERE c.state = 'proposed' AND (%(only)s::uuid IS NULL OR c.id = %(only)s)"
        " ORDER BY c.created_at, c.id LIMIT %(limit)s",
        {"only": only, "limit": min(limit, WAITING_SHOWN)},
    )
    return tuple(_waiting(core, row) for row in rows)


def _waiting(core: Core, row: dict[str, Any]) -> WaitingCredit:
    amount = Money(row["amount_minor"], row["currency"])
    return WaitingCredit(
        credit_id=row["id"],
        invoice_number=row["number"],
        account_name=row["name"],
        amount=amount,
        balance=Money(row["open_minor"], row["currency"]),
        reason=sentences.said(row["reason"]),
        proposed_by=row["proposed_by"],
        proposed_at=row["created_at"],
        above_cap=above_cap(core, amount),
    )


def _check(invoice: Invoice, amount: Money, reason: str) -> None:
    if amount.currency != invoice.currency:
        raise CreditUnusable(
            say(
                "Invoice {number} is in {currency}; the credit has to be, too.",
                number=invoice.number,
                currency=invoice.currency,
            )
        )
    if amount.minor <= 0:
        raise CreditUnusable(say("A credit is more than nothing."))
    if not reason:
        raise CreditUnusable(say("Say why the credit is given; whoever approves it decides by that."))
    if len(reason) > REASON_LENGTH and not isinstance(reason, Said):
        raise CreditUnusable(say("The reason has at most {most} characters.", most=REASON_LENGTH))
    if amount > invoice.balance:
        raise CreditAboveBalance(invoice.number, amount, invoice.balance)


async def _locked(credit_id: UUID) -> tuple[Invoice, Credit]:
    """Hold the locks in the order in which everybody takes them: the invoice first."""
    found = await Credit.get_or_none(id=credit_id)
    if found is None:
        raise CreditNotFound
    invoice = await Invoice.locked(id=found.invoice_id)
    credit = await Credit.locked(id=credit_id)
    assert invoice is not None, "a credit's invoice cannot be removed"
    assert credit is not None, "a credit cannot be removed"
    if credit.status is not CreditState.PROPOSED:
        raise CreditDecided(credit.state, credit.decided_by or "")
    return invoice, credit


def _may_decide(core: Core, credit: Credit, actor: Actor) -> None:
    amount = Money(credit.amount_minor, credit.currency)
    above = above_cap(core, amount)
    if not actor.may.isdisjoint(APPROVERS[above]):
        return
    able = tuple(dict.fromkeys(role.value for right in APPROVERS[above] for role in roles.roles_with(right)))
    cap = Money.of(str(core.limits.credit_cap), core.merchant.currency)
    raise CreditNotYours(amount, cap if above else None, able)


def _require_any(actor: Actor, rights: tuple[Permission, ...]) -> None:
    if actor.may.isdisjoint(rights):
        actor.require(rights[0])


def _about(invoice: Invoice, credit: Credit) -> dict[str, Any]:
    amount = Money(credit.amount_minor, credit.currency)
    return {**entries.about(invoice), "credit_id": credit.id, "amount": amount}
