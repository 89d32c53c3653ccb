"""A payer asks; reminders wait; a person answers by mail in the payer's language and on the page."""

import asyncio

import pytest

from domain.casework import questions
from domain.casework.models import Question
from domain.casework.refusals import QuestionEnded
from domain.commitments import document_checks, documents
from domain.commitments.models import Document
from domain.deliverability.models import Mailing
from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.outreach import composing
from domain.outreach.composing import Leaving
from plixo import wiring
from tests.portal.browsers import Browser
from tests.portal.forms_sent import errors, send, send_files, token
from tests.portal.payers import a_payer

PDF = b"%PDF-1.7\nwhat it is about"


async def worked(core: Core) -> None:
    """Do the jobs of the domain that wait; nothing is sent."""
    core.jobs.bind({kind.name: wiring.nothing for kind in wiring.JOBS})
    core.jobs.bind({name: work for name, work in wiring.domain_functions(core).items() if name == "mail_answer"})
    await core.jobs.work(concurrency=2, stop=asyncio.Event(), until_idle=True)


async def test_a_question_with_a_file_is_kept_and_waits(core: Core, browser: Browser) -> None:
    await a_payer(core, browser)
    known = await token(browser, "/i/question")

    answer = await send_files(
        browser, "/i/question", {"token": known, "text": "Which order?\n<b>4711</b>"}, [("file-other", "o.pdf", PDF)]
    )

    [asked] = await questions.waiting(core)
    assert (answer.status, answer.location) == (303, "/i")
    assert (asked.text, [each.name for each in asked.files]) == ("Which order?\n<b>4711</b>", ["o.pdf"])
    assert await core.files.get(documents.key_of((await Document.get()).id)) == PDF


async def test_a_question_without_words_is_asked_for_and_one_that_is_too_long_is_given_back(
    core: Core, browser: Browser
) -> None:
    await a_payer(core, browser)

    empty = await send(browser, "/i/question", text=" \x00 ")
    long = await send(browser, "/i/question", text="x" * 2001)

    assert errors(empty) == {"text": "Write your question."}
    assert "x" * 2001 in long.text
    assert await Question.all().count() == 0


async def test_a_double_click_is_one_question_and_many_are_refused_kindly(core: Core, browser: Browser) -> None:
    await a_payer(core, browser)
    form = {"token": await token(browser, "/i/question"), "text": "Which order?"}

    answers = await asyncio.gather(*(browser.post("/i/question", form) for _ in range(4)))
    for n in range(4):
        await browser.post("/i/question", {**form, "text": f"And {n}?"})
    refused = await browser.post("/i/question", {**form, "text": "And once more?"})

    assert {each.status for each in answers} == {303}
    assert await Question.all().count() == 5
    assert refused.status == 422
    assert "And once more?" in refused.text


async def test_an_answer_is_mailed_in_the_payers_language_and_stands_on_the_page(core: Core, browser: Browser) -> None:
    await a_payer(core, browser)
    await send(browser, "/i/question", text="Welche Bestellung?")
    asked = await Question.get()

    await questions.answer(core, question_id=asked.id, text="Die Bestellung 4711.\n\nMit Gruß <AR>", actor=SHELL)
    await worked(core)

    mailing = await Mailing.get(letter="question-answered")
    written = (await composing.composed_all(core, [Leaving(mailing, (), None)], issued={}))[mailing.id]
    page = await browser.get("/i/question")
    assert "Welche Bestellung?" in written.letter.text
    assert "Die Bestellung 4711.\n\nMit Gruß <AR>" in written.letter.text
    assert "Mit Gruß &lt;AR&gt;" in page.text
    assert (await Question.get()).state == "answered"


async def test_a_question_is_answered_once(core: Core, browser: Browser) -> None:
    await a_payer(core, browser)
    await send(browser, "/i/question", text="Which order?")
    asked = await Question.get()
    await questions.answer(core, question_id=asked.id, text="4711", actor=SHELL)

    with pytest.raises(QuestionEnded):
        await questions.answer(core, question_id=asked.id, text="4712", actor=SHELL)


async def test_a_colleagues_questions_are_not_shown(core: Core, browser: Browser, other_browser: Browser) -> None:
    await a_payer(core, browser, "INV-1")
    await send(browser, "/i/question", text="my own words")
    await a_payer(core, other_browser, "INV-2")

    page = await other_browser.get("/i/question")

    assert "my own words" not in page.text


async def test_nothing_is_kept_by_which_a_card_number_could_be_found(core: Core, browser: Browser) -> None:
    await a_payer(core, browser)

    for number in ("4242 4242 4242 4242", "•••• •••• •••• 4242"):
        assert (await send(browser, "/i/question", text=f"Is {number} charged?")).status == 303

    assert await Question.all().count() == 1


class Finds:
    """A virus check that finds something in everything."""

    async def found(self, _: bytes) -> str | None:
        return "Eicar-Test"


async def test_a_file_that_is_held_back_is_told_with_the_invoice_that_was_asked_about(
    core: Core, browser: Browser
) -> None:
    await a_payer(core, browser)
    fields = {"token": await token(browser, "/i/question"), "text": "Which order?"}
    await send_files(browser, "/i/question", fields, [("file-other", "o.pdf", PDF)])

    await document_checks.examine(core, document_id=str((await Document.get()).id), check=Finds())

    [held] = await core.database.rows("SELECT fact FROM timeline_entry WHERE kind = 'document.held'")
    assert held["fact"]["invoice_number"] == "INV-1042"
