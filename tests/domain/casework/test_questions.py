"""While nobody has answered a payer's question, reminders to that customer wait, however long it takes."""

from uuid import uuid4

import pytest

from domain.casework import questions
from domain.casework.models import Question
from domain.casework.refusals import QuestionEnded, QuestionNotFound, TextUnusable, WordsMissing
from domain.deliverability.models import Mailing
from domain.kernel.actor import SHELL, payer
from domain.kernel.core import Core
from domain.kernel.refusals import NotAllowed
from domain.ledger.models import Contact
from domain.ledger.refusals import ContactNotFound
from tests.clocks import START, StandingClock
from tests.domain.deliverability.mailings_made import a_mailing
from tests.domain.deliverability.test_waits import waits_for


async def asked(core: Core, mailing: Mailing) -> Question:
    """Let the reader of a mail ask something."""
    return await Question.create(
        id=uuid4(), invoice_id=mailing.invoice_id, contact_id=mailing.contact_id, text="Which order?", digest="d",
        state="asked", created_at=core.clock.now())  # fmt: skip


async def test_reminders_wait_until_it_is_answered(core: Core, clock: StandingClock) -> None:
    mailing = await a_mailing(core)
    question = await asked(core, mailing)
    clock.advance(days=30)

    waited = await waits_for(core, mailing)
    await questions.answer(core, question_id=question.id, text="Order 4711.", actor=SHELL)

    assert waited == START
    assert await waits_for(core, mailing) is None


async def test_a_question_that_is_closed_holds_nothing_back(core: Core) -> None:
    mailing = await a_mailing(core)
    question = await asked(core, mailing)

    await questions.close(core, question_id=question.id, note="answered on the telephone", actor=SHELL)

    assert await waits_for(core, mailing) is None
    with pytest.raises(QuestionEnded, match="closed by command line"):
        await questions.answer(core, question_id=question.id, text="too late", actor=SHELL)


async def test_only_who_works_the_queue_answers_and_only_with_words(core: Core) -> None:
    question = await asked(core, await a_mailing(core))

    for text in ("", " \x00 ", "x" * 4001):
        with pytest.raises(TextUnusable):
            await questions.answer(core, question_id=question.id, text=text, actor=SHELL)
    with pytest.raises(NotAllowed):
        await questions.answer(core, question_id=question.id, text="4711", actor=payer(uuid4(), "a…@b.example"))
    with pytest.raises(WordsMissing):
        await questions.close(core, question_id=question.id, note=" ", actor=SHELL)
    with pytest.raises(QuestionNotFound):
        await questions.answer(core, question_id=uuid4(), text="4711", actor=SHELL)
    assert (await Question.get()).state == "asked"


async def test_nobody_is_answered_who_is_not_a_contact_any_more(core: Core) -> None:
    question = await asked(core, await a_mailing(core))
    await Contact.filter(id=question.contact_id).update(state="removed")

    with pytest.raises(ContactNotFound):
        await questions.answer(core, question_id=question.id, text="4711", actor=SHELL)
