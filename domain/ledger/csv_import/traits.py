"""Industry, risk, tags and contact roles as files write them, in the form in which they are stored.

Industries and tags are words that rules of segments compare, so they are kept in small letters with single spaces.
"""

import re
from collections.abc import Mapping

LONGEST_WORD = 100

MAX_TAGS = 30
"""Tags of one customer."""

SEPARATOR = "|"
"""Between tags on their way into the database; no tag can hold it."""

_RISKS: Mapping[str, str] = {
    word: risk
    for risk, words in {
        "low": "low l niedrig gering faible bajo",
        "medium": "medium med m moderate mittel moyen moyenne medio",
        "high": "high h hoch élevé elevé elevee élevée alto",
    }.items()
    for word in words.split()
}

_ROLES: Mapping[str, str] = {
    word: role
    for role, words in {
        "billing": (
            "billing", "invoices", "invoice", "accounts payable", "ap", "payables", "accounting", "finance", "main",
            "primary", "rechnung", "buchhaltung", "facturation", "comptabilité", "facturación", "contabilidad",
        ),
        "escalation": (
            "escalation", "escalations", "cfo", "head of finance", "finance director", "director", "manager",
            "management", "owner", "eskalation", "geschäftsführung", "direction", "escalado", "dirección",
        ),
        "other": ("other", "none", "info", "sonstige", "autre", "otro"),
    }.items()
    for word in words
}  # fmt: skip
"""Whom a step may be meant for; *other* gets no reminders."""


def _folded(text: str) -> str | None:
    word = " ".join(text.split()).casefold()
    return word if word and word.isprintable() and len(word) <= LONGEST_WORD else None


def industry(text: str) -> str | None:
    """Return the industry in small letters."""
    return _folded(text)


def risk(text: str) -> str | None:
    """Return ``low``, ``medium`` or ``high`` for such a word, also in German, French and Spanish."""
    return _RISKS.get(" ".join(text.split()).casefold())


def tags(text: str) -> str | None:
    """Return the tags, separated in the file by commas, semicolons or bars, in the order of the alphabet."""
    words = [_folded(part) for part in re.split(r"[,;|]", text) if part.strip()]
    known = sorted({word for word in words if word is not None})
    return SEPARATOR.join(known) if known and len(known) <= MAX_TAGS and None not in words else None


def role(text: str) -> str | None:
    """Return ``billing``, ``escalation`` or ``other`` for what files call such a contact."""
    return _ROLES.get(" ".join(text.split()).casefold())
