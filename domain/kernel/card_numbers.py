"""Card numbers: found in what people write and made unreadable before it is stored, since nobody may keep them.

A card number is a run of 13 to 19 digits, in groups or not, that begins as cards do and whose check digit is right.
One in ten other numbers of that length looks the same; its last four digits stay, by which its writer still knows it.
"""

import re

_RUN = re.compile(r"\d(?:[ \t\u00a0\u2009\u202f.\-]?\d){12,63}")
"""Digits with at most one blank, dot or hyphen between any two."""

_LONGEST, _SHORTEST = 19, 13

_BEGINS = "23456"


def masked(text: str) -> str:
    """Return the text with dots in the place of card numbers' digits, but for the last four of each."""
    return _RUN.sub(lambda run: _masked_run(run[0]), text)


def _masked_run(run: str) -> str:
    places = [place for place, sign in enumerate(run) if sign.isdecimal()]
    hidden: set[int] = set()
    first = 0
    while first <= len(places) - _SHORTEST:
        length = _card_at(run, places, first)
        hidden.update(places[first : first + length - 4] if length else ())
        first += length or 1
    return "".join("•" if place in hidden else sign for place, sign in enumerate(run))


def _card_at(run: str, places: list[int], first: int) -> int:
    """Return how many digits from there are a card's, 0 for none; a card's number begins and ends with a group."""
    if first and places[first] - places[first - 1] == 1:
        return 0
    for length in range(min(_LONGEST, len(places) - first), _SHORTEST - 1, -1):
        after = first + length
        ends = after == len(places) or places[after] - places[after - 1] > 1
        if ends and _is_card("".join(str(int(run[place])) for place in places[first:after])):
            return length
    return 0


def _is_card(digits: str) -> bool:
    if digits[0] not in _BEGINS:
        return False
    doubled = (int(each) * 2 if place % 2 else int(each) for place, each in enumerate(reversed(digits)))
    return sum(each - 9 if each > 9 else each for each in doubled) % 10 == 0
