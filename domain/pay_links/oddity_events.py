"""What happens to a payment that a person has to look at: money that does not fit, a rest, a question of the bank."""

from typing import ClassVar
from uuid import UUID

from domain.kernel.events import Amount, InvoiceEvent
from domain.kernel.notices import Notices, operators
from domain.kernel.sentences import Sentence
from domain.kernel.speech import say


class PaymentMismatched(InvoiceEvent):
    """The provider reports money that is not what we ordered; it is not booked and a person must look at it."""

    kind: ClassVar[str] = "payment.mismatched"

    checkout_id: UUID
    object_id: str
    """The provider's id of what does not fit, to be looked up there."""
    ordered: Amount
    reported: Amount
    note: Sentence

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say(
            "Not booked: Stripe reports {reported} where {ordered} was ordered ({note}). "
            "Look at {id} in Stripe; refund it there, or regenerate the link to let the payer pay again",
            reported=self.reported,
            ordered=self.ordered,
            note=self.note,
            id=self.object_id,
        )


class RemainderOpen(InvoiceEvent):
    """A payer paid a part, and nobody knows yet when the rest comes or why it does not."""

    kind: ClassVar[str] = "payment.remainder"

    payment_id: UUID
    paid: Amount
    rest: Amount

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say(
            "{paid} of it paid, {rest} left without a date: ask for a promise (`/plixo promise`), "
            "or for what is wrong (`/plixo dispute`)",
            paid=self.paid,
            rest=self.rest,
        )


class ChargeQuestioned(InvoiceEvent):
    """The payer's bank or the card network asks about a payment; no money has moved."""

    kind: ClassVar[str] = "charge.questioned"

    checkout_id: UUID
    object_id: str
    """The provider's id of the question, to be looked up there."""
    what: str
    """``inquiry`` or ``early fraud warning``."""
    amount: Amount
    reason: str

    def told(self) -> str:
        """Return the fact as a sentence."""
        told = {"amount": self.amount, "reason": self.reason, "id": self.object_id}
        if self.what == "inquiry":
            return say(
                "Inquiry about the payment of {amount} (reason given: {reason}). No money has moved; answer {id} in "
                "Stripe, or refund, before it becomes a dispute",
                **told,
            )
        return say(
            "Early fraud warning about the payment of {amount} (reason given: {reason}). No money has moved; answer "
            "{id} in Stripe, or refund, before it becomes a dispute",
            **told,
        )


NOTICES: Notices = {
    PaymentMismatched: (operators(),),
    RemainderOpen: (operators(),),
    ChargeQuestioned: (operators(),),
}
