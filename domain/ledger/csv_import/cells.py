"""Cells: the texts of a row, trimmed and checked before anything is made of them."""

import re
import unicodedata
from typing import NamedTuple

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

_DECIMAL = re.compile(r"(\d{1,30})[.,]0+")
_POWER = re.compile(r"(\d)(?:[.,](\d{1,30}))?[eE]\+?(\d{1,2})")
_GROUPED = re.compile(r"[1-9]\d{0,2}(?:([.,' ])\d{3})(?:\1\d{3})*")
"""Numbers with marks of thousands in them; they may be meant so."""


class Spelling(NamedTuple):
    """A number as the file has it, and what it may have been before a spreadsheet opened the file."""

    number: str
    bare: str = ""
    """Its digits without leading zeros, when it may have been changed."""
    mangled: bool = False
    """Whether it was changed for certain."""


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


def spelling(text: str, field: Field) -> Spelling:
    """Return a number with what it may have been; one that nothing can be made of is a fault as in ``number``."""
    trimmed = printable(text, field, LONGEST_NUMBER)
    if _MANGLED.fullmatch(trimmed):
        bare = _unmangled(trimmed).lstrip("0")
        if not bare:
            raise Fault(field, trimmed, "number_mangled")
        return Spelling(trimmed, bare, mangled=True)
    if _GROUPED.fullmatch(trimmed):
        return Spelling(trimmed, re.sub(r"\D", "", trimmed))
    return Spelling(trimmed)


def _unmangled(text: str) -> str:
    """Return the digits of a number that became a decimal or a power of ten; an empty text when they are lost."""
    if found := _DECIMAL.fullmatch(text):
        return found[1]
    if found := _POWER.fullmatch(text):
        decimals = found[2] or ""
        places = int(found[3])
        return found[1] + decimals.ljust(places, "0") if len(decimals.rstrip("0")) <= places else ""
    return ""


def name_key(name: str) -> str:
    """Return the form by which two spellings of one name are compared: without case, width and odd spaces."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
