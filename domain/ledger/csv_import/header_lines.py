"""Header lines: which line of a file holds the headers, and the digest by which its layout is known again.

Reports often have a title above their table. The first line that is not blank is the header, unless it lacks what
such a file must have and another line at the beginning of the file has all of it.
"""

import codecs
import hashlib
import itertools
import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import BinaryIO

from domain.ledger.csv_import import sources
from domain.ledger.csv_import.columns import VOCABULARIES, Field
from domain.ledger.csv_import.headers import field_named, printable
from domain.ledger.csv_import.refusals import DelimiterUnclear, OptionUnusable
from domain.ledger.csv_import.requests import Kind

LOOKED_AT = 20
"""Lines at the beginning of a file among which the header is looked for."""

_LONGEST = 1 << 16
"""Bytes of a file's beginning that are looked at for a known layout."""

_DELIMITERS = re.compile(r"[,;\t|]")


def keys(file: BinaryIO) -> Mapping[int, str]:
    """Return the digests of the lines at the beginning of a file, by the number of the line from 0.

    A digest depends on the headers and their order, and not on case, quotes, spaces or the delimiter.
    """
    file.seek(0)
    head = file.read(_LONGEST)
    wide = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    text = head.decode("utf-16" if wide else "utf-8", errors="replace").replace("\0", "").lstrip("\ufeff")
    lines = re.split(r"\r\n|\r|\n", text)[:LOOKED_AT]
    cells = {place: [_normal(cell) for cell in _DELIMITERS.split(line)] for place, line in enumerate(lines)}
    return {place: hashlib.sha256("\x1f".join(each).encode()).hexdigest() for place, each in cells.items() if any(each)}


def _normal(header: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", header).casefold().replace('"', " ").split())


def found(kind: Kind, lines: Sequence[str], first: int, *, asked: str | None, said: Sequence[tuple[str, str]]) -> int:
    """Return the place of the header among the first *lines*, of which those before *first* hold none."""
    named = {_normal(printable(header)): field for header, text in said if (field := _field(kind, text)) is not None}
    for place in itertools.chain([first], range(first + 1, min(len(lines), LOOKED_AT))):
        if lines[place].strip() and _complete(kind, lines[place], asked, named):
            return place
    return first


def _field(kind: Kind, text: str) -> Field | None:
    try:
        return field_named(VOCABULARIES[kind], text)
    except OptionUnusable:
        return None  # it is refused, with its reason, when the columns are matched


def _complete(kind: Kind, line: str, asked: str | None, named: Mapping[str, Field]) -> bool:
    """Tell whether the line names everything that a file of this kind must have."""
    words = VOCABULARIES[kind]
    try:
        sign = sources.delimiter_of(line, asked)
    except DelimiterUnclear:
        return False
    cells = [cell.strip().strip('"') for cell in line.split(sign)]
    fields = {meant[0] for cell in cells if (meant := words.means.get(words.fold(cell))) is not None}
    fields |= {named[normal] for cell in cells if (normal := _normal(cell)) in named}
    return all(any(each in fields for each in group) for group in words.required)
