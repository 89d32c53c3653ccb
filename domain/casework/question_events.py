"""What payers ask in the portal, and that it was answered; the words themselves stay with the question."""

from typing import ClassVar
from uuid import UUID

from domain.kernel import references
from domain.kernel.events import InvoiceEvent
from domain.kernel.notices import Notices, job, operators
from domain.kernel.speech import counted, say


def reference(question_id: UUID) -> str:
    """Return the short word by which payers and operators speak of a question."""
    return references.question(question_id)


class QuestionAsked(InvoiceEvent):
    """A payer asked something; reminders to that customer wait until somebody has answered."""

    kind: ClassVar[str] = "question.asked"

    question_id: UUID
    contact_id: UUID
    documents: int

    def told(self) -> str:
        """Return the fact as a sentence."""
        question = reference(self.question_id)
        if not self.documents:
            return say("Question {question} arrived; reminders wait until it is answered", question=question)
        return counted(
            "Question {question} with {n} file arrived; reminders wait until it is answered",
            "Question {question} with {n} files arrived; reminders wait until it is answered",
            self.documents,
            question=question,
        )


class QuestionAnswered(InvoiceEvent):
    """A person answered a payer's question; the answer goes out by mail and stands on the invoice's page."""

    kind: ClassVar[str] = "question.answered"

    question_id: UUID
    contact_id: UUID

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say("Question {question} answered by mail", question=reference(self.question_id))


class QuestionClosed(InvoiceEvent):
    """A question was closed without an answer by mail."""

    kind: ClassVar[str] = "question.closed"

    question_id: UUID
    note: str

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say("Question {question} closed: {note}", question=reference(self.question_id), note=self.note)


_RESUME = job("resume_reminders")

NOTICES: Notices = {
    QuestionAsked: (operators(),),
    QuestionAnswered: (operators(), job("mail_answer"), _RESUME),
    QuestionClosed: (operators(), _RESUME),
}
