"""What happens after a restore from a backup: mail is put aside, released by a person, and flows again."""

from typing import ClassVar
from uuid import UUID

from domain.kernel.events import Event, InvoiceEvent
from domain.kernel.notices import SILENT, Notices
from domain.kernel.speech import counted, say
from domain.letters.names import titled


class DatabaseRestored(Event):
    """The database is an older one than the world has seen; nothing leaves until a person has looked."""

    kind: ClassVar[str] = "database.restored"

    reason: str
    put_aside: int
    """Mails that were under way in the backup."""

    def told(self) -> str:
        """Return the fact as a sentence."""
        mails = counted("{n} mail put aside", "{n} mails put aside", self.put_aside)
        return say(
            "The database came from a backup, all mail waits: {mails}. {reason}", mails=mails, reason=self.reason
        )


class RestorationEnded(Event):
    """Mail flows again after a restore."""

    kind: ClassVar[str] = "database.restoration-ended"

    reason: str
    put_aside: int
    """Mails that were made anew meanwhile, and may have left before."""

    def told(self) -> str:
        """Return the fact as a sentence."""
        mails = counted("{n} mail put aside", "{n} mails put aside", self.put_aside)
        return say("Mail flows again after the restore: {mails}. {reason}", mails=mails, reason=self.reason)


class LetterPutAside(InvoiceEvent):
    """A mail may have left after the backup was made; it is not sent again unless a person says so."""

    kind: ClassVar[str] = "letter.put-aside"

    mailing_id: UUID
    letter: str
    sent_to: str
    step: int | None

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say(
            "{letter} to {address} may have left after the backup was made; it waits for a person",
            letter=titled(self.letter),
            address=self.sent_to,
        )


class LetterReleased(InvoiceEvent):
    """A person let a mail go that had been put aside."""

    kind: ClassVar[str] = "letter.released"

    mailing_id: UUID
    letter: str
    sent_to: str
    step: int | None

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say("{letter} to {address} was released", letter=titled(self.letter), address=self.sent_to)


NOTICES: Notices = {
    DatabaseRestored: SILENT,
    RestorationEnded: SILENT,
    LetterPutAside: SILENT,
    LetterReleased: SILENT,
}
