"""Find amounts in a sentence: figures with or without a currency, written in many ways, and "half" or "the rest".

A figure without a currency is only taken where nothing else explains it; whoever asks decides whether it stands close
enough to a word of paying.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from domain.deliverability.replies import tables
from domain.deliverability.replies.reply import Amount, Share

LEAST_BARE = 10
"""A smaller figure without a currency counts something else."""

_FIGURE = re.compile(r"\d")
_T = tables.sections("wordings/amounts.txt")
_CURRENCY = {word: line.split()[0] for line in _T["currencies"] for word in line.split()[1:]}
_NO_DECIMALS, _THREE = frozenset(_T["no decimals"][0].split()), frozenset(_T["three decimals"][0].split())
_NOT_MONEY = frozenset(word for line in _T["not money"] for word in line.split())
_NUMBERED = frozenset(_T["numbered"][0].split())
_SHARES = {wording: share for share in (Share.HALF, Share.REST, Share.ALL) for wording in _T[share.value]}

_SIGN = "|".join(re.escape(word) for word in sorted(_CURRENCY, key=len, reverse=True))
_SUM = re.compile(
    rf"(?:(?<![^\W\d_])({_SIGN})\s{{0,2}}|(?<![\w.,/:#-]))"
    r"(\d{1,3}(?:[ .,'’]\d{3})+|\d{1,3}(?:,\d\d){1,3},\d{3}|\d{1,12})([.,]\d{1,3})?(?![.,]?\d)"
    rf"(?:\s?([km])\b)?(?:[.,][-–—]{{1,2}})?(?:\s?({_SIGN})(?![^\W_]))?"
)
_PERCENT = re.compile(r"(?<![\d.,])(\d{1,2}(?:[.,]\d{1,2})?)\s?(?:%|percent\b|prozent\b|pour cent\b|por ciento\b)")
_SAID = "|".join(re.escape(each) for each in sorted(_SHARES, key=len, reverse=True))
_SHARE = re.compile(rf"(?<![^\W_])(?:{_SAID})(?![^\W_])")
_NEXT_WORD = re.compile(r"[\s\-]{0,3}([^\W\d_]+|%)")
_WORD_BEFORE = re.compile(r"([^\s\d]{1,20})[\s:]{0,3}$")


@dataclass(frozen=True, slots=True)
class Found:
    """An amount in a sentence."""

    start: int
    end: int
    amount: Amount
    bare: bool = False
    """Whether no currency and no decimals say that the figure is money."""


def found(sentence: str, written: str, *, language: str, taken: Iterable[tuple[int, int]]) -> list[Found]:
    """Return the amounts in a sentence; *sentence* is it in lower case, *taken* are spans that are something else."""
    spans = list(taken)
    amounts: list[Found] = []

    def add(start: int, end: int, amount: Amount, *, bare: bool = False) -> None:
        if not any(start < other_end and end > other for other, other_end in spans):
            spans.append((start, end))
            amounts.append(Found(start, end, amount, bare))

    if _FIGURE.search(sentence) is not None:
        for match in _PERCENT.finditer(sentence):
            share = Share.HALF if match[1] == "50" else Share.PERCENT
            value = "" if share is Share.HALF else match[1].replace(",", ".")
            add(*match.span(), Amount(written[match.start() : match.end()], share, value))
        for match in _SUM.finditer(sentence):
            one = _sum(match, sentence, written, language)
            if one is not None:
                add(one.start, one.end, one.amount, bare=one.bare)
    for match in _SHARE.finditer(sentence):
        add(*match.span(), Amount(written[match.start() : match.end()], _SHARES[match[0]]))
    return sorted(amounts, key=lambda each: each.start)


def _sum(match: re.Match[str], sentence: str, written: str, language: str) -> Found | None:
    before, whole, decimals, times, after = match.groups()
    currency = _CURRENCY.get(before or after or "", "")
    start, end = match.span()
    text = written[start:end].strip()
    if not currency and not _may_be_money(match, sentence):
        return None
    value, other = _value(whole, decimals or "", language, currency)
    if times:
        value = format(Decimal(value) * (1000 if times == "k" else 1_000_000), "f")
        value = value.rstrip("0").rstrip(".") if "." in value else value
        other = ""
    if not currency and Decimal(value) < LEAST_BARE:
        return None
    bare = not currency and not decimals and not times and whole.isdigit()
    minor = _minor(value, currency)
    return None if minor is None else Found(start, end, Amount(text, Share.SUM, value, minor, currency, other), bare)


def _may_be_money(match: re.Match[str], sentence: str) -> bool:
    """Tell whether a figure without a currency may be an amount, by the words beside it."""
    whole, decimals = match[2], match[3]
    follows = _NEXT_WORD.match(sentence, match.end(3) if decimals else match.end(2))
    if follows and (follows[1] in _NOT_MONEY) and not match[4]:
        return False
    precedes = _WORD_BEFORE.search(sentence[max(0, match.start() - 24) : match.start()])
    if precedes and (precedes[1].strip("(:") in _NUMBERED or precedes[1].endswith(("#", "+", "("))):
        return False
    if whole.isdigit() and not decimals:
        if len(whole) > 7 or (len(whole) > 1 and whole[0] == "0"):
            return False
        return not (len(whole) == 4 and whole[:2] in ("19", "20"))
    return True


def _value(whole: str, decimals: str, language: str, currency: str) -> tuple[str, str]:
    """Return the plain decimal of a figure, and another one if its marks can be read in two ways."""
    bare = re.sub(r"\D", "", whole)
    groups = not whole.isdigit()
    if not decimals:
        if groups and len(re.findall(r"\D", whole)) == 1 and whole[-4] in ".,":
            point = "." if language[:2] == "en" else ","
            split = f"{bare[:-3]}.{bare[-3:]}"
            if whole[-4] == point:
                return (split, bare) if currency in _THREE else (bare, split)
        return bare, ""
    figures = decimals[1:]
    if len(figures) == 3 and currency not in _THREE and (groups and decimals[0] in whole):
        return bare + figures, ""
    return f"{bare}.{figures}", ""


def _minor(value: str, currency: str) -> int | None:
    places = 0 if currency in _NO_DECIMALS else 3 if currency in _THREE else 2
    scaled = Decimal(value).scaleb(places)
    if scaled != scaled.to_integral_value() or scaled >= Decimal(10) ** 15:
        return None
    return int(scaled)
