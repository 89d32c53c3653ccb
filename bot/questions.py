"""Questions: what payers asked in the portal, shown with their files, answered by mail or closed."""

from collections.abc import Mapping
from uuid import UUID

from bot import asks
from bot.asks import Ask, Filled, Misunderstood, Press
from bot.blocks import Message
from bot.ids import Action, FormId
from bot.routes import Answer, Command, Form, Group, Route, command
from bot.views import answers
from bot.views import questions as views
from domain.casework import questions
from domain.casework.states import QuestionState
from domain.kernel.actor import Permission
from domain.kernel.core import Core
from domain.kernel.speech import phrase, say
from domain.operations import short_ids
from domain.operations.short_ids import Waiting

SHOW = "question Q-1A2B-3C4D"
ANSWER = "question answer Q-1A2B-3C4D it is for your order 4711"
CLOSE = "question close Q-1A2B-3C4D answered on the telephone"

DEALT_WITH = phrase("dealt with another way")
"""Kept as the note of a question that was closed by a click."""


async def listed(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo questions``: what payers asked and nobody has answered, the oldest first."""
    del ask
    return views.waiting(await questions.waiting(core))


async def show(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo question Q-1A2B-3C4D`` with one question."""
    return views.card(await questions.question(core, question_id=await _named(core, ask.words, SHOW)))


async def answer(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo question answer Q-1A2B-3C4D text…``: the text goes to the payer by mail."""
    question_id = await _named(core, ask.words, ANSWER)
    said = asks.reason(ask.words[1:], why=say("What is the answer? The payer reads it."), example=ANSWER)
    event = await questions.answer(core, question_id=question_id, text=said, actor=ask.actor)
    return answers.done(event, views.look(question_id))


async def close(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo question close Q-1A2B-3C4D reason…``: nothing is mailed, and reminders go on."""
    question_id = await _named(core, ask.words, CLOSE)
    said = asks.reason(ask.words[1:], why=say("How was it answered, or why not?"), example=CLOSE)
    return answers.done(await questions.close(core, question_id=question_id, note=said, actor=ask.actor))


async def press_show(core: Core, press: Press) -> Message:
    """Answer a click on Read the question."""
    assert press.subject.question is not None, "the route asks for it"
    return views.card(await questions.question(core, question_id=press.subject.question))


async def press_answer(core: Core, press: Press) -> Answer:
    """Answer a click on Answer…: show the form."""
    assert press.subject.question is not None, "the route asks for it"
    question = await questions.question(core, question_id=press.subject.question)
    return views.answer_form(question) if question.state is QuestionState.ASKED else views.card(question)


async def submit_answer(core: Core, filled: Filled) -> Message:
    """Take the answer that was written: it goes to the payer by mail."""
    assert filled.subject.question is not None, "the form's route asks for it"
    said = filled.values.needed("answer", or_else=say("What is the answer? The payer reads it."))
    event = await questions.answer(core, question_id=filled.subject.question, text=said, actor=filled.actor)
    return answers.done(event, views.look(filled.subject.question))


async def press_close(core: Core, press: Press) -> Message:
    """Answer a click on Dealt with."""
    assert press.subject.question is not None, "the route asks for it"
    event = await questions.close(core, question_id=press.subject.question, note=say(DEALT_WITH), actor=press.actor)
    return answers.done(event, replaces=True)


async def _named(core: Core, words: tuple[str, ...], example: str) -> UUID:
    if not words:
        hint = say(
            "Which question? For example {example}; `/plixo questions` lists those that wait.",
            example=f"`/plixo {example}`",
        )
        raise Misunderstood(hint)
    return await short_ids.resolve(core, what=Waiting.QUESTION, text=words[0])


COMMANDS: tuple[Command, ...] = (
    command(
        Group.WORK, "questions", "", Permission.VIEW, phrase("lists questions of payers that wait"), "questions", listed
    ),
    command(Group.WORK, "question", "ID", Permission.VIEW, phrase("shows a question of a payer"), SHOW, show),
    command(
        Group.WORK,
        "question answer",
        "ID text…",
        Permission.WORK_QUEUE,
        phrase("answers a question by mail"),
        ANSWER,
        answer,
    ),
    command(
        Group.WORK,
        "question close",
        "ID reason…",
        Permission.WORK_QUEUE,
        phrase("closes a question without a mail"),
        CLOSE,
        close,
    ),
)

FORMS: Mapping[FormId, Form] = {
    FormId.ANSWER_QUESTION: Form(Permission.WORK_QUEUE, submit_answer, ("question",)),
}

BUTTONS: Mapping[Action, Route] = {
    Action.ANSWER_QUESTION: Route(Permission.WORK_QUEUE, press_answer, ("question",), opens=True),
    Action.SHOW_QUESTION: Route(Permission.VIEW, press_show, ("question",)),
    Action.CLOSE_QUESTION: Route(Permission.WORK_QUEUE, press_close, ("question",)),
}
