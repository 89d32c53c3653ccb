"""What mail that came back says of a contact: a mailbox in trouble, somebody who left, somebody who is away."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from domain.kernel.events import InvoiceEvent
from domain.kernel.notices import Notices, operators
from domain.kernel.sentences import Sentence
from domain.kernel.speech import say


class BounceCounted(InvoiceEvent):
    """A mailbox had trouble: one point for the day. Enough of them stop the mail to it for a while."""

    kind: ClassVar[str] = "bounce.counted"

    mail_id: UUID
    address: str
    """Masked."""
    why: Sentence
    days: int
    """Bounce days within the last fortnight, with this one."""
    of: int

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say(
            "A mail to {address} came back ({why}): bounce day {days} of {of}, it is tried again",
            address=self.address,
            why=self.why,
            days=self.days,
            of=self.of,
        )


class ContactLeft(InvoiceEvent):
    """An automatic answer says that a contact is no longer with the company."""

    kind: ClassVar[str] = "contact.left"

    mail_id: UUID
    contact_id: UUID
    address: str
    """Masked."""
    successor: str = ""
    """Masked; whom the answer names instead, if anybody."""

    def told(self) -> str:
        """Return the fact as a sentence."""
        if self.successor:
            return say(
                "{address} is no longer with the company, says an automatic answer, who names {successor} instead",
                address=self.address,
                successor=self.successor,
            )
        return say("{address} is no longer with the company, says an automatic answer", address=self.address)


class ContactAway(InvoiceEvent):
    """An automatic answer says until when a contact is away."""

    kind: ClassVar[str] = "contact.away"

    mail_id: UUID
    contact_id: UUID
    address: str
    """Masked."""
    until: date

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say(
            "{address} is away until {day}, says an automatic answer: reminders to this contact wait",
            address=self.address,
            day=self.until,
        )


class AbsenceWithdrawn(InvoiceEvent):
    """A mail that had said that a contact is away was read again, and says so no more, or of another time."""

    kind: ClassVar[str] = "contact.absence-withdrawn"

    mail_id: UUID
    contact_id: UUID
    address: str
    """Masked."""

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say(
            "That {address} is away is taken back: the mail was read again and does not say so", address=self.address
        )


NOTICES: Notices = {
    BounceCounted: (operators(),),
    ContactLeft: (operators(),),
    ContactAway: (operators(),),
    AbsenceWithdrawn: (operators(),),
}
