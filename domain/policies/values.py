"""The kinds of value in a policy: words, currencies, countries, regions and ranges, each checked and in one spelling.

Two documents that mean the same are equal: lists are sorted, texts stripped, codes in capitals, tags and industries
in small letters.
"""

from collections.abc import Callable, Iterable
from decimal import Decimal
from difflib import get_close_matches
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    model_validator,
)

from domain.kernel.dates import AGEING_BUCKETS
from domain.kernel.money import CurrencyUnknown, digits
from domain.kernel.speech import phrase, say
from domain.ledger.csv_import import regions as spellings
from domain.policies.regions import REGIONS

MAX_LIST = 500
"""Entries of one list in a rule."""


class Tone(StrEnum):
    """How a letter speaks."""

    FORMAL = "Formal"
    NEUTRAL = "Neutral"
    CONFIDENT = "Confident"


class Mode(StrEnum):
    """Whether a person approves each draft of a segment, or drafts leave by themselves."""

    SHADOW = "shadow"
    AUTOPILOT = "autopilot"


class Recipients(StrEnum):
    """Which contacts of a customer a step is meant for."""

    BILLING = "billing"
    ESCALATION = "escalation"


RISKS = ("low", "medium", "high")

BUCKETS = (*(name for name, _ in AGEING_BUCKETS), "91+")


def nearest(text: str, known: Iterable[str]) -> str:
    """Return a question that names the known word most like *text*, or nothing."""
    by_key = {each.casefold(): each for each in known}
    found = get_close_matches(text.casefold(), by_key, n=1, cutoff=0.6)
    return f" {say('Did you mean {word}?', word=repr(by_key[found[0]]))}" if found else ""


def known_are(words: Iterable[str]) -> str:
    """Return a sentence that names the known words."""
    return f" {say('Known are: {words}.', words=', '.join(words))}"


def one_of(known: Iterable[str], no: str) -> Callable[[str], str]:
    """Return a validator that takes a known word in any case and gives it its spelling; *no* says that it is none."""
    words = {each.casefold(): each for each in known}

    def checked(text: str) -> str:
        found = words.get(text.casefold())
        if found is None:
            hint = nearest(text, words.values()) or known_are(words.values())
            raise ValueError(f"{say(no, word=repr(text[:40]))}{hint}")
        return found

    return checked


def _printable(text: str) -> str:
    if not text.isprintable():
        raise ValueError(say("a text here stands on one line and holds no control characters"))
    return text


def _lines(text: str) -> str:
    if not all(each.isprintable() or each == "\n" for each in text):
        raise ValueError(say("notes hold no control characters but line ends"))
    return text


def _currency(text: str) -> str:
    try:
        digits(text.upper())
    except CurrencyUnknown as unknown:
        raise ValueError(str(unknown)) from None
    return text.upper()


def _country(text: str) -> str:
    found = spellings.country(text)
    if found is None:
        raise ValueError(
            say("{word} is no country. Write its ISO 3166 code, such as DE, or its English name.", word=repr(text[:40]))
        )
    return found


def _listed(value: Any) -> Any:
    """Let a single value stand for a list of one."""
    return value if isinstance(value, list | tuple) else (value,)


def _sorted(values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(set(values)))


def _by_bucket(values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(each for each in BUCKETS if each in values)


Word = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100), AfterValidator(_printable)
]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60), AfterValidator(_printable)]
Notes = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000), AfterValidator(_lines)]
Customer = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300), AfterValidator(_printable)
]
Folded = Annotated[Word, AfterValidator(str.casefold)]

_Limited = Field(min_length=1, max_length=MAX_LIST)

Currencies = Annotated[
    tuple[Annotated[Word, AfterValidator(_currency)], ...], BeforeValidator(_listed), _Limited, AfterValidator(_sorted)
]
Countries = Annotated[
    tuple[Annotated[Word, AfterValidator(_country)], ...], BeforeValidator(_listed), _Limited, AfterValidator(_sorted)
]
Regions = Annotated[
    tuple[Annotated[Word, AfterValidator(one_of(REGIONS, phrase("{word} is no region.")))], ...],
    BeforeValidator(_listed),
    _Limited,
    AfterValidator(_sorted),
]
Risks = Annotated[
    tuple[Annotated[Word, AfterValidator(one_of(RISKS, phrase("{word} is no risk.")))], ...],
    BeforeValidator(_listed),
    _Limited,
    AfterValidator(_sorted),
]
Buckets = Annotated[
    tuple[Annotated[Word, AfterValidator(one_of(BUCKETS, phrase("{word} is no ageing bucket.")))], ...],
    BeforeValidator(_listed),
    _Limited,
    AfterValidator(_by_bucket),
]
Words = Annotated[tuple[Folded, ...], BeforeValidator(_listed), _Limited, AfterValidator(_sorted)]
Accounts = Annotated[tuple[Customer, ...], BeforeValidator(_listed), _Limited, AfterValidator(_sorted)]


class Part(BaseModel):
    """A part of the document: frozen, and of known words only."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", validate_by_name=True, validate_by_alias=True, coerce_numbers_to_str=True
    )


Days = Annotated[int, Field(ge=-3650, le=3650)]

Major = Annotated[
    Decimal,
    Field(ge=0, le=10**13, decimal_places=4),
    PlainSerializer(lambda value: int(value) if value == value.to_integral_value() else str(value.normalize())),
]
"""Major units of the base currency; JSON's floats are never used for money."""


class DaysRange(Part):
    """Days past due from and to, both included; negative before the due date."""

    low: Days | None = Field(default=None, alias="from")
    high: Days | None = Field(default=None, alias="to")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        _ordered(self.low, self.high)
        return self


class BalanceRange(Part):
    """Open balance from and to in the base currency, both included."""

    low: Major | None = Field(default=None, alias="from")
    high: Major | None = Field(default=None, alias="to")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        _ordered(self.low, self.high)
        return self


def _ordered(low: Decimal | int | None, high: Decimal | int | None) -> None:
    if low is None and high is None:
        raise ValueError(say("a range needs `from`, `to` or both"))
    if low is not None and high is not None and low > high:
        raise ValueError(say("the range runs backwards: from {low} to {high}", low=str(low), high=str(high)))


class Tags(Part):
    """Labels of the customer: at least one of *any*, all of *all*, none of *none*."""

    any: Words | None = None
    all: Words | None = None
    none: Words | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.any is None and self.all is None and self.none is None:
            raise ValueError(say("tags need `any`, `all` or `none`"))
        if self.none and self.all and (both := set(self.none) & set(self.all)):
            raise ValueError(say("no customer has and has not the tag {tag}", tag=repr(min(both))))
        return self
