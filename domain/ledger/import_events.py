"""What an imported file changes about what was known before; the import as a whole is told in ``events.py``."""

from datetime import date
from typing import ClassVar, Literal
from uuid import UUID

from domain.kernel.events import Amount, Event, InvoiceEvent
from domain.kernel.sentences import Sentence
from domain.kernel.speech import again, joined, say
from domain.ledger import words


class PaymentImported(InvoiceEvent):
    """A ledger file told of a payment that is not known here: less is open, and the file says that money came."""

    kind: ClassVar[str] = "payment.imported"

    payment_id: UUID
    amount: Amount
    balance: Amount
    received_on: date

    def told(self) -> str:
        """Return the fact as a sentence."""
        paid = say(
            "{amount} paid by {day} according to an imported ledger file", amount=self.amount, day=self.received_on
        )
        return joined("; ", [paid, words.left(self.balance)])


class CreditImported(InvoiceEvent):
    """The merchant's books have taken a credit note off the invoice, as a ledger file shows."""

    kind: ClassVar[str] = "credit.imported"

    credit_note_id: UUID
    credit_note: str
    """Its number."""
    amount: Amount
    balance: Amount
    left: Amount
    """What the credit note is still good for."""

    def told(self) -> str:
        """Return the fact as a sentence."""
        applied = say(
            "{amount} of credit note {number} applied in the books, as a ledger file shows",
            amount=self.amount,
            number=self.credit_note,
        )
        return joined("; ", [applied, words.left(self.balance)])


class InvoiceLowered(InvoiceEvent):
    """A ledger file told that less is open than before, and neither a payment nor a credit note that explains it."""

    kind: ClassVar[str] = "invoice.lowered"

    credit_id: UUID
    amount: Amount
    balance: Amount
    cause: str = ""
    """``credit`` where whoever imported the file said so; empty: not known."""

    def told(self) -> str:
        """Return the fact as a sentence."""
        fell = (
            say("{amount} credited in the books, according to an imported ledger file", amount=self.amount)
            if self.cause
            else say(
                "{amount} lowered in the books, cause unknown, according to an imported ledger file",
                amount=self.amount,
            )
        )
        return joined("; ", [fell, words.left(self.balance)])


class FallDecided(InvoiceEvent):
    """A person told what it was by which a ledger file had lowered an invoice."""

    kind: ClassVar[str] = "fall.decided"

    cause: Literal["payment", "credit", "correction"]
    """With ``correction`` it was nothing, and is owed again."""
    amount: Amount
    unknown: Amount
    """What the books took off besides, for a cause that is still not known."""
    balance: Amount
    reason: str

    def told(self) -> str:
        """Return the fact as a sentence."""
        what = {
            "payment": say("{amount} that the books took off was a payment", amount=self.amount),
            "credit": say("{amount} that the books took off was a credit", amount=self.amount),
            "correction": say("{amount} that the books took off is owed again", amount=self.amount),
        }[self.cause]
        parts = [f"{what} ({self.reason})" if self.reason else what, words.left(self.balance)]
        if self.unknown:
            parts.append(say("of {amount} the cause is still not known", amount=self.unknown))
        return joined("; ", parts)


class InvoiceChanged(InvoiceEvent):
    """A ledger file brought other dates for an invoice."""

    kind: ClassVar[str] = "invoice.changed"

    was_due_on: date
    due_on: date
    was_issued_on: date | None
    issued_on: date | None

    def told(self) -> str:
        """Return the fact as a sentence."""
        changes = []
        if self.was_due_on != self.due_on:
            changes.append(words.due_date_changed(self.was_due_on, self.due_on))
        if self.was_issued_on != self.issued_on:
            changes.append(words.invoice_date_changed(self.was_issued_on, self.issued_on))
        return say("Changed by an imported ledger file: {changes}", changes=joined(", ", changes))


class CreditNoteChanged(Event):
    """A ledger file brought something new about a credit note or about money on account."""

    kind: ClassVar[str] = "credit-note.changed"

    account_id: UUID
    account_name: str
    credit_note_id: UUID
    number: str
    used: Amount
    """What the merchant's books have taken off invoices since the last file."""
    left: Amount
    refers_to: str = ""
    """The invoice that it corrects, where that is new."""

    @property
    def account_ref(self) -> UUID | None:
        """Return the account."""
        return self.account_id

    def told(self) -> str:
        """Return the fact as a sentence."""
        changes = []
        if self.used:
            changes.append(say("{used} used in the books, {left} left", used=self.used, left=self.left))
        if self.refers_to:
            changes.append(say("it corrects {invoice}", invoice=self.refers_to))
        return say(
            "Credit note {number} of {customer}: {changes}",
            number=self.number,
            customer=self.account_name,
            changes=joined("; ", changes) or say("another date"),
        )


class AccountChanged(Event):
    """A file brought something new about a customer or its contacts."""

    kind: ClassVar[str] = "account.changed"

    account_id: UUID
    account_name: str
    changes: tuple[Sentence, ...]
    """In words, addresses masked."""
    more: int = 0
    """Changes beyond those."""

    @property
    def account_ref(self) -> UUID | None:
        """Return the account."""
        return self.account_id

    def told(self) -> str:
        """Return the fact as a sentence."""
        told = f"{self.account_name}: {'; '.join(map(again, self.changes))}"
        return joined(" ", [told, say("and {n} more", n=self.more)]) if self.more else told


class MappingKept(Event):
    """Somebody's answers about the layout of a source's files are kept for the files to come."""

    kind: ClassVar[str] = "mapping.kept"

    of: str
    """The kind of files."""
    name: str

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say(
            "The layout of {kind} files from {name} is known from now on", kind=words.files(self.of), name=self.name
        )


class MappingForgotten(Event):
    """The answers about the layout of a source's files are forgotten."""

    kind: ClassVar[str] = "mapping.forgotten"

    of: str
    name: str

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say(
            "The layout of {kind} files from {name} is asked about again", kind=words.files(self.of), name=self.name
        )
