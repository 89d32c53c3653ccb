"""Questions of payers as the operators see them: the words first, then how to answer."""

from collections.abc import Sequence
from uuid import UUID

from bot import blocks, ids, inputs, text
from bot.blocks import Block, Message
from bot.modals import Modal
from domain.casework.questions import QuestionView
from domain.casework.states import QuestionState
from domain.kernel.speech import counted, say


def waiting(questions: Sequence[QuestionView]) -> Message:
    """Return the questions that wait for an answer, the oldest first."""
    if not questions:
        sentence = say("No question waits for an answer.")
        return Message(text=sentence, blocks=(blocks.section(sentence),))
    head = counted("{n} question waits for an answer.", "{n} questions wait for an answer.", len(questions))
    lines = [blocks.section(_line(each), accessory=look(each.id)) for each in questions]
    return Message(text=head, blocks=blocks.listing([blocks.section(f"*{head}*")], lines))


def card(question: QuestionView) -> Message:
    """Return one question with all that is needed to answer it."""
    number = text.foreign(question.invoice_number)
    head = say("Question {reference} about {number}", reference=question.reference, number=number)
    asked = f"{text.foreign(question.account_name)}, {text.foreign(question.asker)}, {text.moment(question.asked_at)}"
    shown = [
        blocks.section(f"*{head}*\n_{asked}_"),
        blocks.section(text.quoted(question.text, most=30, limit=300)),
    ]
    if question.files:
        named = ", ".join(
            say("{name} ({size} bytes)", name=text.foreign(each.name, limit=60), size=each.size_bytes)
            for each in question.files
        )
        shown.append(blocks.context(say("Files, in the case's thread once they were examined: {files}", files=named)))
    return Message(text=f"{head}.", blocks=(*shown, *_end(question)))


def answer_form(question: QuestionView) -> Modal:
    """Return the form in which an answer is written; what was asked stands above it."""
    number = text.foreign(question.invoice_number)
    head = say("{reference} about {number}", reference=question.reference, number=number)
    asked = f"{text.foreign(question.account_name)}, {text.foreign(question.asker)}, {text.moment(question.asked_at)}"
    return Modal(
        title=say("Answer by mail"),
        form=ids.FormId.ANSWER_QUESTION,
        submit=say("Send"),
        subject=ids.Subject(question=question.id),
        blocks=(
            blocks.section(f"*{head}*\n_{asked}_"),
            blocks.section(text.quoted(question.text, most=20, limit=300)),
            inputs.text(
                "answer",
                say("Your answer"),
                lines=True,
                hint=say("The payer gets it by mail, with a link to the invoice, and sees it on the invoice's page."),
            ),
        ),
    )


def look(question_id: UUID, *, primary: bool = False) -> Block:
    """Return the button that shows a question."""
    return blocks.button(
        say("Read the question"),
        action=ids.Action.SHOW_QUESTION,
        value=ids.value(question=question_id),
        label=say("Read what the payer asked"),
        primary=primary,
    )


def _end(question: QuestionView) -> tuple[Block, ...]:
    if question.state is QuestionState.ASKED:
        done = blocks.button(
            say("Dealt with"),
            action=ids.Action.CLOSE_QUESTION,
            value=ids.value(question=question.id),
            label=say("Answered another way; nothing is mailed"),
        )
        by_mail = blocks.button(
            say("Answer…"),
            action=ids.Action.ANSWER_QUESTION,
            value=ids.value(question=question.id),
            label=say("Write an answer, which leaves by mail"),
            primary=True,
        )
        return (blocks.actions(by_mail, done),)
    by = text.foreign(question.ended_by, limit=40)
    if question.state is QuestionState.CLOSED:
        return (blocks.context(say("Closed by {who}.", who=by)),)
    return (
        blocks.context(say("Answered by {who}:", who=by)),
        blocks.section(text.quoted(question.answer, most=30, limit=300)),
    )


def _line(question: QuestionView) -> str:
    files = len(question.files)
    attached = f" · {counted('{n} file', '{n} files', files)}" if files else ""
    whose = f"{text.foreign(question.invoice_number)}  {text.foreign(question.account_name)}"
    return (
        f"*{question.reference}*  {whose}{attached}\n"
        f"> {text.foreign(question.text, limit=140)}\n_{text.moment(question.asked_at)}_"
    )
