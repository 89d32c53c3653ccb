"""Facts: everything that a guardrail may look at, read once and never changed; how they are read is ``fact_sheets``."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.kernel.money import Money


@dataclass(frozen=True, slots=True)
class Stop:
    """A hold or a gate that is in force."""

    kind: str
    """Of a hold its kind, of a gate its name."""
    reason: str
    until: datetime | None = None
    scope: str = ""
    """Of a gate: ``all mail``, ``mail that asks to pay`` or ``autopilot``."""


@dataclass(frozen=True, slots=True)
class Lane:
    """A daily budget."""

    name: str
    """``domain:…`` or ``segment:…``: the key of its row."""
    called: str
    """As people read it."""
    cap: int
    sent: int


@dataclass(frozen=True, slots=True)
class Health:
    """How well a segment can be mailed."""

    open_count: int
    mailable_count: int
    paid_week: int
    reversed_week: int

    @property
    def coverage(self) -> float:
        """Share of open invoices with a contact that may be mailed."""
        return self.mailable_count / self.open_count if self.open_count else 1.0

    @property
    def reversals(self) -> float:
        """Share of the week's payments that went back."""
        return self.reversed_week / self.paid_week if self.paid_week else float(self.reversed_week > 0)


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """What is true of one invoice in a reminder."""

    now: datetime
    today: date
    """The merchant's day; due dates are dates."""
    item_id: UUID
    invoice_id: UUID
    number: str
    enrolment_id: UUID | None
    step: int | None
    step_before: int | None
    nudge: bool
    letter: str
    tone: str
    severity: int
    invoice_state: str
    settled_on: date | None
    due_on: date
    """Of the invoice, or of its instalment."""
    ask: Money
    """What the letter asks for: what is chaseable of the balance, or what is left of the instalment."""
    paused_why: str = ""
    promise_until: date | None = None
    processing: bool = False
    account_state: str = "active"
    unapplied_minor: int = 0
    owed_minor: int = 1
    """The account's loose money and open balance, in the currency of the invoice."""
    enrolment_state: str | None = None
    offset_days: int | None = None
    """Of its step, counted from the due date."""
    instalment: bool = False
    instalment_met: bool = False
    plan_state: str | None = None
    hold: Stop | None = None
    vetoed: str | None = None
    mode: str = "autopilot"
    step_approval: bool = False


@dataclass(frozen=True, slots=True)
class MailFacts:
    """What is true of a mail, its recipient, its lanes and the world."""

    now: datetime
    today: date
    mailing_id: UUID
    state: str
    letter: str
    asks: bool
    """Asks for money, as against answering something the payer did."""
    segment: str | None
    address_key: str
    provider: str
    invoice_state: str
    contact_state: str
    zone: ZoneInfo
    country: str | None
    opens: time
    closes: time
    rest: timedelta
    undo: timedelta
    ledger_max_age: timedelta
    least_coverage: float = 0.90
    """A segment with a smaller share of invoices that can be mailed has data that are not in order."""
    most_reversals: float = 0.05
    """More of a week's payments going back means that we ask for what is not owed."""
    high_value: bool = False
    """Its sum is above the limit, or in a currency without a rate."""
    total: Money | str = ""
    unfit: str = ""
    """Of an answer: why it would tell something that is not true any more."""
    suppressed_for: str | None = None
    """Reason of the active suppression, if any."""
    approved_by: str | None = None
    approved_at: datetime | None = None
    edited_by: str | None = None
    words: str = ""
    """A mark of what a person wrote in the place of the letter's own words."""
    drafted_as: Mapping[str, Any] | None = None
    asked_at: datetime | None = None
    """When the address was last asked for money."""
    replied_at: datetime | None = None
    """When somebody at the customer wrote what nobody here has dealt with."""
    replied_until: datetime | None = None
    """When reminders go on even so, since that mail is the customer's by its sender alone."""
    ledger_at: datetime | None = None
    gates: tuple[Stop, ...] = ()
    breaker: Stop | None = None
    health: Health | None = None
    lanes: tuple[Lane, ...] = ()
    next_day: datetime | None = None
    """When the merchant's next day begins, with fresh budgets."""
    reserved: bool = False
    """Today's budgets count it already."""
    items: tuple[ItemFacts, ...] = ()
    address: str = ""
    """As it was written down; where the mail goes."""
    relabelled: bool = False
    """An invoice in it gets another letter than the one that is written down."""

    @property
    def by_itself(self) -> bool:
        """Whether it leaves with nobody having asked for it."""
        return self.asks and self.approved_at is None and not all(each.nudge for each in self.items)

    @property
    def severity(self) -> int:
        """How harsh its harshest letter is."""
        return max((each.severity for each in self.items), default=0)

    @property
    def snapshot(self) -> dict[str, Any]:
        """What an approver is shown and answers for: recipient, letter, words, invoices and amounts."""
        return {
            "to": self.address_key,
            "letter": self.letter,
            "words": self.words,
            "items": {
                str(each.invoice_id): {"number": each.number, "ask": each.ask.minor, "currency": each.ask.currency}
                for each in self.items
            },
        }
