"""Refusals of cash application.

Refusal
├── NotFound
│   ├── LineNotFound        no bank line has that id
│   ├── WayNotFound         nothing was proposed under that number
│   └── RemittanceNotFound  no remittance advice has that id
├── LineUnclear             several bank lines have ids that begin so
├── LineDecided             the line was posted, kept or left out before
├── LineOutgoing            money that went out cannot be posted on invoices
├── LineIncoming            money that came in cannot be a return
├── PartsUnusable           the invoices and amounts that were named do not fit the line
├── WayOutdated             what was proposed does not fit the ledger any more
├── ReasonNeeded            nobody would know why
├── RemittanceUnusable      a file that cannot be a remittance advice
├── BankAccountUnclear      whose statement it is, is asked (in ``bank_questions``)
├── NoCamt                  an XML file that is no bank statement, or not a whole one (in ``bank_questions``)
├── NothingShort            the invoice has no difference that could be settled
└── ReturnUnclear           which payment came back is not known
"""

from domain.cash_application import words
from domain.kernel.money import Money
from domain.kernel.refusals import NotFound, Refusal
from domain.kernel.speech import say


class LineNotFound(NotFound):
    """Say that there is no such bank line."""

    def __init__(self) -> None:
        super().__init__(say("There is no such bank line. `/plixo cash` lists those that wait."))


class LineUnclear(Refusal):
    """Say that the beginning of an id is too short."""

    def __init__(self, text: str) -> None:
        super().__init__(say("Several bank lines begin with {text}. Type more of the id.", text=repr(text[:40])))


class WayNotFound(NotFound):
    """Say that nothing was proposed there."""

    def __init__(self, place: int, ways: int) -> None:
        there = (
            say("There are {ways} proposals, and no number {place}.", ways=ways, place=str(place))
            if ways
            else say("Nothing was proposed for this bank line.")
        )
        yourself = say("Name the invoices yourself: `/plixo cash apply ID INV=amount …`.")
        super().__init__(f"{there} {yourself}")


class LineDecided(Refusal):
    """Say that a decision was made before."""

    def __init__(self, state: str, decided_by: str | None) -> None:
        self.state = state
        said = words.line_state(state)
        super().__init__(
            say("This bank line is {state} already, by {name}.", state=said, name=decided_by)
            if decided_by
            else say("This bank line is {state} already.", state=said)
        )


class LineOutgoing(Refusal):
    """Say that the line is money that went out."""

    def __init__(self, amount: Money) -> None:
        super().__init__(
            say("{amount} went out; it can only be a payment that came back, or be left out.", amount=amount)
        )


class LineIncoming(Refusal):
    """Say that the line is money that came in."""

    def __init__(self, amount: Money) -> None:
        super().__init__(say("{amount} came in; only money that went out can be a returned payment.", amount=amount))


class PartsUnusable(Refusal):
    """Say what is wrong with the invoices and amounts that were named."""


class WayOutdated(Refusal):
    """Say that the ledger or the proposal changed since it was shown."""

    def __init__(self, number: str = "", balance: Money | None = None) -> None:
        self.number, self.balance = number, balance
        told = [say("What was proposed is not so any more.")]
        if balance is not None:
            told.append(say("{balance} are open on {number} now.", balance=balance, number=number))
        told.append(say("Look again with `/plixo cash ID`, then decide."))
        super().__init__(" ".join(told))


class ReasonNeeded(Refusal):
    """Say that a reason is missing or too long."""


class NothingShort(Refusal):
    """Say that there is no difference."""

    def __init__(self, number: str) -> None:
        super().__init__(say("This bank line paid nothing on {number}, or nothing is left open on it.", number=number))


class ReturnUnclear(Refusal):
    """Say that it is not known which payment came back."""

    def __init__(self) -> None:
        super().__init__(say("No payment that may have come back is known for this bank line; take it back by hand."))


class RemittanceNotFound(NotFound):
    """Say that there is no such remittance advice, or that the beginning of its id is too short."""

    def __init__(self, text: str, *, several: bool = False) -> None:
        typed = repr(text[:40])
        super().__init__(
            say("Several remittance advices have ids that begin with {text}. Type more of the id.", text=typed)
            if several
            else say("No remittance advice has the id {text}.", text=typed)
        )


class RemittanceUnusable(Refusal):
    """Say why a file is not taken as a remittance advice."""
