"""Evidence: all that is known of one invoice, for a lawyer or an agency, from the history that nobody can change."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from domain.commitments.documents import DocumentLine
from domain.commitments.states import DocumentState
from domain.kernel import timeline
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.kernel.timeline import Entry
from domain.ledger import invoices
from domain.ledger.refusals import InvoiceNotFound

ENTRIES = 5_000
"""Lines of one pack, the newest; ``earlier`` says how many there are before them."""

DOCUMENTS = 200


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    """One fact: when, by whom, what."""

    entry_id: int
    """Numbers rise with time and are never given twice."""
    at: datetime
    actor: str
    kind: str
    told: str
    request_id: str


@dataclass(frozen=True, slots=True)
class EvidencePack:
    """An invoice, what is left of it and why, its whole history, and the documents with their digests."""

    invoice_id: UUID
    invoice_number: str
    account_name: str
    issued_on: date | None
    due_on: date
    state: str
    total: Money
    paid: Money
    """Payments applied, less what of them went back."""
    credited: Money
    """Credits that were approved, and credit notes that were applied."""
    written_off: Money
    balance: Money
    """Total less paid, credited and written off; nothing once the invoice is void."""
    lines: tuple[EvidenceLine, ...]
    """Oldest first."""
    earlier: int
    documents: tuple[DocumentLine, ...]
    receipts: tuple[str, ...]
    """Numbers of the receipts that were written."""


_INVOICE = """
    SELECT i.id, i.number, a.name, i.issued_on, i.due_on, i.state, i.currency, i.total_minor, i.open_minor,
           (SELECT coalesce(sum(al.amount_minor), 0)::bigint FROM allocation al
            WHERE al.invoice_id = i.id AND al.payment_id IS NOT NULL) AS paid,
           ((SELECT coalesce(sum(c.amount_minor), 0) FROM credit c WHERE c.invoice_id = i.id AND c.state = 'approved')
            + (SELECT coalesce(sum(al.amount_minor), 0) FROM allocation al
               WHERE al.invoice_id = i.id AND al.credit_note_id IS NOT NULL))::bigint AS credited,
           (SELECT coalesce(sum(w.amount_minor), 0)::bigint FROM write_off w
            WHERE w.invoice_id = i.id AND w.state = 'approved' AND w.kind <> 'void') AS written_off,
           (SELECT count(*) FROM timeline_entry t WHERE t.invoice_id = i.id) AS entries,
           ARRAY(SELECT r.number FROM receipt r WHERE r.invoice_id = i.id ORDER BY r.created_at, r.number) AS receipts
    FROM invoice i JOIN account a ON a.id = i.account_id WHERE i.number_key = %s
"""

_DOCUMENTS = """
    SELECT f.id, f.kind, f.name, f.content_type, f.size_bytes, encode(f.sha256, 'hex') AS sha256, f.created_at,
           f.state
    FROM document f LEFT JOIN dispute d ON d.id = f.dispute_id LEFT JOIN plan p ON p.id = f.plan_id
    WHERE d.invoice_id = %(invoice)s AND NOT d.is_test OR p.invoice_id = %(invoice)s
    ORDER BY f.created_at, f.id LIMIT %(most)s
"""


async def pack(core: Core, *, invoice_number: str) -> EvidencePack:
    """Return the evidence about one invoice.

    Raises:
        InvoiceNotFound: No invoice has that number.
    """
    row = await core.database.row(_INVOICE, (invoices.number_key(invoice_number),))
    if row is None:
        raise InvoiceNotFound(invoice_number)
    entries = await timeline.of_invoice(core, row["id"], limit=ENTRIES)
    documents = await core.database.rows(_DOCUMENTS, {"invoice": row["id"], "most": DOCUMENTS})
    names = ("total_minor", "paid", "credited", "written_off", "open_minor")
    total, paid, credited, written_off, balance = (Money(row[name], row["currency"]) for name in names)
    return EvidencePack(
        invoice_id=row["id"],
        invoice_number=row["number"],
        account_name=row["name"],
        issued_on=row["issued_on"],
        due_on=row["due_on"],
        state=row["state"],
        total=total,
        paid=paid,
        credited=credited,
        written_off=written_off,
        balance=balance,
        lines=tuple(_line(entry) for entry in entries),
        earlier=max(0, row["entries"] - len(entries)),
        documents=tuple(
            DocumentLine(
                document_id=each["id"],
                kind=each["kind"],
                name=each["name"],
                content_type=each["content_type"],
                size_bytes=each["size_bytes"],
                sha256=each["sha256"],
                added_at=each["created_at"],
                state=DocumentState(each["state"]),
            )
            for each in documents
        ),
        receipts=tuple(row["receipts"]),
    )


def _line(entry: Entry) -> EvidenceLine:
    event = entry.event
    return EvidenceLine(
        entry_id=entry.id,
        at=event.at,
        actor=event.actor,
        kind=event.kind,
        told=event.told(),
        request_id=entry.request_id,
    )
