"""What people do with drafts: approve, reject, edit, call back; and when a mail becomes a draft again."""

from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime

from domain.kernel.events import InvoiceEvent
from domain.kernel.notices import ROUTINE, Notices, operators
from domain.kernel.sentences import Sentence
from domain.kernel.speech import say
from domain.letters.names import titled


class DraftEvent(InvoiceEvent):
    """Something a person did to a draft, or had to be asked to do."""

    mailing_id: UUID
    letter: str
    sent_to: str

    @property
    def what(self) -> str:
        """The letter and whom it goes to."""
        return say("{letter} to {address}", letter=titled(self.letter), address=self.sent_to)


class LetterReturned(DraftEvent):
    """A queued mail became a draft: a person has to look at it, or again."""

    kind: ClassVar[str] = "letter.returned"

    why: Sentence

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say("{what} waits for an approval: {why}", what=self.what, why=self.why)


class LetterApproved(DraftEvent):
    """A person approved a draft; for a moment it may be called back."""

    kind: ClassVar[str] = "letter.approved"

    leaves_at: AwareDatetime
    """Not before then."""

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say("{what} approved", what=self.what)


class LetterCalledBack(DraftEvent):
    """An approval was taken back before the mail left."""

    kind: ClassVar[str] = "letter.called-back"

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say("{what} was called back and is a draft again", what=self.what)


class LetterRejected(DraftEvent):
    """A person decided that a draft is not sent."""

    kind: ClassVar[str] = "letter.rejected"

    why: Sentence

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say("{what} rejected: {why}", what=self.what, why=self.why)


class LetterEdited(DraftEvent):
    """A person changed the words of a draft, or to whom it goes; somebody else approves it."""

    kind: ClassVar[str] = "letter.edited"

    before: str = ""
    """To whom it would have gone, masked, where that was changed."""

    def told(self) -> str:
        """Return the fact as a sentence."""
        if self.before:
            return say(
                "{what} (before: to {before}) was edited; somebody else has to approve it",
                what=self.what,
                before=self.before,
            )
        return say("{what} was edited; somebody else has to approve it", what=self.what)


NOTICES: Notices = {
    LetterReturned: (operators(),),
    LetterApproved: (operators(priority=ROUTINE),),
    LetterCalledBack: (operators(),),
    LetterRejected: (operators(),),
    LetterEdited: (operators(),),
}
