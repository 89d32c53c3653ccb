"""The papers that a payer can take along: the invoice, and the statement of the own account only."""

import csv
import io

import pytest
from pypdf import PdfReader

from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.ledger import invoice_papers
from domain.ledger.invoice_papers import Paper
from domain.ledger.models import Account, Contact
from tests.builders import an_invoice
from tests.portal.browsers import Browser
from tests.portal.payers import a_payer

PDF = b"%PDF-1.7\nthe invoice as it was sent"


async def test_the_invoice_is_handed_out_byte_for_byte_as_a_download(core: Core, browser: Browser) -> None:
    await a_payer(core, browser, "INV-1042")
    await invoice_papers.add(core, papers=[Paper("INV-1042", PDF)], actor=SHELL)

    page, answer = await browser.get("/i"), await browser.get("/i/invoice.pdf")

    assert 'href="i/invoice.pdf"' in page.text or 'href="./i/invoice.pdf"' in page.text
    assert (answer.status, answer.body) == (200, PDF)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="INV-1042.pdf"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_an_invoice_that_is_not_on_file_is_not_offered(core: Core, browser: Browser) -> None:
    await a_payer(core, browser)

    assert "invoice.pdf" not in (await browser.get("/i")).text
    assert (await browser.get("/i/invoice.pdf")).status == 404


async def test_a_statement_tells_of_the_own_account_only(core: Core, browser: Browser) -> None:
    await a_payer(core, browser, "INV-1042")
    await an_invoice(core, "OTHER-1")

    rows = list(csv.reader(io.StringIO((await browser.get("/i/statement.csv")).body.decode("utf-8-sig"))))

    numbers = {row[3] for row in rows[1:]} - {""}
    assert numbers == {"INV-1042"}


@pytest.mark.parametrize(
    ("locale", "word"), [("en_GB", "Statement"), ("de", "Kontoauszug"), ("fr", "Relevé"), ("es", "Extracto")]
)
async def test_the_statement_speaks_the_language_of_the_page(
    core: Core, browser: Browser, locale: str, word: str
) -> None:
    payer = await a_payer(core, browser)
    await Account.filter(id=(await payer.invoice()).account_id).update(locale=locale)

    answer = await browser.get("/i/statement.pdf")

    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.body)).pages)
    assert word.lower() in text.lower()
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="statement-')


@pytest.mark.parametrize("path", ["/i/invoice.pdf", "/i/statement.pdf", "/i/statement.csv"])
async def test_without_a_session_there_is_nothing(browser: Browser, path: str) -> None:
    assert (await browser.get(path)).status == 404


async def test_whoever_was_only_passed_one_invoice_sees_no_account(core: Core, browser: Browser) -> None:
    await a_payer(core, browser)
    await Contact.all().update(role="other")

    page = await browser.get("/i")
    answers = [(await browser.get(f"/i/statement.{each}")).status for each in ("pdf", "csv")]

    assert page.status == 200
    assert "statement" not in page.text
    assert answers == [404, 404]


async def test_statements_are_written_so_many_times_a_minute(core: Core, browser: Browser) -> None:
    await a_payer(core, browser)

    answers = [(await browser.get("/i/statement.csv")).status for _ in range(11)]

    assert answers == [200] * 10 + [429]
