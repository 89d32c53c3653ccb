"""Find dates in a sentence: as figures, with names of months and weekdays, and as people say them, in four languages.

A date is worked out from the day on which the mail came and from its direction: what somebody promises lies ahead, what
somebody has paid lies behind. Where two days are meant equally well, both are told.
"""

import re
from calendar import monthrange
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from domain.deliverability.replies import date_words as words
from domain.deliverability.replies.reply import Day

_FIGURE = re.compile(r"\d")
_LETTERS = re.compile(r"[^\W\d_]+")
FRIDAY = 4
EARLY, MIDDLE = 5, 15
"""Days of the month that "at the beginning" and "in the middle" of it are taken for."""
LATELY = timedelta(days=60)
"""A day without a year that is so recently gone is not meant for next year."""

Resolve = Callable[[bool], tuple[date, date | None] | None]
"""Works a date out, ahead (True) or behind; gives the day, and the other reading if there are two."""


@dataclass(frozen=True, slots=True)
class Found:
    """A date in a sentence, not yet worked out."""

    start: int
    end: int
    resolve: Resolve

    def day(self, sentence: str, *, ahead: bool) -> Day | None:
        """Work the date out; None when there is no such day."""
        try:
            days = self.resolve(ahead)
        except (ValueError, OverflowError):
            return None
        return Day(sentence[self.start : self.end], *days) if days else None


def found(sentence: str, *, today: date, language: str) -> list[Found]:
    """Return the dates in a sentence (lower case), in their order; none overlaps another."""
    taken: list[Found] = []
    said = [match.span() for match in words.PATTERNS["said"].finditer(sentence)]
    spans = [match.span() for match in (*words.NOT_A_DAY.finditer(sentence), *words.ALWAYS.finditer(sentence))]
    spans = [(start, end) for start, end in spans if not any(a < start and end <= b for a, b in said)]
    figures = _FIGURE.search(sentence) is not None
    named = set(_LETTERS.findall(sentence))
    idle = _WITH_FIGURES if not figures else _SEPARATED_FIGURES if not _SEPARATED.search(sentence) else frozenset()
    for name, pattern in words.PATTERNS.items():
        if name in idle or (name in _NEEDS and _NEEDS[name].isdisjoint(named)):
            continue
        for match in pattern.finditer(sentence):
            start, end = match.span()
            if any(start < other_end and end > other for other, other_end in spans):
                continue
            resolve = _resolver(name, match, today, language)
            if resolve is not None:
                spans.append((start, end))
                taken.append(Found(start, end, resolve))
    taken.sort(key=lambda each: each.start)
    return [each for each in taken if not _names_the_weekday(each, taken, sentence)]


_WITH_FIGURES = frozenset({"iso", "figures", "day_month", "month_day", "slash", "dots", "ordinal", "day"})
"""Patterns that a sentence without figures cannot fit."""
_SEPARATED = re.compile(r"\d[./-]\s?\d")
_SEPARATED_FIGURES = frozenset({"iso", "figures", "slash", "dots"})
"""Patterns that need a sign between two figures."""
_MONTHS, _UNITS = frozenset(words.MONTHS), frozenset(words.UNITS)
_NEEDS: dict[str, frozenset[str]] = {
    "day_month": _MONTHS, "month_day": _MONTHS, "within": _MONTHS, "end": _MONTHS | _UNITS, "in": _UNITS, "ago": _UNITS,
    "ago_before": _UNITS, "period": _UNITS, "period_after": _UNITS, "weekday": frozenset(words.WEEKDAYS),
    "ordinal": frozenset({"st", "nd", "rd", "th"}),
    "said": frozenset(word for each in words.IN_DAYS for word in _LETTERS.findall(each)),
}  # fmt: skip
"""Words of which a pattern needs one; most sentences have none, and are not looked at."""


def _names_the_weekday(one: Found, others: list[Found], sentence: str) -> bool:
    """Tell whether a weekday only adds to the date behind it: Friday, 4 December."""
    if sentence[one.start : one.end].rpartition(" ")[2].strip(".") not in words.WEEKDAYS:
        return False
    behind = (other for other in others if 0 <= other.start - one.end <= len(", den "))
    return any(letter.isdigit() for other in behind if other is not one for letter in sentence[other.start : other.end])


def _resolver(name: str, match: re.Match[str], today: date, language: str) -> Resolve | None:
    """Return how to work out what a pattern found, or None when it is no date after all."""
    if name == "iso":
        return _fixed(int(match[1]), int(match[2]), int(match[3]))
    if name == "figures":
        year = int(match[4]) + (2000 if len(match[4]) == 2 else 0)
        return _either(int(match[1]), int(match[3]), year, today, language if match[2] != "." else "de")
    if name == "slash":
        return _either(int(match[1]), int(match[2]), None, today, language)
    if name == "dots":
        return _either(int(match[1]), int(match[2]), None, today, "de")
    if name in ("day_month", "month_day"):
        month, day = (match[2], match[1]) if name == "day_month" else (match[1], match[2])
        return _valid(int(day), words.MONTHS[month], int(match[3]) if match[3] else None, today)
    if name in ("ordinal", "day"):
        day = int(match[1].removesuffix("er"))
        later = bool(match["next"] or match["next2"])
        if not 1 <= day <= 31:
            return None
        return lambda ahead: (_of_month(day, today, ahead=ahead, next_month=later), None)
    return _spoken(name, match, today)


def _spoken(name: str, match: re.Match[str], today: date) -> Resolve | None:
    """Return how to work out a date without figures."""
    if name == "weekday":
        return _weekday(match, today)
    if name == "end":
        return _part(match, today)
    if name == "within":
        month = words.MONTHS[match[2]]
        day = 31 if match[1] in ("in", "im", "en", "during", "courant") else 1
        return lambda ahead: (_dated(day, month, None, today, ahead=ahead), None)
    if name == "ends":
        unit = "month" if match[1].startswith(("month", "monat", "eom")) else "week" if "w" in match[1] else "year"
        return lambda _: (_end(unit, "this", today), None)
    if name in ("period", "period_after"):
        move, unit = (match[1], match[2]) if name == "period" else (match[2], match[1])
        return (
            None if words.UNITS[unit] == "day" else lambda _: (_end(words.UNITS[unit], words.MOVES[move], today), None)
        )
    if name in ("in", "ago", "ago_before"):
        count = int(match[1]) if match[1].isdigit() else words.NUMBERS[match[1]]
        sign = 1 if name == "in" else -1
        return lambda _: (_moved(today, sign * count, words.UNITS[match[2]]), None)
    days = words.IN_DAYS.get(match[0])
    return None if days is None else lambda _: (today + timedelta(days=days), None)


def _fixed(year: int, month: int, day: int) -> Resolve | None:
    if not (1 <= month <= 12 and 1 <= day <= 31 and 1990 <= year <= 2100):
        return None
    return lambda _: (date(year, month, min(day, monthrange(year, month)[1])), None)


def _valid(day: int, month: int, year: int | None, today: date) -> Resolve | None:
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    return lambda ahead: (_dated(day, month, year, today, ahead=ahead), None)


def _either(first: int, second: int, year: int | None, today: date, language: str) -> Resolve | None:
    """Read two figures as day and month; Americans write the month first, and English is written by many."""
    readings = [(first, second), (second, first)]
    if language.replace("_", "-").lower() == "en-us":
        readings.reverse()
    elif language[:2] in ("de", "fr", "es") and second <= 12:
        readings = readings[:1]
    valid = [(day, month) for day, month in readings if 1 <= month <= 12 and 1 <= day <= 31]
    if not valid or (year is not None and not 1990 <= year <= 2100):
        return None

    def resolve(ahead: bool) -> tuple[date, date | None]:
        days = [_dated(day, month, year, today, ahead=ahead) for day, month in valid]
        days.sort(key=lambda day: day != today and (day > today) != ahead)
        if year is not None and len(days) > 1 and (days[0] < today) != (days[1] < today):
            days.pop()  # the year tells which reading lies on the right side
        return days[0], days[1] if len(days) > 1 and days[1] != days[0] else None

    return resolve


def _dated(day: int, month: int, year: int | None, today: date, *, ahead: bool) -> date:
    """Return that day of that month, in its year or in the one that suits the direction."""
    if year is not None:
        return date(year, month, min(day, monthrange(year, month)[1]))
    nearby = [date(each, month, min(day, monthrange(each, month)[1])) for each in range(today.year - 1, today.year + 2)]
    if not ahead:
        return max(each for each in nearby if each <= today)
    return min(each for each in nearby if each >= today - LATELY)


def _of_month(day: int, today: date, *, ahead: bool, next_month: bool) -> date:
    """Return that day of this month, or of the next or last one where this month's lies on the other side."""
    month = today.replace(day=1)
    if next_month or (ahead and day < today.day):
        month = _moved(month, 1, "month")
    elif not ahead and day > today.day:
        month = _moved(month, -1, "month")
    return month.replace(day=min(day, monthrange(month.year, month.month)[1]))


def _weekday(match: re.Match[str], today: date) -> Resolve | None:
    wanted, word = words.WEEKDAYS[match[2]], match[2]
    moves = {words.MOVES[each] for each in (match[1], match[3], match[4], match[5]) if each}
    of_week = bool(match[4] or match[5])
    before = match.string[max(0, match.start() - 10) : match.start()]
    if word in words.SHORT and not moves and not words.BEFORE_SHORT.search(before):
        return None
    monday = today - timedelta(days=today.weekday())

    def resolve(ahead: bool) -> tuple[date, date | None]:
        coming = today + timedelta(days=(wanted - today.weekday() - 1) % 7 + 1)
        gone = today - timedelta(days=(today.weekday() - wanted - 1) % 7 + 1)
        if "last" in moves or (not ahead and not moves):
            return gone, None
        if "this" in moves:
            return monday + timedelta(days=wanted), None
        if moves & {"next", "coming"} and of_week:
            return monday + timedelta(days=7 + wanted), None
        if "next" in moves:
            later = monday + timedelta(days=7 + wanted)
            return later, coming if coming != later else None
        return coming, None

    return resolve


def _part(match: re.Match[str], today: date) -> Resolve | None:
    """Work out the beginning, the middle or the end of a month, a week or a year."""
    word, unit = match[1], match[3]
    move = words.MOVES[match[2] or match[4]] if match[2] or match[4] else "this"
    last = word in ("end", "ende", "fin", "finales", "final", "late")
    day = 31 if last else MIDDLE if word in ("mid", "middle", "mitte", "mi", "mediados") else EARLY
    if unit in words.MONTHS:
        return lambda ahead: (_dated(day, words.MONTHS[unit], None, today, ahead=ahead), None)
    end = _end(words.UNITS[unit], move, today)
    if words.UNITS[unit] == "day" or (unit in words.TABLE["week"][0].split() and not last):
        return None
    return lambda _: (end if last else end.replace(day=day), None)


def _end(unit: str, move: str, today: date) -> date:
    """Return the last day of a month or a year, or the Friday of a week."""
    by = {"last": -1, "this": 0}.get(move, 1)
    if unit == "week":
        friday = today + timedelta(days=FRIDAY - today.weekday() + 7 * by)
        return max(friday, today) if by == 0 else friday
    moved = _moved(today.replace(day=1), by, unit)
    month = 12 if unit == "year" else moved.month
    return date(moved.year, month, monthrange(moved.year, month)[1])


def _moved(day: date, by: int, unit: str) -> date:
    if unit in ("day", "week"):
        return day + timedelta(days=by * (7 if unit == "week" else 1))
    months = day.year * 12 + day.month - 1 + by * (12 if unit == "year" else 1)
    year, month = divmod(months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def days(found_dates: Sequence[Found], sentence: str, *, ahead: bool) -> Iterator[Day]:
    """Yield the dates that can be worked out, each day once."""
    seen = set()
    for each in found_dates:
        day = each.day(sentence, ahead=ahead)
        if day is not None and day.on not in seen:
            seen.add(day.on)
            yield day
