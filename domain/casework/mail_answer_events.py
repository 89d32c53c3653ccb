"""What persons did about a mail of the customer: answered it (the words stay with the answer), noted a wish of it."""

from collections.abc import Mapping
from typing import ClassVar
from uuid import UUID

from domain.deliverability.replies import IntentKind
from domain.kernel.events import InvoiceEvent, PlacedEvent
from domain.kernel.notices import SILENT, Notices, operators
from domain.kernel.sentences import Sentence
from domain.kernel.speech import phrase, say

WISHES: Mapping[IntentKind, str] = {
    IntentKind.PROMISE: phrase("a promise"),
    IntentKind.PAID: phrase("it was paid already"),
    IntentKind.DISPUTE: phrase("an objection"),
    IntentKind.WRONG_CONTACT: phrase("somebody else is to be written to"),
    IntentKind.STOP: phrase("no more reminders are wished for"),
    IntentKind.CALL: phrase("a call is wished for"),
    IntentKind.COPY: phrase("a copy is wished for"),
    IntentKind.INSTALMENTS: phrase("instalments are wished for"),
    IntentKind.QUESTION: phrase("a question"),
    IntentKind.OTHER: phrase("nothing that Plixo knows"),
}
"""What a guess at a mail is, in words."""


class MailReplied(InvoiceEvent):
    """A person answered what somebody at the customer wrote; the answer leaves in the thread of that mail."""

    kind: ClassVar[str] = "mail.replied"

    mail_id: UUID
    answer_id: UUID
    contact_id: UUID
    sent_to: str
    """Masked."""

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say("The mail of {address} is answered by mail", address=self.sent_to)


class WishNoted(PlacedEvent):
    """A person noted one wish of a mail that has others; it waits on for those, and reminders with it."""

    kind: ClassVar[str] = "mail.wish_noted"

    mail_id: UUID
    wish: IntentKind
    note: Sentence = ""
    """Why nothing had to be done for it, where somebody may ask."""

    def told(self) -> str:
        """Return the fact as a sentence."""
        wish = say(WISHES[self.wish])
        if self.note:
            return say("Of a mail was noted: {wish} ({note}); it waits for the rest", wish=wish, note=self.note)
        return say("Of a mail was noted: {wish}; it waits for the rest", wish=wish)


NOTICES: Notices = {
    MailReplied: (operators(),),
    WishNoted: SILENT,  # what was done about the wish tells itself
}
