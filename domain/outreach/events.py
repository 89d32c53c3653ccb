"""What happens to reminders as a whole; each single mail is told in ``domain/deliverability/events.py``."""

from typing import ClassVar

from domain.deliverability.events import MailSeen, SuppressionLifted
from domain.kernel.events import Event, InvoiceEvent
from domain.kernel.notices import SILENT, Notices, job, operators
from domain.kernel.sentences import Sentence
from domain.kernel.speech import counted, say
from domain.ledger.entry_events import AllocationTakenBack, InvoiceVoided, InvoiceWrittenOff, WriteOffReversed
from domain.ledger.events import InvoiceSettled, PaymentReversed
from domain.ledger.import_events import FallDecided, InvoiceChanged
from domain.pay_links.events import PaymentFailed


class CadenceClosed(InvoiceEvent):
    """The reminders of an invoice ended, since nothing is owed any more."""

    kind: ClassVar[str] = "cadence.closed"

    cadence: str
    reason: Sentence

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say("Reminders ended: {reason}", reason=self.reason)


class InvoiceEscalated(InvoiceEvent):
    """Every letter was sent; a person takes over."""

    kind: ClassVar[str] = "invoice.escalated"

    cadence: str
    days_past_due: int

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say(
            "All reminders were sent and the invoice is {days} days past due: over to a person", days=self.days_past_due
        )


class DraftsMade(Event):
    """Mails were written that wait for a person; told once for all that are made at a time."""

    kind: ClassVar[str] = "drafts.made"

    drafts: int

    def told(self) -> str:
        """Return the fact as a sentence."""
        return counted("{n} draft waits for an approval", "{n} drafts wait for an approval", self.drafts)


class ContactMissing(InvoiceEvent):
    """A reminder is due and none of the customer's addresses may be mailed; told once, for the first such invoice."""

    kind: ClassVar[str] = "contact.missing"

    account_name: str
    reason: Sentence
    about: str = ""
    """The instalment that cannot be asked for and on which occasion; empty for a step of a cadence."""

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say(
            "A reminder cannot be sent to {account}: {reason}",
            account=self.account_name,
            reason=self.reason,
        )


class EnrolmentMoved(InvoiceEvent):
    """An invoice went over to another segment, and to the corresponding step of its cadence."""

    kind: ClassVar[str] = "enrolment.moved"

    was_segment: str
    segment: str
    was_cadence: str
    cadence: str

    def told(self) -> str:
        """Return the fact as a sentence."""
        told = {"was": self.was_segment, "segment": self.segment, "cadence": self.cadence}
        if self.cadence == self.was_cadence:
            return say("Segment {was} → {segment}", **told)
        return say("Segment {was} → {segment}; reminders go on in cadence {cadence}", **told)


class StepStruck(InvoiceEvent):
    """A person struck out one step beforehand; it will not be sent."""

    kind: ClassVar[str] = "step.struck"

    step: int
    letter: str
    reason: Sentence

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say(
            "Step {step} ({letter}) was struck out: {reason}",
            step=str(self.step),
            letter=self.letter,
            reason=self.reason,
        )


class StepRestored(InvoiceEvent):
    """A step that was struck out will be sent after all."""

    kind: ClassVar[str] = "step.restored"

    step: int
    letter: str

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say("Step {step} ({letter}) is no longer struck out", step=str(self.step), letter=self.letter)


NOTICES: Notices = {
    InvoiceChanged: (job("redate_reminders"),),
    InvoiceSettled: (job("close_cadence"),),
    InvoiceWrittenOff: (job("close_cadence"),),
    InvoiceVoided: (job("close_cadence"),),
    PaymentReversed: (job("plan_reminders"),),
    AllocationTakenBack: (job("plan_reminders"),),
    WriteOffReversed: (job("plan_reminders"),),
    FallDecided: (job("plan_reminders"),),
    PaymentFailed: (job("resume_reminders"),),
    MailSeen: (job("resume_reminders"),),
    SuppressionLifted: (job("resume_reminders"),),
    CadenceClosed: (operators(),),
    InvoiceEscalated: (operators(),),
    DraftsMade: (operators(),),
    ContactMissing: SILENT,  # casework makes a task of it
    EnrolmentMoved: SILENT,
    StepStruck: SILENT,  # whoever does it is answered at once
    StepRestored: SILENT,
}
