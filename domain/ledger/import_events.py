"""What an imported file changes about what was known before; the import as a whole is told in ``events.py``."""

from datetime import date
from typing import ClassVar, Literal
from uuid import UUID

from domain.kernel.events import Amount, Event, InvoiceEvent


class PaymentImported(InvoiceEvent):
    """A ledger file told of a payment that is not known here: less is open, and the file says that money came."""

    kind: ClassVar[str] = "payment.imported"

    payment_id: UUID
    amount: Amount
    balance: Amount
    received_on: date

    def told(self) -> str:
        """Return the fact as a sentence."""
        left = f"{self.balance} left to pay" if self.balance else "nothing left to pay"
        return f"{self.amount} paid by {self.received_on} according to an imported ledger file; {left}"


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
        left = f"{self.balance} left to pay" if self.balance else "nothing left to pay"
        return f"{self.amount} of credit note {self.credit_note} applied in the books, as a ledger file shows; {left}"


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
        left = f"{self.balance} left to pay" if self.balance else "nothing left to pay"
        how = "credited in the books" if self.cause else "lowered in the books, cause unknown"
        return f"{self.amount} {how}, according to an imported ledger file; {left}"


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
            "payment": f"{self.amount} that the books took off was a payment",
            "credit": f"{self.amount} that the books took off was a credit",
            "correction": f"{self.amount} that the books took off is owed again",
        }[self.cause]
        left = f"{self.balance} left to pay" if self.balance else "nothing left to pay"
        besides = f"; of {self.unknown} the cause is still not known" if self.unknown else ""
        return f"{what} ({self.reason}); {left}{besides}" if self.reason else f"{what}; {left}{besides}"


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
            changes.append(f"due date {self.was_due_on} → {self.due_on}")
        if self.was_issued_on != self.issued_on:
            changes.append(f"invoice date {self.was_issued_on or 'none'} → {self.issued_on}")
        return f"Changed by an imported ledger file: {', '.join(changes)}"


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
            changes.append(f"{self.used} used in the books, {self.left} left")
        if self.refers_to:
            changes.append(f"it corrects {self.refers_to}")
        return f"Credit note {self.number} of {self.account_name}: {'; '.join(changes) or 'another date'}"


class AccountChanged(Event):
    """A file brought something new about a customer or its contacts."""

    kind: ClassVar[str] = "account.changed"

    account_id: UUID
    account_name: str
    changes: tuple[str, ...]
    """In words, addresses masked."""
    more: int = 0
    """Changes beyond those."""

    @property
    def account_ref(self) -> UUID | None:
        """Return the account."""
        return self.account_id

    def told(self) -> str:
        """Return the fact as a sentence."""
        more = f" and {self.more} more" if self.more else ""
        return f"{self.account_name}: {'; '.join(self.changes)}{more}"


class MappingKept(Event):
    """Somebody's answers about the layout of a source's files are kept for the files to come."""

    kind: ClassVar[str] = "mapping.kept"

    of: str
    """The kind of files."""
    name: str

    def told(self) -> str:
        """Return the fact as a sentence."""
        return f"The layout of {self.of} files from {self.name} is known from now on"


class MappingForgotten(Event):
    """The answers about the layout of a source's files are forgotten."""

    kind: ClassVar[str] = "mapping.forgotten"

    of: str
    name: str

    def told(self) -> str:
        """Return the fact as a sentence."""
        return f"The layout of {self.of} files from {self.name} is asked about again"
