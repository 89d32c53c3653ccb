"""Report files: PDFs that hold every word as text, in the reader's language, with numbered pages and a chart."""

import io
from datetime import date, timedelta

import pytest
from pypdf import PdfReader

from domain.kernel import speech
from domain.kernel.actor import SHELL, Actor, ActorKind
from domain.kernel.core import Core
from domain.kernel.refusals import NotAllowed
from domain.kernel.speech import Reader
from domain.operations import digest_letters, digest_words, exports, report_files
from domain.operations.digest_contents import Kind as DigestKind
from domain.operations.digest_words import Topic
from domain.operations.exports import What
from domain.operations.reports.reports import Form, Kind
from domain.operations.reports.wishes import Wish
from tests.bot.digest_views_made import a_digest
from tests.builders import an_account, an_invoice
from tests.domain.operations.reports.books import euros, promised

MARKUP = '#panic("no") $x^2$ *bold* @ref <label> `raw`'
HOSTILE = (MARKUP, "= heading // /* ]]}}", "\u202egnp.exe", "A" * 400, "名前 ☃ مرحبا")


def words_of(pdf: bytes) -> str:
    """Return what stands on the pages, on one line."""
    return " ".join(" ".join(each.extract_text() for each in PdfReader(io.BytesIO(pdf)).pages).split())


@pytest.mark.parametrize(("language", "title"), [("en", "Weekly report"), ("de", "Wochenbericht")])
async def test_names_that_look_like_markup_are_names(core: Core, language: str, title: str) -> None:
    for number, name in enumerate(HOSTILE):
        await an_invoice(core, f"A{number}", account=await an_account(core, name), amount=euros(100))

    with speech.spoken_to(Reader.of(language, language)):
        file = await report_files.of_report(core, Wish(Kind.WEEKLY, form=Form.PDF), actor=SHELL)

    told = words_of(file.body)
    assert file.name == "weekly-2026-03-09.pdf"
    assert title in told
    assert "#panic(" in told
    assert "*bold*" in told
    assert "\u202e" not in told


async def test_pages_are_numbered_and_the_chart_has_words_for_who_does_not_see_it(core: Core) -> None:
    await an_invoice(core, "A", amount=euros(100))

    with speech.spoken_to(Reader.of("de", "de_DE")):
        body = (await report_files.of_report(core, Wish(Kind.WEEKLY), actor=SHELL)).body

    paper = PdfReader(io.BytesIO(body))
    pages = len(paper.pages)
    assert f"Seite 1 / {pages}" in " ".join(paper.pages[0].extract_text().split())
    assert f"Seite {pages} / {pages}" in " ".join(paper.pages[-1].extract_text().split())
    assert str(paper.root_object["/Lang"]) == "de"
    assert b"pdfuaid" in body


@pytest.mark.parametrize("kind", Kind)
async def test_every_report_of_an_empty_book_is_a_paper_and_a_table(core: Core, kind: Kind) -> None:
    for form in Form:
        file = await report_files.of_report(core, Wish(kind, form=form), actor=SHELL)

        assert file.name.endswith(f".{form}")
        assert file.body


async def test_a_digest_is_a_paper_with_what_slack_says(core: Core) -> None:
    invoice = await an_invoice(core, "A", account=await an_account(core, "Acme *Ltd*"), amount=euros(100))
    await promised(core, invoice, euros(50), date(2026, 3, 10))

    file = await report_files.of_digest(core, DigestKind.DAILY, actor=SHELL)

    told = words_of(file.body)
    assert file.name == "digest-daily-2026-03-10.pdf"
    assert "due: 1 (50.00 EUR)" in told
    assert "Acme *Ltd*" in told
    assert "/plixo radar" in told


async def test_a_digest_without_news_says_so(core: Core) -> None:
    file = await report_files.of_digest(core, DigestKind.WEEKLY, actor=SHELL)

    assert "Nothing happened" in words_of(file.body)


async def test_exports_make_them_from_stored_words_and_note_who_took_them(core: Core) -> None:
    await an_invoice(core, "A", account=await an_account(core, "=1+1"), amount=euros(100))
    wish = Wish(Kind.EXPOSURES, customer="=1+1", currency="EUR", form=Form.CSV)

    table = await exports.made(core, what=What.REPORT, words=wish.words(), actor=SHELL)
    paper = await exports.made(core, what=What.DIGEST, words=("weekly", "as", "pdf"), actor=SHELL)

    rows = await core.database.rows("SELECT fact->>'what' AS what FROM timeline_entry WHERE kind = 'export.made'")
    assert "'=1+1" in table.body.decode("utf-8-sig")
    assert paper.body.startswith(b"%PDF")
    assert sorted(row["what"] for row in rows) == ["digest", "report"]


async def test_whoever_may_not_look_takes_nothing(core: Core) -> None:
    nobody = Actor(ActorKind.PERSON, "Nobody", frozenset())

    with pytest.raises(NotAllowed):
        await report_files.of_report(core, Wish(), actor=nobody)
    with pytest.raises(NotAllowed):
        await report_files.of_digest(core, DigestKind.DAILY, actor=nobody)


@pytest.mark.parametrize("kind", DigestKind)
def test_mail_and_paper_have_every_topic_of_slacks_digest(kind: DigestKind) -> None:
    told = a_digest("Acme Ltd", kind=kind)

    shown = [each.title for each in digest_letters.sections(told, chart=True)]

    assert shown == [each.title for each in digest_words.parts(told, named=str)]
    assert set(Topic) - {Topic.DECISIONS} == set(digest_letters.COMMANDS)
    assert told.period.last - told.period.first == timedelta(6 if kind is DigestKind.WEEKLY else 0)
