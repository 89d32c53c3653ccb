"""What happens to credits: what is given up of an invoice for a good reason."""

from typing import ClassVar
from uuid import UUID

from domain.kernel.events import Amount, InvoiceEvent
from domain.kernel.sentences import Sentence
from domain.kernel.speech import joined, say
from domain.ledger import words


class CreditProposed(InvoiceEvent):
    """Somebody proposed to give up a part of an invoice; nothing has changed yet."""

    kind: ClassVar[str] = "credit.proposed"

    credit_id: UUID
    amount: Amount
    reason: Sentence
    above_cap: bool
    """Only Legal or a Controller may approve it."""

    def told(self) -> str:
        """Return the fact as a sentence."""
        known = {"amount": self.amount, "reason": self.reason}
        if self.above_cap:
            return say("Credit of {amount} proposed, to be approved by Legal or a Controller: {reason}", **known)
        return say("Credit of {amount} proposed, to be approved: {reason}", **known)


class CreditApproved(InvoiceEvent):
    """A credit was approved and taken off the balance."""

    kind: ClassVar[str] = "credit.approved"

    credit_id: UUID
    amount: Amount
    balance: Amount
    proposed_by: str

    def told(self) -> str:
        """Return the fact as a sentence."""
        return joined("; ", [say("Credit of {amount} approved", amount=self.amount), words.left(self.balance)])


class CreditRejected(InvoiceEvent):
    """A proposed credit was declined; the balance is as it was."""

    kind: ClassVar[str] = "credit.rejected"

    credit_id: UUID
    amount: Amount
    reason: Sentence

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say("Credit of {amount} declined: {reason}", amount=self.amount, reason=self.reason)
