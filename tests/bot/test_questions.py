"""Questions of payers in Slack: the list, the card, the answer that leaves as a mail, and the end without one."""

from datetime import UTC
from uuid import UUID, uuid4

import pytest

from bot import ids
from bot.asks import Click
from domain.casework import questions
from domain.casework.models import Question
from domain.casework.question_events import reference
from domain.kernel.core import Core
from domain.ledger.models import Contact
from tests.bot import in_words
from tests.bot.conftest import ANNA
from tests.bot.test_commands import said, shown
from tests.builders import an_invoice

pytestmark = pytest.mark.usefixtures("staff")


async def asked(core: Core, text: str = "Which order\nis <this> for?") -> UUID:
    """Let a payer ask something about a new invoice."""
    invoice = await an_invoice(core, "INV-1042")
    contact = await Contact.get(account_id=invoice.account_id)
    question = await Question.create(
        id=uuid4(), invoice_id=invoice.id, contact_id=contact.id, text=text, digest="d", state="asked",
        created_at=core.clock.now().astimezone(UTC))  # fmt: skip
    return question.id


async def test_what_waits_is_listed_and_shown_as_text(core: Core) -> None:
    question_id = await asked(core)

    listed = await said(core, "questions")
    card = shown(await in_words.press(core, Click(ids.Action.SHOW_QUESTION, ids.value(question=question_id), ANNA)))

    assert reference(question_id) in listed
    assert "is &lt;this&gt; for?" in card
    assert ids.Action.ANSWER_QUESTION in card


async def test_an_answer_is_given_by_reference_and_only_once(core: Core) -> None:
    question_id = await asked(core)

    first = await said(core, f"question answer {reference(question_id)} it is for order 4711")
    again = await said(core, f"question answer {reference(question_id)} it is for order 4712")

    assert "answered by mail" in first
    assert "already" in again
    assert (await questions.question(core, question_id=question_id)).answer == "it is for order 4711"
    assert "No question waits" in await said(core, "questions")


async def test_a_question_that_was_answered_another_way_is_closed_by_one_click(core: Core) -> None:
    question_id = await asked(core)
    click = Click(ids.Action.CLOSE_QUESTION, ids.value(question=question_id), ANNA)

    answers = [shown(await in_words.press(core, click)) for _ in range(2)]

    assert "closed" in answers[0]
    assert "already" in answers[1]


async def test_a_case_shows_that_a_payer_waits_for_an_answer(core: Core) -> None:
    await asked(core)

    case = await said(core, "invoice INV-1042")

    assert "A payer asked" in case
    assert "Read the question" in case
