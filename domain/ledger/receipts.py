"""Receipts: one PDF for each payment, written once and kept, so that a download equals what was mailed."""

import asyncio
import json
import re
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import typst
from babel.dates import format_date

from domain.kernel import locales, timeline
from domain.kernel.actor import SYSTEM
from domain.kernel.clock import local_date
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.money import Money
from domain.ledger.events import PaymentReceived, ReceiptIssued
from domain.ledger.models import Payment

_TEMPLATE = (Path(__file__).parent / "receipt" / "receipt.typ").read_bytes()

_TEXTS = json.loads((Path(__file__).parent / "receipt" / "texts.json").read_text(encoding="utf-8"))
"""What stands on a receipt, by language."""

_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
"""Control and direction marks: no font shows them, and they can make a line read as something else."""

LONGEST_TEXT = 300
"""Characters of one field; a longer name is cut, the receipt stays one page."""


@dataclass(frozen=True, slots=True)
class IssuedReceipt:
    """A receipt as it is mailed and downloaded."""

    number: str
    payment_id: UUID
    invoice_id: UUID
    amount: Money
    pdf: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Facts:
    """What stands on the paper; every value is a text that was formatted for its reader."""

    number: str
    merchant: str
    merchant_contact: str
    customer: str
    invoice_number: str
    paid_on: str
    amount: str
    method: str
    invoice_total: str
    applied: str
    balance: str
    surplus: str
    settled: bool


async def issued(core: Core, *, payment_id: UUID) -> IssuedReceipt:
    """Return the receipt of a payment, and write it first if there is none yet."""
    if (kept := await _kept(core, "r.payment_id = %s", payment_id)) is not None:
        return kept
    paid = await _payment_event(core, payment_id)
    facts, locale = await _facts(core, paid)
    pdf = await asyncio.to_thread(render, facts, locale)
    async with core.transaction() as tx:
        row = await tx.row(
            "INSERT INTO receipt (id, payment_id, invoice_id, number, locale, pdf, created_at)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (payment_id) DO NOTHING RETURNING id",
            (uuid4(), payment_id, paid.invoice_id, facts.number, locale, pdf, core.clock.now()),
        )
        if row is not None:
            event = ReceiptIssued(
                invoice_id=paid.invoice_id,
                invoice_number=paid.invoice_number,
                account_id=paid.account_id,
                receipt_number=facts.number,
                payment_id=payment_id,
                amount=paid.amount,
                **by(SYSTEM, core.clock.now()),
            )
            await timeline.record(core, tx, event)
    kept = await _kept(core, "r.payment_id = %s", payment_id)
    assert kept is not None, "one of two writers kept it"
    return kept


async def found(core: Core, *, number: str, invoice_id: UUID) -> IssuedReceipt | None:
    """Return the receipt of that number if it belongs to that invoice."""
    kept = await _kept(core, "r.number = %s", number)
    return kept if kept is not None and kept.invoice_id == invoice_id else None


async def _kept(core: Core, where: str, value: object) -> IssuedReceipt | None:
    row = await core.database.row(
        "SELECT r.number, r.payment_id, r.invoice_id, r.pdf, p.amount_minor, p.currency"
        f" FROM receipt r JOIN payment p ON p.id = r.payment_id WHERE {where}",
        (value,),
    )
    if row is None:
        return None
    return IssuedReceipt(
        number=row["number"],
        payment_id=row["payment_id"],
        invoice_id=row["invoice_id"],
        amount=Money(row["amount_minor"], row["currency"]),
        pdf=bytes(row["pdf"]),
    )


async def _payment_event(core: Core, payment_id: UUID) -> PaymentReceived:
    """Return the fact of the payment: how much was applied and what was left, at that moment and not today."""
    payment = await Payment.get(id=payment_id)
    assert payment.kind == "payment", "money that went back, or came back, had its receipt"
    row = await core.database.row(
        "SELECT fact FROM timeline_entry WHERE account_id = %s AND kind = %s AND fact->>'payment_id' = %s",
        (payment.account_id, PaymentReceived.kind, str(payment_id)),
    )
    assert row is not None, "a payment and its fact are stored together"
    fact = row["fact"] if isinstance(row["fact"], dict) else json.loads(row["fact"])
    return PaymentReceived.model_validate(fact)


async def _facts(core: Core, paid: PaymentReceived) -> tuple[_Facts, str]:
    row = await core.database.row(
        "SELECT a.name, a.locale, a.country, i.total_minor, i.currency, p.received_on,"
        " nextval('receipt_number') AS number"
        " FROM invoice i JOIN account a ON a.id = i.account_id JOIN payment p ON p.id = %s WHERE i.id = %s",
        (paid.payment_id, paid.invoice_id),
    )
    assert row is not None, "an invoice has an account"
    wanted = row["locale"] or core.merchant.locale
    locale = locales.formats(wanted, row["country"] or core.merchant.country, locales.language(wanted, _TEXTS))
    year = local_date(core.clock, core.merchant.zone).year
    surplus = paid.amount - paid.applied
    facts = _Facts(
        number=f"R-{year}-{row['number']:06d}",
        merchant=core.merchant.name,
        merchant_contact=core.merchant.contact,
        customer=row["name"],
        invoice_number=paid.invoice_number,
        paid_on=_date(row["received_on"], locale),
        amount=paid.amount.format(locale),
        method=paid.method,
        invoice_total=Money(row["total_minor"], row["currency"]).format(locale),
        applied=paid.applied.format(locale),
        balance=paid.balance.format(locale),
        surplus=surplus.format(locale) if surplus else "",
        settled=not paid.balance,
    )
    return facts, locale


def render(facts: _Facts, locale: str) -> bytes:
    """Return the PDF: the same bytes for the same facts, tagged for screen readers, without a look at the network.

    Names reach the template as JSON and never as markup. A script for which the built-in fonts have no letters falls
    back to the machine's fonts, and in the end to a PDF that is tagged but not certified as accessible.
    """
    texts = _TEXTS[locales.language(locale, _TEXTS)]
    clean = {name: _clean(value) if isinstance(value, str) else value for name, value in asdict(facts).items()}
    inputs = {"facts": json.dumps({**clean, "t": texts})}
    for ignore_system_fonts, standards in ((True, ["ua-1"]), (False, ["ua-1"])):
        try:
            return _compiled(inputs, standards, ignore_system_fonts=ignore_system_fonts)
        except typst.TypstError:
            continue  # a letter that these fonts do not have
    return _compiled(inputs, [], ignore_system_fonts=False)


def _compiled(inputs: dict[str, str], standards: list[Any], *, ignore_system_fonts: bool) -> bytes:
    compiler = typst.Compiler(_TEMPLATE, ignore_system_fonts=ignore_system_fonts, sys_inputs=inputs)
    pdf = compiler.compile(format="pdf", pdf_standards=standards)
    assert isinstance(pdf, bytes), "one document is one PDF"
    return pdf


def _clean(text: str) -> str:
    shown = _UNPRINTABLE.sub("", text).strip()
    return shown if len(shown) <= LONGEST_TEXT else f"{shown[: LONGEST_TEXT - 1]}…"


def _date(day: date, locale: str) -> str:
    return str(format_date(day, format="long", locale=locale))
