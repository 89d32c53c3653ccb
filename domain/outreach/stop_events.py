"""What happens to the stops before reminders (holds, gates, breakers, warm-up), and a reminder that was asked for."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime

from domain.deliverability.contact_events import AbsenceWithdrawn, ContactAway
from domain.deliverability.events import AddressSuppressed, SuppressionLifted
from domain.kernel.events import Event, InvoiceEvent
from domain.kernel.notices import SILENT, Notices, job, operators


def _until(at: datetime | None) -> str:
    return f" until {at:%Y-%m-%d %H:%M} UTC" if at else " until somebody ends it"


class HoldEvent(Event):
    """Something about the reminders of one customer, or of an invoice or a contact of theirs."""

    account_id: UUID
    account_name: str
    invoice_id: UUID | None = None
    invoice_number: str | None = None
    contact_id: UUID | None = None
    sent_to: str | None = None
    """The contact's address, masked."""
    reason: str

    @property
    def account_ref(self) -> UUID | None:
        """Return the account."""
        return self.account_id

    @property
    def invoice_ref(self) -> UUID | None:
        """Return the invoice, if it is about one alone."""
        return self.invoice_id

    @property
    def whom(self) -> str:
        """Whose reminders they are."""
        return self.invoice_number or self.sent_to or self.account_name


class HoldPut(HoldEvent):
    """Somebody stopped reminders, for a reason and perhaps for a time."""

    kind: ClassVar[str] = "hold.put"

    hold_id: UUID
    of: str
    """The kind of hold."""
    until: AwareDatetime | None

    def told(self) -> str:
        """Return the fact as a sentence."""
        return f"Reminders to {self.whom} are on hold ({self.of}){_until(self.until)}: {self.reason}"


class HoldLifted(HoldEvent):
    """Somebody lets reminders go on."""

    kind: ClassVar[str] = "hold.lifted"

    hold_id: UUID
    of: str

    def told(self) -> str:
        """Return the fact as a sentence."""
        return f"The hold ({self.of}) on {self.whom} was lifted: {self.reason}"


class AccountExcluded(HoldEvent):
    """A customer gets no reminders at all."""

    kind: ClassVar[str] = "account.excluded"

    def told(self) -> str:
        """Return the fact as a sentence."""
        return f"{self.account_name} is excluded from reminders: {self.reason}"


class AccountIncluded(HoldEvent):
    """A customer gets reminders again."""

    kind: ClassVar[str] = "account.included"

    def told(self) -> str:
        """Return the fact as a sentence."""
        return f"{self.account_name} gets reminders again: {self.reason}"


class GateClosed(Event):
    """All mail, or all that leaves by itself, waits."""

    kind: ClassVar[str] = "gate.closed"

    gate: str
    segment: str | None
    holds: str
    reason: str
    until: AwareDatetime | None

    def told(self) -> str:
        """Return the fact as a sentence."""
        where = f" of segment {self.segment}" if self.segment else ""
        what = "All mail" if self.holds == "all mail" else "Whatever would leave by itself"
        return f"{what}{where} waits{_until(self.until)} ({self.gate}): {self.reason}"


class GateOpened(Event):
    """What a gate held back may leave."""

    kind: ClassVar[str] = "gate.opened"

    gate: str
    segment: str | None
    reason: str
    released: int

    def told(self) -> str:
        """Return the fact as a sentence."""
        where = f" of segment {self.segment}" if self.segment else ""
        return f"Mail{where} leaves again ({self.gate}): {self.reason}; {self.released} were waiting for it"


class BreakerTripped(Event):
    """Reminders to the users of one mail provider pause: they complain, or it blocks us."""

    kind: ClassVar[str] = "breaker.tripped"

    provider: str
    reason: str
    until: AwareDatetime
    trips: int

    def told(self) -> str:
        """Return the fact as a sentence."""
        return f"Reminders to {self.provider} pause{_until(self.until)}: {self.reason}; then one mail tries"


class BreakerClosed(Event):
    """A mail provider takes our reminders again."""

    kind: ClassVar[str] = "breaker.closed"

    provider: str

    def told(self) -> str:
        """Return the fact as a sentence."""
        return f"Reminders to {self.provider} leave again: the one that tried drew no complaint"


class WarmUpGrew(Event):
    """The sending domain may send more a day than before."""

    kind: ClassVar[str] = "warm-up.grew"

    domain: str
    was: int
    cap: int
    reason: str

    def told(self) -> str:
        """Return the fact as a sentence."""
        return f"{self.domain} may send {self.cap} mails a day (before: {self.was}): {self.reason}"


class WarmUpSteppedBack(WarmUpGrew):
    """The sending domain may send less a day than before: its mail draws bounces or complaints."""

    kind: ClassVar[str] = "warm-up.stepped-back"


class ReminderNudged(InvoiceEvent):
    """Somebody who knows the customer asked for a reminder now."""

    kind: ClassVar[str] = "reminder.nudged"

    mailing_ids: tuple[UUID, ...]
    sent_to: tuple[str, ...]
    """Masked."""
    owner_id: UUID | None
    owner_name: str | None
    """Whose customer it is, and who hears of it."""
    note: str
    waits: str = ""
    """For what it waits, and until when; empty: it leaves now."""

    def told(self) -> str:
        """Return the fact as a sentence."""
        note = f": {self.note}" if self.note else ""
        waits = f" ({self.waits})" if self.waits else ""
        return f"A reminder to {', '.join(self.sent_to)} was asked for{waits}{note}"


NOTICES: Notices = {
    ContactAway: (job("wait_for_contact"),),
    AbsenceWithdrawn: (job("end_absence"),),
    AddressSuppressed: (job("review_customer"),),
    SuppressionLifted: (job("end_review"),),
    HoldPut: (operators(),),
    HoldLifted: (operators(), job("resume_reminders")),
    AccountExcluded: (operators(),),
    AccountIncluded: (operators(), job("resume_reminders")),
    GateClosed: (operators(),),
    GateOpened: (operators(),),
    BreakerTripped: (operators(),),
    BreakerClosed: (operators(),),
    WarmUpGrew: SILENT,
    WarmUpSteppedBack: (operators(),),
    ReminderNudged: (operators(),),
}
