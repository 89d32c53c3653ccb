"""Rereading: what is kept of a person's words when a stored mail is read again."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from domain.deliverability.opening import Opened
from domain.deliverability.reading import Kind


def settled(seen_at: datetime | None, noted: Sequence[str]) -> bool:
    """Tell whether a person has dealt with a mail, or with one of the wishes that were guessed in it."""
    return seen_at is not None or bool(noted)


def reply(before: Any, opened: Opened, *, settled: bool) -> dict[str, Any] | None:
    """Return what is kept of a person's words: today's understanding, or the one by which a person has decided."""
    stored: dict[str, Any] | None = json.loads(before) if isinstance(before, str) else before
    if settled and stored is not None and opened.reading.kind is Kind.HUMAN:
        return stored
    return opened.reply.as_json() if opened.reply else None


def same_reply(before: Any, reply: dict[str, Any] | None) -> bool:
    """Tell whether what was understood of a person's mail is the same as what is stored."""
    stored = json.loads(before) if isinstance(before, str) else before
    return bool(stored == (json.loads(json.dumps(reply)) if reply is not None else None))
