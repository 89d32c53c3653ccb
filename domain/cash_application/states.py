"""Every state of a bank line and of a remittance advice."""

from enum import StrEnum

from domain.kernel.machine import Machine


class BankLineState(StrEnum):
    """A movement on the merchant's bank account."""

    NEW = "new"
    PROPOSED = "proposed"
    POSTED = "posted"
    UNAPPLIED = "unapplied"
    IGNORED = "ignored"


BANK_LINE = Machine(
    "bank line",
    start=BankLineState.NEW,
    moves={
        (BankLineState.NEW, "propose"): BankLineState.PROPOSED,  # not sure enough: waits for a person
        (BankLineState.NEW, "post"): BankLineState.POSTED,
        (BankLineState.PROPOSED, "post"): BankLineState.POSTED,
        (BankLineState.NEW, "keep"): BankLineState.UNAPPLIED,  # the payer is known, the invoices are not
        (BankLineState.PROPOSED, "keep"): BankLineState.UNAPPLIED,
        (BankLineState.NEW, "ignore"): BankLineState.IGNORED,  # nothing of ours: interest, a transfer between accounts
        (BankLineState.PROPOSED, "ignore"): BankLineState.IGNORED,
        (BankLineState.IGNORED, "reconsider"): BankLineState.NEW,
    },
)


class RemittanceState(StrEnum):
    """A payer's list of what a payment is for."""

    READ = "read"
    UNREADABLE = "unreadable"
    USED = "used"


REMITTANCE = Machine(
    "remittance advice",
    start=RemittanceState.READ,
    moves={
        (RemittanceState.READ, "fail"): RemittanceState.UNREADABLE,  # kept; a person opens it
        (RemittanceState.READ, "use"): RemittanceState.USED,  # its payment was posted
    },
)
