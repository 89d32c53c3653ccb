"""Understand a refusal by its grammar, who and what is the matter, where nobody has seen its very words before."""

import re
from importlib import resources

from domain.deliverability.reading.folding import spellings
from domain.deliverability.reading.readings import Reason

MAX_WORDS = 700
"""Characters that are looked at."""

GAP = 28
"""Characters between the two halves of a refusal at most; more, and they belong to different thoughts."""

_ORDER = (("mailbox full", Reason.MAILBOX_FULL), ("mailbox disabled", Reason.DISABLED),
          ("host unknown", Reason.HOST_UNKNOWN), ("nobody there", Reason.USER_UNKNOWN))  # fmt: skip
"""A mailbox that is full, or locked, has an owner; so the milder sentence counts where a text holds both."""

_NEGATION = re.compile(
    r"\b(?:(?:does|do|did|is|are|was|were|has|have|could|can|will)(?:n'?t| not)|cannot|not)\b(?: (?:a|an|any|be|been"
    r"|currently|yet|our|the|in) ?\b)*")  # fmt: skip
_SENTENCE = re.compile(r"[.;!?](?:\s|$)|[。；！？]|\s[-–]\s")


def _sections() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    section: list[str] = []
    for line in (resources.files(__package__) / "grammar.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("[") and line.endswith("]"):
            section = found.setdefault(line[1:-1], [])
        elif line.strip() and not line.startswith("#"):
            section += spellings(line.strip())
    return found


def _any(words: list[str]) -> str:
    """Return a pattern for any of the words, each at its beginning; scripts without spaces have no beginnings."""
    ordered = sorted(set(words), key=len, reverse=True)
    spaced = "|".join(re.escape(each) for each in ordered if not _unspaced(each))
    others = "|".join(re.escape(each) for each in ordered if _unspaced(each))
    return rf"(?:(?<!\w)(?:{spaced})|{others})" if others else rf"(?<!\w)(?:{spaced})"


def _unspaced(word: str) -> bool:
    """Tell whether a language sets no space before such a word: Thai and its neighbours, and those of the Far East."""
    return "\u0e00" <= word[0] < "\u1000" or word[0] >= "\u3000"


_TABLE = _sections()


def _patterns(half: str) -> dict[str, tuple[re.Pattern[str], re.Pattern[str]]]:
    """Return for each thought the pattern of one half: in all scripts, and in the Latin one only, which is faster."""
    tables = {name: _TABLE[f"{name}: {half}"] for name, _ in _ORDER}
    return {
        name: (re.compile(_any(words)), re.compile(_any([each for each in words if each.isascii()])))
        for name, words in tables.items()
    }


_WHO, _WHAT = _patterns("who"), _patterns("what")
_SOMEBODY_ELSE = re.compile(_any(_TABLE["not that person"]))
_SENDER = re.compile(_any(_TABLE["a sender"]))
_FROM = frozenset(_TABLE["from"])


def of_sender(words: str, phrase: str) -> bool:
    """Tell whether a phrase that stands in the words is said of the sender."""
    at = words.find(phrase)
    return at >= 0 and _SENDER.search(words[max(0, at - GAP) : at + len(phrase) + GAP]) is not None


def names_another(label: str) -> bool:
    """Tell whether a folded label stands for a sender, or for somebody else who is not the recipient."""
    return label.strip() in _FROM or _SOMEBODY_ELSE.search(label) is not None


def reason(words: str) -> tuple[Reason, str]:
    """Return what a refusal says, and the sentence that says it; the words are folded and hold no addresses."""
    plain = _NEGATION.sub("NOT ", words[:MAX_WORDS].replace("_", " ")).replace("NOT  ", "NOT ")
    for sentence in _SENTENCE.split(plain):
        for name, why in _ORDER:
            if near := _near(name, sentence):
                return why, near
    return Reason.UNDEFINED, ""


def _near(name: str, sentence: str) -> str:
    """Return the part of a sentence in which both halves stand near each other, or an empty text."""
    latin = sentence.isascii()
    whom = [match.span() for match in _WHO[name][latin].finditer(sentence)][:20]
    for what in [match.span() for match in _WHAT[name][latin].finditer(sentence)][:20] if whom else ():
        for who in whom:
            start, end = min(who[0], what[0]), max(who[1], what[1])
            if who == what or max(who[0], what[0]) - min(who[1], what[1]) > GAP:
                continue
            clause = sentence[max(0, start - 3 * GAP) : start].rpartition(": ")[2] + sentence[start : end + GAP]
            if not _SOMEBODY_ELSE.search(clause):
                return sentence[start:end]
    return ""
