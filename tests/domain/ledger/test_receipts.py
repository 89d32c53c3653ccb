"""One receipt per payment, always the same bytes, whatever a customer is called."""

import asyncio
import re
from dataclasses import replace
from io import BytesIO

import pytest
from pypdf import PdfReader

from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.ledger import receipts
from domain.ledger.models import Account, Payment, Receipt
from tests.domain.pay_links.payers import Visit, a_visit, told

FACTS = receipts.Facts(
    number="R-2026-000001",
    merchant="Northwind Supplies",
    merchant_contact="ar@northwind.example",
    customer="Acme Ltd",
    parts=(receipts.Part(number="INV-1042", total="€125.00", applied="€125.00", balance="€0.00"),),
    paid_on="10 March 2026",
    amount="€125.00",
    method="Card ending 4242",
    surplus="",
    settled=True,
)


async def a_payment(core: Core, **also: object) -> tuple[Visit, Payment]:
    visit = await a_visit(core)
    if also:
        await Account.all().update(**also)
    page = await visit.go_to_pay()
    visit.gateway.pay(page)
    await visit.hear(page)
    return visit, await Payment.get()


async def test_a_payment_has_one_receipt_however_often_it_is_asked_for(core: Core) -> None:
    _, payment = await a_payment(core)

    all_of_them = await asyncio.gather(*(receipts.issued(core, payment_id=payment.id) for _ in range(4)))

    assert len({(each.number, each.pdf) for each in all_of_them}) == 1
    assert await Receipt.all().count() == 1
    assert len(await told(core, "receipt.issued")) == 1


async def test_the_receipt_says_the_amount_and_is_a_tagged_pdf(core: Core) -> None:
    _, payment = await a_payment(core)

    receipt = await receipts.issued(core, payment_id=payment.id)

    assert receipt.amount == Money(12500, "EUR")
    assert receipt.number.startswith("R-2026-")
    assert receipt.pdf.startswith(b"%PDF-")
    assert b"pdfuaid" in receipt.pdf
    assert b"/StructTreeRoot" in receipt.pdf


async def test_a_receipt_is_found_by_its_number_for_its_own_invoice_only(core: Core) -> None:
    visit, payment = await a_payment(core)
    receipt = await receipts.issued(core, payment_id=payment.id)
    other = await a_visit(core, "INV-2")

    assert await receipts.found(core, number=receipt.number, invoice_id=visit.invoice_id) == receipt
    assert await receipts.found(core, number=receipt.number, invoice_id=other.invoice_id) is None
    assert await receipts.found(core, number="R-0", invoice_id=visit.invoice_id) is None


async def test_a_receipt_stays_as_it_was_when_the_customer_is_renamed(core: Core) -> None:
    _, payment = await a_payment(core)
    before = await receipts.issued(core, payment_id=payment.id)
    await Account.all().update(name="Renamed Ltd")

    assert await receipts.issued(core, payment_id=payment.id) == before


@pytest.mark.parametrize("locale", ["de", "fr_FR", "xx-nowhere", "ja", "💥"])
async def test_a_customers_locale_never_breaks_the_receipt(core: Core, locale: str) -> None:
    _, payment = await a_payment(core, locale=locale)

    assert (await receipts.issued(core, payment_id=payment.id)).pdf.startswith(b"%PDF-")


@pytest.mark.parametrize(
    ("locale", "title", "amount", "day"),
    [
        ("en_US", "Receipt number", "€125.00", "March 10, 2026"),
        ("de_DE", "Quittungsnummer", "125,00 €", "10. März 2026"),
        ("fr_FR", "Numéro du reçu", "125,00 €", "10 mars 2026"),
        ("es_ES", "Número de recibo", "125,00 €", "10 de marzo de 2026"),
    ],
)
async def test_the_receipt_speaks_the_payers_language_in_its_amounts_and_days_too(
    core: Core, locale: str, title: str, amount: str, day: str
) -> None:
    _, payment = await a_payment(core, locale=locale)

    paper = PdfReader(BytesIO((await receipts.issued(core, payment_id=payment.id)).pdf))

    text = " ".join(paper.pages[0].extract_text().split())
    assert [each in text for each in (title, amount, day)] == [True] * 3, text
    assert str(paper.root_object["/Lang"]).startswith(locale[:2])


def test_the_same_facts_make_the_same_bytes() -> None:
    assert receipts.render(FACTS, "en") == receipts.render(FACTS, "en")


@pytest.mark.parametrize(
    "name",
    [
        '#panic(1) #read("/etc/passwd") $x$ *b* _i_ `c` <l> @r // /* ] [ \\ " \' \\u{41}',
        "Łódź & Søn, Ελλάδα, Жуков",
        "日本株式会社",
        "شركة المثال",
        "🙂",
        "a\x00b\x1bc\u202egpj.exe",
        "x" * 10_000,
        "word " * 3_000,
        "",
    ],
)
def test_a_hostile_or_foreign_name_makes_a_receipt_of_one_page(name: str) -> None:
    part = receipts.Part(number=name, total="€1.00", applied="€1.00", balance="€0.00")
    facts = replace(FACTS, customer=name, merchant=name, method=name, parts=(part,))

    pdf = receipts.render(facts, "en")

    assert pdf.startswith(b"%PDF-")
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1


def test_a_name_is_printed_as_it_is_written() -> None:
    plain = receipts.render(replace(FACTS, customer="#upper[acme]"), "en")

    assert plain != receipts.render(replace(FACTS, customer="ACME"), "en")
