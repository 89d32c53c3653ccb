"""That a person answered a mail; the words themselves stay with the answer."""

from typing import ClassVar
from uuid import UUID

from domain.kernel.events import InvoiceEvent
from domain.kernel.notices import Notices, operators


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
        return f"The mail of {self.sent_to} is answered by mail"


NOTICES: Notices = {
    MailReplied: (operators(),),
}
