"""Every state of an invoice, a customer account, a contact, and of what lowers a balance without money."""

from enum import StrEnum

from domain.kernel.machine import Machine


class InvoiceState(StrEnum):
    """What was decided about an invoice; overdue and partly paid are arithmetic, not states."""

    OPEN = "open"
    SETTLED = "settled"
    VOID = "void"
    WRITTEN_OFF = "written_off"
    TEST = "test"
    """Owed by nobody and counted nowhere: the invoice about which the product files disputes to test itself."""


INVOICE = Machine(
    "invoice",
    start=InvoiceState.OPEN,
    moves={
        (InvoiceState.OPEN, "settle"): InvoiceState.SETTLED,
        (InvoiceState.SETTLED, "reopen"): InvoiceState.OPEN,  # refund or chargeback
        (InvoiceState.OPEN, "void"): InvoiceState.VOID,
        (InvoiceState.OPEN, "write off"): InvoiceState.WRITTEN_OFF,
        (InvoiceState.WRITTEN_OFF, "recover"): InvoiceState.OPEN,  # its write-off was reversed, or money went back
        (InvoiceState.OPEN, "mark as test"): InvoiceState.TEST,  # in the transaction that makes it; nobody sees it open
    },
)


class AccountState(StrEnum):
    """Whether we collect from a customer at all."""

    ACTIVE = "active"
    EXCLUDED = "excluded"
    MERGED = "merged"


ACCOUNT = Machine(
    "account",
    start=AccountState.ACTIVE,
    moves={
        (AccountState.ACTIVE, "exclude"): AccountState.EXCLUDED,
        (AccountState.EXCLUDED, "include"): AccountState.ACTIVE,
        (AccountState.ACTIVE, "merge"): AccountState.MERGED,  # into another account: both were one customer
        (AccountState.EXCLUDED, "merge"): AccountState.MERGED,
    },
)


class ContactState(StrEnum):
    """Whether a contact still belongs to the customer; whether it may be mailed is told by suppressions."""

    ACTIVE = "active"
    REMOVED = "removed"


CONTACT = Machine(
    "contact",
    start=ContactState.ACTIVE,
    moves={(ContactState.ACTIVE, "remove"): ContactState.REMOVED},
)


class CreditState(StrEnum):
    """A credit on an invoice."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"
    REVERSED = "reversed"


CREDIT = Machine(
    "credit",
    start=CreditState.PROPOSED,
    moves={
        (CreditState.PROPOSED, "approve"): CreditState.APPROVED,  # the balance falls in the same transaction
        (CreditState.PROPOSED, "reject"): CreditState.REJECTED,
        (CreditState.APPROVED, "reverse"): CreditState.REVERSED,  # the books' own: a person told what it really was
    },
)


class CreditNoteState(StrEnum):
    """A credit note: a claim of the customer's that lowers invoices."""

    OPEN = "open"
    APPLIED = "applied"
    VOID = "void"


CREDIT_NOTE = Machine(
    "credit note",
    start=CreditNoteState.OPEN,
    moves={
        (CreditNoteState.OPEN, "apply"): CreditNoteState.APPLIED,  # nothing of it is left
        (CreditNoteState.APPLIED, "free"): CreditNoteState.OPEN,  # an application was taken back
        (CreditNoteState.OPEN, "void"): CreditNoteState.VOID,
    },
)


class WriteOffState(StrEnum):
    """A write-off, or the small difference of a payment."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"
    REVERSED = "reversed"


WRITE_OFF = Machine(
    "write-off",
    start=WriteOffState.PROPOSED,
    moves={
        (WriteOffState.PROPOSED, "approve"): WriteOffState.APPROVED,  # the balance falls in the same transaction
        (WriteOffState.PROPOSED, "reject"): WriteOffState.REJECTED,
        (WriteOffState.APPROVED, "reverse"): WriteOffState.REVERSED,  # the claim is collected again
    },
)


class TwinState(StrEnum):
    """Two accounts that may be one customer."""

    PROPOSED = "proposed"
    MERGED = "merged"
    DISMISSED = "dismissed"


TWIN = Machine(
    "account twin",
    start=TwinState.PROPOSED,
    moves={
        (TwinState.PROPOSED, "merge"): TwinState.MERGED,
        (TwinState.PROPOSED, "dismiss"): TwinState.DISMISSED,
    },
)
