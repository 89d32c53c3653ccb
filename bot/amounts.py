"""Amounts: sums of money as people of several countries type them, read so strictly that nothing is ever guessed."""

import re

from bot.asks import Misunderstood
from domain.kernel.money import AmountMalformed, CurrencyUnknown, Money
from domain.kernel.speech import say

_AMOUNT = re.compile(r"(?P<sign>[€$£¥]?)(?P<number>\d[\d.,'’]*)(?P<behind>[€$£¥]|[A-Za-z]{3})?")

_DOLLARS = "USD CAD AUD NZD HKD SGD TWD BRL MXN ARS CLP COP UYU DOP"

_SIGNS = {"€": ("EUR",), "£": ("GBP",), "¥": ("JPY", "CNY"), "$": tuple(_DOLLARS.split())}
"""Whose signs they are; dollars and pesos of many countries share one."""

_GROUPS = re.compile(r"\d{1,3}( \d{3})+")
"""Thousands apart by blanks, as French writes them; of a number within a sentence the decimals must say so."""

THOUSAND_DIGITS = 3

MOST_GROUPS = 5
"""Thousands, millions and so on that one figure may have."""


def begins(word: str) -> bool:
    """Tell whether a word looks like an amount."""
    return _AMOUNT.fullmatch(word) is not None


def at(words: list[str], currency: str) -> tuple[Money, int] | None:
    """Return the amount with which the words begin and how many of them it takes; None when they begin otherwise.

    Raises:
        Misunderstood: It can be read in two ways, or is in another currency.
    """
    ahead = words[0] if len(words) > 1 and _stands_ahead(words[0], currency) else ""
    first, grouped = _ungrouped(words[1:] if ahead else words)
    found = _AMOUNT.fullmatch(first)
    if found is None:
        return None
    count = grouped + bool(ahead)
    units = [each for each in (ahead, found["sign"], found["behind"]) if each]
    if not units and len(words) > count and _is_currency(words[count]):
        units, count = [words[count]], count + 1
    for unit in units:
        if currency not in _SIGNS.get(unit, (unit.upper(),)):
            other = unit.upper()
            raise Misunderstood(say("The invoice is in {currency}, not in {other}.", currency=currency, other=other))
    try:
        return Money.of(_plain(found["number"]), currency), count
    except AmountMalformed as no:
        raise Misunderstood(str(no)) from None


def ungrouped(typed: str) -> str:
    """Return what stands in a field for one amount without the blanks that it may have between its thousands."""
    whole = " ".join(typed.split())
    return _GROUPS.sub(lambda found: found[0].replace(" ", ""), whole)


def _ungrouped(words: list[str]) -> tuple[str, int]:
    """Return the first word with those that belong to the same figure, ``1 250,50``, and how many they are."""
    for count in range(min(len(words), MOST_GROUPS), 1, -1):
        whole, _, decimals = " ".join(words[:count]).rpartition(",")
        if decimals.isdigit() and _GROUPS.fullmatch(whole.lstrip("€$£¥")):
            return f"{whole},{decimals}".replace(" ", ""), count
    return words[0], 1


def _stands_ahead(word: str, currency: str) -> bool:
    """Tell whether a word is meant for a currency before its figure: ``top`` and ``all`` are words as well."""
    return word.upper() == currency or (_is_currency(word) and word == word.upper())


def _is_currency(word: str) -> bool:
    if word in _SIGNS:
        return True
    try:
        Money(0, word.upper())
    except CurrencyUnknown:
        return False
    return True


def _plain(number: str) -> str:
    """Return ``1,250.50``, ``1.250,50`` and ``1'250.50`` as ``1250.50``; ``1.250`` alone could be either."""
    digits_only = re.sub(r"[^0-9]", "", number)
    marks = [mark for mark in number if not mark.isdigit()]
    if not marks:
        return number
    head, _, tail = number.rpartition(marks[-1])
    if len(set(marks)) == 1 and (len(marks) > 1 or marks[-1] in "'’"):
        return digits_only if len(tail) == THOUSAND_DIGITS else number
    if len(marks) == 1 and len(tail) == THOUSAND_DIGITS and len(head) <= THOUSAND_DIGITS:
        raise Misunderstood(
            say("{number} can be read in two ways. Write it without a mark for thousands.", number=number)
        )
    whole = re.sub(r"[^0-9]", "", head)
    return f"{whole}.{tail}" if tail else whole
