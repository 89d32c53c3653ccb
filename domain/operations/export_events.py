"""What is taken out of the product as a file: by whom, and what."""

from typing import ClassVar

from domain.kernel.events import Event
from domain.kernel.notices import SILENT, Notices


class FileExported(Event):
    """Somebody took figures or papers along as a file."""

    kind: ClassVar[str] = "export.made"

    what: str
    file_name: str
    rows: int | None = None

    def told(self) -> str:
        """Return the fact as a sentence."""
        rows = f", {self.rows:,} {'row' if self.rows == 1 else 'rows'}" if self.rows is not None else ""
        return f"{self.file_name} was exported ({self.what}{rows})"


NOTICES: Notices = {FileExported: SILENT}
