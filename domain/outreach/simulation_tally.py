"""The tally of a simulation: what is counted while the days pass."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date
from statistics import median

from domain.outreach.simulation_results import ChasedLate, Day, lead_of


@dataclass
class Tally:
    """What is counted while the days pass."""

    days: dict[date, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    mails: Counter[str] = field(default_factory=Counter)
    items: Counter[str] = field(default_factory=Counter)
    waits: Counter[str] = field(default_factory=Counter)
    needs: Counter[str] = field(default_factory=Counter)
    leads: Counter[int] = field(default_factory=Counter)
    late: int = 0
    late_examples: list[ChasedLate] = field(default_factory=list)
    invoices: int = 0
    without_segment: int = 0
    unreminded: int = 0

    def day(self, day: date) -> Day:
        """Return what was counted on one day."""
        count = self.days.get(day, Counter())
        return Day(day, count["mails"], count["items"], count["drafts"], count["escalations"], count["missing"])

    @property
    def classes(self) -> dict[str, int]:
        """Reminders by how long before the payment they came."""
        found: Counter[str] = Counter()
        for days, count in self.leads.items():
            found[lead_of(days)] += count
        return dict(found)

    @property
    def median_lead(self) -> float | None:
        """The middle of all leads, in days."""
        return median(sorted(self.leads.elements())) if self.leads else None
