"""Money: a whole number of minor units in one ISO 4217 currency."""

import re
from copy import copy
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache, lru_cache
from typing import Self

from babel import Locale
from babel.numbers import NumberPattern, format_decimal
from iso4217 import Currency

from domain.kernel.refusals import Refusal
from domain.kernel.speech import ENGLISH_FORMATS, say

MAX_MINOR = 10**15
"""Larger sums than ten trillion major units are typing mistakes, and bigint sums of millions of rows stay safe."""


class CurrencyUnknown(Refusal):
    """Say that a code is not an ISO 4217 currency in use for payments."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(say("{code} is not an ISO 4217 currency code.", code=repr(code)))


class AmountMalformed(Refusal):
    """Say that a text is not an amount of a currency."""


_TOUCHING = re.compile(r"(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])")
"""Between a letter and a figure."""


@cache
def digits(currency: str) -> int:
    """Return how many decimals the currency has (ISO 4217: JPY 0, EUR 2, KWD 3).

    Raises:
        CurrencyUnknown: The code is unknown, or has no minor unit (gold, test codes).
    """
    try:
        exponent = Currency(currency).exponent
    except ValueError:
        raise CurrencyUnknown(currency) from None
    if exponent is None:
        raise CurrencyUnknown(currency)
    return int(exponent)


@lru_cache(maxsize=256)
def _pattern(locale: str, decimals: int) -> tuple[Locale, NumberPattern]:
    parsed = Locale.parse(locale)
    pattern = copy(parsed.currency_formats["standard"])
    pattern.frac_prec = (decimals, decimals)
    return parsed, pattern


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units (cents); arithmetic across currencies is an error."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        digits(self.currency)
        if abs(self.minor) > MAX_MINOR:
            raise AmountMalformed(say("The amount is too large."))

    @classmethod
    def of(cls, text: str, currency: str) -> Self:
        """Read a plain decimal text such as ``1250.50``; no thousands marks, at most the currency's decimals.

        Raises:
            AmountMalformed: Not a plain decimal, or more decimals than the currency has.
        """
        if not re.fullmatch(r"-?\d{1,16}(\.\d{1,8})?", text.strip()):
            raise _no_amount(text)
        try:
            scaled = Decimal(text.strip()).scaleb(digits(currency))
        except InvalidOperation:
            raise _no_amount(text) from None
        if scaled != scaled.to_integral_value():
            raise AmountMalformed(
                say("{text} has more decimals than {currency} has.", text=repr(text[:40]), currency=currency)
            )
        return cls(int(scaled), currency)

    def __add__(self, other: "Money") -> "Money":
        return Money(self.minor + self._same(other).minor, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.minor - self._same(other).minor, self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.minor, self.currency)

    def __lt__(self, other: "Money") -> bool:
        return self.minor < self._same(other).minor

    def __le__(self, other: "Money") -> bool:
        return self.minor <= self._same(other).minor

    def __bool__(self) -> bool:
        return self.minor != 0

    def __str__(self) -> str:
        return f"{self.decimal:,.{digits(self.currency)}f} {self.currency}"

    @property
    def decimal(self) -> Decimal:
        """The amount in major units."""
        return Decimal(self.minor).scaleb(-digits(self.currency))

    def format(self, locale: str) -> str:
        """Return the amount as a reader of *locale* (``de``, ``en_US``) writes it, with every decimal that it has.

        Babel's own ``format_currency`` rounds to what is usual in shops: no decimals for HUF or AFN. And it puts a code
        and a figure side by side without the blank that CLDR wants between them: EUR125.
        """
        return _written(self, locale)

    def spoken(self, locale: str) -> str:
        """Return the amount as a reader of *locale* writes it within a sentence, its code behind it: 1.250,50 EUR."""
        if locale == ENGLISH_FORMATS:
            return str(self)
        places = "0" * digits(self.currency)
        pattern = f"#,##0.{places}" if places else "#,##0"
        return f"{format_decimal(self.decimal, format=pattern, locale=locale)} {self.currency}"

    def _same(self, other: "Money") -> "Money":
        assert other.currency == self.currency, "amounts of different currencies are never combined"
        return other


def _no_amount(text: str) -> AmountMalformed:
    return AmountMalformed(say("{text} is not an amount such as {example}.", text=repr(text[:40]), example="1250.50"))


@lru_cache(maxsize=4096)
def _written(amount: Money, locale: str) -> str:
    """Kept for a while: a letter says the same amount in its subject, its text and its table."""
    parsed, pattern = _pattern(locale, digits(amount.currency))
    written = str(pattern.apply(amount.decimal, parsed, currency=amount.currency, currency_digits=False))
    return _TOUCHING.sub("\u00a0", written)
