"""Moments are the reader's in Slack, and the merchant's, named, in the text that stands in for it."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot import text, times

AT = datetime(2026, 3, 10, 13, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "fallback"),
    [
        ("UTC", "2026-03-10 13:00 UTC"),
        ("Europe/Berlin", "2026-03-10 14:00 CET"),
        ("America/New_York", "2026-03-10 09:00 EDT"),
        ("America/Sao_Paulo", "2026-03-10 10:00 UTC-03"),
        ("Asia/Kathmandu", "2026-03-10 18:45 UTC+0545"),
    ],
)
def test_a_moment_names_the_zone_in_which_it_is_written(zone: str, fallback: str) -> None:
    with times.told_in(ZoneInfo(zone)):
        assert text.moment(AT) == f"<!date^{int(AT.timestamp())}^{{date_short_pretty}} {{time}}|{fallback}>"


def test_a_sentence_of_the_timeline_has_its_moments_in_the_readers_zone_too() -> None:
    with times.told_in(ZoneInfo("Europe/Berlin")):
        shown = text.said("Snoozed until 2026-03-10 13:00 UTC: <they> move")

    assert shown == f"Snoozed until {times.moment(AT).replace('13:00 UTC', '14:00 CET')}: &lt;they&gt; move"


@pytest.mark.parametrize("words", ["2026-13-45 99:99 UTC", "2026-03-10 13:00", "12026-03-10 13:00 UTC"])
def test_what_only_looks_like_a_moment_stays_as_it_is(words: str) -> None:
    assert text.said(words) == words
