"""Words: what is looked for of a person whose data are erased, and what comes in its place."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

CONTACT, OPERATOR = "contact", "operator"
"""Whose data are erased: somebody's at a customer, or those of an operator who left."""

DOMAIN = "erased.invalid"
"""Where no mail ever arrives (RFC 6761); what stands for an address is one there."""

SHORTEST = 5
"""Characters of what is looked for in sentences beside addresses; shorter words would be found in others' words."""


@dataclass(frozen=True, slots=True)
class Words:
    """What is looked for of one person. It is kept as long as the work lasts, and no longer."""

    whom: str
    number: int
    keys: tuple[str, ...] = ()
    """Addresses, in the form that is compared."""
    marks: tuple[str, ...] = ()
    """What else is theirs alone and may stand anywhere: an operator's account in the chat, a telephone number."""
    names: tuple[str, ...] = ()
    """Of more than one word, and whatever a person said is to be looked for: taken out of texts about their customers,
    an operator's out of all texts."""
    whole: tuple[str, ...] = ()
    """Looked for where it is all that a column holds: an operator's name of one word."""
    masks: tuple[str, ...] = ()
    """Their addresses as they are shown, where nobody else at the customer's looks the same."""
    shown: tuple[str, ...] = ()
    """The same, also where somebody else does: theirs in what names them by their id."""
    accounts: tuple[UUID, ...] = ()
    ids: tuple[UUID, ...] = ()
    """Of the contacts, or of the operator."""

    @property
    def mark(self) -> str:
        """What stands for the person."""
        return mark(self.whom, self.number)

    @property
    def stand_ins(self) -> tuple[str, ...]:
        """What stands for each address where an address must stand."""
        return tuple(f"erased-{self.number}{f'-{nth}' if nth else ''}@{DOMAIN}" for nth, _ in enumerate(self.keys))

    def as_bytes(self) -> str:
        """Return the pattern of their addresses in bytes as PostgreSQL writes them: octal where no ASCII."""
        octal = ["".join(chr(each) if each < 128 else f"\\{each:03o}" for each in key.encode()) for key in self.keys]
        return _any([_bounded(each, False) for each in octal])

    def far(self, *, escaped: bool = False) -> str:
        """Return the pattern of what is theirs wherever it stands; *escaped* finds it in JSON, and a little more."""
        return _any([_bounded(each, escaped) for each in (*self.keys, *self.marks)])

    def near(self, *, escaped: bool = False, named: bool = False, alone: bool = True) -> str:
        """Return the pattern of what is theirs in texts about their customers, or in those that are *named* theirs.

        What is all that a text holds is looked for too, unless not *alone*: within JSON it may be a word of ours.
        """
        masks = self.shown if named else self.masks
        sentences = [_bounded(each, escaped) for each in (*self.keys, *self.marks, *masks, *self.names)]
        whole = self.whole if alone and not escaped else ()
        return _any([*sentences, *(f"^{_plain(each, False)}$" for each in whole)])

    def as_json(self) -> dict[str, Any]:
        """Return it as it is kept."""
        return {
            "whom": self.whom, "number": self.number, "keys": self.keys, "marks": self.marks, "names": self.names,
            "whole": self.whole, "masks": self.masks, "shown": self.shown,
            "accounts": [str(each) for each in self.accounts], "ids": [str(each) for each in self.ids],
        }  # fmt: skip


def mark(whom: str, number: int) -> str:
    """Return what stands for an erased person in texts."""
    return f"erased contact #{number}" if whom == CONTACT else f"operator #{number}"


def read(kept: dict[str, Any]) -> Words:
    """Return what was kept."""
    return Words(
        whom=kept["whom"], number=kept["number"], accounts=tuple(map(UUID, kept["accounts"])),
        ids=tuple(map(UUID, kept["ids"])), keys=tuple(kept["keys"]), marks=tuple(kept["marks"]),
        names=tuple(kept["names"]), whole=tuple(kept["whole"]), masks=tuple(kept["masks"]), shown=tuple(kept["shown"]),
    )  # fmt: skip


def sentence_names(names: Sequence[str], *, reserved: Sequence[str]) -> tuple[str, ...]:
    """Return the names that are looked for in sentences: long enough, of several words, and nobody else's."""
    others = {_folded(each) for each in reserved}
    kept = {_folded(each): each for each in names if " " in each.strip() and len(each.strip()) >= SHORTEST}
    return tuple(each for folded, each in kept.items() if folded not in others)


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def _any(patterns: Sequence[str]) -> str:
    return "|".join(f"(?:{each})" for each in dict.fromkeys(patterns)) or "(?!x)x"  # an empty one would find all


def _bounded(text: str, escaped: bool) -> str:
    """Return the pattern of a text that is not a part of a longer word, name or address."""
    before = r"(?:(?<![\w.+%-])|(?<=\\[nrtf]))" if escaped else r"(?<![\w.+%-])"  # the end of a line is \n in JSON
    return rf"{before}{_plain(text, escaped)}(?![\w-]|[.@]\w)"


def _plain(text: str, escaped: bool) -> str:
    """Return the pattern of a text; JSON within JSON has more than one backslash before what it escapes."""
    if not escaped:
        return r"\s+".join(re.escape(each) for each in text.split())
    return r"(?:\s|\\+[nrtf])+".join(
        "".join(r"\\+" if one == "\\" else r'\\+"' if one == '"' else re.escape(one) for one in each)
        for each in text.split()
    )
