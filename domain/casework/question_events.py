"""What payers ask in the portal, and that it was answered; the words themselves stay with the question."""

from typing import ClassVar
from uuid import UUID

from domain.kernel import references
from domain.kernel.events import InvoiceEvent
from domain.kernel.notices import Notices, job, operators


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
        with_what = f" with {self.documents} file{'s' if self.documents > 1 else ''}" if self.documents else ""
        return f"Question {reference(self.question_id)}{with_what} arrived; reminders wait until it is answered"


class QuestionAnswered(InvoiceEvent):
    """A person answered a payer's question; the answer goes out by mail and stands on the invoice's page."""

    kind: ClassVar[str] = "question.answered"

    question_id: UUID
    contact_id: UUID

    def told(self) -> str:
        """Return the fact as a sentence."""
        return f"Question {reference(self.question_id)} answered by mail"


class QuestionClosed(InvoiceEvent):
    """A question was closed without an answer by mail."""

    kind: ClassVar[str] = "question.closed"

    question_id: UUID
    note: str

    def told(self) -> str:
        """Return the fact as a sentence."""
        return f"Question {reference(self.question_id)} closed: {self.note}"


_RESUME = job("resume_reminders")

NOTICES: Notices = {
    QuestionAsked: (operators(),),
    QuestionAnswered: (operators(), job("mail_answer"), _RESUME),
    QuestionClosed: (operators(), _RESUME),
}
