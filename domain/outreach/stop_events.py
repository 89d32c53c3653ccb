"""What happens to the stops before reminders (holds, gates, breakers, warm-up), and a reminder that was asked for."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime

from domain.deliverability.contact_events import AbsenceWithdrawn, ContactAway
from domain.deliverability.events import AddressSuppressed, SuppressionLifted
from domain.kernel import dates
from domain.kernel.events import Event, InvoiceEvent
from domain.kernel.notices import SILENT, Notices, job, operators
from domain.kernel.sentences import Sentence
from domain.kernel.speech import say


def _end(at: datetime | None) -> str:
    return say("until {until}", until=dates.told(at)) if at else say("until somebody ends it")


class HoldEvent(Event):
    """Something about the reminders of one customer, or of an invoice or a contact of theirs."""

    account_id: UUID
    account_name: str
    invoice_id: UUID | None = None
    invoice_number: str | None = None
    contact_id: UUID | None = None
    sent_to: str | None = None
    """The contact's address, masked."""
    reason: Sentence

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
        return say(
            "Reminders to {whom} are on hold ({kind}) {until}: {reason}",
            whom=self.whom,
            kind=say(self.of),
            until=_end(self.until),
            reason=self.reason,
        )


class HoldLifted(HoldEvent):
    """Somebody lets reminders go on."""

    kind: ClassVar[str] = "hold.lifted"

    hold_id: UUID
    of: str

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say(
            "The hold ({kind}) on {whom} was lifted: {reason}",
            kind=say(self.of),
            whom=self.whom,
            reason=self.reason,
        )


class AccountExcluded(HoldEvent):
    """A customer gets no reminders at all."""

    kind: ClassVar[str] = "account.excluded"

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say("{account} is excluded from reminders: {reason}", account=self.account_name, reason=self.reason)


class AccountIncluded(HoldEvent):
    """A customer gets reminders again."""

    kind: ClassVar[str] = "account.included"

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say("{account} gets reminders again: {reason}", account=self.account_name, reason=self.reason)


class GateClosed(Event):
    """All mail, or all that leaves by itself, waits."""

    kind: ClassVar[str] = "gate.closed"

    gate: str
    segment: str | None
    holds: str
    reason: Sentence
    until: AwareDatetime | None

    def told(self) -> str:
        """Return the fact as a sentence."""
        told = {
            "gate": say(self.gate),
            "segment": self.segment,
            "until": _end(self.until),
            "reason": self.reason,
        }
        if self.holds == "all mail" and self.segment:
            return say("All mail of segment {segment} waits {until} ({gate}): {reason}", **told)
        if self.holds == "all mail":
            return say("All mail waits {until} ({gate}): {reason}", **told)
        if self.holds == "mail that asks to pay":
            return say("All mail that asks to pay waits {until} ({gate}): {reason}", **told)
        if self.segment:
            return say("Whatever would leave by itself of segment {segment} waits {until} ({gate}): {reason}", **told)
        return say("Whatever would leave by itself waits {until} ({gate}): {reason}", **told)


class GateOpened(Event):
    """What a gate held back may leave."""

    kind: ClassVar[str] = "gate.opened"

    gate: str
    segment: str | None
    reason: Sentence
    released: int

    def told(self) -> str:
        """Return the fact as a sentence."""
        told = {"gate": say(self.gate), "segment": self.segment, "reason": self.reason}
        if self.segment:
            return say(
                "Mail of segment {segment} leaves again ({gate}): {reason}; {count} were waiting for it",
                **told,
                count=self.released,
            )
        return say("Mail leaves again ({gate}): {reason}; {count} were waiting for it", **told, count=self.released)


class BreakerTripped(Event):
    """Reminders to the users of one mail provider pause: they complain, or it blocks us."""

    kind: ClassVar[str] = "breaker.tripped"

    provider: str
    reason: Sentence
    until: AwareDatetime
    trips: int

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say(
            "Reminders to {provider} pause {until}: {reason}; then one mail tries",
            provider=self.provider,
            until=_end(self.until),
            reason=self.reason,
        )


class BreakerClosed(Event):
    """A mail provider takes our reminders again."""

    kind: ClassVar[str] = "breaker.closed"

    provider: str

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say("Reminders to {provider} leave again: the one that tried drew no complaint", provider=self.provider)


class WarmUpGrew(Event):
    """The sending domain may send more a day than before."""

    kind: ClassVar[str] = "warm-up.grew"

    domain: str
    was: int
    cap: int
    reason: Sentence

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say(
            "{domain} may send {cap} mails a day (before: {was}): {reason}",
            domain=self.domain,
            cap=self.cap,
            was=self.was,
            reason=self.reason,
        )


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
    waits: Sentence = ""
    """For what it waits, and until when; empty: it leaves now."""

    def told(self) -> str:
        """Return the fact as a sentence."""
        told = {"address": ", ".join(self.sent_to), "waits": self.waits}
        asked = (
            say("A reminder to {address} was asked for ({waits})", **told)
            if self.waits
            else say("A reminder to {address} was asked for", **told)
        )
        return f"{asked}: {self.note}" if self.note else asked


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
