"""Days: dates as their reader writes them, kept for a while, since a page says the same ones again and again."""

from datetime import date
from functools import lru_cache

from babel.dates import format_date


@lru_cache(maxsize=4096)
def long(day: date, locale: str) -> str:
    """Return a date with the name of its month."""
    return str(format_date(day, format="long", locale=locale))
