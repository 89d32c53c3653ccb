"""Read automatic answers: is the person gone for good, who answers instead, and when is somebody back."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from domain.deliverability.reading import found_addresses, weekdays

MAX_TEXT = 4000
"""Characters that are looked at; an automatic answer says at its beginning what it has to say."""

AHEAD = timedelta(days=400)
"""Nobody announces a longer absence by an automatic answer; a later date means something else."""

SINCE = timedelta(days=31)
"""A whole date may lie this far back: many forget to switch the answer off, and the date says that."""

NEAR = 90
"""Characters between the words that announce a date, or an address, and the date itself."""


@dataclass(frozen=True, slots=True)
class Absence:
    """What an automatic answer tells of a person."""

    left: bool = False
    successor: str = ""
    back_on: date | None = None


def _any(phrases: list[str]) -> str:
    """Return a pattern for any of the phrases, the longest first; each begins and ends where a word may."""
    whole = sorted(set(phrases), key=len, reverse=True)
    return "|".join(re.escape(each).replace(r"\ \*\ ", r"\ [^.!?\n]{0,40}?\ ?") for each in whole)


_TABLE = weekdays.TABLE
_MONTHS = {name: number for number, line in enumerate(_TABLE["months"], 1) for name in line.split()}
_LEFT = re.compile(_any(_TABLE["left"]))
_CONTACT = re.compile(_any(_TABLE["contact"]))
_NOT_CONTACT = re.compile(_any(_TABLE["not the new contact"]))
_BACK = re.compile(rf"(?<!\w)(?:{_any(_TABLE['back'])})(?!\w)")
_BACK_BEHIND = re.compile(rf"(?<!\w)(?:{_any(_TABLE['back, behind the date'])})(?!\w)")
_DAY_WORDS = r"(?:[^\W\d_]{2,12}[.,]?\s+){0,3}(?:(?:den|dem|de|the|le|el|il|op|am|il|o|dia|einschließlich)\s+)?[(]?"
_UNTIL = re.compile(rf"(?<!\w)(?:{_any(_TABLE['until'])}|-|–|bis)\s+{_DAY_WORDS}$|[-–]\s*$")
_BETWEEN = re.compile(rf"^\s*(?:{_any(_TABLE['until, in between'])}|bis|t/m|until|till|through|[-–])\s+{_DAY_WORDS}$")
_INCLUSIVE = re.compile(rf"(?<!\w)(?:{_any(_TABLE['inclusive'])})(?!\w)")
_AMBIGUOUS = frozenset(_TABLE["until, in between"])

_NAMES = "|".join(sorted(map(re.escape, _MONTHS), key=len, reverse=True))
_YEAR = r"(?:,?\s*(?:de\s+|del\s+)?(?P<year{0}>20\d\d))?"
_DATE = re.compile(
    r"(?<![\d.])(?P<iso>20\d\d-\d{1,2}-\d{1,2})(?!\d)"
    rf"|(?<![\d.])(?P<d1>\d{{1,2}})(?:st|nd|rd|th|er|º|°|\.)?\s*(?:of\s+|de\s+|d'|-)?(?P<m1>{_NAMES})(?![^\W\d_])\.?"
    + _YEAR.format(1)
    + rf"|(?<!\w)(?P<m2>{_NAMES})\.?\s+(?:the\s+)?(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?(?![\d:])" + _YEAR.format(2)
    + r"|(?<![\d.])(?P<d3>\d{1,2})(?P<sep>[./-])\s?(?P<m3>\d{1,2})(?:(?P=sep)\s?(?P<y3>20\d\d|\d\d)?)?(?![\d:])"
)  # fmt: skip
_PARTS = re.compile(r"(?<!\b\d)(?<!\b\d\d)[.!?](?=\s)|\n\s*\n")


def of(subject: str, text: str, *, said_on: datetime | None, not_these: frozenset[str]) -> Absence:
    """Read subject and text of an automatic answer; dates without a year need the day on which it was written.

    *not_these* are addresses that are nobody's successor, such as the one that answers.
    """
    plain = "\n".join(line for line in text[:MAX_TEXT].split("\n") if not line.lstrip().startswith(">"))
    words = f"{subject}.\n\n{plain}".lower().replace("’", "'").replace("\u00a0", " ")
    folded = " ".join(words.split())
    left = _LEFT.search(folded)
    successor = _successor(folded, left.start(), not_these) if left else ""
    return Absence(bool(left), successor, None if left else _back_on(words, said_on) or _weekday(words, said_on))


def _successor(words: str, at: int, not_these: frozenset[str]) -> str:
    """Return the address that a text names behind words such as "please contact"; the first one counts."""
    for address in found_addresses.in_text(words):
        place = words.find(address)
        before = words[max(0, place - 3 * NEAR) : place]
        if address in not_these or found_addresses.is_daemon(address) or _NOT_CONTACT.search(before[-NEAR:]):
            continue
        if _CONTACT.search(before) or place > at:
            return address
    return ""


def _back_on(words: str, said_on: datetime | None) -> date | None:
    """Return the first day back: one that is called so, or else the end of what is called an absence."""
    best: tuple[int, date] | None = None
    for sentence in _PARTS.split(words)[:60]:
        last_end, last = 0, None
        for match in _DATE.finditer(" ".join(sentence.split())):
            line = match.string
            day = _day(match, said_on.date() if said_on else None, not_before=last)
            if day is None:
                continue
            before, behind = line[last_end : match.start()], line[match.end() : match.end() + NEAR]
            rank = _rank(before, behind, second=last is not None)
            if rank:
                inclusive = rank < _SURE and _INCLUSIVE.search(before[-NEAR:] + " | " + behind[:20])
                found = day + timedelta(days=1) if inclusive else day
                best = max(best, (rank, found)) if best else (rank, found)
            last_end, last = match.end(), day
    return best[1] if best else None


def _weekday(words: str, said_on: datetime | None) -> date | None:
    """Return the first day back where no date says it and a day of the week does."""
    if said_on is None:
        return None
    for sentence in _PARTS.split(words)[:60]:
        for found in weekdays.of(" ".join(sentence.split()), today=said_on.date()):
            rank = _rank(found.before, found.behind, second=False)
            if rank or weekdays.is_return(found):
                inclusive = rank == _SURE - 1 and _INCLUSIVE.search(f"{found.before} | {found.behind[:20]}")
                return found.day + timedelta(days=1) if inclusive else found.day
    return None


_SURE = 3
"""Rank of a date that is called the day of return; 2 is the end of an absence."""


def _rank(before: str, behind: str, *, second: bool) -> int:
    near = before[-NEAR:]
    if _BACK.search(near) or _BACK_BEHIND.search(behind.partition(".")[0]):
        return 2 if second and _BETWEEN.match(before) else _SURE
    if second and _BETWEEN.match(before):
        return 2
    until = _UNTIL.search(near)
    return 2 if until and until[0].split()[0] not in _AMBIGUOUS and until[0].strip() not in ("-", "–") else 0


def _day(match: "re.Match[str]", today: date | None, *, not_before: date | None) -> date | None:
    """Return the day that a match means, the nearest one from today on where that is open; None when it is none."""
    told = [each for each in _readings(match, today) if today is None or -SINCE <= each - today <= AHEAD]
    later = [each for each in told if today is None or each >= (not_before or today - timedelta(days=1))]
    return min(later) if later and today else next(iter(later or told), None)


def _readings(match: "re.Match[str]", today: date | None) -> Iterator[date]:
    if match["iso"]:
        year, month, number = map(int, match["iso"].split("-"))
        yield from _dates(year, month, number)
        return
    name = match["m1"] or match["m2"]
    told_year = match["year1"] or match["year2"] or match["y3"]
    day, month = int(match["d1"] or match["d2"] or match["d3"]), _MONTHS[name] if name else int(match["m3"])
    years = [int(told_year) % 100 + 2000] if told_year else [today.year, today.year + 1] if today else []
    for year in years:
        yield from _dates(year, month, day)
        if match["sep"] == "/" and day != month:  # the American order is as likely; the nearer day is meant
            yield from _dates(year, day, month)


def _dates(year: int, month: int, day: int) -> Iterator[date]:
    try:
        yield date(year, month, day)
    except ValueError:
        return
