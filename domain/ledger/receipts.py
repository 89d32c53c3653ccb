"""Receipts: one PDF for each payment, written once and kept, so that a download equals what was mailed."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from uuid import UUID, uuid4

from domain.kernel import timeline
from domain.kernel.actor import SYSTEM
from domain.kernel.clock import local_date
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.money import Money
from domain.ledger.events import PaymentReceived, ReceiptIssued
from domain.ledger.models import Payment
from domain.ledger.papers import methods, typesetting

PAPER = "receipt"

MOST_SHOWN = 40
"""Invoices of one payment that stand on the receipt by name; what follows is one line."""


@dataclass(frozen=True, slots=True)
class IssuedReceipt:
    """A receipt as it is mailed and downloaded."""

    number: str
    payment_id: UUID
    invoice_id: UUID
    """The first of the invoices that it paid."""
    invoice_numbers: tuple[str, ...]
    """All of them."""
    amount: Money
    pdf: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Part:
    """What of the payment went to one invoice; every value is a text that was formatted for its reader."""

    number: str
    total: str
    applied: str
    balance: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What stands on the paper; every value is a text that was formatted for its reader."""

    number: str
    merchant: str
    merchant_contact: str
    customer: str
    parts: tuple[Part, ...]
    paid_on: str
    amount: str
    method: str
    surplus: str
    settled: bool


async def issued(core: Core, *, payment_id: UUID) -> IssuedReceipt:
    """Return the receipt of a payment, and write it first if there is none yet."""
    if (kept := await _kept(core, "r.payment_id = %s", payment_id)) is not None:
        return kept
    paid = await _payment_events(core, payment_id)
    facts, locale, amount = await _facts(core, paid)
    pdf = await asyncio.to_thread(render, facts, locale)
    first = paid[0]
    async with core.transaction() as tx:
        row = await tx.row(
            "INSERT INTO receipt (id, payment_id, invoice_id, number, locale, pdf, created_at)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (payment_id) DO NOTHING RETURNING id",
            (uuid4(), payment_id, first.invoice_id, facts.number, locale, pdf, core.clock.now()),
        )
        if row is not None:
            event = ReceiptIssued(
                invoice_id=first.invoice_id,
                invoice_number=first.invoice_number,
                account_id=first.account_id,
                receipt_number=facts.number,
                payment_id=payment_id,
                amount=amount,
                **by(SYSTEM, core.clock.now()),
            )
            await timeline.record(core, tx, event)
    kept = await _kept(core, "r.payment_id = %s", payment_id)
    assert kept is not None, "one of two writers kept it"
    return kept


async def found(core: Core, *, number: str, invoice_id: UUID) -> IssuedReceipt | None:
    """Return the receipt of that number if its payment paid that invoice, and the customer's own money did.

    Where one company pays for another, the receipt is the payer's, and names invoices that are the payer's business.
    """
    kept = await _kept(core, "r.number = %s", number)
    if kept is None:
        return None
    own = await core.database.row(
        "SELECT 1 FROM payment p JOIN invoice i ON i.id = %s AND i.account_id = p.account_id WHERE p.id = %s"
        " AND (i.id = %s OR EXISTS (SELECT FROM allocation a WHERE a.payment_id = p.id AND a.invoice_id = i.id))",
        (invoice_id, kept.payment_id, kept.invoice_id),
    )
    return kept if own is not None else None


async def _kept(core: Core, where: str, value: object) -> IssuedReceipt | None:
    row = await core.database.row(
        "SELECT r.number, r.payment_id, r.invoice_id, r.pdf, p.amount_minor, p.currency,"
        " (SELECT array_agg(DISTINCT i.number ORDER BY i.number) FROM invoice i WHERE i.id = r.invoice_id OR i.id IN ("
        "   SELECT a.invoice_id FROM allocation a"
        "   WHERE a.payment_id = p.id AND a.created_at <= r.created_at)) AS numbers"
        f" FROM receipt r JOIN payment p ON p.id = r.payment_id WHERE {where}",
        (value,),
    )
    if row is None:
        return None
    return IssuedReceipt(
        number=row["number"],
        payment_id=row["payment_id"],
        invoice_id=row["invoice_id"],
        invoice_numbers=tuple(row["numbers"]),
        amount=Money(row["amount_minor"], row["currency"]),
        pdf=bytes(row["pdf"]),
    )


async def _payment_events(core: Core, payment_id: UUID) -> tuple[PaymentReceived, ...]:
    """Return the facts of the payment: how much was applied and what was left, at that moment and not today."""
    payment = await Payment.get(id=payment_id)
    assert payment.kind == "payment", "money that went back, or came back, had its receipt"
    rows = await core.database.rows(
        "SELECT t.fact FROM timeline_entry t WHERE t.kind = %s AND t.fact->>'payment_id' = %s AND t.invoice_id IN"
        " (SELECT i.id FROM invoice i WHERE i.account_id = %s UNION SELECT a.invoice_id FROM allocation a"
        "  WHERE a.payment_id = %s) ORDER BY t.id",
        (PaymentReceived.kind, str(payment_id), payment.account_id, payment_id),
    )
    assert rows, "a payment and its facts are stored together"
    facts = [row["fact"] if isinstance(row["fact"], dict) else json.loads(row["fact"]) for row in rows]
    return tuple(PaymentReceived.model_validate(fact) for fact in facts)


async def _facts(core: Core, paid: Sequence[PaymentReceived]) -> tuple[Facts, str, Money]:
    row = await core.database.row(
        "SELECT a.name, a.locale, a.country, p.received_on, p.amount_minor, p.currency,"
        " nextval('receipt_number') AS number FROM payment p JOIN account a ON a.id = p.account_id WHERE p.id = %s",
        (paid[0].payment_id,),
    )
    assert row is not None, "a payment has an account"
    locale = typesetting.reader(PAPER, locale=row["locale"], country=row["country"], merchant=core.merchant)
    amount = Money(row["amount_minor"], row["currency"])
    surplus = amount - Money(sum(each.applied.minor for each in paid), amount.currency)
    facts = Facts(
        number=f"R-{local_date(core.clock, core.merchant.zone).year}-{row['number']:06d}",
        merchant=core.merchant.name,
        merchant_contact=core.merchant.contact,
        customer=row["name"],
        parts=await _parts(core, paid, locale),
        paid_on=typesetting.day(row["received_on"], locale),
        amount=amount.format(locale),
        method=methods.told(paid[0].method, typesetting.words(PAPER, locale)),
        surplus=surplus.format(locale) if surplus else "",
        settled=not any(each.balance for each in paid),
    )
    return facts, locale, amount


async def _parts(core: Core, paid: Sequence[PaymentReceived], locale: str) -> tuple[Part, ...]:
    rows = await core.database.rows(
        "SELECT id, total_minor FROM invoice WHERE id = ANY(%s)", ([each.invoice_id for each in paid],)
    )
    totals = {row["id"]: row["total_minor"] for row in rows}
    shown = [
        Part(
            number=each.invoice_number,
            total=Money(totals[each.invoice_id], each.amount.currency).format(locale),
            applied=each.applied.format(locale),
            balance=each.balance.format(locale),
        )
        for each in paid[:MOST_SHOWN]
    ]
    rest = paid[MOST_SHOWN:]
    if rest:
        applied = Money(sum(each.applied.minor for each in rest), rest[0].amount.currency)
        shown.append(Part(f"+ {len(rest)}", "", applied.format(locale), ""))
    return tuple(shown)


def render(facts: Facts, locale: str) -> bytes:
    """Return the PDF: the same bytes for the same facts, tagged for screen readers."""
    return typesetting.set_as_pdf(PAPER, asdict(facts), locale)
