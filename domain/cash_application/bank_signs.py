"""Signs of bank amounts: the many ways in which a statement says that money came in or went out."""

import re
from collections.abc import Mapping

_IN = ("c", "cr", "crdt", "credit", "credits", "h", "haben", "gutschrift", "eingang", "in", "incoming", "received",
       "credito", "haber", "abono", "ingreso", "entrada", "+", "deposit", "money in", "paid in")  # fmt: skip
_OUT = ("d", "dr", "dbit", "debit", "debits", "s", "soll", "belastung", "lastschrift", "ausgang", "out", "outgoing",
        "sent", "debito", "debe", "cargo", "salida", "-", "withdrawal", "money out", "paid out")  # fmt: skip

_WORDS: Mapping[str, int] = {**dict.fromkeys(_IN, 1), **dict.fromkeys(_OUT, -1)}
_ACCENTS = str.maketrans("éèêóí", "eeeoi")

_BEHIND = re.compile(r"(?P<amount>.*[\d)€$£¥-])\s*(?P<word>CR|DR|C|D|H|S|\+)\.?", re.IGNORECASE)
_BEFORE = re.compile(r"(?P<word>CR|DR)\.?\s*(?P<amount>[\d€$£¥].*)", re.IGNORECASE)


def direction(text: str) -> int | None:
    """Return 1 for a word that means money in, -1 for money out, None for any other."""
    return _WORDS.get(" ".join(text.split()).casefold().translate(_ACCENTS))


def parted(text: str) -> tuple[str, int | None]:
    """Return an amount without the word for debit or credit beside it, and what that word means."""
    text = text.strip()
    found = _BEHIND.fullmatch(text) or _BEFORE.fullmatch(text)
    return (found["amount"].strip(), direction(found["word"])) if found else (text, None)
