"""Days are read as browsers send them and as people of each locale write them; a wrong guess is never made."""

from contextlib import suppress
from datetime import date

import pytest
from babel.dates import format_date
from hypothesis import given
from hypothesis import strategies as st

from portal import typed_days
from portal.typed_days import DayUnreadable

LOCALES = ("en_US", "en_GB", "de_DE", "de_CH", "fr_FR", "fr_CA", "es_ES", "en_DE", "sv_SE")


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)), st.sampled_from(LOCALES))
def test_every_locales_short_and_long_forms_mean_the_day(day: date, locale: str) -> None:
    for form in ("short", "medium", "long"):
        assert typed_days.typed(format_date(day, form, locale=locale), locale=locale) == day
    assert typed_days.typed(day.isoformat(), locale=locale) == day


@pytest.mark.parametrize(
    ("text", "locale", "day"),
    [
        ("3/4/2026", "en_US", date(2026, 3, 4)),
        ("3/4/2026", "en_GB", date(2026, 4, 3)),
        ("3. April 2026", "de_DE", date(2026, 4, 3)),
        ("1 de enero de 2027", "es_ES", date(2027, 1, 1)),
        ("1er janvier 2027", "fr_FR", date(2027, 1, 1)),
        ("April 3rd, 2026", "en_US", date(2026, 4, 3)),
        (" 2026-4-3 ", "de_DE", date(2026, 4, 3)),
    ],
)
def test_days_as_people_type_them(text: str, locale: str, day: date) -> None:
    assert typed_days.typed(text, locale=locale) == day


@pytest.mark.parametrize(
    "text", ["", "tomorrow", "32.1.2026", "2026-02-30", "1.1.", "1.1.202", "12345678", "1.1.2026.5", "x" * 500, "٣"]
)
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(DayUnreadable):
        typed_days.typed(text, locale="de_DE")


@given(st.text(max_size=60), st.sampled_from(LOCALES))
def test_any_text_is_a_day_or_refused(text: str, locale: str) -> None:
    with suppress(DayUnreadable):
        assert isinstance(typed_days.typed(text, locale=locale), date)
