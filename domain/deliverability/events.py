"""What happens to mail on its way out and back."""

from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime

from domain.kernel.events import Event, InvoiceEvent, PlacedEvent
from domain.kernel.notices import ROUTINE, SILENT, Notices, job, operators


class LetterSent(InvoiceEvent):
    """A mail left: the relay took it."""

    kind: ClassVar[str] = "letter.sent"

    mailing_id: UUID
    letter: str
    sent_to: str
    """Masked."""
    step: int | None
    why: str

    def told(self) -> str:
        """Return the fact as a sentence."""
        what = f"Reminder (step {self.step})" if self.step else self.letter.replace("-", " ").capitalize()
        return f"{what} sent to {self.sent_to}: {self.why}"


class LetterWithheld(InvoiceEvent):
    """A planned mail was not sent, for a reason."""

    kind: ClassVar[str] = "letter.withheld"

    mailing_id: UUID
    letter: str
    sent_to: str
    step: int | None
    why: str

    def told(self) -> str:
        """Return the fact as a sentence."""
        return f"{self.letter.replace('-', ' ').capitalize()} to {self.sent_to} not sent: {self.why}"


class LetterHeld(InvoiceEvent):
    """A queued mail cannot leave now; told once for each guardrail that it waits for."""

    kind: ClassVar[str] = "letter.held"

    mailing_id: UUID
    letter: str
    sent_to: str
    guardrail: str
    why: str
    until: AwareDatetime

    def told(self) -> str:
        """Return the fact as a sentence."""
        what = self.letter.replace("-", " ").capitalize()
        return f"{what} to {self.sent_to} waits until {self.until:%Y-%m-%d %H:%M} UTC: {self.why}"


class InvoiceLeftOut(InvoiceEvent):
    """An invoice was taken out of a reminder that goes on without it."""

    kind: ClassVar[str] = "invoice.left-out"

    mailing_id: UUID
    sent_to: str
    step: int | None
    guardrail: str
    why: str
    given_back: bool
    """Whether its step is planned again when the reason has passed."""

    def told(self) -> str:
        """Return the fact as a sentence."""
        return f"Left out of the reminder to {self.sent_to}: {self.why}"


class LetterUncertain(InvoiceEvent):
    """The process died while a mail was on the wire; nobody can tell whether it arrived."""

    kind: ClassVar[str] = "letter.uncertain"

    mailing_id: UUID
    letter: str
    sent_to: str
    step: int | None

    def told(self) -> str:
        """Return the fact as a sentence."""
        return (
            f"{self.letter.replace('-', ' ').capitalize()} to {self.sent_to} may or may not have left; "
            "it is not repeated, the next step goes on"
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
        return f"{self.letter.replace('-', ' ').capitalize()} to {self.sent_to} refused by the relay ({self.answer})"


class AddressSuppressed(PlacedEvent):
    """An address, or a whole domain, must not be mailed any more; the account's other contacts still are."""

    kind: ClassVar[str] = "address.suppressed"

    suppression_id: UUID
    address: str
    """Masked; a domain as ``@acme.example``."""
    reason: str
    rule: str
    note: str = ""
    until: AwareDatetime | None = None
    mail_id: UUID | None = None
    contact_id: UUID | None = None

    def told(self) -> str:
        """Return the fact as a sentence."""
        until = f" until {self.until:%Y-%m-%d}" if self.until else ""
        by_rule = "" if self.note else f" (rule {self.rule})"  # a person or a list has words of its own
        note = f": {self.note}" if self.note else ""
        if self.reason == "opted out":
            return f"{self.address} wants no more reminders{by_rule}{note}; a person follows up, the debt stays"
        if self.reason == "complaint":
            return (
                f"{self.address} complained about a reminder{by_rule}{note} and is suppressed: look at the customer"
                " before anything else is sent, and choose a softer tone"
            )
        if self.note:
            return f"{self.address} is suppressed{until} ({self.reason}){note}"
        return f"{self.address} is suppressed{until} ({self.reason}, rule {self.rule}): find another contact"


class SuppressionLifted(PlacedEvent):
    """An address may be mailed again: a person decided so, its time was over, or its reason was taken back."""

    kind: ClassVar[str] = "suppression.lifted"

    suppression_id: UUID
    address: str
    """Masked; a domain as ``@acme.example``."""
    was: str = ""
    """For what it had been suppressed."""
    reason: str

    def told(self) -> str:
        """Return the fact as a sentence."""
        was = f" (it was suppressed: {self.was})" if self.was else ""
        return f"{self.address} may be mailed again{was}: {self.reason}"


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
        rest = ", ".join(f"{count:,} {word}" for count, word in (
            (self.known, "known before"), (self.rejected, "rejected")) if count)  # fmt: skip
        return f"{self.new:,} addresses and domains of {self.file_name} are suppressed{f', {rest}' if rest else ''}"


class SuppressionsEnded(Event):
    """The time of suppressions that lists had led to is over."""

    kind: ClassVar[str] = "suppressions.ended"

    count: int

    def told(self) -> str:
        """Return the fact as a sentence."""
        whom = "An address or domain" if self.count == 1 else f"{self.count:,} addresses and domains"
        return f"{whom} of suppression lists may be mailed again: their time is over"


_CAME = {
    "bounce": "A mail came back, says {}",
    "delayed": "A mail of ours is late, says {}",
    "complaint": "A complaint came in from {}",
    "auto_reply": "{} answered by machine",
}
"""What came, by its kind, before the sender's name."""


class MailArrived(PlacedEvent):
    """A mail was read and needs a person's eyes; it is kept whole."""

    kind: ClassVar[str] = "mail.arrived"

    mail_id: UUID
    what: str
    """bounce, delayed, complaint, auto_reply, human or other."""
    rule: str
    sender: str
    """Masked."""
    note: str
    thread: str = ""
    """How it is known to which customer it belongs: ``token``, ``reference``, ``quoted token``, ``sender``."""
    guesses: tuple[str, ...] = ()
    """Of a person's mail: what it seems to want, in a word each."""
    attachments: int = 0
    waits_until: AwareDatetime | None = None
    """When reminders go on even so, since it is the customer's by its sender alone."""

    def told(self) -> str:
        """Return the fact as a sentence."""
        sender = self.sender if "@" in self.sender else "somebody"
        if self.what == "human":
            files = f" and sent {self.attachments} {'file' if self.attachments == 1 else 'files'}"
            return f"{sender} wrote{files if self.attachments else ''}{self.note.removeprefix('a person wrote')}"
        return f"{_CAME.get(self.what, 'Mail came in from {}').format(sender)}: {self.note}"


class MailQuarantined(Event):
    """A mail could not be read; it is kept and can be replayed."""

    kind: ClassVar[str] = "mail.quarantined"

    mail_id: UUID
    reason: str

    def told(self) -> str:
        """Return the fact as a sentence."""
        return f"A mail could not be read and is kept in quarantine: {self.reason}"


class MailSeen(PlacedEvent):
    """A person has dealt with a mail; it is unread no more."""

    kind: ClassVar[str] = "mail.seen"

    mail_id: UUID
    note: str = ""
    """Why nothing else had to be done for it, where somebody may ask."""

    def told(self) -> str:
        """Return the fact as a sentence."""
        return f"A mail that had come in was dealt with{f': {self.note}' if self.note else ''}"


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
