"""The record of a simulated year: what the relay took, what the witness saw, and the figures that hold there."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any

from tests.soak.witness import History, Moment

ASKING = frozenset({"reminder-due", "reminder-overdue", "final-notice", "instalment-due", "plan-missed"})
"""Letters that ask for money; everything else answers somebody."""

SEVERITIES = {"reminder-due": 0, "reminder-overdue": 1, "final-notice": 2}
"""How hard each letter of a cadence presses."""


@dataclass(frozen=True, slots=True)
class Payer:
    """Who stands behind an address, as the world made them."""

    zone: str
    country: str


@dataclass(frozen=True, slots=True)
class Taken:
    """One mail that the relay took with a 250."""

    at: datetime
    """The simulated present."""
    recipient: str
    message_id: str
    numbers: frozenset[str]
    """The invoice numbers that its text shows."""
    text: str = ""
    """The lines of its text in which there are figures."""


@dataclass(frozen=True, slots=True)
class Rules:
    """The figures that hold in this world."""

    zone: str = "Europe/Berlin"
    opens: time = time(8)
    closes: time = time(18)
    rest: timedelta = timedelta(days=3)
    domain_cap: int = 0
    warm_up_first: int = 0
    warm_up_begins: date | None = None
    patience: timedelta = timedelta(days=2)
    """A due step that is neither planned nor explained for so long is lost."""


@dataclass
class Record:
    """Everything that the checker is told."""

    taken: list[Taken]
    history: History
    payers: Mapping[str, Payer]
    rules: Rules = field(default_factory=Rules)
    instalments: Mapping[str, list[tuple[date, int]]] = field(default_factory=dict)
    """By plan: when how much was to come."""
    steps: Mapping[str, list[tuple[int, int, str | None]]] = field(default_factory=dict)
    """By cadence: position, offset in days, letter (None: a person takes over)."""
    vetoes: frozenset[tuple[str, int]] = frozenset()
    """Steps that are struck out in the end, by their enrolments."""
    stuck: tuple[str, ...] = ()
    """What the daily look found waiting without a reason."""
    unseen: tuple[str, ...] = ()
    """Rows that are not as the witness saw them last: what is proved from its history would prove nothing."""
    jobs: Mapping[str, int] = field(default_factory=dict)
    """How many jobs are left in which state, when all is quiet."""
    locks: int = 0
    """Locks and open transactions that are left, when all is quiet."""
    ended: datetime | None = None
    """The last simulated moment."""

    @cached_property
    def sends(self) -> list["Sent"]:
        """Each mail that was taken, with what was committed when it was decided."""
        by_id = {versions[-1].was["message_id"]: id_ for id_, versions in self._mailings.items()}
        return [
            Sent(mail, by_id[mail.message_id], self._decided(by_id[mail.message_id], mail))
            for mail in self.taken
            if mail.message_id in by_id
        ]

    @property
    def _mailings(self) -> dict[str, list[Moment]]:
        return self.history.moments.get("mailing", {})

    def _decided(self, mailing_id: str, mail: Taken) -> Moment:
        """Return the moment from which on the mail was on the wire: the last move to "sending" before it arrived."""
        moments = [m for m in self.history.versions("mailing", mailing_id) if m.was["state"] == "sending"]
        before = [m for m in moments if m.at <= mail.at]
        return (before or moments or self.history.versions("mailing", mailing_id))[-1]

    @cached_property
    def items(self) -> dict[str, list[str]]:
        """Items by each mailing in which they ever were: those of a mail that was put back may join another."""
        found: dict[str, list[str]] = {}
        for id_, versions in self.history.moments.get("mailing_item", {}).items():
            for mailing_id in dict.fromkeys(each.was["mailing_id"] for each in versions):
                found.setdefault(mailing_id, []).append(id_)
        return found

    @cached_property
    def struck(self) -> Mapping[str, int]:
        """How severe the severest step is that was ever struck out of each enrolment, in whatever cadence it was."""
        found: dict[str, int] = {}
        for versions in self.history.moments.get("veto", {}).values():
            enrolment_id = versions[0].was["enrolment_id"]
            enrolment = self.history.seen_by("enrolment", enrolment_id, versions[0])
            for position, _, letter in self.steps.get(enrolment["cadence_id"], ()) if enrolment else ():
                if position == versions[0].was["step"]:
                    found[enrolment_id] = max(found.get(enrolment_id, 0), SEVERITIES.get(letter or "", 0))
        return found

    @cached_property
    def by_invoice(self) -> dict[str, dict[str, list[str]]]:
        """What pauses money, by table and invoice."""
        return {table: self.history.about(table, "invoice_id") for table in ("promise", "plan", "dispute")}

    @cached_property
    def numbers(self) -> dict[str, str]:
        """Invoice ids by number."""
        return {versions[0].was["number"]: id_ for id_, versions in self.history.moments.get("invoice", {}).items()}

    def included(self, sent: "Sent") -> list[dict[str, Any]]:
        """Return the items that were in the mail when it was decided."""
        found = []
        for id_ in self.items.get(sent.mailing_id, ()):
            row = self.history.seen_by("mailing_item", id_, sent.decided)
            if row is not None and row["state"] == "included" and row["mailing_id"] == sent.mailing_id:
                found.append(row)
        return found


@dataclass(frozen=True, slots=True)
class Sent:
    """A mail with the commit that decided it."""

    mail: Taken
    mailing_id: str
    decided: Moment

    @property
    def asks(self) -> bool:
        """Whether it asks for money."""
        return bool(self.decided.was["asks"]) or self.decided.was["letter"] in ASKING


def numbers_in(text: str) -> frozenset[str]:
    """Return the numbers of this world's invoices in a text."""
    return frozenset(re.findall(r"\bSO-\d{7}\b", text))
