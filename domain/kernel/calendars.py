"""Calendars: working days of a country, opening hours in a zone, deadlines in business hours. Pure and cached."""

import re
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

import holidays
from babel.core import get_global

_DAY = timedelta(days=1)

LONGEST_REST = 400
"""Days in a row of which one is surely worked; the search for the next opening ends there."""

DAYTIME = (time(8), time(21))
"""Where a country has several zones and none is stated, no one should be written to outside these local hours."""

_PROBES = (datetime(2026, 1, 15, 12), datetime(2026, 7, 15, 12))  # noqa: DTZ001 - read as local time of each zone
"""A winter's and a summer's day: zones are compared with and without daylight saving."""


def is_working_day(day: date, country: str | None) -> bool:
    """Tell whether people of the country work on that day.

    Weekends and public holidays, and weekend days that are worked instead, are those of the library ``holidays``. Of
    a country that it does not know, only Saturday and Sunday are known to be free.
    """
    return day not in _free_days(_code(country), day.year)


def is_open(at: datetime, *, zone: ZoneInfo, country: str | None, opens: time, closes: time) -> bool:
    """Tell whether a clock on a wall in that zone shows a time from *opens* to before *closes* on a working day."""
    local = at.astimezone(zone)
    return opens <= local.time() < closes and is_working_day(local.date(), country)


def next_opening(at: datetime, *, zone: ZoneInfo, country: str | None, opens: time, closes: time) -> datetime:
    """Return the first moment from *at* on (*at* itself if it is one) in the window of a working day, in UTC.

    An opening that a clock change skips is the moment of the change; hours that it repeats are open both times.
    """
    assert opens < closes, "the window lies within one day"
    if is_open(at, zone=zone, country=country, opens=opens, closes=closes):
        return at.astimezone(UTC)
    day = at.astimezone(zone).date()
    for _ in range(LONGEST_REST):
        if is_working_day(day, country):
            for moment in _moments(day, opens, zone):
                if moment > at and is_open(moment, zone=zone, country=country, opens=opens, closes=closes):
                    return moment
        day += _DAY
    raise AssertionError(f"{country} does not work for {LONGEST_REST} days from {at:%Y-%m-%d} on")


def deadline(
    start: datetime, *, hours: int, zone: ZoneInfo, country: str | None, opens: time, closes: time
) -> datetime:
    """Return when so many business hours have passed since *start*, in UTC; what ends at closing time ends then."""
    return after(start, timedelta(hours=hours), zone=zone, country=country, opens=opens, closes=closes)


def after(
    start: datetime, left: timedelta, *, zone: ZoneInfo, country: str | None, opens: time, closes: time
) -> datetime:
    """Return when so much business time has passed since *start*; see ``deadline``."""
    assert left >= timedelta(), "a deadline lies ahead"
    begins = next_opening(start, zone=zone, country=country, opens=opens, closes=closes)
    while True:
        ends = _closing(begins, zone=zone, country=country, opens=opens, closes=closes)
        if begins + left <= ends:
            return begins + left
        left -= ends - begins
        begins = next_opening(ends, zone=zone, country=country, opens=opens, closes=closes)


def worked(
    start: datetime, end: datetime, *, zone: ZoneInfo, country: str | None, opens: time, closes: time
) -> timedelta:
    """Return the business time between two moments: the inverse of ``deadline``. Zero when *end* is not later."""
    total = timedelta()
    begins = next_opening(start, zone=zone, country=country, opens=opens, closes=closes)
    while begins < end:
        ends = _closing(begins, zone=zone, country=country, opens=opens, closes=closes)
        total += min(ends, end) - begins
        begins = next_opening(ends, zone=zone, country=country, opens=opens, closes=closes)
    return total


@lru_cache(maxsize=4096)
def zone_of(timezone: str | None, country: str | None, default: ZoneInfo) -> ZoneInfo:
    """Return the zone by whose clock a customer is treated.

    The stated one, if there is such a zone; else the country's only one. Of a country with several, the one whose
    working hours are daytime (08:00 to 21:00) in all of them, the westernmost such; where there is none, *default* if
    it is a zone of that country, else the zone whose working hours are night for the fewest of the country's zones.
    Without a country: *default*.
    """
    if timezone and (stated := _zone(timezone.strip())):
        return stated
    zones = _zones(_code(country))
    if not zones:
        return default
    best = min(zones, key=lambda zone: (_night(zone, zones), _offset(zone, _PROBES[0]), str(zone)))
    if _night(best, zones) and default in zones:
        return default
    return best


def _code(country: str | None) -> str:
    """Return the country's two letters, or nothing for what is no country."""
    code = (country or "").strip().upper()
    return code if re.fullmatch(r"[A-Z]{2}", code, re.ASCII) and code != "ZZ" else ""


@cache
def _free_days(country: str, year: int) -> frozenset[date]:
    first = date(year, 1, 1)
    days = [first + _DAY * each for each in range((date(year, 12, 31) - first).days + 1)]
    if country not in _COUNTRIES:
        return frozenset(day for day in days if day.weekday() >= 5)
    known = holidays.country_holidays(country, years=year)
    return frozenset(day for day in days if not known.is_working_day(day))


_COUNTRIES = frozenset(holidays.list_supported_countries(include_aliases=False))


def _closing(at: datetime, *, zone: ZoneInfo, country: str | None, opens: time, closes: time) -> datetime:
    """Return the first moment after *at*, an open one, that is not open any more."""
    day = at.astimezone(zone).date()
    for each in (day, day + _DAY):
        for moment in _moments(each, closes, zone):
            if moment > at and not is_open(moment, zone=zone, country=country, opens=opens, closes=closes):
                return moment
    raise AssertionError("every window closes on its day")


@lru_cache(maxsize=16384)
def _moments(day: date, at: time, zone: ZoneInfo) -> tuple[datetime, ...]:
    """Return when a clock on a wall shows that time on that day, and when it was set on that day, earliest first.

    Usually once. Where the clock is put back it may be twice; where it is put forward, the moment of the change counts.
    """
    wall = datetime.combine(day, at, zone)
    if _same_offset(day, zone):
        return (wall.astimezone(UTC),)
    shown = {wall.replace(fold=fold).astimezone(UTC) for fold in (0, 1)}
    return tuple(sorted({*shown, _change(day, zone)}))


def _same_offset(day: date, zone: ZoneInfo) -> bool:
    return _offset(zone, datetime.combine(day, time.min)) == _offset(zone, datetime.combine(day + _DAY, time.min))


def _change(day: date, zone: ZoneInfo) -> datetime:
    """Find the second at which the clock is set, on a day that begins and ends with another offset."""
    low = datetime.combine(day, time.min, zone).astimezone(UTC) - _DAY
    high = low + 3 * _DAY
    before = low.astimezone(zone).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = (low + (high - low) / 2).replace(microsecond=0)
        if middle.astimezone(zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high


@cache
def _zone(name: str) -> ZoneInfo | None:
    if not re.fullmatch(r"[A-Za-z0-9+_-]+(/[A-Za-z0-9+_-]+){0,2}", name):
        return None
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # no such zone, a file that is none, a folder such as "Europe"
        return None


@cache
def _zones(country: str) -> tuple[ZoneInfo, ...]:
    names = get_global("territory_zones").get(country, ())
    return tuple(zone for name in names if (zone := _zone(str(name))))


def _offset(zone: ZoneInfo, at: datetime) -> timedelta:
    return at.replace(tzinfo=zone).utcoffset() or timedelta()


def _night(zone: ZoneInfo, zones: tuple[ZoneInfo, ...]) -> timedelta:
    """Add up, over the country's zones and both seasons, how far the zone's working hours reach into the night."""
    total = timedelta()
    for probe in _PROBES:
        for other in zones:
            ahead = _offset(other, probe) - _offset(zone, probe)
            total += max(timedelta(), -ahead) + max(timedelta(), ahead - _SPARE)
    return total


_SPARE = timedelta(hours=3)
"""Of working hours from 08:00 to 18:00, the end lies three hours before the end of daytime."""
