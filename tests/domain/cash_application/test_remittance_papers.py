"""Remittance advices as PDFs: read in a process of its own, whatever they are."""

import io
import zlib

import pytest
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, NameObject

from domain.cash_application import papers
from domain.cash_application.advices import AdviceLine
from domain.cash_application.models import Remittance, RemittanceLine
from domain.cash_application.papers import Unopened
from domain.cash_application.remittances import Taken, import_file
from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.kernel.money import Money
from tests.builders import an_account, an_invoice
from tests.domain.cash_application import papers_made as made


async def taken(core: Core, source: str, currency: str = "EUR", *numbers: str) -> tuple[Taken, Remittance]:
    """Store two invoices of one customer, then take the advice."""
    account = await an_account(core, "Acme Ltd")
    for number in numbers or ("INV-1042", "INV-1043"):
        await an_invoice(core, number, account=account, amount=Money(125050, currency))
    done = await import_file(core, file_name="advice.pdf", body=made.pdf(source), actor=SHELL)
    return done, await Remittance.get(id=done.remittance_id)


async def lines(advice: Remittance) -> list[AdviceLine]:
    """Return the stored lines."""
    stored = await RemittanceLine.filter(remittance_id=advice.id).order_by("position")
    return [AdviceLine(each.number, each.amount_minor, each.deducted_minor, each.reason) for each in stored]


async def test_a_german_advice_with_cash_discount_is_read_by_its_headers(core: Core) -> None:
    _, advice = await taken(core, made.GERMAN)

    assert await lines(advice) == [AdviceLine("INV-1042", 122550, 2500), AdviceLine("INV-1043", 106100)]
    assert (advice.total_minor, advice.currency, str(advice.paid_on)) == (228650, "EUR", "2026-03-05")
    assert (advice.state, advice.note) == ("read", "")


async def test_an_english_advice_names_its_payer(core: Core) -> None:
    _, advice = await taken(core, made.ENGLISH, "GBP")

    assert await lines(advice) == [AdviceLine("INV-1042", 125050), AdviceLine("INV-1043", 106100)]
    assert (advice.total_minor, advice.currency, advice.payer_name) == (231150, "GBP", "Acme Ltd")


async def test_deductions_in_lines_of_their_own_belong_to_the_invoice_above(core: Core) -> None:
    _, advice = await taken(core, made.DEDUCTED_BELOW, "USD")

    assert await lines(advice) == [
        AdviceLine("INV-1042", 122549, 2501, "less 2% early payment discount"),
        AdviceLine("INV-1043", 100000, 6100, "Damaged goods deduction"),
    ]
    assert (advice.total_minor, advice.currency, advice.note) == (222549, "USD", "")


async def test_a_french_advice_sets_off_thousands_by_spaces(core: Core) -> None:
    _, advice = await taken(core, made.FRENCH)

    assert await lines(advice) == [AdviceLine("INV-1042", 123799, 1251), AdviceLine("INV-1043", 105039, 1061)]
    assert (advice.total_minor, advice.payer_name, str(advice.paid_on)) == (228838, "Acme SARL", "2026-03-05")


async def test_a_spanish_advice_is_read(core: Core) -> None:
    _, advice = await taken(core, made.SPANISH)

    assert await lines(advice) == [AdviceLine("INV-1042", 125050), AdviceLine("INV-1043", 106100)]
    assert (advice.total_minor, advice.note) == (231150, "")


async def test_a_sentence_names_an_invoice_and_its_amounts(core: Core) -> None:
    _, advice = await taken(core, made.SENTENCE)

    assert [each.number for each in await lines(advice)] == ["INV-1042"]


async def test_lines_that_do_not_add_up_say_by_how_much(core: Core) -> None:
    done, advice = await taken(core, made.OFF)

    assert advice.note == "its 2 lines come to 2,311.50 EUR, its total is 2,300.00 EUR: -11.50 EUR off"
    assert done.event is not None
    assert "11.50" in done.event.told()


async def test_invoices_that_we_do_not_know_are_kept_as_they_are_written(core: Core) -> None:
    _, advice = await taken(core, made.GERMAN, "EUR", "INV-1042")

    assert [each.number for each in await lines(advice)] == ["INV-1042", "INV-1043"]


async def test_a_table_over_several_pages_is_one_advice(core: Core) -> None:
    _, advice = await taken(core, made.TWO_PAGES, "EUR", *(f"INV-{each}" for each in range(1000, 1030)))

    assert len(await lines(advice)) == 30
    assert (advice.total_minor, advice.note) == (30000, "")


async def test_the_customer_of_the_invoices_is_the_advices(core: Core) -> None:
    done, advice = await taken(core, made.GERMAN)

    assert advice.account_id is not None
    assert done.event is not None
    assert done.event.account_name == "Acme Ltd"


async def test_a_paper_without_invoices_is_kept_unread_with_the_reason(core: Core) -> None:
    done, advice = await taken(core, made.NO_INVOICE)

    assert (advice.state, advice.note) == ("unreadable", "It could not be read: no line of it names an invoice.")
    assert bytes(advice.body) == made.pdf(made.NO_INVOICE)
    assert done.event is not None
    assert not done.event.readable


async def test_the_same_file_twice_is_one(core: Core) -> None:
    first, _ = await taken(core, made.GERMAN)

    again = await import_file(core, file_name="copy.pdf", body=made.pdf(made.GERMAN), actor=SHELL)

    assert (again.remittance_id, again.known_before, again.event) == (first.remittance_id, True, None)
    assert await Remittance.all().count() == 1


# Hostile papers -----------------------------------------------------------------------------------


def locked() -> bytes:
    """Return a PDF with a password."""
    writer = PdfWriter(clone_from=io.BytesIO(made.pdf(made.GERMAN)))
    writer.encrypt("secret", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def bomb() -> bytes:
    """Return a small PDF whose page unpacks to half a gigabyte."""
    writer = PdfWriter()
    page = writer.add_blank_page(width=200, height=200)
    stream = DecodedStreamObject()
    stream.set_data(b"x")
    packed = zlib.compressobj(9)
    body = b"".join(packed.compress(b"(aaaaaaaa) Tj " * 75_000) for _ in range(500)) + packed.flush()
    stream[NameObject("/Filter")] = NameObject("/FlateDecode")
    stream._data = body
    page[NameObject("/Contents")] = writer._add_object(stream)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def looping() -> bytes:
    """Return a PDF whose tree of pages leads back to itself."""
    return (
        b"%PDF-1.4\n1 0 obj <</Type /Catalog /Pages 2 0 R>> endobj\n"
        b"2 0 obj <</Type /Pages /Kids [2 0 R] /Count 1>> endobj\n"
        b"trailer <</Root 1 0 R /Size 3>>\n%%EOF\n"
    )


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (locked(), "password"),
        (looping(), "it "),
        (b"%PDF-1.7 and nothing else", "no PDF"),
        (made.pdf(made.GERMAN)[:2000], "it "),
        (made.pdf(made.PICTURE), "pictures"),
        (b"%PDF-1.4" + b"\0" * (6 << 20), "larger than 5 MB"),
    ],
    ids=["locked", "loop", "stub", "cut", "picture", "large"],
)
async def test_a_hostile_pdf_ends_with_a_reason(body: bytes, reason: str) -> None:
    with pytest.raises(Unopened, match=reason):
        await papers.text_of(body)


async def test_a_bomb_takes_nobody_with_it(core: Core) -> None:
    body = bomb()
    assert len(body) < papers.MAX_BYTES

    done = await import_file(core, file_name="bomb.pdf", body=body, actor=SHELL)

    assert (await Remittance.get(id=done.remittance_id)).state == "unreadable"
