"""Amounts as payers type them: in their own number format, and strictly, since a wrong guess would charge tenfold."""

import re

from babel.numbers import NumberFormatError, get_currency_symbol, parse_decimal

from domain.kernel.money import AmountMalformed, Money

LONGEST = 40

_SPACES = dict.fromkeys(map(ord, "\u00a0\u2007\u2009\u202f\t"), " ") | dict.fromkeys(map(ord, "’`"), "'")
"""Blanks that number formats write and keyboards do not have, and apostrophes."""

_THREES = re.compile(r"\d{1,3}(?:([ '])\d{3})(?:\1\d{3})*(?=\D|$)")
"""Thousands set off by blanks or apostrophes; these mean the same everywhere."""

_NUMBER = re.compile(r"\d[\d.,٫٬]*|[.,٫]\d+")


class AmountUnreadable(Exception):
    """Say that what was typed is no amount in the payer's number format."""


class OtherCurrency(Exception):
    """Say that what was typed names another currency than the invoice has."""


def typed(text: str, *, currency: str, locale: str) -> Money:
    """Return the amount that a payer typed.

    Raises:
        AmountUnreadable: It is no amount, or could be meant otherwise: ``1,5`` is not 15 and not 1.50 in English.
        OtherCurrency: It names another currency.
    """
    said = text.translate(_SPACES).strip()
    if len(said) > LONGEST or not re.search(r"\d", said):
        raise AmountUnreadable
    number = _without_currency(said, currency, locale)
    if grouped := _THREES.match(number):
        number = re.sub(r"[ ']", "", grouped[0]) + number[grouped.end() :]
    if not _NUMBER.fullmatch(number):  # Babel reads 1e5, 1_000 and Infinity as well
        raise AmountUnreadable
    try:
        value = parse_decimal(number, locale=locale, strict=True)
        return Money.of(f"{value:f}", currency)
    except (NumberFormatError, AmountMalformed):
        raise AmountUnreadable from None


def _without_currency(text: str, currency: str, locale: str) -> str:
    """Return the text without the invoice's currency before or behind the number."""
    signs = {currency, get_currency_symbol(currency, locale), get_currency_symbol(currency, "en_US")}
    for sign in sorted(signs | {each[-1] for each in signs if not each[-1].isalnum()}, key=len, reverse=True):
        for rest in (_cut(text, sign, before=True), _cut(text, sign, before=False)):
            if rest is not None:
                return rest
    if re.search(r"[^\W\d_]{3}|[$€£¥₹₩]", text):
        raise OtherCurrency
    return text


def _cut(text: str, sign: str, *, before: bool) -> str | None:
    folded, wanted = text.casefold(), sign.casefold()
    if before and folded.startswith(wanted):
        return text[len(sign) :].strip()
    if not before and folded.endswith(wanted):
        return text[: -len(sign)].strip()
    return None
