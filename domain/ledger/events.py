"""What happens in the ledger."""

from typing import ClassVar
from uuid import UUID

from domain.kernel.events import Amount, Event, InvoiceEvent
from domain.kernel.notices import SILENT, Notices, job, operators, payer


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

    def told(self) -> str:
        """Return the fact as a sentence."""
        return (
            f"{self.file_name} ({self.of}): {self.read} rows read, {self.new} new, {self.changed} changed, "
            f"{self.unchanged} unchanged, {self.conflicting} conflicting, {self.rejected} rejected"
        )


class PaymentReceived(InvoiceEvent):
    """Money arrived and was applied to an invoice."""

    kind: ClassVar[str] = "payment.received"

    payment_id: UUID
    amount: Amount
    applied: Amount
    balance: Amount
    method: str
    contact_id: UUID | None = None

    def told(self) -> str:
        """Return the fact as a sentence."""
        left = f"{self.balance} left to pay" if self.balance else "nothing left to pay"
        return f"Paid: {self.amount} received by {self.method}; {left}"


class InvoiceSettled(InvoiceEvent):
    """Nothing is left to pay."""

    kind: ClassVar[str] = "invoice.settled"

    total: Amount

    def told(self) -> str:
        """Return the fact as a sentence."""
        return f"Invoice settled in full ({self.total})"


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
        return f"{self.reversal.capitalize()} of {self.amount}; {self.balance} open again"


class SurplusReceived(InvoiceEvent):
    """More money arrived than was open; the rest is unapplied cash that a person must place."""

    kind: ClassVar[str] = "payment.surplus"

    payment_id: UUID
    surplus: Amount

    def told(self) -> str:
        """Return the fact as a sentence."""
        return f"{self.surplus} more than was open: unapplied cash, refund it in Stripe or apply it elsewhere"


class ReceiptIssued(InvoiceEvent):
    """A receipt was written and kept."""

    kind: ClassVar[str] = "receipt.issued"

    receipt_number: str
    payment_id: UUID
    amount: Amount

    def told(self) -> str:
        """Return the fact as a sentence."""
        return f"Receipt {self.receipt_number} over {self.amount} written"


NOTICES: Notices = {
    LedgerImported: (operators(), job("plan_reminders")),
    PaymentReceived: (operators(), payer("receipt")),
    InvoiceSettled: (operators(),),
    PaymentReversed: (operators(),),
    SurplusReceived: (operators(),),
    ReceiptIssued: SILENT,
}
