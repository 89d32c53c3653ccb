"""Booking: steps of a transaction that decides about a bank line: hold the locks, book the payment, move the line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from domain.cash_application import candidates
from domain.cash_application.candidates import Line
from domain.cash_application.events import LineKept, LinePosted
from domain.cash_application.models import BankLine, Remittance
from domain.cash_application.states import BankLineState, RemittanceState
from domain.kernel import sentences, timeline
from domain.kernel.actor import Actor
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.money import Money
from domain.kernel.transactions import Transaction
from domain.ledger import payments
from domain.ledger.models import Account, Invoice
from domain.ledger.payments import Split

SOURCE = "bank"

METHOD = "bank transfer"

WAITING = frozenset({BankLineState.NEW, BankLineState.PROPOSED})


@dataclass(frozen=True, slots=True)
class Held:
    """A line that waits, and the invoices that it may pay, all of them locked."""

    line: BankLine
    invoices: Mapping[UUID, Invoice]


_FIELDS = (
    "id", "booked_on", "currency", "amount_minor", "payer_name", "payer_key", "payer_hint", "reference",
    "bank_reference", "remittance_id", "doubt", "like_id",
)  # fmt: skip


def line_of(record: BankLine) -> Line:
    """Return a record as the matcher needs it."""
    return candidates.line_of({name: getattr(record, name) for name in _FIELDS})


def object_id(line_id: UUID) -> str:
    """Return what the payment of a bank line is called, by which it is booked once."""
    return f"bank:{line_id}"


async def held(line_id: UUID, invoices: Sequence[UUID]) -> Held | None:
    """Hold the locks, invoices first and in the order of their ids; None when the line does not wait any more."""
    rows = await Invoice.filter(id__in=list(invoices)).order_by("id").select_for_update() if invoices else []
    line = await BankLine.locked(id=line_id)
    if line is None or line.status not in WAITING or len(rows) != len(set(invoices)):
        return None
    return Held(line, {row.id: row for row in rows})


async def booked(
    core: Core,
    tx: Transaction,
    held: Held,
    *,
    account_id: UUID,
    parts: Sequence[tuple[UUID, int]],
    actor: Actor,
    confidence: int | None,
    reasons: tuple[str, ...],
    note: str = "",
) -> LinePosted | LineKept | None:
    """Book the line's payment on the parts, what is left of it as unapplied cash; None when it was booked before."""
    line = held.line
    split = await payments.receive_split(
        core,
        tx,
        account_id=account_id,
        parts=[(held.invoices[each], Money(minor, line.currency)) for each, minor in parts],
        amount=line.amount,
        source=SOURCE,
        object_id=object_id(line.id),
        method=METHOD,
        received_on=line.booked_on,
        actor=actor,
        note=note,
    )
    if split is None:
        return None
    decided: dict[str, Any] = {
        "account_id": account_id,
        "payment_id": split.payment_id,
        "confidence": confidence,
        "reasons": [sentences.packed(each) for each in reasons],
        "decided_by": actor.name,
        "decided_at": core.clock.now(),
    }
    await line.move("post" if parts else "keep", **decided)
    await _advice_used(line)
    event = await _told(core, held, split, note=note, actor=actor, parts=parts, reasons=reasons)
    await timeline.record(core, tx, event)
    return event


async def _told(
    core: Core,
    held: Held,
    split: Split,
    *,
    note: str,
    actor: Actor,
    parts: Sequence[tuple[UUID, int]],
    reasons: tuple[str, ...],
) -> LinePosted | LineKept:
    line = held.line
    account = await Account.get(id=line.account_id)
    about: dict[str, Any] = {
        "line_id": line.id,
        "account_id": account.id,
        "account_name": account.name,
        "amount": line.amount,
        "booked_on": line.booked_on,
        "payment_id": split.payment_id,
        **by(actor, core.clock.now()),
    }
    if not parts:
        return LineKept(**about, note=note)
    return LinePosted(
        **about,
        invoices=tuple(held.invoices[each].number for each, _ in parts),
        short=tuple(held.invoices[each].number for each, _ in parts if held.invoices[each].open_minor),
        applied=line.amount - split.unapplied,
        unapplied=split.unapplied,
        confidence=line.confidence,
        reasons=reasons,
        by_itself=actor.kind.value == "system",
    )


async def _advice_used(line: BankLine) -> None:
    """Note that the payment of the remittance advice has arrived."""
    if line.remittance_id is None:
        return
    advice = await Remittance.locked(id=line.remittance_id)
    if advice is not None and advice.status is RemittanceState.READ:
        await advice.move("use")
