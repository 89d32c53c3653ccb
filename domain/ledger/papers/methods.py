"""Methods: how a payment came, in the reader's language; the ledger keeps it in plain English."""

import re
from collections.abc import Mapping

_KNOWN: tuple[tuple["re.Pattern[str]", str], ...] = (
    (re.compile(r"card ending (?P<last>\w{2,6})"), "card_ending"),
    (re.compile(r"bank debit, account ending (?P<last>\w{2,6})"), "debit_ending"),
    (re.compile(r"bank transfer from an account ending (?P<last>\w{2,6})"), "transfer_ending"),
    (re.compile(r"card"), "card"),
    (re.compile(r"bank debit"), "debit"),
    (re.compile(r"bank transfer"), "transfer"),
    (re.compile(r"ledger import"), "import"),
)
"""What the provider's gateway and cash application call a way to pay, and under which name its words are found."""


def told(method: str, words: Mapping[str, str]) -> str:
    """Return the way to pay in the words of a paper; one that is not known stays as it is."""
    found = named(method)
    return words[found[0]].format(**found[1]) if found else method


def named(method: str) -> tuple[str, dict[str, str]] | None:
    """Return the name of the words for a way to pay, and what is filled in there; None for one that is not known."""
    for pattern, name in _KNOWN:
        if (found := pattern.fullmatch(method)) is not None:
            return f"method_{name}", found.groupdict()
    return None
