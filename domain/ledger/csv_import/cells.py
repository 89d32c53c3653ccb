"""Cells: the texts of a row, trimmed and checked before anything is made of them."""

import re
import unicodedata

from domain.ledger.csv_import.columns import Field
from domain.ledger.csv_import.faults import Fault

LONGEST_NUMBER = 100
LONGEST_NAME = 300

_INVISIBLE = str.maketrans("", "", "\u00ad\u200b\u2060\ufeff")
"""Characters without ink that copying leaves behind; two values that differ by them only look the same."""

_JOINERS = str.maketrans("", "", "\u200c\u200d")
"""Needed to write some languages, so they are kept in names."""

_MANGLED = re.compile(r"\d+[.,]0+|\d(?:[.,]\d+)?[eE]\+?\d+|#(?:N/A|REF!|VALUE!|NAME\?|NUM!|DIV/0!|NULL!|#+)")
"""What spreadsheets make of numbers, and what they show instead of them."""


def printable(text: str, field: Field, longest: int) -> str:
    """Return the text with single spaces.

    Raises:
        Fault: It is too long, or holds what cannot be shown (control characters, NUL, turned writing direction).
    """
    trimmed = " ".join(text.split())
    if not trimmed.isprintable():
        trimmed = " ".join(trimmed.translate(_INVISIBLE).split())
        if not trimmed.translate(_JOINERS).isprintable():
            raise Fault(field, text, "control_characters")
    if len(trimmed) > longest:
        raise Fault(field, text, "too_long")
    return trimmed


def number(text: str, field: Field) -> str:
    """Return an invoice's or customer's number as it stands, leading zeros and all; an empty text when there is none.

    Raises:
        Fault: A spreadsheet has made something else of it.
    """
    trimmed = printable(text, field, LONGEST_NUMBER)
    if _MANGLED.fullmatch(trimmed):
        raise Fault(field, trimmed, "number_mangled")
    return trimmed


def name_key(name: str) -> str:
    """Return the form by which two spellings of one name are compared: without case, width and odd spaces."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
