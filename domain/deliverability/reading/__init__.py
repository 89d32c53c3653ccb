"""Read a mail that came back: a pure function from bytes to a ``Reading``; no clock, no network, no database."""

from dataclasses import replace
from typing import TYPE_CHECKING

from domain.deliverability.reading.readings import OUTCOMES, Kind, Outcome, Reading, Reason, RecipientReading

if TYPE_CHECKING:
    from domain.deliverability.reading.look import Look

__all__ = ["OUTCOMES", "Kind", "Outcome", "Reading", "Reason", "RecipientReading", "read"]


def read(raw: bytes, *, envelope_from: str | None = None) -> Reading:
    """Read one mail. The envelope's sender, where it is known, counts before a ``Return-Path`` header."""
    # imported here: the tables of wordings take a fifth of a second to load, and most who know a Reading read no mail
    from domain.deliverability.reading.look import Look
    from domain.deliverability.reading.rules import RULES

    look = Look(raw, envelope_from=envelope_from)
    for rule in RULES:
        reading = rule.find(look)
        if reading is not None:
            # field by field, which takes half as long as replace
            told = Reading(reading.kind, reading.rule, reading.recipients, reading.feedback_type, reading.unnamed,
                           look.message_ids, look.tokens, look.sender_address, look.subject[:200], reading.because,
                           look.said_on)  # fmt: skip
            return _with_absence(told, look) if reading.kind is Kind.AUTO_REPLY else told
    raise AssertionError("the last rule always speaks")


def _with_absence(reading: Reading, look: "Look") -> Reading:
    """Add what an automatic answer tells of the person."""
    from domain.deliverability.reading import absences

    told = absences.of(look.subject, look.text, said_on=look.said_on, not_these=look.not_recipients)
    return replace(reading, left=told.left, successor=told.successor, back_on=told.back_on)
