"""Every state of an invoice, a customer account and a contact."""

from enum import StrEnum

from domain.kernel.machine import Machine


class InvoiceState(StrEnum):
    """What was decided about an invoice; overdue and partly paid are arithmetic, not states."""

    OPEN = "open"
    SETTLED = "settled"
    VOID = "void"
    WRITTEN_OFF = "written_off"


INVOICE = Machine(
    "invoice",
    start=InvoiceState.OPEN,
    moves={
        (InvoiceState.OPEN, "settle"): InvoiceState.SETTLED,
        (InvoiceState.SETTLED, "reopen"): InvoiceState.OPEN,  # refund or chargeback
        (InvoiceState.OPEN, "void"): InvoiceState.VOID,
        (InvoiceState.OPEN, "write off"): InvoiceState.WRITTEN_OFF,
    },
)


class AccountState(StrEnum):
    """Whether we collect from a customer at all."""

    ACTIVE = "active"
    EXCLUDED = "excluded"


ACCOUNT = Machine(
    "account",
    start=AccountState.ACTIVE,
    moves={
        (AccountState.ACTIVE, "exclude"): AccountState.EXCLUDED,
        (AccountState.EXCLUDED, "include"): AccountState.ACTIVE,
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


CREDIT = Machine(
    "credit",
    start=CreditState.PROPOSED,
    moves={
        (CreditState.PROPOSED, "approve"): CreditState.APPROVED,  # the balance falls in the same transaction
        (CreditState.PROPOSED, "reject"): CreditState.REJECTED,
    },
)
