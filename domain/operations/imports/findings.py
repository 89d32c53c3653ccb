"""Findings: how a file is read and what its import comes to, kept from the preview to the decision."""

from pydantic import BaseModel, ConfigDict

from domain.kernel.events import Amount
from domain.kernel.sentences import Sentence

MOST_COLUMNS = 60
MOST_REASONS = 40
MOST_TEXTS = 20
LONGEST_TEXT = 300


class Column(BaseModel):
    """One column of the file."""

    model_config = ConfigDict(frozen=True)

    header: str
    meant: Sentence
    """The title of what it holds; empty when it is not used."""
    why: str = ""
    """``clear``, ``vague``, ``said`` or ``saved``."""
    samples: tuple[str, ...] = ()


class Reading(BaseModel):
    """How the file is read."""

    model_config = ConfigDict(frozen=True)

    encoding: str = ""
    delimiter: str = ""
    date_order: str = ""
    decimal_mark: str = ""
    currency: str = ""
    header_line: int = 1
    known_as: str = ""
    """The name of the layout that was kept."""
    known_by: str = ""
    form: Sentence = ""
    """What the file is where it is no table of rows: ``camt.053``, or the shape of an ageing report."""
    columns: tuple[Column, ...] = ()


class Count(BaseModel):
    """How many rows there are of one kind."""

    model_config = ConfigDict(frozen=True)

    name: str
    rows: int


class Reason(BaseModel):
    """Why rows conflict, are rejected or left out."""

    model_config = ConfigDict(frozen=True)

    code: str
    rows: int
    what_to_do: Sentence


class Total(BaseModel):
    """A sum of the file."""

    model_config = ConfigDict(frozen=True)

    name: str
    amount: Amount
    rows: int = 0


class Findings(BaseModel):
    """What an import comes to."""

    model_config = ConfigDict(frozen=True)

    kind: str
    reading: Reading
    counts: tuple[Count, ...]
    """``read`` first; the others add up to it."""
    reasons: tuple[Reason, ...] = ()
    totals: tuple[Total, ...] = ()
    told: tuple[Sentence, ...] = ()
    """What else should be known, in sentences: examples of changes and conflicts, and notes."""
    absent: int = 0
    """Open invoices of the ledger that the file does not have."""
    changes_nothing: bool = False
    rejected: int = 0
    has_rejects: bool = False
    has_absent: bool = False
    taken_before: str = ""
    """When the very same file was imported, and by whom; empty when it was not."""

    def outcome(self) -> tuple[object, ...]:
        """Return what two looks at one file must agree about for the earlier one to be still true."""
        return self.kind, self.counts, self.reasons, self.told, self.absent, self.changes_nothing


def short(texts: tuple[str, ...] | list[str]) -> tuple[str, ...]:
    """Return texts as they are kept: not too many, and not too long."""
    return tuple(cut(each, LONGEST_TEXT) for each in texts[:MOST_TEXTS])


def cut(text: str, most: int) -> str:
    """Return a text as it is, unless it is too long to be kept."""
    return text if len(text) <= most else text[:most]
