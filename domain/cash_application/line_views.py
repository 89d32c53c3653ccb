"""Line views: bank lines as lists, cards and searches show them."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from domain.kernel.money import Money
from domain.kernel.speech import counted, say, say_as

PAGE = 25
"""Lines of one page."""


@dataclass(frozen=True, slots=True)
class PartView:
    """How much would go on which invoice."""

    invoice_id: UUID
    invoice_number: str
    amount: Money
    """Negative where money came back."""
    balance: Money
    """What is open on it now."""
    state: str
    account_name: str


@dataclass(frozen=True, slots=True)
class WayView:
    """One way to apply a line, as it was proposed."""

    place: int
    account_id: UUID | None
    account_name: str
    confidence: int
    reasons: tuple[str, ...]
    parts: tuple[PartView, ...]
    unapplied: Money
    alternatives: int
    payment_id: UUID | None
    """The payment that came back, where money went out."""

    @property
    def uniqueness(self) -> str:
        """Whether other combinations give the same amount, in words."""
        if not self.parts:
            return say_as("what becomes of money", "stays unapplied")
        if not self.alternatives:
            return say("unique")
        return counted("{n} alternative", "{n} alternatives", self.alternatives)


@dataclass(frozen=True, slots=True)
class LineView:
    """A bank line as lists show it."""

    line_id: UUID
    booked_on: date
    amount: Money
    payer_name: str
    text: str
    state: str
    confidence: int | None
    account_name: str
    """Whose money it is, or of the best way."""
    invoices: tuple[str, ...]
    """Of the best way, or those that it was posted on."""
    alternatives: int
    ways: int
    reasons: tuple[str, ...]
    doubt: str = ""
    """Why it never posts itself, whatever fits it."""


@dataclass(frozen=True, slots=True)
class WaitingLines:
    """Lines that wait for a person, those first that need no more than a look."""

    lines: tuple[LineView, ...]
    total: int
    proposed: int
    sums: tuple[Money, ...]
    """What all of them come to, in each currency."""
    page: int

    @property
    def more(self) -> int:
        """How many there are behind this page."""
        return max(0, self.total - (self.page - 1) * PAGE - len(self.lines))


@dataclass(frozen=True, slots=True)
class LineCard:
    """All that is known of one bank line."""

    line: LineView
    bank_account: str
    payer_hint: str
    bank_reference: str
    remittance_id: UUID | None
    remittance_name: str
    payment_id: UUID | None
    decided_by: str
    decided_at: datetime | None
    ways: tuple[WayView, ...]

    @property
    def waits(self) -> bool:
        """Whether somebody may still decide about it."""
        return self.line.state in {"new", "proposed"}
