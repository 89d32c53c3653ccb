"""Sentences: what was said as it is kept, so that whoever reads it later reads it in a language of their own.

Kept is the sentence with its values, never its translation. A plain text, a person's words for example, is kept as it
is.
"""

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import PlainSerializer, PlainValidator

from domain.kernel import speech
from domain.kernel.money import Money
from domain.kernel.speech import Said

_SAY = "say"
"""By this key a sentence is told from other JSON."""

_KEPT = f'{{"{_SAY}"'


def packed(text: str) -> Any:
    """Return what was said as JSON that another reader can be told from."""
    if not isinstance(text, Said):
        return text
    told: dict[str, Any] = {_SAY: text.sentence, "with": {name: _value(each) for name, each in text.values.items()}}
    return told | ({"many": text.many} if text.many else {}) | ({"as": text.meaning} if text.meaning else {})


def unpacked(kept: Any) -> str:
    """Return what was kept as it is said to the reader of now."""
    if not is_packed(kept):
        return str(kept)
    values = {name: _read(value) for name, value in kept.get("with", {}).items()}
    return speech.said(str(kept[_SAY]), values, many=str(kept.get("many", "")), meaning=str(kept.get("as", "")))


def is_packed(value: Any) -> bool:
    """Tell whether a JSON value is a sentence that was kept."""
    return isinstance(value, Mapping) and isinstance(value.get(_SAY), str)


def as_text(text: str) -> str:
    """Return what was said as it is kept in a column of text; a person's words that look like it are its value."""
    if not isinstance(text, Said) and text.startswith(_KEPT):
        text = speech.said("{text}", {"text": text})
    return json.dumps(packed(text), ensure_ascii=False) if isinstance(text, Said) else text


def of_text(kept: str) -> str:
    """Return what a column of text keeps as it is said to the reader of now."""
    if not kept.startswith(_KEPT):
        return kept
    try:
        found = json.loads(kept)
    except ValueError:  # a person's words that only look like it
        return kept
    return unpacked(found) if is_packed(found) else kept


def _value(value: object) -> Any:
    match value:
        case Said():
            return packed(value)
        case Money():
            return {"minor": value.minor, "currency": value.currency}
        case date() if not isinstance(value, datetime):
            return {"day": value.isoformat()}
        case bool() | int():
            return value
        case _:
            return str(value)


def _read(value: Any) -> object:
    match value:
        case {"minor": int(minor), "currency": str(currency)}:
            return Money(minor, currency)
        case {"day": str(day)}:
            return date.fromisoformat(day)
        case dict():
            return unpacked(value)
        case _:
            return value


Sentence = Annotated[str, PlainValidator(lambda kept: kept if isinstance(kept, str) else unpacked(kept)),
                     PlainSerializer(packed)]  # fmt: skip
"""A sentence in an event or another value that is stored: a text in the language of whoever reads it."""
