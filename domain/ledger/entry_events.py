"""What people write on balances: cash that is placed or taken back, credit notes, write-offs, voids, and the audit."""

from typing import ClassVar
from uuid import UUID

from domain.kernel.events import Amount, Event, InvoiceEvent
from domain.kernel.notices import SILENT, Notices, operators


class AccountEvent(Event):
    """A fact about one customer."""

    account_id: UUID
    account_name: str

    @property
    def account_ref(self) -> UUID | None:
        """Return the account."""
        return self.account_id


def _left(balance: Amount) -> str:
    return f"{balance} left to pay" if balance else "nothing left to pay"


class CashUnapplied(AccountEvent):
    """A customer's money arrived, and some of it or all fits no invoice; a person must place it."""

    kind: ClassVar[str] = "cash.unapplied"

    payment_id: UUID
    amount: Amount
    unapplied: Amount
    method: str
    note: str = ""

    def told(self) -> str:
        """Return the fact as a sentence."""
        share = f" of {self.amount}" if self.amount != self.unapplied else ""
        note = f": {self.note}" if self.note else ""
        return f"{self.unapplied}{share} from {self.account_name} by {self.method} is unapplied cash{note}"


class CashNoted(AccountEvent):
    """Somebody wrote down what is known about unapplied cash."""

    kind: ClassVar[str] = "cash.noted"

    payment_id: UUID
    unapplied: Amount
    note: str

    def told(self) -> str:
        """Return the fact as a sentence."""
        return f"Noted on {self.unapplied} of unapplied cash: {self.note}"


class CashPlaced(InvoiceEvent):
    """Unapplied cash was placed on an invoice."""

    kind: ClassVar[str] = "cash.placed"

    payment_id: UUID
    allocation_id: UUID
    amount: Amount
    balance: Amount
    unapplied: Amount
    """What is left of the payment."""
    payer: str = ""
    """The customer whose money it is, where it is not the invoice's own."""
    note: str = ""

    def told(self) -> str:
        """Return the fact as a sentence."""
        payer = f" of {self.payer}" if self.payer else ""
        note = f": {self.note}" if self.note else ""
        return f"{self.amount} of unapplied cash{payer} placed, {_left(self.balance)}{note}"


class AllocationTakenBack(InvoiceEvent):
    """Money or a credit note that was applied to an invoice was taken off it again; that much is open once more."""

    kind: ClassVar[str] = "allocation.taken-back"

    allocation_id: UUID
    payment_id: UUID | None = None
    credit_note_id: UUID | None = None
    amount: Amount
    balance: Amount
    reason: str

    def told(self) -> str:
        """Return the fact as a sentence."""
        what = "of a payment" if self.payment_id else "of a credit note"
        return f"{self.amount} {what} taken off again, {self.balance} open: {self.reason}"


class CreditNoteApplied(InvoiceEvent):
    """A credit note was taken off an invoice."""

    kind: ClassVar[str] = "credit-note.applied"

    credit_note_id: UUID
    credit_note: str
    """Its number."""
    allocation_id: UUID
    amount: Amount
    balance: Amount
    left: Amount
    """What the credit note is still good for."""
    note: str = ""

    def told(self) -> str:
        """Return the fact as a sentence."""
        note = f": {self.note}" if self.note else ""
        return f"{self.amount} of credit note {self.credit_note} applied, {_left(self.balance)}{note}"


class CreditNoteVoided(AccountEvent):
    """A credit note is good for nothing any more."""

    kind: ClassVar[str] = "credit-note.voided"

    credit_note_id: UUID
    credit_note: str
    amount: Amount
    reason: str

    def told(self) -> str:
        """Return the fact as a sentence."""
        return f"Credit note {self.credit_note} over {self.amount} is void: {self.reason}"


class WriteOffProposed(InvoiceEvent):
    """Somebody proposed to give an invoice up, in part or whole, or to void it; nothing has changed yet."""

    kind: ClassVar[str] = "write-off.proposed"

    write_off_id: UUID
    of: str
    """``write-off`` or ``void``."""
    amount: Amount
    reason: str

    def told(self) -> str:
        """Return the fact as a sentence."""
        what = f"Write-off of {self.amount}" if self.of == "write-off" else "Voiding the invoice"
        return f"{what} proposed, to be approved by a second person: {self.reason}"


class WriteOffApproved(InvoiceEvent):
    """A part of an invoice was given up."""

    kind: ClassVar[str] = "write-off.approved"

    write_off_id: UUID
    amount: Amount
    balance: Amount
    reason: str
    proposed_by: str

    def told(self) -> str:
        """Return the fact as a sentence."""
        return f"{self.amount} written off, {_left(self.balance)}: {self.reason}"


class WriteOffRejected(InvoiceEvent):
    """A proposed write-off or void was declined; the balance is as it was."""

    kind: ClassVar[str] = "write-off.rejected"

    write_off_id: UUID
    of: str
    amount: Amount
    reason: str

    def told(self) -> str:
        """Return the fact as a sentence."""
        what = f"Write-off of {self.amount}" if self.of == "write-off" else "Voiding the invoice"
        return f"{what} declined: {self.reason}"


class VarianceLetGo(InvoiceEvent):
    """The small difference of a short payment is not asked for."""

    kind: ClassVar[str] = "variance.let-go"

    write_off_id: UUID
    payment_id: UUID | None = None
    amount: Amount
    balance: Amount
    reason: str

    def told(self) -> str:
        """Return the fact as a sentence."""
        return f"Difference of {self.amount} let go, {_left(self.balance)}: {self.reason}"


class WriteOffReversed(InvoiceEvent):
    """What had been given up, or let go, is collected again."""

    kind: ClassVar[str] = "write-off.reversed"

    write_off_id: UUID
    amount: Amount
    balance: Amount
    reason: str

    def told(self) -> str:
        """Return the fact as a sentence."""
        return f"Write-off of {self.amount} reversed, {self.balance} open again: {self.reason}"


class InvoiceWrittenOff(InvoiceEvent):
    """All that was open of an invoice was given up; it is not collected any more."""

    kind: ClassVar[str] = "invoice.written-off"

    amount: Amount
    """What was open at last."""

    def told(self) -> str:
        """Return the fact as a sentence."""
        return f"Invoice written off: the last {self.amount} will not be collected"


class InvoiceVoided(InvoiceEvent):
    """The invoice should never have been, or was replaced; it is owed no more."""

    kind: ClassVar[str] = "invoice.voided"

    amount: Amount
    """What was open."""
    reason: str
    proposed_by: str

    def told(self) -> str:
        """Return the fact as a sentence."""
        return f"Invoice voided, {self.amount} are not owed: {self.reason}"


class BalancesAudited(Event):
    """Every balance was compared with its entries, and all of them agree."""

    kind: ClassVar[str] = "balances.audited"

    invoices: int
    payments: int
    credit_notes: int
    seconds: float

    def told(self) -> str:
        """Return the fact as a sentence."""
        return (
            f"Balances agree with their entries: {self.invoices:,} invoices, {self.payments:,} payments and "
            f"{self.credit_notes:,} credit notes compared in {self.seconds:.1f} s"
        )


class BalancesDiffer(Event):
    """Some balances are not the sum of their entries: money is wrong in our books."""

    kind: ClassVar[str] = "balances.differ"

    differences: int
    examples: tuple[str, ...]
    """The first of them, in words."""

    def told(self) -> str:
        """Return the fact as a sentence."""
        more = f" and {self.differences - len(self.examples)} more" if self.differences > len(self.examples) else ""
        return (
            f"P1: {self.differences} balances differ from their entries. Approve no drafts and place no cash before it "
            f"is understood; `plixo ledger audit` shows them. {'; '.join(self.examples)}{more}"
        )


NOTICES: Notices = {
    CashUnapplied: (operators(),),
    CashNoted: SILENT,  # whoever notes it is answered at once
    CashPlaced: (operators(),),  # no receipt: the payment had one
    AllocationTakenBack: (operators(),),
    CreditNoteApplied: (operators(),),
    CreditNoteVoided: (operators(),),
    WriteOffProposed: (operators(),),
    WriteOffApproved: (operators(),),
    WriteOffRejected: (operators(),),
    VarianceLetGo: (operators(),),
    WriteOffReversed: (operators(),),
    InvoiceWrittenOff: (operators(),),
    InvoiceVoided: (operators(),),
    BalancesAudited: SILENT,
    BalancesDiffer: (operators(),),
}
