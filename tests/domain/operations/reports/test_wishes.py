"""Wishes: read from words in any order, written as words that mean the same later."""

from datetime import date

import pytest

from domain.operations.refusals import WishUnclear
from domain.operations.reports import wishes
from domain.operations.reports.reports import Form, Kind
from domain.operations.reports.wishes import Wish

TODAY = date(2026, 3, 10)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("", Wish()),
        ("dso 30 EUR", Wish(Kind.DSO, days=30, currency="EUR")),
        ("eur dso for 30 days", Wish(Kind.DSO, days=30, currency="EUR")),
        ("exposures segment key accounts as pdf", Wish(Kind.EXPOSURES, segment="key accounts", form=Form.PDF)),
        ("as csv segment key aging", Wish(Kind.WEEKLY, segment="key aging", form=Form.CSV)),
        ('aging segment "key" csv', Wish(Kind.AGEING, segment="key", form=Form.CSV)),
        ("promises for Bank of America", Wish(Kind.PROMISES, customer="Bank of America")),
        ("collected customer Acme Ltd USD", Wish(Kind.COLLECTED, customer="Acme Ltd", currency="USD")),
        ('collected customer "Acme USD"', Wish(Kind.COLLECTED, customer="Acme USD")),
        ('collected customer "from here to eternity"', Wish(Kind.COLLECTED, customer="from here to eternity")),
        ("held back", Wish(Kind.HELD)),
        ("last 3 weeks delivery", Wish(Kind.DELIVERY, days=21)),
        ("last month", Wish(first=date(2026, 2, 1), last=date(2026, 2, 28))),
        ("dso last quarter in eur", Wish(Kind.DSO, first=date(2025, 10, 1), last=date(2025, 12, 31), currency="EUR")),
        ("this year", Wish(first=date(2026, 1, 1), last=date(2026, 3, 9))),
        ("last week", Wish(first=date(2026, 3, 2), last=date(2026, 3, 8))),
        ("disputes from 2026-03-01 to 2026-03-05", Wish(Kind.DISPUTES, first=date(2026, 3, 1), last=date(2026, 3, 5))),
        ("disputes since 2026-03-01 JPY", Wish(Kind.DISPUTES, first=date(2026, 3, 1), currency="JPY")),
        ("bericht", None),
        ("customer", None),
        ("segment as pdf", None),
        ("from yesterday", None),
        ("last", None),
    ],
)
def test_words_in_any_order_are_one_wish(typed: str, meant: Wish | None) -> None:
    if meant is None:
        with pytest.raises(WishUnclear):
            wishes.stored(typed.split(), today=TODAY)
        return

    read = wishes.stored(typed.split(), today=TODAY)

    assert read == meant
    assert wishes.stored(read.words(), today=TODAY) == meant
    assert wishes.stored(" ".join(read.words()).split(), today=date(2027, 7, 1)) == meant


def test_no_words_however_odd_break_the_reading() -> None:
    for typed in ('"', '""', "' ' '", "as", "as as pdf", "to", "in", "in in in", "0", "9" * 400, "\x00", "last 0 days"):
        try:
            wishes.stored(typed.split(), today=TODAY)
        except WishUnclear:
            continue
