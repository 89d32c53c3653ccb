"""What happens on the payer's way in and at the checkout."""

from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime

from domain.commitments.dispute_events import DisputeExtended, DisputeFiled
from domain.commitments.events import PlanApproved
from domain.kernel import speech
from domain.kernel.events import Amount, InvoiceEvent
from domain.kernel.notices import SILENT, Notices, job, operators, payer
from domain.kernel.sentences import Sentence
from domain.kernel.speech import say
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
from domain.pay_links import reasons, references  # noqa: F401 - what is stored in English is read in other languages


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
        if self.takes_over:
            return say(
                "New payment link over {amount} for {address}; an open page goes on until it is entered",
                amount=self.asks,
                address=self.sent_to,
            )
        return say(
            "New payment link over {amount} for {address}; every earlier one stopped working",
            amount=self.asks,
            address=self.sent_to,
        )

    @property
    def asks(self) -> str:
        """What is asked for, and the balance where that is more."""
        if self.balance is None or self.balance == self.amount_due:
            return speech.amount(self.amount_due)
        return say("{amount} of {balance}", amount=self.amount_due, balance=self.balance)


class LinkEntered(InvoiceEvent):
    """A payer pressed the button behind a link; the link is bound to that browser now."""

    kind: ClassVar[str] = "link.entered"

    link_id: UUID
    contact_id: UUID

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say("The payer opened the invoice page")


class LinkTakenOver(InvoiceEvent):
    """A link that the payer had asked for was entered, so the same contact's earlier links and sessions ended."""

    kind: ClassVar[str] = "link.taken_over"

    link_id: UUID
    contact_id: UUID
    replaced_link_ids: tuple[UUID, ...]

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say("The fresh link was entered, so the earlier link and the browser that had it open were shut out")


class LinksClosed(InvoiceEvent):
    """The invoice needs no payment any more, so its links open nothing new."""

    kind: ClassVar[str] = "link.closed"

    link_ids: tuple[UUID, ...]

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say("Payment links closed")


class CheckoutStarted(InvoiceEvent):
    """A payer went to the provider's payment page."""

    kind: ClassVar[str] = "checkout.started"

    checkout_id: UUID
    amount: Amount

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say("The payer started to pay {amount}", amount=self.amount)


class CheckoutEnded(InvoiceEvent):
    """A checkout was left without paying, or was ended because something changed."""

    kind: ClassVar[str] = "checkout.ended"

    checkout_id: UUID
    reason: Sentence

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say("Checkout ended unpaid: {reason}", reason=self.reason)


class PaymentProcessing(InvoiceEvent):
    """A bank debit is under way; reminders stop meanwhile."""

    kind: ClassVar[str] = "payment.processing"

    checkout_id: UUID
    amount: Amount

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say(
            "Payment processing: bank debit of {amount} is under way ({reference}), reminders wait",
            amount=self.amount,
            reference=references.of(self.checkout_id),
        )


class PaymentToVerify(InvoiceEvent):
    """A bank debit waits until the payer has confirmed the bank account; no money moves before."""

    kind: ClassVar[str] = "payment.to_verify"

    checkout_id: UUID
    amount: Amount

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say(
            "Payment processing: bank debit of {amount} begins once the payer has confirmed the bank account "
            "with a small deposit, within ten days ({reference}); reminders wait",
            amount=self.amount,
            reference=references.of(self.checkout_id),
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
        return say(
            "Payment failed: declined with the code {code} ({reference})",
            code=f"{self.code}{more}",
            reference=references.of(self.checkout_id),
        )


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
        return say(
            "Payment failed: bank debit of {amount} came back with the code {code} ({reference})",
            amount=self.amount,
            code=f"{self.code}{more}",
            reference=references.of(self.checkout_id),
        )


def _more_codes(code: str, error_code: str, network_code: str, advice_code: str) -> str:
    """Return the other codes in words, each only where it adds something."""
    error = error_code if error_code != code else ""
    shown = [error] if error else []
    shown += [say("network {code}", code=network_code)] if network_code else []
    shown += [say("advice {code}", code=advice_code)] if advice_code else []
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
}
