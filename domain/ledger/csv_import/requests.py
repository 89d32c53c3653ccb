"""The request: one file to import, and what the person who hands it over says about it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

Progress = Callable[[int, int], None]
"""Told how many bytes of how many were read; the file is read twice. Called from a thread."""


class Kind(StrEnum):
    """What a file holds, a line each."""

    INVOICES = "invoices"
    CONTACTS = "contacts"


class DateOrder(StrEnum):
    """In which order a date of three numbers is written; or that it is one number."""

    DMY = "dmy"
    MDY = "mdy"
    YMD = "ymd"
    SERIAL = "serial"
    """No order but a number: the days since the end of 1899, as spreadsheets count them."""


class DecimalMark(StrEnum):
    """What stands between whole units and decimals; thousands are then set off by the other mark or a space."""

    POINT = "point"
    COMMA = "comma"


class Lowered(StrEnum):
    """By what invoices fell of which the file tells no cause: neither a credit note nor a payment."""

    UNKNOWN = "unknown"
    """Nobody knows; no money was received for all that is known."""
    PAYMENT = "payment"
    CREDIT = "credit"


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """One file and everything that was said about it; what is left out is found in the file or asked for."""

    kind: str
    """``invoices`` or ``contacts``."""
    file_name: str
    """The name to show and to store, without folders."""
    path: Path | None = None
    stream: BinaryIO | None = None
    """Either a path or an open binary stream."""
    full: bool = False
    """Whether the file has every open invoice, so that what it lacks is told."""
    as_of: date | None = None
    """Take the file as it stood at the end of this day."""
    currency: str | None = None
    """For rows without a currency of their own."""
    date_order: DateOrder | None = None
    decimal_mark: DecimalMark | None = None
    columns: tuple[tuple[str, str], ...] = ()
    """Pairs of header and field, for headers that are not known or could mean two things."""
    encoding: str | None = None
    delimiter: str | None = None
    header_line: int | None = None
    """The line that holds the headers, where others stand above it."""
    lowered: Lowered = Lowered.UNKNOWN
    """What lowered the invoices that fell without a cause in the file, if the person knows."""

    def __post_init__(self) -> None:
        Kind(self.kind)
        assert (self.path is None) != (self.stream is None), "a request names a path or brings a stream"
