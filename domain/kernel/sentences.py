"""Sentences: what was said as it is kept, so that whoever reads it later reads it in a language of their own.

Kept is the sentence with its values (sums in minor units, days as ISO dates, other sentences whole), never its
translation. The two ends are the same everywhere:

- Whoever writes a reason says it (``speech.say``) and keeps what was said: a column of a table is a ``SentenceField``
  (``columns.py``), a field of an event a ``Sentence``, and a statement of SQL gets ``as_text(…)``.
- Whoever reads it out of a row calls ``said(…)``; of an object it comes as it was said, and is said again to its reader
  where it is filled into another sentence, or shown.

A plain text, a person's words for example, is kept and read as it is. No code decides by the wording of what is kept.
"""

import json
import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import PlainSerializer, PlainValidator

from domain.kernel import speech
from domain.kernel.money import Money
from domain.kernel.refusals import Refusal
from domain.kernel.speech import Said

LONGEST = 20_000
"""Characters that a kept sentence may grow to when its values are filled in; what would grow beyond is no sentence."""

DEEPEST = 12
"""How deep sentences stand in one another: a mail's reason, an invoice's in it, and what pauses that."""

_SAY = "say"
"""By this key a sentence is told from other JSON."""

_NAMED = re.compile(r"\{(\w+)")

_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,15})?")

_KEPT = f'{{"{_SAY}"'


def packed(text: str) -> Any:
    """Return what was said as JSON that another reader can be told from; values that the sentence does not name go."""
    if not isinstance(text, Said):
        return text
    named = {*_NAMED.findall(text.sentence), *_NAMED.findall(text.many), *(("n",) if text.many else ())}
    values = {name: _value(each) for name, each in text.values.items() if name in named}
    told: dict[str, Any] = {_SAY: text.sentence, "with": values}
    return told | ({"many": text.many} if text.many else {}) | ({"as": text.meaning} if text.meaning else {})


def unpacked(kept: Any) -> str:
    """Return what was kept as it is said to the reader of now."""
    return _unpacked(kept, DEEPEST) if is_packed(kept) else str(kept)


def is_packed(value: Any) -> bool:
    """Tell whether a JSON value is a sentence that was kept."""
    return isinstance(value, Mapping) and isinstance(value.get(_SAY), str)


def plain(value: Any) -> Any:
    """Return JSON with each sentence in it as a text for the reader of now: for files, and for programs that read."""
    if is_packed(value):
        return str(unpacked(value))
    if isinstance(value, Mapping):
        return {name: plain(each) for name, each in value.items()}
    return [plain(each) for each in value] if isinstance(value, list) else value


def as_text(text: str) -> str:
    """Return what was said as it is kept in a column of text; a person's words that look like it are its value."""
    if not isinstance(text, Said) and text.startswith(_KEPT):
        text = speech.said("{text}", {"text": text})
    return json.dumps(packed(text), ensure_ascii=False) if isinstance(text, Said) else text


def said(text: str) -> str:
    """Return what a column of text keeps, or what was said to somebody else, as it is said to the reader of now."""
    if isinstance(text, Said):
        return speech.again(text)
    if not text.startswith(_KEPT):
        return text
    try:
        return unpacked(json.loads(text))
    except (ValueError, TypeError, RecursionError, Refusal):  # a person's words that only look like it
        return text


def all_said(texts: Iterable[str]) -> tuple[str, ...]:
    """Return kept texts as their reader reads them."""
    return tuple(said(each) for each in texts)


def trimmed(text: str, *, most: int) -> str:
    """Return a reason as it is kept: a sentence of ours as it is, a person's words on one line and no longer."""
    return text if isinstance(text, Said) else " ".join(text.split())[:most]


def _unpacked(kept: Mapping[str, Any], deep: int) -> Said:
    if deep <= 0:
        raise ValueError("too many sentences stand in one another")
    told = kept.get("with", {})
    if not isinstance(told, Mapping):
        raise TypeError("values have names")
    values = {str(name): _read(value, deep) for name, value in told.items()}
    many = str(kept.get("many", ""))
    if many and not isinstance(values.get("n"), int):
        raise ValueError("what counts has a number")
    whole = speech.said(str(kept[_SAY]), values, many=many, meaning=str(kept.get("as", "")))
    if len(whole) > LONGEST:
        raise ValueError("it is longer than anything that is said")
    return whole


def _value(value: object) -> Any:
    match value:
        case Said():
            return packed(value)
        case Money():
            return {"minor": value.minor, "currency": value.currency}
        case date() if not isinstance(value, datetime):
            return {"day": value.isoformat()}
        case Decimal():
            return {"number": str(value)}
        case bool() | int():
            return value
        case _:
            return str(value)


def _read(value: Any, deep: int) -> object:
    match value:
        case {"minor": int(minor), "currency": str(currency)}:
            return Money(minor, currency)
        case {"day": str(day)}:
            return date.fromisoformat(day)
        case {"number": str(number)}:
            return _number(number)
        case {"kept": str(kept)}:  # a column's text, which SQL put into a sentence
            return said(kept)
        case dict() if is_packed(value):
            return _unpacked(value, deep - 1)
        case _:
            return value


def _number(text: str) -> Decimal:
    found = Decimal(text) if _NUMBER.fullmatch(text) else None
    if found is None:
        raise ValueError("no number that anybody says")
    return found


Sentence = Annotated[str, PlainValidator(lambda kept: kept if isinstance(kept, str) else unpacked(kept)),
                     PlainSerializer(packed)]  # fmt: skip
"""A sentence in an event or another value that is stored: a text in the language of whoever reads it."""
