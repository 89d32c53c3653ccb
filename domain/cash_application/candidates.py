"""Candidates: a bank line, and all that the ledger has to say about it, as values the matcher works on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from domain.cash_application import doubts
from domain.cash_application.doubts import Doubt
from domain.cash_application.evidence import Evidence, Ground, confidence, identified
from domain.cash_application.mentions import Reading
from domain.cash_application.numbers import Named
from domain.kernel.money import Money


@dataclass(frozen=True, slots=True)
class Line:
    """A movement on the bank account as the matcher needs it."""

    id: UUID
    booked_on: date
    currency: str
    amount_minor: int
    payer_name: str = ""
    payer_key: str = ""
    payer_hint: str = ""
    text: str = ""
    """What the payer wrote, and what the bank added."""
    remittance_id: UUID | None = None
    doubt: Doubt = Doubt.NONE
    doubted: str = ""
    """Why it never posts itself, in words."""

    def money(self, minor: int) -> Money:
        """Return so many minor units of the line's currency."""
        return Money(minor, self.currency)


def line_of(row: Mapping[str, Any]) -> Line:
    """Return a row of the table as the matcher needs it."""
    return Line(
        id=row["id"],
        booked_on=row["booked_on"],
        currency=row["currency"],
        amount_minor=row["amount_minor"],
        payer_name=row["payer_name"],
        payer_key=row["payer_key"],
        payer_hint=row["payer_hint"],
        text=f"{row['reference']}\n{row['bank_reference']}".strip(),
        remittance_id=row["remittance_id"],
        doubt=Doubt(row["doubt"]),
        doubted=doubts.said(row),
    )


@dataclass(frozen=True, slots=True)
class Debt:
    """An invoice that a line may pay."""

    id: UUID
    number: str
    key: str
    account_id: UUID
    account_name: str
    currency: str
    total_minor: int
    open_minor: int
    state: str
    due_on: date

    @property
    def payable(self) -> bool:
        """Whether anything is open on it."""
        return self.state == "open" and self.open_minor > 0


@dataclass(frozen=True, slots=True)
class Payer:
    """A customer who may have paid, and why it seems so."""

    account_id: UUID
    account_name: str
    grounds: tuple[Ground, ...]
    alone: bool = True
    """Whether no other customer fits as well."""

    @property
    def likely(self) -> bool:
        """Whether more than a resemblance says that this customer paid."""
        return any(each.evidence is not Evidence.PAYER_LIKE for each in self.grounds)


@dataclass(frozen=True, slots=True)
class Advised:
    """One line of the remittance advice that belongs to a bank line."""

    number: str
    debt: Debt | None
    """The invoice of that number, if there is one."""
    minor: int | None
    """What is paid on it; None where the advice does not say."""


@dataclass(frozen=True, slots=True)
class Debts:
    """A customer's open invoices in the line's currency, the oldest first."""

    items: tuple[Debt, ...]
    more: bool = False
    """Whether there are more than are looked at."""


@dataclass(frozen=True, slots=True)
class Owed:
    """Who owes exactly the amount of a line, whoever paid it."""

    invoices: int
    """How many open invoices of that amount there are."""
    examples: tuple[Debt, ...]


NOBODY = Owed(0, ())


@dataclass(frozen=True, slots=True)
class Candidates:
    """All that may explain one line."""

    reading: Reading
    named: tuple[tuple[Named, Debt], ...] = ()
    payers: tuple[Payer, ...] = ()
    debts: Mapping[UUID, Debts] = field(default_factory=dict)
    advised: tuple[Advised, ...] = ()
    owed: Owed = NOBODY


@dataclass(frozen=True, slots=True)
class Part:
    """How much of a line goes on which invoice."""

    debt: Debt
    minor: int


@dataclass(frozen=True, slots=True)
class Way:
    """One way to apply a line; without parts all of it stays unapplied with the customer."""

    account_id: UUID
    account_name: str
    parts: tuple[Part, ...]
    grounds: tuple[Ground, ...]
    alternatives: int = 0
    """How many other combinations give the same amount."""
    payment_id: UUID | None = None
    """The payment that came back, where money went out."""

    @property
    def confidence(self) -> int:
        """How sure it is, in percent."""
        return confidence(self.grounds)

    @property
    def identified(self) -> bool:
        """Whether more than an amount speaks for it."""
        return identified(self.grounds)

    @property
    def applied(self) -> int:
        """How much of the line it applies."""
        return sum(each.minor for each in self.parts)

    @property
    def invoices(self) -> Sequence[UUID]:
        """The invoices that it pays."""
        return [each.debt.id for each in self.parts]
