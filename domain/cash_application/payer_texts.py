"""Texts about payers: names and references made fit to be shown, and account numbers that are never kept."""

import re
import unicodedata

from domain.kernel.core import Core

_NAMED = (
    re.compile(r"\bORIG CO NAME:\s*(?P<name>.+?)\s*(?:ORIG ID|DESC DATE|CO ENTRY|·|$)"),
    re.compile(r"(?:^|\s)/DE[ :]\s*(?P<name>[^/·]+?)\s*(?:/MOTIF|/REF|·|$)"),
    re.compile(r"^(?P<name>.+?) DES:\S"),
    re.compile(r"\b(?:ORDENANTE|TRANSFERENCIA DE):?\s+(?P<name>[^,·]+)", re.IGNORECASE),
)
"""Where banks without a column for the payer put the name."""

_LONGEST_NAME = 100

PURPOSE = "payer account"


def shown(text: str, longest: int) -> str:
    """Return a text on one line, without what cannot be shown."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())[:longest].rstrip()


def bare(text: str) -> str:
    """Return a text in small letters without accents."""
    parted = unicodedata.normalize("NFKD", text)
    return " ".join("".join(each for each in parted if not unicodedata.combining(each)).casefold().split())


def named_in(reference: str) -> str:
    """Return the payer whom the bank's text names, if it does."""
    found = next((match for form in _NAMED if (match := form.search(reference))), None)
    return found["name"].strip()[:_LONGEST_NAME] if found else ""


def account_keys(core: Core, number: str) -> tuple[str, ...]:
    """Return the digests of a payer's account number under each of our keys, newest first; none for no number."""
    compared = re.sub(r"[^A-Za-z0-9]", "", number).upper()
    if not compared:
        return ()
    return tuple(
        f"{key.id}:{core.keys.signature(key, purpose=PURPOSE, payload=compared.encode(), length=16).hex()}"
        for key in core.keys.keys
    )


def account_hint(number: str) -> str:
    """Return the last four characters of an account number, of one that is long enough to stay unknown."""
    compared = re.sub(r"[^A-Za-z0-9]", "", number).upper()
    return compared[-4:] if len(compared) > 6 and "@" not in number else ""
