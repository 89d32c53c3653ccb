"""Typed days: a date as browsers send it, or as people of a locale write one where the browser has no field for it."""

import re
from datetime import date

from babel.dates import get_date_format, get_month_names

LONGEST = 40

_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_CENTURY = 2000


class DayUnreadable(Exception):
    """Say that what was typed is no day."""


def typed(text: str, *, locale: str) -> date:
    """Return the day that a payer typed: 2026-11-22, or numbers in the order of the locale, or with a month's name.

    Raises:
        DayUnreadable: It is no day, or could be meant otherwise.
    """
    said = text.strip()
    if not said or len(said) > LONGEST:
        raise DayUnreadable
    if found := _ISO.fullmatch(said):
        return _day(found[1], found[2], found[3])
    parts = re.findall(r"\d+", _numbered(said, locale))
    if len(parts) != 3 or max(map(len, parts)) > 4:
        raise DayUnreadable
    if len(parts[0]) == 4:  # a year in front: the others follow in order everywhere
        return _day(*parts)
    named = dict(zip(_order(locale), parts, strict=True))
    return _day(named["y"], named["M"], named["d"])


def _day(year: str, month: str, day: str) -> date:
    if len(year) not in (2, 4):
        raise DayUnreadable
    try:
        return date(int(year) + (_CENTURY if len(year) == 2 else 0), int(month), int(day))
    except (ValueError, OverflowError):
        raise DayUnreadable from None


def _order(locale: str) -> list[str]:
    """Return in which order a locale writes year, month and day."""
    pattern = re.sub(r"'[^']*'", "", get_date_format("short", locale=locale).pattern)
    order = list(dict.fromkeys(re.findall(r"[yMd]", pattern)))
    return order if len(order) == 3 else ["d", "M", "y"]


def _numbered(text: str, locale: str) -> str:
    """Return the text with a month's name as its number, moved to where the locale writes the month.

    Raises:
        DayUnreadable: It has words that are no month's name.
    """
    words = re.findall(r"[^\W\d_]+", text)
    if not words:
        return text
    months = {
        name.strip(".").casefold(): month
        for width in ("wide", "abbreviated")
        for month, name in get_month_names(width, locale=locale).items()
    }
    found = [months[each.casefold()] for each in words if each.casefold() in months]
    rest = re.findall(r"\d+", text)
    fills = {"de", "th", "st", "nd", "rd", "er", "del"}  # 3 de enero de 2027, 3rd January 2027
    strangers = [each for each in words if each.casefold() not in months and each.casefold() not in fills]
    if len(found) != 1 or len(rest) != 2 or strangers:
        raise DayUnreadable
    year, day = (rest[0], rest[1]) if len(rest[0]) == 4 else (rest[1], rest[0])
    return f"{year:0>4}-{found[0]}-{day}" if len(year) == 4 else f"20{year:0>2}-{found[0]}-{day}"
