"""Words: amounts and days as people type them, read strictly enough that nothing is ever guessed."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot import amounts
from bot.asks import Misunderstood
from domain.kernel.money import Money
from domain.kernel.speech import say

LANGUAGES = ["en", "de", "fr", "es"]
"""In which names of days and months are understood."""

FILLERS = {"on", "by", "until", "till", "am", "bis", "le", "el", "for", "of", "over", "at"}
"""Words between the parts of a sentence that say nothing by themselves."""

_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")

_NUMERIC = re.compile(r"(\d{1,2})([./-])(\d{1,2})(?:\2(\d{2,4}))?\.?")

_NAMED = re.compile(
    r"\b(today|tomorrow|heute|morgen|demain|mañana|hoy|aujourd'hui|next|in \d+|\d+(st|nd|rd|th)|"
    r"(mon|tues?|wed(nes)?|thu(rs)?|fri|sat(ur)?|sun)(day)?|(mon|diens|donners|frei|sams|sonn)tag|mittwoch|"
    r"lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|lunes|martes|miércoles|jueves|viernes|sábado|domingo|"
    r"(jan|feb|mar|apr|mai|may|jun|jul|aug|sep|okt|oct|nov|de[cz])\w*|märz|janvier|février|avril|juin|juillet|août|"
    r"enero|abril|agosto|diciembre|décembre)\b"
)
"""What makes a text a day at all; dateparser alone would read "500" as one."""

_OF_DAY = re.compile(rf"\d|{_NAMED.pattern}")

_OF_MONTH = re.compile(r"\d{1,2}\.? [a-zäéû]{3}")
"""The 20 of "20 march"; any other number before a day is an amount."""

_UNTIL = {"until", "till", "til", "bis", "hasta"}

_CLOCK = re.compile(r"(?P<hour>\d{1,2})(?:[:h](?P<minute>\d{2})|\.(?P<dotted>\d{2})(?=[ap]m))?(?P<half>am|pm)?")

_LONGEST_DAY = 4
"""Words that a day may have, such as "friday 13 march 2026"."""

MONTHS = 12


@dataclass(frozen=True, slots=True)
class Terms:
    """What a sentence such as ``500 on friday they called`` says."""

    amount: Money | None
    day: date | None
    rest: str


def terms(words: tuple[str, ...], *, currency: str, today: date) -> Terms:
    """Read an amount and a day from the words, in either order; what is left is a note.

    Raises:
        Misunderstood: An amount or a day can be read in two ways.
    """
    amount_found: Money | None = None
    day_found: date | None = None
    left = list(words)
    while left:
        if left[0].casefold() in FILLERS and len(left) > 1:
            left.pop(0)
            continue
        if day_found is None and (read := _day_at(left, today)) is not None:
            day_found, count = read
            del left[:count]
            continue
        if amount_found is None and (money := amounts.at(left, currency)) is not None:
            amount_found, count = money
            del left[:count]
            continue
        break
    return Terms(amount_found, day_found, " ".join(left))


@dataclass(frozen=True, slots=True)
class Until:
    """What a sentence such as ``until friday 14:00 they are away`` says."""

    at: datetime | None
    """None: nothing was said about an end."""
    rest: str


def until(words: tuple[str, ...], *, now: datetime, zone: ZoneInfo, opens: time) -> Until:
    """Read an end from the words; what stands before and behind it is the rest.

    A day without a time means its *opens*, in that zone; a time without a day means the next time the clock shows it.

    Raises:
        Misunderstood: Behind "until" stands no day and no time, or a day that can be read in two ways.
    """
    today = now.astimezone(zone).date()
    for place, word in enumerate(words):
        if word.casefold().strip(",:") in _UNTIL:
            read = _moment_at(list(words[place + 1 :]), now.astimezone(zone), opens)
            if read is None:
                said = " ".join(words[place + 1 : place + 4])
                raise Misunderstood(
                    say("'{words}' is not a day or a time I know. Try `until friday` or `until 14:00`.", words=said)
                )
            return Until(read[0].astimezone(UTC), " ".join((*words[:place], *words[place + 1 + read[1] :])))
    leading = _day_at(list(words), today) if words else None
    if leading is None:
        return Until(None, " ".join(words))
    return Until(datetime.combine(leading[0], opens, zone).astimezone(UTC), " ".join(words[leading[1] :]))


def leading_amount(words: tuple[str, ...], *, currency: str) -> tuple[Money, int] | None:
    """Return the amount with which the words begin and how many of them it takes; None when they begin otherwise.

    Raises:
        Misunderstood: It can be read in two ways, or is in another currency.
    """
    skipped = 1 if len(words) > 1 and words[0].casefold() in FILLERS else 0
    read = amounts.at(list(words[skipped:]), currency) if len(words) > skipped else None
    return (read[0], read[1] + skipped) if read else None


def leading_day(words: tuple[str, ...], *, today: date) -> tuple[date, int] | None:
    """Return the day with which the words begin and how many of them it takes; None when they begin otherwise."""
    skipped = next((place for place, word in enumerate(words) if word.casefold() not in FILLERS), len(words))
    read = _day_at(list(words[skipped:]), today)
    return (read[0], read[1] + skipped) if read else None


def _moment_at(words: list[str], now: datetime, opens: time) -> tuple[datetime, int] | None:
    """Return the moment with which the words begin and how many of them it takes."""
    while words and words[0].casefold() in FILLERS:
        found = _moment_at(words[1:], now, opens)
        return (found[0], found[1] + 1) if found else None
    if not words:
        return None
    if (clock := _clock(words[0])) is not None:
        at = datetime.combine(now.date(), clock, now.tzinfo)
        return (at if at > now else datetime.combine(now.date() + timedelta(days=1), clock, now.tzinfo)), 1
    read = _day_at(words, now.date())
    if read is None:
        return None
    on, count = read
    behind = words[count:]
    skipped = 1 if behind and behind[0].casefold() in FILLERS else 0
    clock = _clock(behind[skipped]) if len(behind) > skipped else None
    if clock is None:
        return datetime.combine(on, opens, now.tzinfo), count
    return datetime.combine(on, clock, now.tzinfo), count + skipped + 1


def _clock(word: str) -> time | None:
    found = _CLOCK.fullmatch(word.casefold().strip(",.;"))
    if found is None or not (found["minute"] or found["half"]):
        return None
    hour, minute = int(found["hour"]), int(found["minute"] or found["dotted"] or 0)
    if found["half"]:
        hour = hour % 12 + (12 if found["half"] == "pm" else 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None


def day(words: tuple[str, ...], *, today: date) -> date:
    """Return the day that all the words together name.

    Raises:
        Misunderstood: They name none, or could name two.
    """
    meaning = [word for word in words if word.casefold() not in FILLERS]
    read = _day_at(meaning, today)
    if read is None or read[1] != len(meaning):
        raise Misunderstood(
            say("'{words}' is not a day I know. Try `2026-04-30`, `friday` or `in 3 days`.", words=" ".join(words))
        )
    return read[0]


def _day_at(words: list[str], today: date) -> tuple[date, int] | None:
    """Return the day with which the words begin and how many of them it takes, the longest reading first."""
    if not words:
        return None
    amount_first = amounts.begins(words[0]) and not _OF_MONTH.match(" ".join(words[:2]).casefold())
    longest = next((place for place, word in enumerate(words[:_LONGEST_DAY]) if _clock(word)), _LONGEST_DAY)
    for count in range(1 if amount_first else min(longest, len(words)), 0, -1):
        found = _read_day(_joined(words[:count]), today)
        if found is not None:
            return found, _shortest(words, count, found, today)
    return None


def _shortest(words: list[str], count: int, found: date, today: date) -> int:
    """Give back words that say nothing about the day: dateparser skips over a "the" behind it."""
    while count > 1 and not _OF_DAY.search(words[count - 1].casefold()):
        if _read_day(_joined(words[: count - 1]), today) != found:
            break
        count -= 1
    return count


def _joined(words: list[str]) -> str:
    return " ".join(words).strip(".,;").casefold()


def _read_day(text: str, today: date) -> date | None:
    if _ISO.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise Misunderstood(say("There is no {day} in the calendar.", day=text)) from None
    if numeric := _NUMERIC.fullmatch(text):
        return _numeric(numeric, text, today)
    if not _NAMED.search(text):
        return None
    return _named(text, today)


def _numeric(found: re.Match[str], text: str, today: date) -> date | None:
    first, mark, second, year = int(found[1]), found[2], int(found[3]), found[4]
    if mark == "." and year is None and not text.endswith(".") and second > MONTHS:
        return None  # an amount such as 12.50
    if mark != "." and first <= MONTHS and second <= MONTHS and first != second:
        raise Misunderstood(say("{day} can be read in two ways. Write the day as `2026-04-30`.", day=text))
    month, of_month = (first, second) if second > MONTHS else (second, first)
    whole = today.year if year is None else int(year) + (2000 if len(year) == 2 else 0)
    try:
        meant = date(whole, month, of_month)
        return meant.replace(year=whole + 1) if year is None and meant < today else meant
    except ValueError:
        raise Misunderstood(say("There is no {day} in the calendar.", day=text)) from None


def _named(text: str, today: date) -> date | None:
    import dateparser  # takes a third of a second to import, and most commands name no day

    found = dateparser.parse(
        text,
        languages=LANGUAGES,
        settings={
            "PREFER_DATES_FROM": "future",
            "RELATIVE_BASE": datetime.combine(today, time(12)),
            "STRICT_PARSING": False,
        },
    )
    return found.date() if found else None
