"""Working days, opening hours and deadlines, over clock changes and odd zones."""

import time as stopwatch
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.kernel import calendars

BERLIN = ZoneInfo("Europe/Berlin")
MINUTE = timedelta(minutes=1)
EIGHT, SIX = time(8), time(18)


def opening(at: datetime, zone: str = "Europe/Berlin", country: str | None = "DE", **window: time) -> datetime:
    """Return the next opening between 08:00 and 18:00, or in another window."""
    return calendars.next_opening(
        at,
        zone=ZoneInfo(zone),
        country=country,
        opens=window.get("opens", EIGHT),
        closes=window.get("closes", SIX),
    )


def due(start: datetime, hours: int, zone: str = "Europe/Berlin", country: str | None = "DE") -> datetime:
    """Return the deadline in office hours from nine to five."""
    return calendars.deadline(start, hours=hours, zone=ZoneInfo(zone), country=country, opens=time(9), closes=time(17))


@pytest.mark.parametrize(
    ("day", "country", "works"),
    [
        (date(2026, 3, 10), "DE", True),  # a Tuesday
        (date(2026, 3, 14), "DE", False),  # a Saturday
        (date(2026, 12, 25), "DE", False),
        (date(2026, 12, 25), "SA", False),  # a Friday
        (date(2026, 3, 6), "EG", False),  # a Friday
        (date(2026, 3, 8), "EG", True),  # a Sunday
        (date(2026, 4, 30), "IR", True),  # a Thursday
        (date(2026, 5, 1), "IR", False),
        (date(2021, 6, 4), "AE", False),  # a Friday, before the country moved its weekend
        (date(2026, 6, 5), "AE", True),  # a Friday, after it
        (date(2026, 7, 4), "US", False),
        (date(2026, 7, 3), "US", False),  # kept on the Friday before
        (date(2026, 7, 3), "us ", False),
        (date(2026, 12, 25), None, True),
        (date(2026, 12, 26), None, False),
        (date(2026, 12, 25), "XX", True),
        (date(2026, 12, 26), "XX", False),
        (date(2026, 12, 25), "HolidayBase", True),
        (date(9999, 12, 31), "DE", True),
    ],
)
def test_weekends_and_holidays_are_the_countrys_own(day: date, country: str | None, works: bool) -> None:
    assert calendars.is_working_day(day, country) is works


def test_a_moment_within_the_window_is_returned_as_it_is() -> None:
    at = datetime(2026, 3, 10, 16, 59, tzinfo=UTC)

    assert opening(at) == at
    assert opening(at).tzinfo is UTC


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (datetime(2026, 3, 10, 6, 59, tzinfo=UTC), datetime(2026, 3, 10, 7, tzinfo=UTC)),
        (datetime(2026, 3, 10, 17, tzinfo=UTC), datetime(2026, 3, 11, 7, tzinfo=UTC)),  # closed at six sharp
        (datetime(2026, 3, 13, 17, tzinfo=UTC), datetime(2026, 3, 16, 7, tzinfo=UTC)),  # over the weekend
        (datetime(2026, 4, 2, 17, tzinfo=UTC), datetime(2026, 4, 7, 6, tzinfo=UTC)),  # Easter, and summer time began
        (datetime(2026, 3, 28, 12, tzinfo=UTC), datetime(2026, 3, 30, 6, tzinfo=UTC)),  # summer time begins
        (datetime(2026, 10, 24, 12, tzinfo=UTC), datetime(2026, 10, 26, 7, tzinfo=UTC)),  # summer time ends
    ],
)
def test_a_closed_moment_waits_for_the_next_opening(at: datetime, expected: datetime) -> None:
    assert opening(at) == expected


@pytest.mark.parametrize(
    ("zone", "country", "at", "expected"),
    [
        ("Pacific/Kiritimati", "KI", datetime(2026, 3, 9, 17, 59, tzinfo=UTC), datetime(2026, 3, 9, 18, tzinfo=UTC)),
        ("Pacific/Pago_Pago", "AS", datetime(2026, 3, 10, 5, tzinfo=UTC), datetime(2026, 3, 10, 19, tzinfo=UTC)),
        ("Asia/Kathmandu", "NP", datetime(2026, 3, 10, 0, tzinfo=UTC), datetime(2026, 3, 10, 2, 15, tzinfo=UTC)),
        ("Pacific/Chatham", "NZ", datetime(2026, 3, 10, 5, tzinfo=UTC), datetime(2026, 3, 10, 18, 15, tzinfo=UTC)),
        ("Africa/Cairo", "EG", datetime(2026, 3, 5, 20, tzinfo=UTC), datetime(2026, 3, 8, 6, tzinfo=UTC)),
        ("Australia/Lord_Howe", "AU", datetime(2026, 4, 5, 3, tzinfo=UTC), datetime(2026, 4, 6, 21, 30, tzinfo=UTC)),
    ],
)
def test_the_day_is_the_one_of_the_zone(zone: str, country: str, at: datetime, expected: datetime) -> None:
    assert opening(at, zone, country) == expected


def test_an_opening_that_the_clock_skips_is_the_moment_of_the_change() -> None:
    before = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)  # a Sunday; no country, so let the window tell
    sunday_works = {"country": "EG"}  # Fridays and Saturdays are free there

    found = opening(before, "Europe/Berlin", **sunday_works, opens=time(2, 30), closes=time(6))  # type: ignore[arg-type]

    assert found == datetime(2026, 3, 29, 1, tzinfo=UTC)  # 03:00, an hour after 01:59:59


def test_an_hour_that_is_repeated_is_open_both_times() -> None:
    window = {"opens": time(2), "closes": time(2, 30)}
    between = datetime(2026, 10, 25, 0, 45, tzinfo=UTC)  # 02:45 for the first time

    found = opening(between, "Europe/Berlin", "EG", **window)

    assert found == datetime(2026, 10, 25, 1, tzinfo=UTC)  # 02:00 for the second time


def test_a_day_that_a_zone_never_had_is_passed_over() -> None:
    samoa_thursday_night = datetime(2011, 12, 30, 9, tzinfo=UTC)  # then came Saturday the 31st

    found = opening(samoa_thursday_night, "Pacific/Apia", None)

    assert found.astimezone(ZoneInfo("Pacific/Apia")) == datetime(2012, 1, 2, 8, tzinfo=ZoneInfo("Pacific/Apia"))


ZONES = ("Europe/Berlin", "America/New_York", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Australia/Lord_Howe",
         "Asia/Beirut", "America/Havana", "Asia/Kathmandu", "Africa/Casablanca", "Atlantic/Azores")  # fmt: skip
MOMENTS = st.integers(0, 3 * 365 * 24 * 60).map(lambda minutes: datetime(2025, 1, 1, tzinfo=UTC) + minutes * MINUTE)


@given(MOMENTS, st.sampled_from(ZONES), st.sampled_from(("DE", "EG", "US", None)))
def test_an_opening_is_open_and_nothing_before_it_was(at: datetime, zone: str, country: str | None) -> None:
    window = {"zone": ZoneInfo(zone), "country": country, "opens": EIGHT, "closes": SIX}

    found = calendars.next_opening(at, **window)  # type: ignore[arg-type]

    assert found >= at
    assert calendars.is_open(found, **window)  # type: ignore[arg-type]
    if found > at:
        earlier = at + (found - at) * 0.999
        assert not calendars.is_open(earlier, **window)  # type: ignore[arg-type]
        assert not calendars.is_open(found - timedelta(seconds=1), **window)  # type: ignore[arg-type]


@given(MOMENTS, st.integers(0, 300), st.sampled_from(ZONES), st.sampled_from(("DE", "EG", "US", None)))
def test_between_a_start_and_its_deadline_lie_just_those_business_hours(
    start: datetime, hours: int, zone: str, country: str | None
) -> None:
    window = {"zone": ZoneInfo(zone), "country": country, "opens": time(9), "closes": time(17)}

    end = calendars.deadline(start, hours=hours, **window)  # type: ignore[arg-type]

    assert calendars.worked(start, end, **window) == timedelta(hours=hours)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("start", "hours", "expected"),
    [
        (datetime(2026, 3, 10, 9, tzinfo=UTC), 4, datetime(2026, 3, 10, 13, tzinfo=UTC)),
        (datetime(2026, 3, 10, 9, tzinfo=UTC), 8, datetime(2026, 3, 11, 9, tzinfo=UTC)),
        (datetime(2026, 3, 10, 9, tzinfo=UTC), 7, datetime(2026, 3, 10, 16, tzinfo=UTC)),  # five o'clock, not tomorrow
        (datetime(2026, 3, 13, 15, tzinfo=UTC), 2, datetime(2026, 3, 16, 9, tzinfo=UTC)),  # over a weekend
        (datetime(2026, 3, 14, 15, tzinfo=UTC), 8, datetime(2026, 3, 16, 16, tzinfo=UTC)),  # filed on a Saturday
        (datetime(2026, 3, 27, 15, tzinfo=UTC), 2, datetime(2026, 3, 30, 8, tzinfo=UTC)),  # summer time began
        (datetime(2026, 4, 2, 14, tzinfo=UTC), 2, datetime(2026, 4, 7, 8, tzinfo=UTC)),  # over Easter
        (datetime(2026, 3, 10, 9, tzinfo=UTC), 0, datetime(2026, 3, 10, 9, tzinfo=UTC)),
    ],
)
def test_a_deadline_counts_business_hours_only(start: datetime, hours: int, expected: datetime) -> None:
    assert due(start, hours) == expected


def test_no_business_time_passes_backwards() -> None:
    at = datetime(2026, 3, 10, 9, tzinfo=UTC)

    spent = calendars.worked(at, at - timedelta(days=3), zone=BERLIN, country="DE", opens=time(9), closes=time(17))

    assert spent == timedelta()


@pytest.mark.parametrize(
    ("timezone", "country", "default", "expected"),
    [
        ("Asia/Tokyo", "US", "Europe/Berlin", "Asia/Tokyo"),
        (" Asia/Tokyo ", None, "Europe/Berlin", "Asia/Tokyo"),
        ("Mars/Olympus", "JP", "Europe/Berlin", "Asia/Tokyo"),
        ("../../etc/passwd", None, "Europe/Berlin", "Europe/Berlin"),
        ("Europe", None, "Europe/Berlin", "Europe/Berlin"),
        (None, None, "Europe/Berlin", "Europe/Berlin"),
        (None, "XX", "Europe/Berlin", "Europe/Berlin"),
        (None, "ZZ", "Europe/Berlin", "Europe/Berlin"),
        (None, "JP", "Europe/Berlin", "Asia/Tokyo"),
        (None, "jp", "Europe/Berlin", "Asia/Tokyo"),
        (None, "ES", "Europe/Berlin", "Atlantic/Canary"),  # 08:00 there is 09:00 in Madrid
        (None, "AU", "Europe/Berlin", "Australia/Perth"),
        (None, "US", "America/New_York", "America/New_York"),  # no zone fits all of Hawaii to Maine
        (None, "US", "Europe/Berlin", "America/Los_Angeles"),  # a Berlin morning is night in all of them
    ],
)
def test_a_customers_zone_is_the_stated_one_or_the_one_that_disturbs_fewest(
    timezone: str | None, country: str | None, default: str, expected: str
) -> None:
    assert calendars.zone_of(timezone, country, ZoneInfo(default)) == ZoneInfo(expected)


@pytest.mark.parametrize("country", ["ES", "PT", "AU", "BR", "CN", "ID", "KI", "NZ", "CL"])
def test_in_a_country_of_few_zones_it_is_daytime_everywhere(country: str) -> None:
    chosen = calendars.zone_of(None, country, BERLIN)

    for month in (1, 7):
        for hour in (8, 18):
            at = datetime(2026, month, 15, hour, tzinfo=chosen)
            for zone in calendars._zones(country):
                assert time(8) <= at.astimezone(zone).time() <= time(21)


def test_a_hundred_thousand_checks_take_no_more_than_seconds() -> None:
    at = datetime(2026, 3, 14, 12, tzinfo=UTC)
    started = stopwatch.process_time()

    for _ in range(100_000):
        opening(at)

    assert stopwatch.process_time() - started < 5
