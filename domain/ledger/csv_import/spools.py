"""Spools: rows of a file that are kept on disk until their turn to be staged."""

import csv
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

_IN_MEMORY = 1 << 20


class Spool:
    """Rows as CSV, in memory while they are few."""

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(  # noqa: SIM115 - closed by close()
            _IN_MEMORY, "w+", encoding="utf-8", newline=""
        )
        self._rows = csv.writer(self._file)
        self.count = 0

    def add(self, row: Iterable[object]) -> None:
        """Keep one row."""
        self._rows.writerow(row)
        self.count += 1

    def staged(self, size: int = 1 << 16) -> Iterator[str]:
        """Yield what was kept as pieces of CSV."""
        self._file.seek(0)
        while piece := self._file.read(size):
            yield piece

    def close(self) -> None:
        """Give the disk space back."""
        self._file.close()


@dataclass(frozen=True, slots=True)
class Spools:
    """What an invoice file holds beside plain invoices."""

    credits: Spool = field(default_factory=Spool)
    mangled: Spool = field(default_factory=Spool)
    """Numbers that a spreadsheet has, or may have, changed."""
    present: Spool | None = None
    """For full exports the numbers of rows that are rejected or left out: they are in the file nevertheless."""

    def by_table(self) -> Iterator[tuple[str, Spool]]:
        """Yield each spool with the table that it is staged in."""
        yield "import_credit", self.credits
        yield "import_mangled", self.mangled
        if self.present is not None:
            yield "import_present", self.present

    def close(self) -> None:
        """Give the disk space back."""
        for _, spool in self.by_table():
            spool.close()
