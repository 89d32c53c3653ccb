"""What people write on balances: cash that is placed or taken back, credit notes, write-offs, voids, and the audit."""

from typing import ClassVar
from uuid import UUID

from domain.kernel.events import Amount, Event, InvoiceEvent
from domain.kernel.notices import SILENT, Notices, operators
from domain.kernel.sentences import Sentence
from domain.kernel.speech import joined, phrase, say
from domain.ledger import words
from domain.ledger.audit_events import BalancesAudited, BalancesDiffer

OLDEST_FIRST = phrase("oldest first")
"""The note of a credit note that was applied to whatever is open, by age."""


class AccountEvent(Event):
    """A fact about one customer."""

    account_id: UUID
    account_name: str

    @property
    def account_ref(self) -> UUID | None:
        """Return the account."""
        return self.account_id


def _noted(parts: list[str], note: str) -> str:
    """Return a fact by its parts, with the note that belongs to it."""
    told = joined(", ", parts)
    return joined(": ", [told, note]) if note else told


class CashUnapplied(AccountEvent):
    """A customer's money arrived, and some of it or all fits no invoice; a person must place it."""

    kind: ClassVar[str] = "cash.unapplied"

    payment_id: UUID
    amount: Amount
    unapplied: Amount
    method: str
    note: Sentence = ""

    def told(self) -> str:
        """Return the fact as a sentence."""
        known = {"unapplied": self.unapplied, "customer": self.account_name, "method": words.method(self.method)}
        told = (
            say("{unapplied} from {customer} by {method} is unapplied cash", **known)
            if self.amount == self.unapplied
            else say(
                "{unapplied} of {amount} from {customer} by {method} is unapplied cash", **known, amount=self.amount
            )
        )
        return _noted([told], self.note)


class CashNoted(AccountEvent):
    """Somebody wrote down what is known about unapplied cash."""

    kind: ClassVar[str] = "cash.noted"

    payment_id: UUID
    unapplied: Amount
    note: Sentence

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say("Noted on {amount} of unapplied cash: {note}", amount=self.unapplied, note=self.note)


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
    note: Sentence = ""

    def told(self) -> str:
        """Return the fact as a sentence."""
        placed = (
            say("{amount} of unapplied cash of {payer} placed", amount=self.amount, payer=self.payer)
            if self.payer
            else say("{amount} of unapplied cash placed", amount=self.amount)
        )
        return _noted([placed, words.left(self.balance)], self.note)


class AllocationTakenBack(InvoiceEvent):
    """Money or a credit note that was applied to an invoice was taken off it again; that much is open once more."""

    kind: ClassVar[str] = "allocation.taken-back"

    allocation_id: UUID
    payment_id: UUID | None = None
    credit_note_id: UUID | None = None
    amount: Amount
    balance: Amount
    reason: Sentence

    def told(self) -> str:
        """Return the fact as a sentence."""
        known = {"amount": self.amount, "balance": self.balance, "reason": self.reason}
        if self.payment_id:
            return say("{amount} of a payment taken off again, {balance} open: {reason}", **known)
        return say("{amount} of a credit note taken off again, {balance} open: {reason}", **known)


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
    note: Sentence = ""

    def told(self) -> str:
        """Return the fact as a sentence."""
        applied = say("{amount} of credit note {number} applied", amount=self.amount, number=self.credit_note)
        return _noted([applied, words.left(self.balance)], self.note)


class CreditNoteVoided(AccountEvent):
    """A credit note is good for nothing any more."""

    kind: ClassVar[str] = "credit-note.voided"

    credit_note_id: UUID
    credit_note: str
    amount: Amount
    reason: Sentence

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say(
            "Credit note {number} over {amount} is void: {reason}",
            number=self.credit_note,
            amount=self.amount,
            reason=self.reason,
        )


class WriteOffProposed(InvoiceEvent):
    """Somebody proposed to give an invoice up, in part or whole, or to void it; nothing has changed yet."""

    kind: ClassVar[str] = "write-off.proposed"

    write_off_id: UUID
    of: str
    """``write-off`` or ``void``."""
    amount: Amount
    reason: Sentence

    def told(self) -> str:
        """Return the fact as a sentence."""
        if self.of == "write-off":
            return say(
                "Write-off of {amount} proposed, to be approved by a second person: {reason}",
                amount=self.amount,
                reason=self.reason,
            )
        return say("Voiding the invoice proposed, to be approved by a second person: {reason}", reason=self.reason)


class WriteOffApproved(InvoiceEvent):
    """A part of an invoice was given up."""

    kind: ClassVar[str] = "write-off.approved"

    write_off_id: UUID
    amount: Amount
    balance: Amount
    reason: Sentence
    proposed_by: str

    def told(self) -> str:
        """Return the fact as a sentence."""
        return _noted([say("{amount} written off", amount=self.amount), words.left(self.balance)], self.reason)


class WriteOffRejected(InvoiceEvent):
    """A proposed write-off or void was declined; the balance is as it was."""

    kind: ClassVar[str] = "write-off.rejected"

    write_off_id: UUID
    of: str
    amount: Amount
    reason: Sentence

    def told(self) -> str:
        """Return the fact as a sentence."""
        if self.of == "write-off":
            return say("Write-off of {amount} declined: {reason}", amount=self.amount, reason=self.reason)
        return say("Voiding the invoice declined: {reason}", reason=self.reason)


class VarianceLetGo(InvoiceEvent):
    """The small difference of a short payment is not asked for."""

    kind: ClassVar[str] = "variance.let-go"

    write_off_id: UUID
    payment_id: UUID | None = None
    amount: Amount
    balance: Amount
    reason: Sentence

    def told(self) -> str:
        """Return the fact as a sentence."""
        let_go = say("Difference of {amount} let go", amount=self.amount)
        return _noted([let_go, words.left(self.balance)], self.reason)


class WriteOffReversed(InvoiceEvent):
    """What had been given up, or let go, is collected again."""

    kind: ClassVar[str] = "write-off.reversed"

    write_off_id: UUID
    amount: Amount
    balance: Amount
    reason: Sentence

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say(
            "Write-off of {amount} reversed, {balance} open again: {reason}",
            amount=self.amount,
            balance=self.balance,
            reason=self.reason,
        )


class InvoiceWrittenOff(InvoiceEvent):
    """All that was open of an invoice was given up; it is not collected any more."""

    kind: ClassVar[str] = "invoice.written-off"

    amount: Amount
    """What was open at last."""

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say("Invoice written off: the last {amount} will not be collected", amount=self.amount)


class InvoiceVoided(InvoiceEvent):
    """The invoice should never have been, or was replaced; it is owed no more."""

    kind: ClassVar[str] = "invoice.voided"

    amount: Amount
    """What was open."""
    reason: Sentence
    proposed_by: str

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say("Invoice voided, {amount} are not owed: {reason}", amount=self.amount, reason=self.reason)


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

__all__ = ["BalancesAudited", "BalancesDiffer"]
"""What stands in ``audit_events.py``, with the rest of these events."""
