"""Dates of bank statements: a statement tells of the past, which often decides the order of day and month."""

import re
from collections.abc import Iterable
from datetime import date, timedelta

from domain.ledger.csv_import.date_texts import ORDERS, DateEvidence, read
from domain.ledger.csv_import.refusals import DateOrderOpen
from domain.ledger.csv_import.requests import DateOrder

AHEAD = timedelta(days=10)
"""So far ahead a value date may lie: holidays in a row, and the zones of the world."""

BACK = timedelta(days=800)
"""Statements are of the last two years where their dates could mean several; others are asked about."""

_DOTTED = re.compile(r"\d{1,2}\.\d{1,2}\.\d{2}")
"""Nobody who writes the month first puts dots between."""

_REMEMBERED = 20_000


class StatementDates:
    """What the dates of a statement tell about the order in which they are written."""

    def __init__(self, today: date) -> None:
        self._evidence = DateEvidence()
        self._texts: set[str] = set()
        self._earliest, self._latest = today - BACK, today + AHEAD

    def add(self, texts: Iterable[str]) -> None:
        """Take cells into account; those that are no dates tell nothing."""
        several = {text.strip() for text in texts}
        self._evidence.add(several)
        if len(self._texts) < _REMEMBERED:
            self._texts |= several

    def decided(self) -> DateOrder | None:
        """Return the statement's order, or None when every date reads the same in each.

        Raises:
            DateOrderOpen: The dates fit several orders, none of which leads into the future.
        """
        try:
            return self._evidence.decided()
        except DateOrderOpen as question:
            left = [order for order in map(DateOrder, question.choices) if self._possible(order)]
            if len(left) != 1:
                raise
            return left[0]

    def _possible(self, order: DateOrder) -> bool:
        """Tell whether all dates can be read in this order, and none of them is yet to come or long past."""
        days = [day for text in self._texts if (day := read(text, order)) is not None]
        if order is DateOrder.MDY and any(_DOTTED.match(text) for text in self._texts):
            return False
        readable = sum(any(read(text, each) for each in ORDERS) for text in self._texts)
        return len(days) == readable and all(self._earliest <= day <= self._latest for day in days)
