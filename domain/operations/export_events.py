"""What is taken out of the product as a file: by whom, and what."""

from typing import ClassVar

from domain.kernel.events import Event
from domain.kernel.notices import SILENT, Notices
from domain.kernel.speech import counted, say, say_as


def _called(what: str) -> str:
    known = {
        "statement": say_as("a file that was exported", "statement"),
        "invoice": say_as("a file that was exported", "invoice"),
        "receipt": say_as("a file that was exported", "receipt"),
        "queue": say_as("a file that was exported", "queue"),
        "ageing": say_as("a file that was exported", "ageing"),
        "unapplied": say_as("a file that was exported", "unapplied"),
        "suppressions": say_as("a file that was exported", "suppressions"),
        "cash": say_as("a file that was exported", "cash"),
        "rejects": say_as("a file that was exported", "rejects"),
        "ageing chart": say_as("a file that was exported", "ageing chart"),
        "portal chart": say_as("a file that was exported", "portal chart"),
        "cash chart": say_as("a file that was exported", "cash chart"),
        "report": say_as("a file that was exported", "report"),
        "digest": say_as("a file that was exported", "digest"),
        "personal data": say_as("a file that was exported", "personal data"),
    }
    return known.get(what, what)


class FileExported(Event):
    """Somebody took figures or papers along as a file."""

    kind: ClassVar[str] = "export.made"

    what: str
    file_name: str
    rows: int | None = None

    def told(self) -> str:
        """Return the fact as a sentence."""
        what = _called(self.what)
        if self.rows is None:
            return say("{file} was exported ({what})", file=self.file_name, what=what)
        return counted(
            "{file} was exported ({what}, {n} row)",
            "{file} was exported ({what}, {n} rows)",
            self.rows,
            file=self.file_name,
            what=what,
        )


NOTICES: Notices = {FileExported: SILENT}
