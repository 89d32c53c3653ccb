"""Doubts: why a bank line never posts itself, whatever it matches, since the file itself raises a question."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from domain.kernel.speech import phrase, say

SHORT = 8
"""Characters of a line's id by which people name it."""


class Doubt(StrEnum):
    """What only a person can tell about a line."""

    NONE = ""
    OWN_MONEY = "own money"
    ALIKE = "alike"


_SAID: Mapping[Doubt, str] = {
    Doubt.NONE: "",
    Doubt.OWN_MONEY: phrase("the bank says that money which you had sent came back; that is no customer's payment"),
    Doubt.ALIKE: phrase("it may be the same payment as the bank line {like}, which came with another file"),
}


def said(row: Mapping[str, Any]) -> str:
    """Return in words why a line waits for a person; nothing where nothing is in doubt."""
    doubt = Doubt(row["doubt"])
    return say(_SAID[doubt], like=str(row["like_id"])[:SHORT]) if doubt else ""
