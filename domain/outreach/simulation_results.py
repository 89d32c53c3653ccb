"""What a simulation found: day by day, by letter, against the days of payment, and as work for people."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

MAX_NAMED = 100
"""Invoices that are named one by one; of more, only the count is told."""

LEADS: tuple[tuple[str, int, int], ...] = (
    ("after payment", -100_000, 0),
    ("1-3 days before", 1, 3),
    ("4-7 days before", 4, 7),
    ("8-14 days before", 8, 14),
    ("15-30 days before", 15, 30),
    ("31+ days before", 31, 100_000),
)
"""How long before the payment a reminder came, in days from and to; payment on the mail's own day comes before it."""


@dataclass(frozen=True, slots=True)
class Day:
    """What one day would have brought."""

    day: date
    mails: int
    items: int
    """Invoices in those mails."""
    drafts: int
    """Mails that a person has to approve."""
    escalations: int
    """Invoices that a person takes over, since every letter was sent."""
    contacts_missing: int
    """Customers of whom it turned out on this day that nobody there can be mailed."""

    @property
    def work(self) -> int:
        """What people have to do."""
        return self.drafts + self.escalations + self.contacts_missing


@dataclass(frozen=True, slots=True)
class LetterTotal:
    """How often one letter would have left."""

    letter: str
    mails: int
    """Mails of which it gives the subject."""
    items: int
    """Invoices for which it would have been right."""


@dataclass(frozen=True, slots=True)
class ChasedLate:
    """A reminder to somebody who had paid."""

    invoice_number: str
    paid_on: date
    mailed_on: date


@dataclass(frozen=True, slots=True)
class Workload:
    """Work for people, shared evenly."""

    operators: int
    working_days: int
    escalations: int
    drafts: int
    contacts_missing: int
    busiest_day: date | None
    busiest: int
    """What the busiest day brings one operator, rounded up."""

    @property
    def a_day(self) -> float:
        """What a working day brings one operator on average."""
        if not self.working_days:
            return 0.0
        return (self.escalations + self.drafts + self.contacts_missing) / self.operators / self.working_days


@dataclass(frozen=True, slots=True)
class Simulation:
    """The whole result."""

    policy: str
    since: date
    until: date
    lag_days: int
    invoices: int
    """Replayed; void and written-off ones are left out, since the ledger does not say when they ended."""
    customers: int
    customers_without_contact: int
    """Of these each is replayed as if it had one contact, unless all it had are suppressed."""
    without_segment: int
    """Invoices that no segment ever took."""
    unreminded: int
    """Invoices that were paid without a single reminder."""
    still_open: int
    days: tuple[Day, ...]
    letters: tuple[LetterTotal, ...]
    waits: Mapping[str, int]
    """How often a guardrail put a mail off."""
    needs: Mapping[str, int]
    """Why drafts had to be approved, and how many."""
    late: int
    """Reminders about invoices that were paid in full by then."""
    late_examples: tuple[ChasedLate, ...]
    leads: Mapping[str, int]
    """Reminded invoices by how long before the payment the reminder came."""
    median_lead: float | None
    unpaid: int
    """Reminded invoices that were not paid before the end."""
    workload: Workload

    @property
    def mails(self) -> int:
        """Mails in all."""
        return sum(each.mails for each in self.days)

    @property
    def items(self) -> int:
        """Invoices in those mails."""
        return sum(each.items for each in self.days)


def lead_of(days: int) -> str:
    """Return the class of a lead of so many days between reminder and payment."""
    return next(name for name, low, high in LEADS if low <= days <= high)
