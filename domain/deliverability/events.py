"""What happens to mail on its way out and back."""

from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime

from domain.deliverability import suppressed
from domain.kernel.events import Event, InvoiceEvent, PlacedEvent
from domain.kernel.notices import ROUTINE, SILENT, Notices, job, operators
from domain.kernel.sentences import Sentence
from domain.kernel.speech import counted, joined, phrase, say
from domain.letters.names import titled


class LetterSent(InvoiceEvent):
    """A mail left: the relay took it."""

    kind: ClassVar[str] = "letter.sent"

    mailing_id: UUID
    letter: str
    sent_to: str
    """Masked."""
    step: int | None
    why: Sentence

    def told(self) -> str:
        """Return the fact as a sentence."""
        if self.step:
            step = {"step": str(self.step), "address": self.sent_to}
            return say("Reminder (step {step}) sent to {address}: {why}", **step, why=self.why)
        return say("{letter} sent to {address}: {why}", **_mail(self), why=self.why)


class LetterWithheld(InvoiceEvent):
    """A planned mail was not sent, for a reason."""

    kind: ClassVar[str] = "letter.withheld"

    mailing_id: UUID
    letter: str
    sent_to: str
    step: int | None
    why: Sentence

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say("{letter} to {address} not sent: {why}", **_mail(self), why=self.why)


class LetterHeld(InvoiceEvent):
    """A queued mail cannot leave now; told once for each guardrail that it waits for."""

    kind: ClassVar[str] = "letter.held"

    mailing_id: UUID
    letter: str
    sent_to: str
    guardrail: str
    why: Sentence
    until: AwareDatetime

    def told(self) -> str:
        """Return the fact as a sentence."""
        moment, why = f"{self.until:%Y-%m-%d %H:%M} UTC", self.why
        return say("{letter} to {address} waits until {moment}: {why}", **_mail(self), moment=moment, why=why)


class InvoiceLeftOut(InvoiceEvent):
    """An invoice was taken out of a reminder that goes on without it."""

    kind: ClassVar[str] = "invoice.left-out"

    mailing_id: UUID
    sent_to: str
    step: int | None
    guardrail: str
    why: Sentence
    given_back: bool
    """Whether its step is planned again when the reason has passed."""

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say("Left out of the reminder to {address}: {why}", address=self.sent_to, why=self.why)


class LetterUncertain(InvoiceEvent):
    """The process died while a mail was on the wire; nobody can tell whether it arrived."""

    kind: ClassVar[str] = "letter.uncertain"

    mailing_id: UUID
    letter: str
    sent_to: str
    step: int | None

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say(
            "{letter} to {address} may or may not have left; it is not repeated, the next step goes on", **_mail(self)
        )


class LetterRefused(InvoiceEvent):
    """The relay will not take this mail, however often it is offered."""

    kind: ClassVar[str] = "letter.refused"

    mailing_id: UUID
    letter: str
    sent_to: str
    answer: str
    """The relay's status code and enhanced code only, such as ``550 5.1.1``."""

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say("{letter} to {address} refused by the relay ({answer})", **_mail(self), answer=self.answer)


class AddressSuppressed(PlacedEvent):
    """An address, or a whole domain, must not be mailed any more; the account's other contacts still are."""

    kind: ClassVar[str] = "address.suppressed"

    suppression_id: UUID
    address: str
    """Masked; a domain as ``@acme.example``."""
    reason: str
    rule: str
    note: Sentence = ""
    until: AwareDatetime | None = None
    mail_id: UUID | None = None
    contact_id: UUID | None = None

    def told(self) -> str:
        """Return the fact as a sentence."""
        if self.note:
            return suppressed.by_words(self.address, self.reason, self.until, note=self.note)
        return suppressed.by_rule(self.address, self.reason, self.until, rule=self.rule)


class SuppressionLifted(PlacedEvent):
    """An address may be mailed again: a person decided so, its time was over, or its reason was taken back."""

    kind: ClassVar[str] = "suppression.lifted"

    suppression_id: UUID
    address: str
    """Masked; a domain as ``@acme.example``."""
    was: str = ""
    """For what it had been suppressed."""
    reason: Sentence

    def told(self) -> str:
        """Return the fact as a sentence."""
        was = ", ".join(say(each) for each in self.was.split(", "))
        values = {"address": self.address, "was": was, "reason": self.reason}
        if self.was:
            return say("{address} may be mailed again (it was suppressed: {was}): {reason}", **values)
        return say("{address} may be mailed again: {reason}", **values)


class SuppressionsLoaded(Event):
    """A list of addresses that must not be mailed was loaded."""

    kind: ClassVar[str] = "suppressions.loaded"

    file_name: str
    read: int
    new: int
    known: int
    rejected: int

    def told(self) -> str:
        """Return the fact as a sentence."""
        told = [
            counted(
                "{n} address or domain of {file} is suppressed",
                "{n} addresses and domains of {file} are suppressed",
                self.new,
                file=self.file_name,
            )
        ]
        told += [say("{count} known before", count=self.known)] if self.known else []
        told += [say("{count} rejected", count=self.rejected)] if self.rejected else []
        return ", ".join(told)


class SuppressionsEnded(Event):
    """The time of suppressions that lists had led to is over."""

    kind: ClassVar[str] = "suppressions.ended"

    count: int

    def told(self) -> str:
        """Return the fact as a sentence."""
        return counted(
            "An address or domain of suppression lists may be mailed again: their time is over",
            "{n} addresses and domains of suppression lists may be mailed again: their time is over",
            self.count,
        )


_CAME = {
    "bounce": phrase("A mail came back, says {sender}: {note}"),
    "delayed": phrase("A mail of ours is late, says {sender}: {note}"),
    "complaint": phrase("A complaint came in from {sender}: {note}"),
    "auto_reply": phrase("{sender} answered by machine: {note}"),
    "other": phrase("Mail came in from {sender}: {note}"),
}
"""What came, by its kind."""


class MailArrived(PlacedEvent):
    """A mail was read and needs a person's eyes; it is kept whole."""

    kind: ClassVar[str] = "mail.arrived"

    mail_id: UUID
    what: str
    """bounce, delayed, complaint, auto_reply, human or other."""
    rule: str
    sender: str
    """Masked."""
    note: Sentence
    belonging: Sentence = ""
    """Of a person's mail: how uncertain it is whose it is."""
    thread: str = ""
    """How it is known to which customer it belongs: ``token``, ``reference``, ``quoted token``, ``sender``."""
    guesses: tuple[str, ...] = ()
    """Of a person's mail: what it seems to want, in a word each."""
    attachments: int = 0
    waits_until: AwareDatetime | None = None
    """When reminders go on even so, since it is the customer's by its sender alone."""

    def told(self) -> str:
        """Return the fact as a sentence."""
        sender = self.sender if "@" in self.sender else say("somebody")
        if self.what != "human":
            return say(_CAME.get(self.what, _CAME["other"]), sender=sender, note=self.note)
        wrote = (
            counted(
                "{sender} wrote and sent {n} file", "{sender} wrote and sent {n} files", self.attachments, sender=sender
            )
            if self.attachments
            else say("{sender} wrote", sender=sender)
        )
        return joined("", [wrote, self.belonging]) if self.belonging else wrote


class MailQuarantined(Event):
    """A mail could not be read; it is kept and can be replayed."""

    kind: ClassVar[str] = "mail.quarantined"

    mail_id: UUID
    reason: Sentence

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say("A mail could not be read and is kept in quarantine: {reason}", reason=self.reason)


class MailSeen(PlacedEvent):
    """A person has dealt with a mail; it is unread no more."""

    kind: ClassVar[str] = "mail.seen"

    mail_id: UUID
    note: Sentence = ""
    """Why nothing else had to be done for it, where somebody may ask."""

    def told(self) -> str:
        """Return the fact as a sentence."""
        if self.note:
            return say("A mail that had come in was dealt with: {note}", note=self.note)
        return say("A mail that had come in was dealt with")


def _mail(event: LetterSent | LetterWithheld | LetterHeld | LetterUncertain | LetterRefused) -> dict[str, str]:
    return {"letter": titled(event.letter), "address": event.sent_to}


NOTICES: Notices = {
    LetterSent: (operators(priority=ROUTINE),),
    LetterWithheld: (operators(priority=ROUTINE),),
    LetterHeld: SILENT,  # `why` shows it; each evening's hundreds would drown everything else
    InvoiceLeftOut: SILENT,
    LetterUncertain: (operators(),),
    LetterRefused: (operators(),),
    AddressSuppressed: (operators(),),
    SuppressionLifted: (operators(),),
    SuppressionsLoaded: (operators(),),
    SuppressionsEnded: (operators(),),
    MailArrived: (operators(),),
    MailQuarantined: (operators(),),
    MailSeen: (job("redraw_chat"), job("redraw_case")),
}
