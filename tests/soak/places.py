"""The twelve places in which the soak's customers sit: zones with and without daylight saving, four languages."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """A zone, its country, and what is spoken and paid with there."""

    zone: str
    country: str
    language: str
    currency: str


PLACES = (
    Place("Europe/Berlin", "DE", "de", "EUR"),
    Place("Europe/Paris", "FR", "fr", "EUR"),
    Place("Europe/Madrid", "ES", "es", "EUR"),
    Place("Europe/London", "GB", "en", "GBP"),
    Place("America/New_York", "US", "en", "USD"),
    Place("America/Los_Angeles", "US", "en", "USD"),
    Place("America/Mexico_City", "MX", "es", "USD"),
    Place("America/St_Johns", "CA", "fr", "USD"),  # half an hour off, with daylight saving
    Place("Australia/Sydney", "AU", "en", "USD"),  # daylight saving the other way round
    Place("Asia/Kolkata", "IN", "en", "USD"),
    Place("Asia/Riyadh", "SA", "en", "USD"),  # the weekend is Friday and Saturday
    Place("Pacific/Kiritimati", "KI", "en", "USD"),  # UTC+14
)
