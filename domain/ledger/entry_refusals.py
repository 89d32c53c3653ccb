"""Refusals of what people write on balances; the tree of all of the ledger's is in ``refusals.py``."""

from domain.kernel.money import Money
from domain.kernel.refusals import NotFound, Refusal
from domain.kernel.speech import say
from domain.ledger import words


class PaymentNotFound(NotFound):
    """Say that there is no such payment."""

    def __init__(self) -> None:
        super().__init__(say("There is no such payment. `/plixo unapplied` lists the money that is not applied yet."))


class AllocationNotFound(NotFound):
    """Say that there is no such entry."""

    def __init__(self) -> None:
        super().__init__(say("There is no such entry. `/plixo entries INV` lists those of an invoice."))


class CreditNoteNotFound(NotFound):
    """Say that no credit note has that number."""

    def __init__(self, number: str) -> None:
        super().__init__(
            say(
                "There is no credit note {number}. `/plixo credit note list` lists the open ones.",
                number=repr(number[:60]),
            )
        )


class WriteOffNotFound(NotFound):
    """Say that there is no such write-off."""

    def __init__(self) -> None:
        super().__init__(say("There is no such write-off. `/plixo writeoff list` lists those that wait."))


class NothingLowered(Refusal):
    """Say that nothing is to be told about an invoice."""

    def __init__(self, number: str) -> None:
        super().__init__(
            say("What lowered {number} is known; `/plixo lowered list` shows of which it is not.", number=number)
        )


class EntryUnusable(Refusal):
    """Say what an entry on a balance lacks, or why it does not fit."""


class NothingLeft(Refusal):
    """Say that all of a payment or of a credit note is applied, or went back."""

    def __init__(self, what: str) -> None:
        super().__init__(say("Nothing is left of {what}: it is applied, or it went back.", what=what))


class MoreThanLeft(Refusal):
    """Say how much is left to be applied."""

    def __init__(self, what: str, amount: Money, left: Money) -> None:
        self.amount, self.left = amount, left
        super().__init__(
            say("{amount} is too much: only {left} is left of {what}.", amount=amount, left=left, what=what)
        )


class MoreThanOpen(Refusal):
    """Say how much is open of an invoice."""

    def __init__(self, number: str, amount: Money, balance: Money) -> None:
        self.number, self.amount, self.balance = number, amount, balance
        super().__init__(
            say(
                "{amount} is too much for invoice {number}: {left}.",
                amount=amount,
                number=number,
                left=words.only_open(balance),
            )
        )


class TakenBackAlready(Refusal):
    """Say that nothing of an entry is on its invoice any more."""

    def __init__(self, number: str) -> None:
        super().__init__(
            say(
                "Nothing of this is on invoice {number} any more: it was taken back, or the money went back.",
                number=number,
            )
        )


class WriteOffWaits(Refusal):
    """Say that one proposal at a time is decided."""

    def __init__(self, number: str) -> None:
        super().__init__(
            say(
                "A write-off or void of invoice {number} waits for a decision already (`/plixo writeoff list`).",
                number=number,
            )
        )


class WriteOffDecided(Refusal):
    """Say that a decision was made before."""

    def __init__(self, state: str, decided_by: str) -> None:
        self.state = state
        super().__init__(
            say(
                "This was {state} by {who} already.",
                state=words.decision(state),
                who=decided_by or say("somebody else"),
            )
        )
