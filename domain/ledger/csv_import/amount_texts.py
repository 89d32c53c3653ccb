"""Amounts as files write them: which mark stands before the decimals is found for the whole file, never for a row."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from domain.kernel.money import MAX_MINOR, digits
from domain.kernel.speech import say
from domain.ledger.csv_import.refusals import DecimalMarkOpen
from domain.ledger.csv_import.requests import DecimalMark

LONGEST = 40
"""Characters of an amount; longer texts are none."""

_DOLLARS = frozenset(["USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN", "ARS", "CLP", "COP", "BRL", "TWD"])
_CROWNS = frozenset(["SEK", "NOK", "DKK", "ISK"])

SIGNS: Mapping[str, frozenset[str]] = {
    "€": frozenset({"EUR"}),
    "$": _DOLLARS,
    "US$": frozenset({"USD"}),
    "C$": frozenset({"CAD"}),
    "A$": frozenset({"AUD"}),
    "R$": frozenset({"BRL"}),
    "£": frozenset({"GBP", "EGP", "GIP"}),
    "¥": frozenset({"JPY", "CNY"}),
    "₹": frozenset({"INR"}),
    "₩": frozenset({"KRW"}),
    "₺": frozenset({"TRY"}),
    "₴": frozenset({"UAH"}),
    "₪": frozenset({"ILS"}),
    "₫": frozenset({"VND"}),
    "₱": frozenset({"PHP"}),
    "฿": frozenset({"THB"}),
    "kr": _CROWNS,
    "zł": frozenset({"PLN"}),
    "Kč": frozenset({"CZK"}),
    "Ft": frozenset({"HUF"}),
    "lei": frozenset({"RON", "MDL"}),
    "Fr": frozenset({"CHF"}),
}
"""Signs beside an amount, and the currencies that use them. An ISO code stands for itself."""

_DIGITS = {zero + figure: str(figure) for zero in (0x0660, 0x06F0, 0x0966, 0xFF10) for figure in range(10)}
"""Arabic, Persian, Devanagari and full-width figures."""

_SPACES = str.maketrans({
    "\u00a0": " ", "\u2009": " ", "\u202f": " ", "\u2212": "-", "\u2013": "-", "’": "'", "`": "'", "٫": ".", "٬": ",",
    **{chr(code): figure for code, figure in _DIGITS.items()}})  # fmt: skip

_CREDIT_OR_DEBIT = re.compile(r"(?i)(?P<rest>.*?\d\)?) ?(?P<side>cr|dr)\.?")
"""Behind an amount: to whose side of the account it belongs. A debit is what the customer owes."""

_SIGN = r"(?:[^\W\d_]{0,3}[$€£¥₹₩₺₴₪₫₱฿]|[^\W\d_]{2,3}\.?)"
_OUTER = re.compile(
    rf"(?P<open>\()? ?(?P<minus>[-+])? ?(?P<before>{_SIGN})? ?(?P<inner>-)? ?(?P<body>(?:\d[\d.,' ]*)?\d|[.,]\d+) ?"
    rf"(?P<after>{_SIGN})? ?(?P<trailing>-)? ?(?P<close>\))?"
)

_THREES = r"[1-9]\d{{0,2}}(?:[{mark}]\d{{3}})+"
_LAKHS = r"[1-9]\d?(?:[{mark}]\d{{2}})+[{mark}]\d{{3}}"


def _body(thousands: str, decimal: str) -> "re.Pattern[str]":
    grouped = "|".join(form.format(mark=mark) for mark in (thousands, " ", "'") for form in (_THREES, _LAKHS))
    return re.compile(rf"(?P<whole>{grouped}|\d*)(?:[{decimal}](?P<part>\d+))?")


_BODIES: Mapping[DecimalMark, "re.Pattern[str]"] = {
    DecimalMark.POINT: _body(",", "."),
    DecimalMark.COMMA: _body(".", ","),
}

_PLAIN: Mapping[DecimalMark | None, "re.Pattern[str]"] = {
    None: re.compile(r"(\d{1,13})"),
    DecimalMark.POINT: re.compile(r"(\d{1,13})(?:\.(\d{1,2}))?"),
    DecimalMark.COMMA: re.compile(r"(\d{1,13})(?:,(\d{1,2}))?"),
}
"""What nearly all amounts look like; they are read without the rest of this module."""


class AmountFault(Exception):
    """Say by its code what is wrong with an amount."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


def minor_units(text: str, currency: str, mark: DecimalMark | None) -> int:
    """Return the amount in minor units; negative when it is written so.

    Raises:
        AmountFault: It cannot be read with this mark, is too large, has more decimals than the currency or its sign.
    """
    decimals = digits(currency)
    if (plain := _PLAIN[mark].fullmatch(text)) is not None:
        whole, part = plain[1], plain.groups("")[-1] if mark else ""
        if len(part) <= decimals:
            return _within_limit(int(whole + part.ljust(decimals, "0")))
    if (sided := _CREDIT_OR_DEBIT.fullmatch(text)) is not None:
        minor = abs(minor_units(sided["rest"], currency, mark))
        return -minor if sided["side"].casefold() == "cr" else minor
    found = _outer(text)
    number = _BODIES[mark or DecimalMark.POINT].fullmatch(found["body"]) if found else None
    if found is None or number is None:
        raise AmountFault("amount_malformed")
    if not all(currency in _currencies(each) for each in (found["before"], found["after"]) if each):
        raise AmountFault("currency_contradicts")
    part = (number["part"] or "").rstrip("0")
    if len(part) > decimals:
        raise AmountFault("too_many_decimals")
    whole = re.sub(r"\D", "", number["whole"])
    minor = _within_limit(int((whole or "0") + part.ljust(decimals, "0")))
    return -minor if found["open"] or found["minus"] == "-" or found["inner"] or found["trailing"] else minor


def _within_limit(minor: int) -> int:
    if minor > MAX_MINOR:
        raise AmountFault("amount_too_large")
    return minor


@lru_cache(maxsize=1000)
def _currencies(sign: str) -> frozenset[str]:
    """Return which currencies a sign beside an amount can mean; an ISO code means itself."""
    return SIGNS.get(sign) or SIGNS.get(sign.removesuffix(".")) or frozenset({sign.upper()})


def _outer(text: str) -> "re.Match[str] | None":
    found = _OUTER.fullmatch(text.translate(_SPACES)) if len(text) <= LONGEST else None
    if found is None or bool(found["open"]) != bool(found["close"]):
        return None
    signs = sum(bool(each) for each in (found["open"], found["minus"], found["inner"], found["trailing"]))
    return found if signs <= 1 and not (found["before"] and found["after"]) else None


def readings(text: str) -> tuple[str | None, str | None]:
    """Return what the digits mean with a decimal point and with a decimal comma, as plain decimals."""
    sided = _CREDIT_OR_DEBIT.fullmatch(text) if len(text) <= LONGEST else None
    found = _outer(sided["rest"] if sided else text)
    if found is None:
        return None, None
    return _plain_decimal(found["body"], DecimalMark.POINT), _plain_decimal(found["body"], DecimalMark.COMMA)


def _plain_decimal(body: str, mark: DecimalMark) -> str | None:
    number = _BODIES[mark].fullmatch(body)
    if number is None:
        return None
    return f"{re.sub(r'[^0-9]', '', number['whole']) or '0'}.{number['part'] or ''}".rstrip("0").rstrip(".")


class AmountEvidence:
    """What the amounts of a file tell about the mark before the decimals."""

    _WITH_POINT = re.compile(r"(?:\d*+(?:\.\d\d?)?+\n)*+")
    _WITH_COMMA = re.compile(r"(?:\d*+(?:,\d\d?)?+\n)*+")
    """One or two decimals, or none: thousands come in threes, so that the mark is certain."""

    def __init__(self) -> None:
        self._for: dict[DecimalMark, str] = {}
        """For each mark one amount that can be read with it only."""
        self._doubt: str | None = None

    def add(self, texts: Sequence[str]) -> None:
        """Take cells into account."""
        if self._plain(texts):
            return
        trimmed = list(map(str.strip, texts))
        if not self._plain(trimmed):
            for text in trimmed:
                self._add(text)

    def _plain(self, texts: Sequence[str]) -> bool:
        """Take cells into account that all have the same mark, or none; tell whether they are such."""
        column = "\n".join(texts) + "\n"
        for mark, sign, plain in (
            (DecimalMark.POINT, ".", self._WITH_POINT),
            (DecimalMark.COMMA, ",", self._WITH_COMMA),
        ):
            if plain.fullmatch(column):
                if sign in column and mark not in self._for:
                    self._for[mark] = next(text for text in texts if sign in text)
                return True
        return False

    def _add(self, text: str) -> None:
        point, comma = readings(text)
        if point is None and comma is not None:
            self._for.setdefault(DecimalMark.COMMA, text)
        elif comma is None and point is not None:
            self._for.setdefault(DecimalMark.POINT, text)
        elif point != comma:
            self._doubt = self._doubt or text

    def decided(self, kept: DecimalMark | None = None) -> DecimalMark | None:
        """Return the file's mark, or None when no amount has decimals or thousands set off by a mark.

        Where either mark fits, the one that was *kept* for files of this layout is taken.

        Raises:
            DecimalMarkOpen: Each amount could be read with either mark, or some with the one and some with the other,
                or with another than the one that was kept.
        """
        if len(self._for) == 2:
            raise DecimalMarkOpen(
                say(
                    "Some amounts have a decimal point ({point}), others a decimal comma ({comma}).",
                    point=self._for[DecimalMark.POINT][:20],
                    comma=self._for[DecimalMark.COMMA][:20],
                )
            )
        if kept is not None and self._for and kept not in self._for:
            text = next(iter(self._for.values()))
            if kept is DecimalMark.POINT:
                raise DecimalMarkOpen(
                    say("Files of this layout have a decimal point, but {text} does not fit.", text=text[:20])
                )
            raise DecimalMarkOpen(
                say("Files of this layout have a decimal comma, but {text} does not fit.", text=text[:20])
            )
        if not self._for and kept is not None:
            return kept
        if not self._for and self._doubt is not None:
            raise DecimalMarkOpen(
                say("No amount in the file tells decimals from thousands, such as {text}.", text=self._doubt[:20])
            )
        return next(iter(self._for), None)
