"""Reasons: why somebody says no, as a form gives it: in words of their own, or one that is chosen."""

from collections.abc import Mapping

from bot.filled import Misfilled, Values
from domain.kernel.speech import joined, say

FIELD, QUICK = "reason", "quick"
"""The names of the two fields."""


def given(values: Values, quick: Mapping[str, str], *, or_else: str) -> str:
    """Return the reason that was given; somebody's own words come before a chosen reason.

    Raises:
        Misfilled: There is none; *or_else* stands at the field.
    """
    own, quickly = values.text(FIELD), quick.get(values.choice(QUICK))
    chosen = say(quickly) if quickly else ""
    if not own and not chosen:
        raise Misfilled({FIELD: or_else})
    return joined(": ", [chosen, own]) if own and chosen else own or chosen
