"""Dates as files write them: the order of day, month and year is found for the whole file, never for a row."""

import itertools
import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from domain.kernel.speech import say
from domain.ledger.csv_import.refusals import DateOrderOpen
from domain.ledger.csv_import.requests import DateOrder

ORDERS = (DateOrder.DMY, DateOrder.MDY, DateOrder.YMD)

Readings = tuple[date | None, date | None, date | None]
"""What a text means in each order, as they stand in ``ORDERS``."""

FIRST_YEAR, LAST_YEAR = 1980, 2100
"""Outside of these a date on an invoice is a typing mistake."""

NOTHING: Readings = (None, None, None)

_TIME = r"(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?(?: ?[AaPp][Mm])?(?:Z|[+-]\d{2}:?\d{2})?)?"
_NUMBERS = re.compile(rf"(\d{{1,4}})([./-])(\d{{1,2}})\2(\d{{1,4}}){_TIME}")
_COMPACT = re.compile(rf"(\d{{4}})(\d{{2}})(\d{{2}}){_TIME}")
_DAY_NAMED_MONTH = re.compile(
    r"(\d{1,2})(?:st|nd|rd|th|er)?[ .-]{1,2}(?:de )?([^\W\d_]{3,10})\.?[ ,-]{1,2}(?:de )?(\d{4}|\d{2})"
)
_NAMED_MONTH_DAY = re.compile(r"([^\W\d_]{3,10})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})")
_SERIAL = re.compile(r"(\d{5})(?:[.,]\d{1,10})?")
"""What a spreadsheet shows of a date whose cell is not formatted as one; behind the mark is the time."""

_SPREADSHEETS_BEGIN = date(1899, 12, 30)

_MONTHS: Mapping[str, int] = {
    name: number
    for number, names in enumerate(
        ("jan january januar janv janvier ene enero",
         "feb february februar fev fevr fevrier febrero",
         "mar march mrz marz maerz mars marzo",
         "apr april avr avril abr abril",
         "may mai mayo",
         "jun june juni juin junio",
         "jul july juli juil juillet julio",
         "aug august aou aout ago agosto",
         "sep sept september septembre septiembre setiembre",
         "oct october okt oktober octobre octubre",
         "nov november novembre noviembre",
         "dec december dez dezember decembre dic diciembre"), 1)
    for name in names.split()
}  # fmt: skip
"""Of English, German, French and Spanish, without accents; none of them means two months."""


def readings(text: str) -> Readings:
    """Return what the text means in each order; the same date three times when it can be read in one way only."""
    if found := _NUMBERS.fullmatch(text):
        return _of_numbers(found[1], found[3], found[4])
    if found := _COMPACT.fullmatch(text):
        return _certain(found[1], found[2], found[3])
    if found := _DAY_NAMED_MONTH.fullmatch(text):
        return _certain(_year(found[3]), _month(found[2]), found[1])
    if found := _NAMED_MONTH_DAY.fullmatch(text):
        return _certain(found[3], _month(found[1]), found[2])
    return NOTHING


def _month(name: str) -> str:
    plain = "".join(each for each in unicodedata.normalize("NFKD", name) if not unicodedata.combining(each))
    return str(_MONTHS.get(plain.casefold(), 0))


def _of_serial(text: str) -> date | None:
    """Return the date of a spreadsheet's count of days."""
    found = _SERIAL.fullmatch(text)
    day = _SPREADSHEETS_BEGIN + timedelta(days=int(found[1])) if found else None
    return day if day is not None and FIRST_YEAR <= day.year <= LAST_YEAR else None


def read(text: str, order: DateOrder | None) -> date | None:
    """Return the date in the file's order; None when it is none. Without an order all readings agree."""
    if order is DateOrder.SERIAL and (day := _of_serial(text)) is not None:
        return day
    found = readings(text)
    if order in ORDERS:
        return found[ORDERS.index(order)]
    return next((each for each in found if each is not None), None)


def _of_numbers(first: str, second: str, third: str) -> Readings:
    if len(first) == 4:
        return _certain(first, second, third) if len(third) <= 2 else NOTHING
    if len(first) > 2 or len(third) not in (2, 4):
        return NOTHING
    dmy, mdy = _date(_year(third), second, first), _date(_year(third), first, second)
    return dmy, mdy, _date(_year(first), second, third) if len(first) == len(third) == 2 else None


def _certain(year: str, month: str, day: str) -> Readings:
    found = _date(year, month, day)
    return found, found, found


def _year(text: str) -> str:
    """Return a year of two digits as the one that lies in the hundred years from the first that is taken."""
    return text if len(text) != 2 else f"{'19' if int(text) >= FIRST_YEAR % 100 else '20'}{text}"


def _date(year: str, month: str, day: str) -> date | None:
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        return None
    return found if FIRST_YEAR <= found.year <= LAST_YEAR else None


class DateEvidence:
    """What the dates of a file tell about the order in which they are written."""

    _REMEMBERED = 20_000
    """Different texts kept, so that each is looked at once; more than a file of real dates has."""

    def __init__(self) -> None:
        self._seen: set[str] = set()
        self._against: dict[DateOrder, str] = {}
        """For each order one date that cannot be read in it."""
        self._differing: dict[tuple[DateOrder, DateOrder], str] = {}
        """For each two orders one date that they read differently."""
        self._readable = False
        self._serial: str | None = None
        """A text that is no date, unless it counts days."""

    def add(self, texts: Iterable[str]) -> None:
        """Take cells into account; empty ones and those that are no dates tell nothing."""
        fresh = list(dict.fromkeys(itertools.filterfalse(self._seen.__contains__, texts)))
        if len(self._seen) + len(fresh) > self._REMEMBERED:
            self._seen.clear()
        self._seen.update(fresh)
        for text in fresh:
            self._add(text.strip())

    def _add(self, text: str) -> None:
        found = readings(text)
        if found == NOTHING:
            self._serial = self._serial or (text if _of_serial(text) else None)
        else:
            self._readable = True
        if found == NOTHING or found[0] == found[1] == found[2]:
            return
        for order, reading in zip(ORDERS, found, strict=True):
            if reading is None and text < self._against.get(order, "~"):
                self._against[order] = text
        for one, other in itertools.combinations(range(3), 2):
            if found[one] and found[other] and found[one] != found[other]:
                self._differing.setdefault((ORDERS[one], ORDERS[other]), text)

    def decided(self, kept: DateOrder | None = None) -> DateOrder | None:
        """Return the file's order, or None when every date reads the same in each.

        Where the dates fit several orders, the one that was *kept* for files of this layout is taken if it is among
        them.

        Raises:
            DateOrderOpen: The dates fit several orders and mean different days in them, or fit none together, or fit
                one that is not the one that was kept.
        """
        if self._serial is not None and not self._readable:
            if kept is DateOrder.SERIAL:
                return kept
            raise DateOrderOpen(
                say(
                    "No date can be read; {text} could be a spreadsheet's count of days, {day}.",
                    text=self._serial,
                    day=_of_serial(self._serial),
                ),
                (DateOrder.SERIAL.value,),
            )
        left = [order for order in ORDERS if order not in self._against]
        if kept is not None and kept in self._against and left:
            raise DateOrderOpen(
                say(
                    "Files of this layout have their dates as {order}, but {text} does not fit.",
                    order=kept.value,
                    text=self._against[kept][:20],
                ),
                tuple(each.value for each in left),
            )
        if kept in left:
            return kept
        if not left:
            proof = sorted({each[:20] for each in self._against.values()})
            raise DateOrderOpen(
                say(
                    "The dates are not all written in one order: {texts} do not go together.",
                    texts=say("{one} and {other}", one=", ".join(proof[:-1]), other=proof[-1])
                    if len(proof) > 1
                    else proof[0],
                ),
                tuple(each.value for each in ORDERS),
            )
        doubt = next((text for pair, text in self._differing.items() if set(pair) <= set(left)), None)
        if doubt is not None:
            raise DateOrderOpen(
                say("No date in the file tells day from month: {text} could be two days.", text=doubt[:20]),
                tuple(each.value for each in left),
            )
        return left[0] if self._against else None
