"""What happens on the payer's way in and at the checkout."""

from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime

from domain.commitments.dispute_events import DisputeExtended, DisputeFiled
from domain.commitments.events import PlanApproved
from domain.kernel.events import Amount, InvoiceEvent
from domain.kernel.notices import SILENT, Notices, job, operators, payer
from domain.ledger.entry_events import (
    AllocationTakenBack,
    CashPlaced,
    CreditNoteApplied,
    InvoiceVoided,
    InvoiceWrittenOff,
    VarianceLetGo,
    WriteOffApproved,
    WriteOffReversed,
)
from domain.ledger.events import CreditApproved, InvoiceSettled, LedgerImported, PaymentReceived, PaymentReversed
from domain.ledger.import_events import FallDecided
from domain.ledger.twin_events import AccountsMerged
from domain.pay_links import references


class LinkRegenerated(InvoiceEvent):
    """A new link was made; earlier ones stopped working, or stop when a link that the payer asked for is entered."""

    kind: ClassVar[str] = "link.regenerated"

    link_id: UUID
    contact_id: UUID
    replaced_link_ids: tuple[UUID, ...]
    amount_due: Amount
    """What the page behind it asks for now: an instalment, or what is not disputed."""
    balance: Amount | None = None
    """All that is open."""
    sent_to: str
    """The contact's address, masked."""
    expires_at: AwareDatetime
    takes_over: bool = False
    """Whether earlier browser sessions go on until it is entered."""

    def told(self) -> str:
        """Return the fact as a sentence."""
        before = "an open page goes on until it is entered" if self.takes_over else "every earlier one stopped working"
        return f"New payment link over {self.asks} for {self.sent_to}; {before}"

    @property
    def asks(self) -> str:
        """What is asked for, and the balance where that is more."""
        rest = self.balance is not None and self.balance != self.amount_due
        return f"{self.amount_due} of {self.balance}" if rest else str(self.amount_due)


class LinkEntered(InvoiceEvent):
    """A payer pressed the button behind a link; the link is bound to that browser now."""

    kind: ClassVar[str] = "link.entered"

    link_id: UUID
    contact_id: UUID

    def told(self) -> str:
        """Return the fact as a sentence."""
        return "The payer opened the invoice page"


class LinkTakenOver(InvoiceEvent):
    """A link that the payer had asked for was entered, so the same contact's earlier links and sessions ended."""

    kind: ClassVar[str] = "link.taken_over"

    link_id: UUID
    contact_id: UUID
    replaced_link_ids: tuple[UUID, ...]

    def told(self) -> str:
        """Return the fact as a sentence."""
        return "The fresh link was entered, so the earlier link and the browser that had it open were shut out"


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


class PaymentToVerify(InvoiceEvent):
    """A bank debit waits until the payer has confirmed the bank account; no money moves before."""

    kind: ClassVar[str] = "payment.to_verify"

    checkout_id: UUID
    amount: Amount

    def told(self) -> str:
        """Return the fact as a sentence."""
        reference = references.of(self.checkout_id)
        return (
            f"Payment processing: bank debit of {self.amount} begins once the payer has confirmed the bank account "
            f"with a small deposit, within ten days ({reference}); reminders wait"
        )


class PaymentDeclined(InvoiceEvent):
    """The provider declined one attempt; the payer may try again on the same page."""

    kind: ClassVar[str] = "payment.declined"

    checkout_id: UUID
    code: str
    """The most telling of the codes."""
    error_code: str = ""
    network_code: str = ""
    advice_code: str = ""

    def told(self) -> str:
        """Return the fact as a sentence."""
        more = _more_codes(self.code, self.error_code, self.network_code, self.advice_code)
        return f"Payment failed: declined with the code {self.code}{more} ({references.of(self.checkout_id)})"


class PaymentFailed(InvoiceEvent):
    """A bank debit came back; the invoice is as open as before."""

    kind: ClassVar[str] = "payment.failed"

    checkout_id: UUID
    amount: Amount
    code: str
    """The most telling of the codes."""
    error_code: str = ""
    network_code: str = ""
    advice_code: str = ""

    def told(self) -> str:
        """Return the fact as a sentence."""
        more = _more_codes(self.code, self.error_code, self.network_code, self.advice_code)
        reference = references.of(self.checkout_id)
        return f"Payment failed: bank debit of {self.amount} came back with the code {self.code}{more} ({reference})"


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


class RemainderOpen(InvoiceEvent):
    """A payer paid a part, and nobody knows yet when the rest comes or why it does not."""

    kind: ClassVar[str] = "payment.remainder"

    payment_id: UUID
    paid: Amount
    rest: Amount

    def told(self) -> str:
        """Return the fact as a sentence."""
        return (
            f"{self.paid} of it paid, {self.rest} left without a date: ask for a promise (`/plixo promise`), "
            "or for what is wrong (`/plixo dispute`)"
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
        about = f"{self.what.capitalize()} about the payment of {self.amount} (reason given: {self.reason})"
        return f"{about}. No money has moved; answer {self.object_id} in Stripe, or refund, before it becomes a dispute"


def _more_codes(code: str, error_code: str, network_code: str, advice_code: str) -> str:
    """Return the other codes in words, each only where it adds something."""
    error = error_code if error_code != code else ""
    named = (("", error), ("network ", network_code), ("advice ", advice_code))
    shown = [f"{name}{value}" for name, value in named if value]
    return f" ({', '.join(shown)})" if shown else ""


NOTICES: Notices = {
    InvoiceSettled: (job("close_links"),),
    PaymentReceived: (job("end_checkout"),),  # a part payment changes what an open checkout should ask for
    PaymentReversed: (job("end_checkout"),),
    CreditApproved: (job("end_checkout"),),
    LedgerImported: (job("end_checkout"),),
    AccountsMerged: (job("end_checkout"),),  # an open page was made for the customer that is no more
    CashPlaced: (job("end_checkout"),),
    AllocationTakenBack: (job("end_checkout"),),
    CreditNoteApplied: (job("end_checkout"),),
    WriteOffApproved: (job("end_checkout"),),
    WriteOffReversed: (job("end_checkout"),),
    FallDecided: (job("end_checkout"),),
    VarianceLetGo: (job("end_checkout"),),
    InvoiceWrittenOff: (job("close_links"),),
    InvoiceVoided: (job("close_links"), job("end_checkout")),
    DisputeFiled: (job("end_checkout"),),  # less is asked for than on the open page
    DisputeExtended: (job("end_checkout"),),
    PlanApproved: (job("end_checkout"),),
    LinkRegenerated: (operators(), payer("new-link"), job("end_checkout")),
    LinkEntered: (operators(),),
    LinkTakenOver: (job("end_checkout"),),
    LinksClosed: SILENT,
    CheckoutStarted: (operators(),),
    CheckoutEnded: (operators(),),
    PaymentProcessing: (operators(),),
    PaymentToVerify: (operators(),),
    PaymentDeclined: (operators(),),
    PaymentFailed: (operators(),),
    PaymentMismatched: (operators(),),
    RemainderOpen: (operators(),),
    ChargeQuestioned: (operators(),),
}
