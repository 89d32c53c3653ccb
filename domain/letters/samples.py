"""Samples: contents of every letter that could be real, in each language, to look at and to test with."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from domain.kernel.money import Money
from domain.letters import languages
from domain.letters.fields import Fields, Instalment, Line
from domain.letters.kinds import KINDS
from domain.letters.rendering import Contents

TODAY = date(2026, 3, 10)

_LOCALES = {"en": "en_GB", "de": "de_DE", "fr": "fr_FR", "es": "es_ES"}
_NAMES = {"en": "Anna Smith", "de": "Anna Schmidt", "fr": "Anne Martin", "es": "Ana García"}

_DAYS_OVERDUE = {"reminder-due": -3, "reminder-overdue": 7, "final-notice": 21, "instalment-due": -3, "plan-missed": 4}

_SITE = "https://pay.northwind.example"


def contents(letter: str, language: str, *, several: bool = False, days_overdue: int | None = None) -> Contents:
    """Return contents of a letter that could be real.

    Args:
        letter: Its name.
        language: The reader's.
        several: Whether it is about several invoices, where such a letter may be.
        days_overdue: Of the first invoice; by itself what suits the letter.
    """
    locale = _LOCALES[language]
    late = days_overdue if days_overdue is not None else _DAYS_OVERDUE.get(letter, 7)
    several = several and KINDS[letter].of_several
    lines = _lines(letter, locale, late, several=several)
    shown = lines if KINDS[letter].asks or letter == "new-link" else []
    schedule = _schedule(locale) if letter in ("plan-approved", "plan-countered") else []
    return Contents(
        fields=Fields(**_fields(letter, locale, late, lines), customer_name=_NAMES[language]),
        lines=shown,
        also=[_line("INV-1090", 9900, "EUR", locale, -6)] if several and late > 0 else [],
        schedule=schedule,
        link="" if shown else f"{_SITE}/l/AZuJ1c0mQ2mXkq7t",
        opt_out_link=f"{_SITE}/u/AZuJ1c0mQ2mXkq7t" if KINDS[letter].asks else "",
    )


def _lines(letter: str, locale: str, late: int, *, several: bool) -> list[Line]:
    of_plan = 2 if letter in ("instalment-due", "plan-missed") else 0
    first = _line("INV-1042", 125000, "EUR", locale, late, of_plan=of_plan)
    if not several:
        return [first]
    more = [_line("INV-1057", 84050, "EUR", locale, late + 2, of_plan=of_plan, aside=20000)]
    return [first, *more, _line("2026/0031-B", 31000, "USD", locale, late + 1, of_plan=of_plan)]


def _line(number: str, minor: int, currency: str, locale: str, late: int, *, of_plan: int = 0, aside: int = 0) -> Line:
    return Line(
        number=number,
        amount=Money(minor, currency).format(locale),
        due_date=_day(TODAY - timedelta(days=late), locale),
        days_overdue=late,
        link=f"{_SITE}/l/AZuJ1c0mQ2mXkq7t{number[-2:]}",
        instalment_number=of_plan,
        instalment_count=4 if of_plan else 0,
        set_aside=Money(aside, currency).format(locale) if aside and not of_plan else "",
    )


def _fields(letter: str, locale: str, late: int, lines: Sequence[Line]) -> dict[str, Any]:
    euros = {name: Money(minor, "EUR").format(locale) for name, minor in _EUROS.items()}
    return {
        **euros,
        "account_name": "Acme Ltd",
        "merchant_name": "Northwind Supplies",
        "merchant_contact": "ar@northwind.example",
        "invoice_number": "INV-1042",
        "due_date": lines[0].due_date,
        "days_overdue": late,
        "pay_link": lines[0].link,
        "link_expires": _day(TODAY + timedelta(days=7), locale),
        "invoice_count": len(lines),
        "overdue_count": sum(each.days_overdue > 0 for each in lines),
        "total_due": languages.listed(
            [Money(209050, "EUR").format(locale), Money(31000, "USD").format(locale)], locale
        ),
        "most_days_overdue": max(each.days_overdue for each in lines),
        "receipt_number": "R-2026-000017",
        "instalment_number": 2,
        "instalment_count": 4,
        "promised_date": _day(TODAY + timedelta(days=10), locale),
        "plan_count": 3,
        "plan_first_date": _day(date(2026, 4, 1), locale),
        "plan_last_date": _day(date(2026, 6, 1), locale),
        "outcome": "partly accepted",
        "question": "Which order is this for?\nWe have none of that day.",
        "answer": "It is for your order 4711.\n\nThe delivery note goes with this mail to your colleague.",
        **({"invoice_balance": ""} if letter == "receipt" else {}),
    }


_EUROS = {
    "invoice_total": 150000,
    "invoice_balance": 125000,
    "amount_due": 125000,
    "amount_paid": 125000,
    "promised_amount": 50000,
    "plan_total": 125000,
    "disputed_amount": 30000,
    "credit_amount": 12000,
}


def _schedule(locale: str) -> list[Instalment]:
    amounts = ((date(2026, 4, 1), 41667), (date(2026, 5, 1), 41667), (date(2026, 6, 1), 41666))
    return [
        Instalment(place, _day(day, locale), Money(minor, "EUR").format(locale))
        for place, (day, minor) in enumerate(amounts, start=1)
    ]


def _day(day: date, locale: str) -> str:
    return languages.day(day, locale)
