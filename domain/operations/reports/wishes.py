"""Wishes: what somebody wants a report of, read from words in any order: which, which days, whose, as which file.

``dso last quarter EUR``, ``exposures segment key as pdf``, ``collected from 1 March to 15 March customer "Acme Ltd"``.
A wish writes itself as words that are read again, so that a file made later is of what was asked for.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from babel.numbers import is_currency

from domain.operations.refusals import WishUnclear
from domain.operations.reports import periods
from domain.operations.reports.reports import Form, Kind

Day = Callable[[tuple[str, ...]], date | None]
"""Reads a day from words; None where they name none."""

LONGEST_NAME = 200

_ALSO: Mapping[str, Kind] = {
    "week": Kind.WEEKLY, "all": Kind.WEEKLY, "collections": Kind.COLLECTED, "takings": Kind.COLLECTED,
    "promise": Kind.PROMISES, "adherence": Kind.PROMISES, "dispute": Kind.DISPUTES, "cei": Kind.DSO, "add": Kind.DSO,
    "turnover": Kind.DSO, "held-back": Kind.HELD, "deliverability": Kind.DELIVERY, "mail": Kind.DELIVERY,
    "mails": Kind.DELIVERY, "funnel": Kind.PORTAL, "exposure": Kind.EXPOSURES, "top": Kind.EXPOSURES,
    "aging": Kind.AGEING, "age": Kind.AGEING,
}  # fmt: skip
"""How people call a report besides by its name."""

_FORMS: Mapping[str, Form] = {
    "csv": Form.CSV, "excel": Form.CSV, "xlsx": Form.CSV, "spreadsheet": Form.CSV, "table": Form.CSV,
    "pdf": Form.PDF, "paper": Form.PDF, "file": Form.PDF,
}  # fmt: skip

_AS = frozenset({"as", "als", "en", "como"})
_FROM = frozenset({"from", "since", "von", "ab", "seit", "du", "depuis", "desde"})
_TO = frozenset({"to", "until", "till", "bis", "au", "jusqu'au", "hasta"})
_CUSTOMER = frozenset({"customer", "account", "for", "of", "kunde", "client", "cliente"})
_SEGMENT = frozenset({"segment", "segmento"})
_CURRENCY = frozenset({"currency", "in", "währung", "devise", "moneda"})
_LAST = frozenset({"last", "past", "letzte", "letzten", "letzter", "letztes"})
_THIS = frozenset({"this", "current"})
_FILLERS = frozenset({"the", "a", "report", "days", "day", "tage", "jours", "días", "me", "please", "only", "and"})
_SPANS = frozenset({"week", "month", "quarter", "year"})

_KEYS = _AS | _FROM | _TO | _CUSTOMER | _SEGMENT | _CURRENCY | _LAST | _THIS
_ENDS_NAME = _KEYS - {"of", "for", "in", "en", "du", "au"}
"""Words that end a name; the others stand in many."""

_COUNT = re.compile(r"(\d{1,4})(d|days?)?", re.IGNORECASE)
_CODE = re.compile(r"[A-Za-z]{3}")
_QUOTES = "\"'“”„«»`"


@dataclass(frozen=True, slots=True)
class Wish:
    """Which report."""

    kind: Kind = Kind.WEEKLY
    days: int | None = None
    first: date | None = None
    last: date | None = None
    currency: str | None = None
    customer: str = ""
    """A number or a name, as it was typed."""
    segment: str = ""
    form: Form | None = None
    """As which file; None: to be looked at."""

    def words(self) -> list[str]:
        """Return the wish as words, with days that mean the same tomorrow."""
        said = [self.kind.value]
        said += [f"{self.days}d"] if self.days is not None else []
        said += ["from", self.first.isoformat()] if self.first else []
        said += ["to", self.last.isoformat()] if self.last else []
        said += ["currency", self.currency] if self.currency else []
        said += ["segment", f'"{self.segment}"'] if self.segment else []
        said += ["customer", f'"{self.customer}"'] if self.customer else []
        return said + (["as", self.form.value] if self.form else [])


def read(words: Sequence[str], *, today: date, day: Day) -> Wish:
    """Read a wish.

    Raises:
        WishUnclear: A word fits nowhere.
    """
    return _Reader(_whole(words), today, day).read()


def stored(words: Sequence[str], *, today: date) -> Wish:
    """Read a wish that wrote itself.

    Raises:
        WishUnclear: It did not.
    """
    return read(words, today=today, day=written_day)


def written_day(said: tuple[str, ...]) -> date | None:
    """Return the day that is written as 2026-03-31."""
    try:
        return date.fromisoformat(" ".join(said))
    except ValueError:
        return None


def _whole(words: Sequence[str]) -> list[str]:
    """Return the words with those between quotation marks as one, which keeps the first mark."""
    found: list[str] = []
    opened = False
    for word in words:
        bare = word.strip(_QUOTES)
        if opened:
            found[-1] = f"{found[-1]} {bare}"
        elif word[:1] in _QUOTES and word:
            found.append(f'"{bare}')
            opened = True
        else:
            found.append(word.strip(",;"))
        if opened and word[-1:] in _QUOTES and (len(word) > 1 or found[-1] != '"'):
            opened = False
    return [each for each in found if each and each != '"']


class _Reader:
    """Reads one wish, word by word."""

    def __init__(self, words: list[str], today: date, day: Day) -> None:
        self._words, self._today, self._day = words, today, day
        self._wish = Wish()
        self._named = False

    def read(self) -> Wish:
        while self._words:
            word = self._words.pop(0)
            self._wish = self._taken(word, word.casefold().strip(".:="))
        return self._wish

    def _taken(self, word: str, key: str) -> Wish:
        """Return the wish with what a word, and those behind it, add to it."""
        wish, ahead = self._wish, self._next()
        if key in _AS and ahead in _FORMS:
            return replace(wish, form=_FORMS[self._pop()])
        if key in _FROM:
            return replace(wish, first=self._days())
        if key in _TO:
            return replace(wish, last=self._days())
        if key in _SEGMENT:
            return replace(wish, segment=self._name(word))
        if key in _CURRENCY and _CODE.fullmatch(ahead):
            return replace(wish, currency=self._pop().upper())
        if key in _LAST | _THIS:
            return self._span(key)
        if key in _CUSTOMER and ahead and not (ahead in _KEYS or _COUNT.fullmatch(ahead)):
            return replace(wish, customer=self._name(word))
        return self._alone(word, key)

    def _alone(self, word: str, key: str) -> Wish:
        """Return the wish with what a word says by itself."""
        wish = self._wish
        if not self._named and (kind := _kind(key)) is not None:
            self._named = True
            return replace(wish, kind=kind)
        if key in _FORMS:
            return replace(wish, form=_FORMS[key])
        if (found := _COUNT.fullmatch(key)) is not None:
            return replace(wish, days=self._count(found[1]))
        if key in _FILLERS | {"for", "of"} or (key == "back" and wish.kind is Kind.HELD):
            return wish
        if _CODE.fullmatch(word):
            return replace(wish, currency=word.upper())
        raise WishUnclear(word)

    def _next(self) -> str:
        return self._words[0].casefold().strip(".:=") if self._words else ""

    def _pop(self) -> str:
        return self._words.pop(0).casefold().strip(".:=")

    def _count(self, digits: str) -> int:
        return int(digits) or periods.LONGEST + 1  # none is refused with the days that there may be

    def _until_key(self, ends: frozenset[str]) -> list[str]:
        taken: list[str] = []
        while self._words and self._next() not in ends and not (taken and self._next() in _FORMS):
            taken.append(self._words.pop(0))
        return taken

    def _days(self) -> date:
        """Return the day that as many of the next words name as possible."""
        said = self._until_key(_KEYS - {"this"})
        asked = " ".join(said)
        while said:
            found = self._day(tuple(said))
            if found is not None:
                return found
            self._words.insert(0, said.pop())
        raise WishUnclear(asked)

    def _name(self, word: str) -> str:
        if self._words and self._words[0].startswith('"'):
            return self._words.pop(0)[1 : LONGEST_NAME + 1]
        said = self._until_key(_ENDS_NAME)
        if not said:
            raise WishUnclear(word)
        if len(said) > 1 and said[-1].isupper() and is_currency(said[-1]):
            self._words.insert(0, said.pop())
        return " ".join(said).strip(_QUOTES)[:LONGEST_NAME]

    def _span(self, key: str) -> Wish:
        """Read ``last 30 days``, ``last month`` or ``this quarter``; a span that runs ends yesterday."""
        found = _COUNT.fullmatch(self._next())
        if found is not None:
            self._words.pop(0)
            unit = self._next().rstrip("s")
            times = {"week": 7, "month": periods.MONTH_DAYS, "year": 365}.get(unit, 1)
            if unit in {"week", "month", "year", "day"}:
                self._words.pop(0)
            return replace(self._wish, days=self._count(found[1]) * times)
        span = self._next()
        if span not in _SPANS:
            raise WishUnclear(span or key)
        self._words.pop(0)
        begun = _begin(span, self._today)
        if key in _THIS:
            return replace(self._wish, first=begun, last=max(begun, self._today - timedelta(1)))
        ended = begun - timedelta(1)
        return replace(self._wish, first=_begin(span, ended), last=ended)


def _kind(key: str) -> Kind | None:
    return Kind(key) if key in set(Kind) else _ALSO.get(key)


def _begin(span: str, on: date) -> date:
    """Return the first day of the week, month, quarter or year in which a day lies."""
    match span:
        case "week":
            return on - timedelta(on.weekday())
        case "month":
            return on.replace(day=1)
        case "quarter":
            return on.replace(month=on.month - (on.month - 1) % 3, day=1)
        case _:
            return on.replace(month=1, day=1)
