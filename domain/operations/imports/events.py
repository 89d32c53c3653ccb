"""What happens to files that are handed in for an import; what the ledger takes of them is told by its own events."""

from typing import ClassVar
from uuid import UUID

from domain.kernel.events import Event
from domain.kernel.notices import SILENT, Notices


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
            return f"{self.file_name} was handed in before; that import is {self.state}"
        return f"{self.file_name} was handed in for an import"


class ImportAnswered(Event):
    """Somebody said how the file is to be read."""

    kind: ClassVar[str] = "import.answered"

    import_id: UUID
    file_name: str
    what: str
    answer: str

    def told(self) -> str:
        """Return the fact as a sentence."""
        return f"{self.file_name} is read again ({self.what}: {self.answer})"


class ImportApproved(Event):
    """Somebody let what the preview shows happen."""

    kind: ClassVar[str] = "import.approved"

    import_id: UUID
    file_name: str
    of: str

    def told(self) -> str:
        """Return the fact as a sentence."""
        return f"{self.file_name} is being imported as {self.of}"


class ImportDropped(Event):
    """A file that was handed in ended without an import."""

    kind: ClassVar[str] = "import.dropped"

    import_id: UUID
    file_name: str
    how: str
    """``cancelled``, ``expired`` or ``failed``."""
    reason: str = ""

    def told(self) -> str:
        """Return the fact as a sentence."""
        match self.how:
            case "cancelled":
                return f"The import of {self.file_name} was cancelled; nothing was changed"
            case "expired":
                return f"Nobody decided about {self.file_name}; its import has ended, and nothing was changed"
            case _:
                return f"{self.file_name} cannot be imported: {self.reason}"


NOTICES: Notices = {FileHandedIn: SILENT, ImportAnswered: SILENT, ImportApproved: SILENT, ImportDropped: SILENT}
