"""Read a mail that came back: a pure function from bytes to a ``Reading``; no clock, no network, no database."""

from dataclasses import replace

from domain.deliverability.reading.look import Look
from domain.deliverability.reading.readings import OUTCOMES, Kind, Outcome, Reading, Reason, RecipientReading
from domain.deliverability.reading.rules import RULES

__all__ = ["OUTCOMES", "RULES", "Kind", "Outcome", "Reading", "Reason", "RecipientReading", "read"]


def read(raw: bytes, *, envelope_from: str | None = None) -> Reading:
    """Read one mail. The envelope's sender, where it is known, counts before a ``Return-Path`` header."""
    look = Look(raw, envelope_from=envelope_from)
    for rule in RULES:
        reading = rule.find(look)
        if reading is not None:
            return replace(reading, message_ids=look.message_ids, tokens=look.tokens, sender=look.sender_address,
                           subject=look.subject[:200])  # fmt: skip
    raise AssertionError("the last rule always speaks")
