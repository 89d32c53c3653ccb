"""Terms: for how long a right is given, as people type it: ``for 2 days`` or ``until friday 14:00``.

And days that are past: ``since monday`` is the last one.
"""

import re
from datetime import date, timedelta

from bot import words
from bot.asks import Misunderstood
from domain.kernel.core import Core
from domain.kernel.speech import say
from domain.people.grants import WITHOUT_END, Term

_FOR = re.compile(
    r"(^|\s)(for\s+)?(?P<count>\d{1,5})\s*(?P<unit>m|min|minutes?|h|hours?|d|days?|w|weeks?)(?=$|[\s,.;:])",
    re.IGNORECASE,
)

WEEK = timedelta(days=7)
"""A day that is named by its weekday is at most so far away."""

_MINUTES = {"m": 1, "h": 60, "d": 24 * 60, "w": 7 * 24 * 60}

_UNTIL = frozenset({"until", "till", "til", "bis"})


def term(core: Core, said: tuple[str, ...]) -> tuple[Term, tuple[str, ...]]:
    """Return for how long, wherever that stands in the words, and the words around it.

    Raises:
        Misunderstood: Both a length and an end are said, or an end that is none.
    """
    found = _FOR.search(" ".join(said))
    has_end = any(word.casefold().strip(",:") in _UNTIL for word in said)
    if found is not None and found[2] and has_end:
        raise Misunderstood(say("Say either how long (`for 2 days`) or until when (`until friday`), not both."))
    if has_end:
        read = words.until(said, now=core.clock.now(), zone=core.merchant.zone, opens=core.limits.office_closes)
        return Term(until=read.at), tuple(read.rest.split())
    if found is None or not (found[2] or found.start() == 0):
        return WITHOUT_END, said
    joined = " ".join(said)
    rest = f"{joined[: found.start()]} {joined[found.end() :]}"
    return Term(minutes=int(found["count"]) * _MINUTES[found["unit"][0].casefold()]), tuple(rest.split())


def past_day(said: tuple[str, ...], *, today: date) -> date:
    """Return the day that the words name; one without a year or a week is the last that was, not the next.

    Raises:
        Misunderstood: They name none, or could name two.
    """
    found = words.day(said, today=today)
    if found <= today + timedelta(days=1):
        return found
    if found <= today + WEEK and not any(each.isdigit() for word in said for each in word):
        return found - WEEK
    try:
        return found.replace(year=found.year - 1)
    except ValueError:  # the 29th of February
        return found.replace(year=found.year - 1, day=28)
