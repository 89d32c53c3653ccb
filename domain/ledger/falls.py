"""Falls: what a ledger file took off an invoice without saying why, until a person tells what it was.

The balance fell when the file was imported, so a payment or a credit changes nothing but what the amount is called; a
correction makes it owed again. Told is a part or all of what is unknown on one invoice, the oldest fall first. A credit
needs the right to approve it, a correction the right to move money, and both somebody else than who imported the file.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import uuid4

from domain.kernel import timeline
from domain.kernel.actor import Actor, ActorKind, Permission
from domain.kernel.clock import local_date
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.money import Money
from domain.kernel.speech import phrase, say
from domain.kernel.transactions import Transaction
from domain.ledger import credits, entries, invoices  # noqa: A004 - named after what it is about
from domain.ledger.import_events import FallDecided
from domain.ledger.models import Allocation, Credit, Invoice, Payment
from domain.ledger.refusals import EntryUnusable, NothingLowered
from domain.ledger.states import InvoiceState
from domain.people import second_person
from domain.people.refusals import OwnWork

REASON = phrase("lowered in the books, cause unknown")
"""What people read beside what an import cannot explain."""

UNTOLD = "unknown"
"""The cause of a credit of the books until somebody has told it."""

UNKNOWN = f"cause = '{UNTOLD}' AND state = 'approved'"
"""Which credits are falls that nobody has explained; a condition on the table ``credit``."""

SOURCE, METHOD = "import", "ledger import"

MOST_LISTED = 100

LONGEST_REASON = 500


class Cause(StrEnum):
    """What a fall was."""

    PAYMENT = "payment"
    CREDIT = "credit"
    CORRECTION = "correction"


async def decide(
    core: Core,
    *,
    invoice_number: str,
    cause: Cause,
    actor: Actor,
    amount: Money | None = None,
    reason: str = "",
    received_on: date | None = None,
) -> FallDecided:
    """Tell what it was by which ledger files lowered an invoice.

    Args:
        core: The core.
        invoice_number: The invoice.
        cause: What it was.
        actor: Who tells it.
        amount: How much of it; without an amount all that is unknown.
        reason: How one knows; needed but for a payment.
        received_on: Of a payment: its day. Without one the day on which the file told of less.

    Raises:
        NotAllowed: The actor's rights do not reach so far.
        OwnWork: The actor imported the file.
        InvoiceNotFound: No invoice has that number.
        NothingLowered: Nothing is unknown of it.
        EntryUnusable: No reason, no such amount, or a day that has not come.
    """
    async with core.transaction() as tx:
        _may(cause, actor)
        invoice = await invoices.locked(invoice_number)
        falls = await _unknown(tx, invoice)
        whole = Money(sum(each.amount_minor for each in falls), invoice.currency)
        told = whole if amount is None else amount
        kept = _checked(core, invoice, told, whole, cause=cause, reason=reason, received_on=received_on)
        _may_credit(core, cause, told, actor)
        left = told.minor
        for fall in falls:
            part = min(left, fall.amount_minor)
            if part:
                await _somebody_else(core, fall, cause, actor)
                await _explain(
                    core, invoice, fall, part, cause=cause, reason=kept, received_on=received_on, actor=actor
                )
            left -= part
        event = FallDecided(
            **entries.about(invoice), cause=cause.value, amount=told, unknown=whole - told, balance=invoice.balance,
            reason=kept, **by(actor, core.clock.now()),
        )  # fmt: skip
        await timeline.record(core, tx, event)
    return event


@dataclass(frozen=True, slots=True)
class Fall:
    """What is unknown of one invoice, as people are shown it."""

    invoice_number: str
    account_name: str
    amount: Money
    balance: Money
    fell_on: date
    """The day of the first of them."""
    imported_by: str


@dataclass(frozen=True, slots=True)
class Falls:
    """The invoices that fell for a cause that is not known, the largest amounts first."""

    lines: tuple[Fall, ...]
    found: int


async def waiting(core: Core, *, actor: Actor, limit: int = MOST_LISTED) -> Falls:
    """Return the invoices of which a person may tell what lowered them.

    Raises:
        NotAllowed: The actor may not look.
    """
    actor.require(Permission.VIEW)
    rows = await core.database.rows(
        f"SELECT i.number, a.name, i.currency, i.open_minor, f.minor, f.at, f.who, count(*) OVER () AS found"
        f" FROM (SELECT invoice_id, sum(amount_minor)::bigint AS minor, min(decided_at) AS at, min(decided_by) AS who"
        f"       FROM credit WHERE {UNKNOWN} GROUP BY invoice_id) f"
        " JOIN invoice i ON i.id = f.invoice_id JOIN account a ON a.id = i.account_id"
        " ORDER BY f.minor DESC, i.number LIMIT %s",
        (max(1, min(limit, MOST_LISTED)),),
    )
    return Falls(
        tuple(
            Fall(
                invoice_number=row["number"],
                account_name=row["name"],
                amount=Money(row["minor"], row["currency"]),
                balance=Money(row["open_minor"], row["currency"]),
                fell_on=row["at"].astimezone(core.merchant.zone).date(),
                imported_by=row["who"],
            )
            for row in rows
        ),
        rows[0]["found"] if rows else 0,
    )


_RIGHTS: Mapping[Cause, Permission] = {
    Cause.PAYMENT: Permission.APPLY_CASH,
    Cause.CORRECTION: Permission.MOVE_MONEY,
}


def _may(cause: Cause, actor: Actor) -> None:
    if cause is not Cause.CREDIT:
        actor.require(_RIGHTS[cause])
    elif actor.may.isdisjoint(credits.APPROVERS[False]):
        actor.require(credits.APPROVERS[False][0])


def _may_credit(core: Core, cause: Cause, amount: Money, actor: Actor) -> None:
    """Ask of a credit above the cap what is asked wherever one is approved."""
    if cause is Cause.CREDIT and actor.may.isdisjoint(credits.APPROVERS[credits.above_cap(core, amount)]):
        actor.require(Permission.APPROVE_CREDITS)


async def _somebody_else(core: Core, fall: Credit, cause: Cause, actor: Actor) -> None:
    """Let nobody give up, or claim again, what they made fall themselves; an import is kept with a name only."""
    if not core.limits.second_person or cause is Cause.PAYMENT:
        return
    if fall.decided_by is not None and fall.decided_by in await second_person.names(actor):
        raise OwnWork(fall.decided_by, at_shell=actor.kind is ActorKind.SHELL)


async def _unknown(tx: Transaction, invoice: Invoice) -> list[Credit]:
    rows = await tx.rows(
        f"SELECT id FROM credit WHERE invoice_id = %s AND {UNKNOWN} ORDER BY created_at, id FOR UPDATE", (invoice.id,)
    )
    if not rows:
        raise NothingLowered(invoice.number)
    found = {each.id: each for each in await Credit.filter(id__in=[row["id"] for row in rows])}
    return [found[row["id"]] for row in rows]


def _checked(
    core: Core, invoice: Invoice, told: Money, whole: Money, *, cause: Cause, reason: str, received_on: date | None
) -> str:
    """Return the reason in one line."""
    kept = " ".join(reason.replace("\0", "").split())
    if cause is not Cause.PAYMENT and not kept:
        raise EntryUnusable(say("Say how you know, so that the next reader does."))
    if len(kept) > LONGEST_REASON:
        raise EntryUnusable(say("A reason has at most {most} characters.", most=LONGEST_REASON))
    if told.currency != whole.currency or not Money(0, whole.currency) < told <= whole:
        raise EntryUnusable(
            say(
                "{whole} were taken off {number} for a cause that is not known; name at most that.",
                whole=whole,
                number=invoice.number,
            )
        )
    if received_on is not None and received_on > local_date(core.clock, core.merchant.zone):
        raise EntryUnusable(say("{day} has not come yet; name the day on which the money came.", day=received_on))
    if cause is Cause.CORRECTION and invoice.status is InvoiceState.VOID:
        raise EntryUnusable(
            say("Invoice {number} is void and stays so; import the invoice that replaces it.", number=invoice.number)
        )
    return kept


async def _explain(
    core: Core,
    invoice: Invoice,
    fall: Credit,
    minor: int,
    *,
    cause: Cause,
    reason: str,
    received_on: date | None,
    actor: Actor,
) -> None:
    """Put what it was in the place of a fall, and what is left of the fall beside it; of the day of the fall."""
    await fall.move("reverse", cause=cause.value)
    if minor < fall.amount_minor:
        await _again(fall, fall.amount_minor - minor, cause=UNTOLD, reason=say(REASON), decided_by=fall.decided_by)
    match cause:
        case Cause.CREDIT:
            await _again(fall, minor, cause=cause.value, reason=reason, decided_by=actor.name)
        case Cause.PAYMENT:
            day = received_on or fall.created_at.astimezone(core.merchant.zone).date()
            await _paid(core, invoice, fall, minor, on=day)
        case Cause.CORRECTION:
            today = local_date(core.clock, core.merchant.zone)
            await entries.lowered(invoice, Money(-minor, invoice.currency), on=today)


async def _again(fall: Credit, minor: int, *, cause: str, reason: str, decided_by: str | None) -> None:
    credit = await Credit.create(
        id=uuid4(), invoice_id=fall.invoice_id, account_id=fall.account_id, currency=fall.currency, amount_minor=minor,
        reason=reason, state=Credit.MACHINE.start.value, origin="books", cause=cause, proposed_by=fall.proposed_by,
        created_at=fall.created_at,
    )  # fmt: skip
    await credit.move("approve", decided_by=decided_by, decided_at=fall.decided_at)


async def _paid(core: Core, invoice: Invoice, fall: Credit, minor: int, *, on: date) -> None:
    """Book the payment that it was; what was promised before the fall is kept by it, and nothing later."""
    payment = await Payment.create(
        id=uuid4(), account_id=invoice.account_id, kind="payment", source=SOURCE, object_id=f"fall:{fall.id}",
        currency=fall.currency, amount_minor=minor, received_on=on, method=METHOD, for_invoice_id=invoice.id,
        created_at=core.clock.now(),
    )  # fmt: skip
    await Allocation.create(
        id=uuid4(), payment_id=payment.id, invoice_id=invoice.id, amount_minor=minor, created_at=fall.created_at
    )
