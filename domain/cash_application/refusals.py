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

from domain.kernel.money import Money
from domain.kernel.refusals import NotFound, Refusal


class LineNotFound(NotFound):
    """Say that there is no such bank line."""

    def __init__(self) -> None:
        super().__init__("There is no such bank line. `/plixo cash` lists those that wait.")


class LineUnclear(Refusal):
    """Say that the beginning of an id is too short."""

    def __init__(self, text: str) -> None:
        super().__init__(f"Several bank lines begin with {text[:40]!r}. Type more of the id.")


class WayNotFound(NotFound):
    """Say that nothing was proposed there."""

    def __init__(self, place: int, ways: int) -> None:
        there = (
            "Nothing was proposed for this bank line"
            if not ways
            else f"There are {ways} proposals, and no number {place}"
        )
        super().__init__(f"{there}. Name the invoices yourself: `/plixo cash apply ID INV=amount …`.")


class LineDecided(Refusal):
    """Say that a decision was made before."""

    def __init__(self, state: str, decided_by: str | None) -> None:
        self.state = state
        super().__init__(f"This bank line is {state} already{f', by {decided_by}' if decided_by else ''}.")


class LineOutgoing(Refusal):
    """Say that the line is money that went out."""

    def __init__(self, amount: Money) -> None:
        super().__init__(f"{amount} went out; it can only be a payment that came back, or be left out.")


class LineIncoming(Refusal):
    """Say that the line is money that came in."""

    def __init__(self, amount: Money) -> None:
        super().__init__(f"{amount} came in; only money that went out can be a returned payment.")


class PartsUnusable(Refusal):
    """Say what is wrong with the invoices and amounts that were named."""


class WayOutdated(Refusal):
    """Say that the ledger or the proposal changed since it was shown."""

    def __init__(self, number: str = "", balance: Money | None = None) -> None:
        self.number, self.balance = number, balance
        now = f" {balance} are open on {number} now." if balance is not None else ""
        super().__init__(f"What was proposed is not so any more.{now} Look again with `/plixo cash ID`, then decide.")


class ReasonNeeded(Refusal):
    """Say that a reason is missing or too long."""


class NothingShort(Refusal):
    """Say that there is no difference."""

    def __init__(self, number: str) -> None:
        super().__init__(f"This bank line paid nothing on {number}, or nothing is left open on it.")


class ReturnUnclear(Refusal):
    """Say that it is not known which payment came back."""

    def __init__(self) -> None:
        super().__init__("No payment that may have come back is known for this bank line; take it back by hand.")


class RemittanceNotFound(NotFound):
    """Say that there is no such remittance advice, or that the beginning of its id is too short."""

    def __init__(self, text: str, *, several: bool = False) -> None:
        many = f"Several remittance advices have ids that begin with {text[:40]!r}. Type more of the id."
        super().__init__(many if several else f"No remittance advice has the id {text[:40]!r}.")


class RemittanceUnusable(Refusal):
    """Say why a file is not taken as a remittance advice."""
