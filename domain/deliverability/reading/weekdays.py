"""Find days of the week in what automatic answers say, and which dates they mean for whoever wrote them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from importlib import resources

BEFORE = 45
"""Characters before the name of a day in which a return must be spoken of; a day is said near its verb."""

BEHIND = 30
"""Characters behind it."""

_WEEK = 7


def _sections() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    section: list[str] = []
    for line in (resources.files(__package__) / "absences.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("[") and line.endswith("]"):
            section = found.setdefault(line[1:-1], [])
        elif line.strip() and not line.startswith("#"):
            section.append(line.strip())
    return found


def _any(phrases: list[str]) -> str:
    return "|".join(re.escape(each) for each in sorted(phrases, key=len, reverse=True))


TABLE = _sections()
"""The table of what automatic answers say."""

_DAYS = {name: number for number, line in enumerate(TABLE["weekdays"]) for name in line.split()}
_DAY = re.compile(rf"(?<![\w-])({_any(list(_DAYS))})(?![\w-])")
_AND = _any(TABLE["from day to day"])
_RANGE = re.compile(rf"(?:{_DAY.pattern}\s*(?:-|–|/|,|(?<=\s)(?:{_AND})(?=\s))\s*(?:\w{{1,3}}\s+)?)+{_DAY.pattern}")
_EVERY = re.compile(rf"(?<!\w)(?:{_any(TABLE['every week'])})\s+$")
_NEXT_WEEK = re.compile(rf"(?<!\w)(?:{_any(TABLE['next week'])})(?!\w)")
_ANSWERS = re.compile(rf"(?<!\w)(?:{_any(TABLE['answers, not returns'])})")
_RETURN = re.compile(rf"(?<!\w)(?:{_any(TABLE['back, before a weekday'])})(?!\w)[^\w]*(?:[\w']{{1,7}}\s+){{0,3}}$")


@dataclass(frozen=True, slots=True)
class Named:
    """A day of the week that is named once, with what stands around it."""

    day: date
    before: str
    behind: str


def of(sentence: str, *, today: date) -> Iterator[Named]:
    """Yield the days that a sentence names, as the next such day after today; ranges and habits are none."""
    habits = [each.span() for each in _RANGE.finditer(sentence)]
    for match in _DAY.finditer(sentence):
        before = sentence[max(0, match.start() - BEFORE) : match.start()]
        behind = sentence[match.end() : match.end() + BEHIND]
        if any(start <= match.start() < end for start, end in habits) or _EVERY.search(before):
            continue
        if _ANSWERS.search(before + " | " + behind):
            continue
        ahead = (_DAYS[match[1]] - today.weekday() - 1) % _WEEK + 1
        if _NEXT_WEEK.search(before + " | " + behind) and ahead <= _WEEK - 1 - today.weekday():
            ahead += _WEEK
        yield Named(today + timedelta(days=ahead), before, behind)


def is_return(found: Named) -> bool:
    """Tell whether a word right before the day says that somebody comes back then."""
    return _RETURN.search(found.before) is not None
