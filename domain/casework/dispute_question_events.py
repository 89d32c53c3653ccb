"""What is asked of payers about their disputes, and that they answered; the words themselves stay with the question."""

from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime

from domain.casework.question_events import QuestionAsked
from domain.commitments.dispute_events import DisputeExtended, DisputeFacts, EvidenceAdded
from domain.deliverability.events import MailArrived
from domain.kernel import dates
from domain.kernel.events import InvoiceEvent
from domain.kernel.notices import Notices, job, operators
from domain.kernel.speech import say


class PayerAsked(DisputeFacts, InvoiceEvent):
    """A person asked the payer about a dispute by mail; until the answer comes, its time stands still for a while."""

    kind: ClassVar[str] = "dispute.asked"

    question_id: UUID
    contact_id: UUID
    sent_to: str
    """Masked."""
    wait_until: AwareDatetime
    sla_due_at: AwareDatetime
    """The deadline if nobody answers."""

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say(
            "A question about dispute {reference} is mailed to {address}; the dispute's time stands still until they"
            " answer, at most until {until}",
            reference=self.reference,
            address=self.sent_to,
            until=dates.told(self.wait_until),
        )


class PayerAnswered(DisputeFacts, InvoiceEvent):
    """The payer wrote, or added to the dispute, after being asked; the dispute's time runs again."""

    kind: ClassVar[str] = "dispute.answered"

    question_id: UUID
    mail_id: UUID | None
    """The mail with the answer, where it came by mail."""
    sla_due_at: AwareDatetime

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say(
            "The customer has answered about dispute {reference}; it is to be decided by {moment}",
            reference=self.reference,
            moment=dates.told(self.sla_due_at),
        )


_HEAR, _ASK = job("hear_dispute_answer"), job("ask_dispute_owner")

NOTICES: Notices = {
    PayerAsked: (operators(), _ASK),  # the time that its owner has is another
    PayerAnswered: (operators(), _ASK),
    MailArrived: (_HEAR,),
    DisputeExtended: (_HEAR,),
    EvidenceAdded: (_HEAR,),
    QuestionAsked: (_HEAR,),
}
