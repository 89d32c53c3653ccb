"""What happens to files that are handed in for an import; what the ledger takes of them is told by its own events."""

from typing import ClassVar
from uuid import UUID

from domain.kernel.events import Event
from domain.kernel.notices import SILENT, Notices
from domain.kernel.sentences import Sentence
from domain.kernel.speech import again, say, say_as


def state_word(state: str) -> str:
    """Return how far an import has come, as a word."""
    known = {
        "asked": say_as("state of an import", "asked"),
        "open": say_as("state of an import", "open"),
        "previewed": say_as("state of an import", "previewed"),
        "applying": say_as("state of an import", "applying"),
        "applied": say_as("state of an import", "applied"),
        "cancelled": say_as("state of an import", "cancelled"),
        "expired": say_as("state of an import", "expired"),
        "failed": say_as("state of an import", "failed"),
    }
    return known.get(state, state)


class FileHandedIn(Event):
    """Somebody handed in a file to be imported."""

    kind: ClassVar[str] = "import.handed_in"

    import_id: UUID
    file_name: str
    known_before: bool = False
    """Whether the very same upload had been handed in already; then nothing new began."""
    state: str = "asked"

    def told(self) -> str:
        """Return the fact as a sentence."""
        if self.known_before:
            return say(
                "{file} was handed in before; that import is {state}", file=self.file_name, state=state_word(self.state)
            )
        return say("{file} was handed in for an import", file=self.file_name)


class ImportAnswered(Event):
    """Somebody said how the file is to be read."""

    kind: ClassVar[str] = "import.answered"

    import_id: UUID
    file_name: str
    what: str
    answer: Sentence

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say(
            "{file} is read again ({what}: {answer})",
            file=self.file_name,
            what=say(self.what),
            answer=again(self.answer),
        )


class ImportApproved(Event):
    """Somebody let what the preview shows happen."""

    kind: ClassVar[str] = "import.approved"

    import_id: UUID
    file_name: str
    of: str

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say("{file} is being imported as {kind}", file=self.file_name, kind=say(self.of))


class ImportDropped(Event):
    """A file that was handed in ended without an import."""

    kind: ClassVar[str] = "import.dropped"

    import_id: UUID
    file_name: str
    how: str
    """``cancelled``, ``expired`` or ``failed``."""
    reason: Sentence = ""

    def told(self) -> str:
        """Return the fact as a sentence."""
        match self.how:
            case "cancelled":
                return say("The import of {file} was cancelled; nothing was changed", file=self.file_name)
            case "expired":
                return say(
                    "Nobody decided about {file}; its import has ended, and nothing was changed", file=self.file_name
                )
            case _:
                return say("{file} cannot be imported: {reason}", file=self.file_name, reason=again(self.reason))


NOTICES: Notices = {FileHandedIn: SILENT, ImportAnswered: SILENT, ImportApproved: SILENT, ImportDropped: SILENT}
