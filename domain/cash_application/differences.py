"""Differences: what a short payment left open becomes a variance, a promise, or a dispute with the advice beside it."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from domain.cash_application import queries
from domain.cash_application.line_views import LineCard
from domain.cash_application.refusals import NothingShort
from domain.cash_application.states import RemittanceState
from domain.commitments import disputes, documents, promises
from domain.commitments.dispute_events import DisputeExtended, DisputeFiled, DisputeTested
from domain.commitments.documents import Upload
from domain.commitments.events import PromiseMade
from domain.commitments.objections import DESCRIPTION_LENGTH, Filing
from domain.commitments.parties import Source
from domain.kernel.actor import Actor, ActorKind, Permission
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.kernel.speech import phrase, say
from domain.ledger import invoices, write_offs
from domain.ledger.entry_events import VarianceLetGo, WriteOffProposed
from domain.ledger.models import Invoice

_SHORT = """
    SELECT i.number, i.currency, i.open_minor, i.state, r.body, r.file_name, r.state AS read_as, advised.said,
           advised.deducted_minor
    FROM bank_line l
    JOIN invoice i ON i.number_key = %(key)s
    LEFT JOIN remittance r ON r.id = l.remittance_id
    LEFT JOIN LATERAL (
        SELECT sum(nullif(greatest(al.deducted_minor, 0), 0))::bigint AS deducted_minor,
               string_agg(nullif(al.reason, ''), '; ' ORDER BY al.position) AS said
        FROM remittance_line al WHERE al.remittance_id = r.id AND al.number_key = i.number_key
    ) advised ON true
    WHERE l.id = %(line)s AND EXISTS (
        SELECT FROM allocation a WHERE a.payment_id = l.payment_id AND a.invoice_id = i.id AND a.amount_minor > 0)
"""

_PDF = b"%PDF-"

REASON = phrase("difference of a short payment")

REST = phrase("rest of the payment of {day}")


@dataclass(frozen=True, slots=True)
class Difference:
    """What a bank line left open on an invoice, and what the payer said about it."""

    invoice_number: str
    amount: Money
    said: str
    """Why something was kept back, in the advice's words."""
    advice: Upload | None
    """The remittance advice, where it is a file that a dispute can keep: a PDF, or a table that was read."""
    advice_name: str


async def of_line(core: Core, *, line_id: UUID, invoice_number: str) -> Difference:
    """Return what the line left open on the invoice: what the advice says was kept back, else all that is open.

    Raises:
        NothingShort: The line paid nothing on it, or nothing is open.
    """
    row = await core.database.row(_SHORT, {"line": line_id, "key": invoices.number_key(invoice_number)})
    if row is None or row["state"] != "open":
        raise NothingShort(invoice_number)
    minor = min(row["deducted_minor"] or row["open_minor"], row["open_minor"])
    return Difference(
        invoice_number=row["number"],
        amount=Money(minor, row["currency"]),
        said=row["said"] or "",
        advice=_upload(row["file_name"], row["body"], row["read_as"]),
        advice_name=row["file_name"] or "",
    )


async def let_go(
    core: Core, *, line_id: UUID, invoice_number: str, actor: Actor, reason: str = ""
) -> VarianceLetGo | WriteOffProposed:
    """Let the difference go, as far as the actor's right reaches; above that it is proposed as a write-off.

    Raises:
        NotAllowed: The actor may not apply cash.
        LineNotFound, NothingShort: There is no such line, or it left nothing open.
    """
    actor.require(Permission.APPLY_CASH)
    card = await queries.card(core, line_id=line_id)
    difference = await of_line(core, line_id=line_id, invoice_number=invoice_number)
    async with core.transaction() as tx:
        invoice = await invoices.locked(invoice_number)
        _require_same(invoice, difference)
        return await write_offs.variance(
            core,
            tx,
            invoice=invoice,
            amount=difference.amount,
            payment_id=card.payment_id,
            reason=_reason(difference, reason),
            actor=actor,
        )


async def promised(
    core: Core, *, line_id: UUID, invoice_number: str, on: date, actor: Actor, note: str = ""
) -> PromiseMade:
    """Note that the payer will pay the difference by that day.

    Raises:
        NotAllowed: The actor may not apply cash, or not work the queue.
        LineNotFound, NothingShort: There is no such line, or it left nothing open.
        PromiseInPast, PromiseTooFar, PromiseTooLarge, PromiseRepeated: It is not one that can be promised.
    """
    actor.require(Permission.APPLY_CASH)
    card = await queries.card(core, line_id=line_id)
    difference = await of_line(core, line_id=line_id, invoice_number=invoice_number)
    return await promises.make(
        core,
        invoice_number=difference.invoice_number,
        amount=difference.amount,
        on=on,
        actor=actor,
        source=Source.SHELL if actor.kind is ActorKind.SHELL else Source.OPERATOR,
        note=note or say(REST, day=card.line.booked_on),
    )


async def disputed(
    core: Core, *, line_id: UUID, invoice_number: str, reason_code: str, words: str, actor: Actor
) -> DisputeFiled | DisputeExtended | DisputeTested:
    """File the difference as an objection of the payer's, with the remittance advice as evidence.

    Raises:
        NotAllowed: The actor may not apply cash, or not work the queue.
        LineNotFound, NothingShort: There is no such line, or it left nothing open.
        DisputeReasonUnknown, DescriptionUnusable, DisputeTooLarge: The objection is not one that can be filed.
    """
    actor.require(Permission.APPLY_CASH)
    card = await queries.card(core, line_id=line_id)
    difference = await of_line(core, line_id=line_id, invoice_number=invoice_number)
    filing = Filing(
        reason_code=reason_code,
        description=_description(card, difference, words),
        amount=difference.amount,
        documents=(difference.advice,) if difference.advice is not None else (),
        source=Source.SHELL if actor.kind is ActorKind.SHELL else Source.OPERATOR,
    )
    return await disputes.file(core, invoice_number=difference.invoice_number, filing=filing, actor=actor)


def _reason(difference: Difference, words: str) -> str:
    """Return why the difference is let go, with the advice that speaks for it."""
    why = words.strip() or difference.said or say(REASON)
    if not difference.advice_name:
        return why
    return say("{why} (remittance advice {name})", why=why, name=difference.advice_name)


def _require_same(invoice: Invoice, difference: Difference) -> None:
    if invoice.open_minor < difference.amount.minor:
        raise NothingShort(invoice.number)


def _description(card: LineCard, difference: Difference, words: str) -> str:
    paid = f"Paid short by {difference.amount}: {card.line.amount} of {card.line.booked_on}."
    advice = f" Remittance advice {difference.advice_name}" if difference.advice_name else ""
    said = f"{advice}: {difference.said}" if advice and difference.said else advice
    return "\n".join(part for part in (words.strip(), paid + said) if part)[:DESCRIPTION_LENGTH]


def _upload(name: str | None, body: bytes | None, state: str | None) -> Upload | None:
    """Return the advice as a document; what is neither a PDF nor was read as a table stays where it is."""
    if name is None or body is None or len(body) > documents.LARGEST:
        return None
    is_pdf = bytes(body[:5]) == _PDF
    if not is_pdf and state == RemittanceState.UNREADABLE:
        return None
    return Upload(name=name, body=bytes(body), is_table=not is_pdf)
