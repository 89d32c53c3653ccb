"""Credit rows: what a file owes its customers, kept on disk until it is staged beside the invoices.

A credit note, a negative line and money on account are one thing for the ledger: the customer has something to his
credit that is taken off an invoice when a person, or the merchant's own books, say so. Money on account is no payment
here, since it did not come through us: it is neither refunded nor counted as collected.
"""

import csv
import tempfile
from collections.abc import Iterator
from typing import NamedTuple

_SPOOLED_IN_MEMORY = 1 << 20


class CreditRow(NamedTuple):
    """One row as it is staged."""

    line: int
    number: str
    number_key: str
    customer: int | None
    currency: str | None
    total_minor: int | None
    """None when the file tells only what is left of it."""
    open_minor: int | None
    issued_on: str | None
    refers_to: str | None
    """The key of the invoice that it corrects, as the file names it."""
    reason: str
    withdrawn: bool
    """Void in the file: nothing but the number counts."""


class CreditRows:
    """The credit rows of a file, kept on disk until they are staged."""

    def __init__(self) -> None:
        self._spool = tempfile.SpooledTemporaryFile(  # noqa: SIM115 - closed by close()
            _SPOOLED_IN_MEMORY, "w+", encoding="utf-8", newline=""
        )
        self._rows = csv.writer(self._spool)
        self.count = 0

    def add(self, row: CreditRow) -> None:
        """Keep one row."""
        self._rows.writerow(row)
        self.count += 1

    def staged(self, size: int = 1 << 16) -> Iterator[str]:
        """Yield what was kept as pieces of CSV."""
        self._spool.seek(0)
        while piece := self._spool.read(size):
            yield piece

    def close(self) -> None:
        """Give the disk space back."""
        self._spool.close()
