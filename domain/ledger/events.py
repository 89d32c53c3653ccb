"""What happens in the ledger."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from domain.kernel.events import Amount, Event, InvoiceEvent
from domain.kernel.notices import SILENT, Notices, job, operators, payer
from domain.kernel.sentences import Sentence
from domain.kernel.speech import joined, say
from domain.ledger import words
from domain.ledger.credit_events import CreditApproved, CreditProposed, CreditRejected
from domain.ledger.import_events import (
    AccountChanged,
    CreditImported,
    CreditNoteChanged,
    FallDecided,
    InvoiceChanged,
    InvoiceLowered,
    MappingForgotten,
    MappingKept,
    PaymentImported,
)


class LedgerImported(Event):
    """A file was applied to the ledger."""

    kind: ClassVar[str] = "ledger.imported"

    batch_id: UUID
    of: str
    """``invoices`` or ``contacts``."""
    file_name: str
    read: int
    new: int
    changed: int
    unchanged: int
    conflicting: int
    rejected: int
    left_out: int = 0
    """Rows that are in order and of no concern to the ledger: drafts, void ones, those issued after *as_of*."""
    as_of: date | None = None
    reasons: dict[str, int] = Field(default_factory=dict)
    """Why rows conflict, were rejected or left out: how many of each code of ``csv_import/faults.py``."""
    customers_new: int = 0
    customers_changed: int = 0
    contacts_new: int = 0
    contacts_changed: int = 0
    absent: int = 0
    """Open invoices that the file does not have; they are left alone."""
    credits_new: int = 0
    credits_changed: int = 0
    """Credit notes and money on account of the file."""
    credited: int = 0
    """Invoices from which the merchant's books took credit notes of the file off."""
    lowered: int = 0
    """Invoices that fell for a cause that the file does not tell."""
    recognised: int = 0
    """Numbers that a spreadsheet had changed, taken for what they were."""
    examples: tuple[Sentence, ...] = ()
    """The first changes and conflicts, in words."""
    notes: tuple[Sentence, ...] = ()

    def told(self) -> str:
        """Return the fact as a sentence."""
        counts = [
            say(
                "{file} ({kind}): {read} rows read, {new} new, {changed} changed, {unchanged} unchanged, "
                "{conflicting} conflicting, {rejected} rejected",
                file=self.file_name,
                kind=words.files(self.of),
                read=self.read,
                new=self.new,
                changed=self.changed,
                unchanged=self.unchanged,
                conflicting=self.conflicting,
                rejected=self.rejected,
            )
        ]
        return joined(", ", [*counts, say("{n} left out", n=self.left_out)] if self.left_out else counts)


class ContactAdded(Event):
    """A customer got another contact."""

    kind: ClassVar[str] = "contact.added"

    account_id: UUID
    account_name: str
    contact_id: UUID
    address: str
    """Masked."""
    role: str

    @property
    def account_ref(self) -> UUID | None:
        """Return the account."""
        return self.account_id

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say(
            "{customer}: {address} is a contact now ({role})",
            customer=self.account_name,
            address=self.address,
            role=words.contact_role(self.role),
        )


class ContactRemoved(Event):
    """A contact of a customer is none any more."""

    kind: ClassVar[str] = "contact.removed"

    account_id: UUID
    account_name: str
    contact_id: UUID
    address: str
    """Masked."""
    left: int
    """How many contacts the customer still has."""

    @property
    def account_ref(self) -> UUID | None:
        """Return the account."""
        return self.account_id

    def told(self) -> str:
        """Return the fact as a sentence."""
        known = {"customer": self.account_name, "address": self.address}
        if self.left:
            return say("{customer}: {address} is no contact any more; {left} left", **known, left=self.left)
        return say("{customer}: {address} is no contact any more; nobody is left to write to", **known)


class PaymentReceived(InvoiceEvent):
    """Money arrived and was applied to an invoice."""

    kind: ClassVar[str] = "payment.received"

    payment_id: UUID
    amount: Amount
    applied: Amount
    balance: Amount
    method: str
    contact_id: UUID | None = None
    whole: Amount | None = None
    """The payment, where it was for several invoices; *amount* is what of it was for this one."""

    def told(self) -> str:
        """Return the fact as a sentence."""
        known = {"amount": self.amount, "method": words.method(self.method)}
        paid = (
            say("Paid: {amount} received by {method}, of a payment of {whole}", **known, whole=self.whole)
            if self.whole
            else say("Paid: {amount} received by {method}", **known)
        )
        return joined("; ", [paid, words.left(self.balance)])


class InvoiceSettled(InvoiceEvent):
    """Nothing is left to pay."""

    kind: ClassVar[str] = "invoice.settled"

    total: Amount

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say("Invoice settled in full ({total})", total=self.total)


class PaymentReversed(InvoiceEvent):
    """Money that had been received went back; the invoice is open again by that much."""

    kind: ClassVar[str] = "payment.reversed"

    payment_id: UUID
    reversal: str
    """``refund`` or ``chargeback``."""
    amount: Amount
    balance: Amount

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say(
            "{reversal} of {amount}; {balance} open again",
            reversal=words.reversal(self.reversal),
            amount=self.amount,
            balance=self.balance,
        )


class SurplusReceived(InvoiceEvent):
    """More money arrived than was open; the rest is unapplied cash that a person must place."""

    kind: ClassVar[str] = "payment.surplus"

    payment_id: UUID
    surplus: Amount
    given_up: str = ""
    """``void`` or ``written off``, where the money is for an invoice that nobody asked for any more."""

    def told(self) -> str:
        """Return the fact as a sentence."""
        if self.given_up:
            return say(
                "{surplus} arrived for an invoice that is {state}: unapplied cash, a person decides",
                surplus=self.surplus,
                state=words.invoice_state(self.given_up),
            )
        return say(
            "{surplus} more than was open: unapplied cash, refund it in Stripe or apply it elsewhere",
            surplus=self.surplus,
        )


class ReceiptIssued(InvoiceEvent):
    """A receipt was written and kept."""

    kind: ClassVar[str] = "receipt.issued"

    receipt_number: str
    payment_id: UUID
    amount: Amount

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say("Receipt {number} over {amount} written", number=self.receipt_number, amount=self.amount)


class InvoicePaperAdded(InvoiceEvent):
    """The invoice as it was sent is on file as a PDF; payers can download it."""

    kind: ClassVar[str] = "invoice.paper"

    size_bytes: int
    replaced: bool

    def told(self) -> str:
        """Return the fact as a sentence."""
        size = max(1, self.size_bytes // 1024)
        if self.replaced:
            return say("The PDF of the invoice was replaced ({size} KB)", size=size)
        return say("PDF of the invoice added ({size} KB)", size=size)


NOTICES: Notices = {
    LedgerImported: (operators(), job("plan_reminders")),
    CreditImported: (operators(),),
    InvoiceLowered: (operators(),),
    FallDecided: (operators(),),
    PaymentImported: (operators(),),  # no receipt: the money did not come through us
    InvoiceChanged: SILENT,
    CreditNoteChanged: SILENT,
    MappingKept: SILENT,
    MappingForgotten: SILENT,
    AccountChanged: SILENT,
    ContactAdded: SILENT,  # who added it was told; reminders and tasks follow in the areas above
    ContactRemoved: SILENT,
    PaymentReceived: (operators(), payer("receipt")),
    InvoiceSettled: (operators(),),
    PaymentReversed: (operators(),),
    SurplusReceived: (operators(),),
    ReceiptIssued: SILENT,
    InvoicePaperAdded: SILENT,  # thousands may come at once; the timeline has it
    CreditProposed: (operators(),),
    CreditApproved: (operators(),),  # no receipt: no money came in
    CreditRejected: (operators(),),
}

__all__ = ["CreditApproved", "CreditProposed", "CreditRejected"]
"""What stands in ``credit_events.py``, with the rest of these events."""
