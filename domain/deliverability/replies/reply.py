"""What was read in an answer that a person wrote: its text in three parts, its attachments, and what it may want.

Values only, and all of them can be stored as JSON. An intent is a guess that somebody confirms with one click; nothing
is ever done because of one alone.
"""

from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Self


class IntentKind(StrEnum):
    """What a payer may want to tell us."""

    PROMISE = "promise"
    PAID = "paid_already"
    DISPUTE = "dispute"
    WRONG_CONTACT = "wrong_contact"
    STOP = "stop"
    CALL = "wants_call"
    COPY = "wants_copy"
    INSTALMENTS = "wants_instalments"
    QUESTION = "question"
    OTHER = "out_of_scope"


class Share(StrEnum):
    """How an amount was said."""

    SUM = "sum"
    HALF = "half"
    REST = "rest"
    ALL = "all"
    PERCENT = "percent"


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount that somebody wrote, as far as the words tell."""

    text: str
    """The words, as they stand in the mail."""
    share: Share = Share.SUM
    value: str = ""
    """Plain decimal of a sum or a percentage, such as ``1234.56``; empty for half, rest and all."""
    minor: int | None = None
    """Minor units of a sum, by the decimals of its currency; of an unknown currency, by two."""
    currency: str = ""
    """ISO code, or empty when none was written: then it is that of the invoice."""
    other: str = ""
    """The other way to read *value*, where the marks allow two (``1.500``); empty otherwise."""


@dataclass(frozen=True, slots=True)
class Day:
    """A date that somebody wrote, worked out from the day on which it was read."""

    text: str
    on: date
    other: date | None = None
    """The other way to read it: ``3/4`` is the third of April or the fourth of March."""

    @property
    def ambiguous(self) -> bool:
        """Whether a person must say which of two days is meant."""
        return self.other is not None


@dataclass(frozen=True, slots=True)
class Intent:
    """One guess, with the words that made it."""

    kind: IntentKind
    confidence: float
    """From 0 to 1; below a half it is hardly more than a hint."""
    words: str
    start: int
    end: int
    """Where the words stand in the new text."""
    detail: str = ""
    """Of a dispute its reason code, of a copy ``invoice`` or ``statement``, of other mail ``refusal`` or nothing."""
    amounts: tuple[Amount, ...] = ()
    days: tuple[Day, ...] = ()
    count: int | None = None
    """How many instalments are wished for."""
    references: tuple[str, ...] = ()
    """Payment references, such as a transfer's number."""
    invoices: tuple[str, ...] = ()
    """Numbers of invoices as they were written."""
    contact: str = ""
    """The address, the phone number or the name to turn to."""

    @property
    def amount(self) -> Amount | None:
        """The first amount, if there is one."""
        return next(iter(self.amounts), None)

    @property
    def day(self) -> Day | None:
        """The first date, if there is one."""
        return next(iter(self.days), None)


@dataclass(frozen=True, slots=True)
class Attachment:
    """One attachment; its content is fetched by its index."""

    index: int
    name: str
    """Without paths and control characters; never empty."""
    type: str
    """As declared by the sender; nobody should believe it."""
    size: int
    """Bytes after decoding; of a mail that was cut off, those that are there."""
    inline: bool
    """Whether it is meant to be shown inside the text, such as a logo."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer, read."""

    text: str
    """All that can be read; the three parts below hold each of its lines once."""
    new: str
    quoted: str
    signature: str
    intents: tuple[Intent, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    language: str = ""
    """``en``, ``de``, ``fr``, ``es``, or empty when it cannot be told."""

    def as_json(self) -> dict[str, Any]:
        """Return the reply as plain JSON values."""
        told = asdict(self)
        for intent in told["intents"]:
            for day in intent["days"]:
                day["on"] = day["on"].isoformat()
                day["other"] = day["other"].isoformat() if day["other"] else None
        return told

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Self:
        """Read back what ``as_json`` made."""
        intents = tuple(_intent(each) for each in value["intents"])
        attachments = tuple(Attachment(**each) for each in value["attachments"])
        return cls(**{**value, "intents": intents, "attachments": attachments})


def _intent(value: dict[str, Any]) -> Intent:
    amounts = tuple(Amount(**{**each, "share": Share(each["share"])}) for each in value["amounts"])
    return Intent(**{
        **value,
        "kind": IntentKind(value["kind"]),
        "amounts": amounts,
        "days": tuple(_day(each) for each in value["days"]),
        "references": tuple(value["references"]),
        "invoices": tuple(value["invoices"]),
    })  # fmt: skip


def _day(value: dict[str, Any]) -> Day:
    other = date.fromisoformat(value["other"]) if value["other"] else None
    return Day(value["text"], date.fromisoformat(value["on"]), other)
