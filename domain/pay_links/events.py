"""What happens on the payer's way in and at the checkout."""

from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime

from domain.kernel.events import Amount, InvoiceEvent
from domain.kernel.notices import SILENT, Notices, job, operators, payer
from domain.ledger.events import CreditApproved, InvoiceSettled, LedgerImported, PaymentReceived, PaymentReversed
from domain.pay_links import references


class LinkRegenerated(InvoiceEvent):
    """The payer's link was replaced; the old address and its session stopped working."""

    kind: ClassVar[str] = "link.regenerated"

    link_id: UUID
    contact_id: UUID
    replaced_link_ids: tuple[UUID, ...]
    amount_due: Amount
    sent_to: str
    """The contact's address, masked."""
    expires_at: AwareDatetime

    def told(self) -> str:
        """Return the fact as a sentence."""
        return f"New payment link for {self.sent_to}; every earlier one stopped working"


class LinkEntered(InvoiceEvent):
    """A payer pressed the button behind a link; the link is bound to that browser now."""

    kind: ClassVar[str] = "link.entered"

    link_id: UUID
    contact_id: UUID

    def told(self) -> str:
        """Return the fact as a sentence."""
        return "The payer opened the invoice page"


class LinksClosed(InvoiceEvent):
    """The invoice needs no payment any more, so its links open nothing new."""

    kind: ClassVar[str] = "link.closed"

    link_ids: tuple[UUID, ...]

    def told(self) -> str:
        """Return the fact as a sentence."""
        return "Payment links closed"


class CheckoutStarted(InvoiceEvent):
    """A payer went to the provider's payment page."""

    kind: ClassVar[str] = "checkout.started"

    checkout_id: UUID
    amount: Amount

    def told(self) -> str:
        """Return the fact as a sentence."""
        return f"The payer started to pay {self.amount}"


class CheckoutEnded(InvoiceEvent):
    """A checkout was left without paying, or was ended because something changed."""

    kind: ClassVar[str] = "checkout.ended"

    checkout_id: UUID
    reason: str

    def told(self) -> str:
        """Return the fact as a sentence."""
        return f"Checkout ended unpaid: {self.reason}"


class PaymentProcessing(InvoiceEvent):
    """A bank debit is under way; reminders stop meanwhile."""

    kind: ClassVar[str] = "payment.processing"

    checkout_id: UUID
    amount: Amount

    def told(self) -> str:
        """Return the fact as a sentence."""
        reference = references.of(self.checkout_id)
        return f"Payment processing: bank debit of {self.amount} is under way ({reference}), reminders wait"


class PaymentDeclined(InvoiceEvent):
    """The provider declined one attempt; the payer may try again on the same page."""

    kind: ClassVar[str] = "payment.declined"

    checkout_id: UUID
    code: str

    def told(self) -> str:
        """Return the fact as a sentence."""
        return f"Payment failed: declined with the code {self.code} ({references.of(self.checkout_id)})"


class PaymentFailed(InvoiceEvent):
    """A bank debit came back; the invoice is as open as before."""

    kind: ClassVar[str] = "payment.failed"

    checkout_id: UUID
    amount: Amount
    code: str

    def told(self) -> str:
        """Return the fact as a sentence."""
        reference = references.of(self.checkout_id)
        return f"Payment failed: bank debit of {self.amount} came back with the code {self.code} ({reference})"


class PaymentMismatched(InvoiceEvent):
    """The provider reports money that is not what we ordered; it is not booked and a person must look at it."""

    kind: ClassVar[str] = "payment.mismatched"

    checkout_id: UUID
    object_id: str
    """The provider's id of what does not fit, to be looked up there."""
    ordered: Amount
    reported: Amount
    note: str

    def told(self) -> str:
        """Return the fact as a sentence."""
        return (
            f"Not booked: Stripe reports {self.reported} where {self.ordered} was ordered ({self.note}). "
            f"Look at {self.object_id} in Stripe; refund it there, or regenerate the link to let the payer pay again"
        )


NOTICES: Notices = {
    InvoiceSettled: (job("close_links"),),
    PaymentReceived: (job("end_checkout"),),  # a part payment changes what an open checkout should ask for
    PaymentReversed: (job("end_checkout"),),
    CreditApproved: (job("end_checkout"),),
    LedgerImported: (job("end_checkout"),),
    LinkRegenerated: (operators(), payer("new-link"), job("end_checkout")),
    LinkEntered: (operators(),),
    LinksClosed: SILENT,
    CheckoutStarted: (operators(),),
    CheckoutEnded: (operators(),),
    PaymentProcessing: (operators(),),
    PaymentDeclined: (operators(),),
    PaymentFailed: (operators(),),
    PaymentMismatched: (operators(),),
}
