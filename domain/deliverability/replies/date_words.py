"""How dates are written: the words of four languages and the patterns that are made of them."""

import re

from domain.deliverability.replies import tables

TABLE = tables.sections("wordings/dates.txt")
MONTHS = {word: number for number, line in enumerate(TABLE["months"], start=1) for word in line.split()}
WEEKDAYS = {word: number for number, line in enumerate(TABLE["weekdays"]) for word in line.split()}
NUMBERS = {word: int(line.split()[0]) for line in TABLE["numbers"] for word in line.split()[1:]}
SHORT = frozenset(TABLE["short"][0].split())
UNITS = {word: unit for unit in ("day", "week", "month", "year") for word in TABLE[unit][0].split()}
IN_DAYS = {line.partition(" ")[2]: int(line.partition(" ")[0]) for line in TABLE["in days"]}
MOVES = {word: move for move in ("next", "coming", "this", "last") for word in TABLE[move]}
WORDS = frozenset(
    {*MONTHS, *WEEKDAYS, *UNITS, *(word for each in IN_DAYS for word in each.split())} - {"de", "la", "the"}
) | {"eom", "eow", "monatsende", "jahresende", "wochenende"}
"""Words without which a sentence that has no figures has no date."""


def number(word: str) -> int | None:
    """Return what a word or a short figure counts, or None."""
    if word.isdecimal() and len(word) <= 2:
        return int(word)
    return NUMBERS.get(word)


def _any(words: object) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))  # type: ignore[call-overload]


_MONTH, _WEEKDAY, _MOVE = _any(MONTHS), _any(WEEKDAYS), _any(MOVES)
_WEEK, _UNIT = _any(TABLE["week"][0].split()), _any(UNITS)
_NUMBER = rf"(?:\d{{1,3}}|{_any(NUMBERS)})"
_OF = r"(?:of |of the |de |de la |del |du |des |der |d'|dem )?"
_NO_SUM = (
    r"(?![\d.,]*\d|\s?(?:%|€|\$|£|eur|usd|gbp|chf|euro|dollar|jour|tag|día|dia|fois|vez|veces|mal|uhr|heure|hora|000))"
)
_NEXT_MONTH = (
    r"(?P<month>\s(?:of |des |du |del |de )?(?:the |this |diesen |dieses |ce |este )?"
    r"(?:(?P<next>next|coming|following|nächsten|kommenden|folgenden|próximo|proximo)\s)?(?:month|monats|mois|mes)\b"
    r"(?P<next2>\s(?:prochain|próximo|proximo|que viene))?)?"
)
PATTERNS: dict[str, re.Pattern[str]] = {
    name: re.compile(pattern)
    for name, pattern in {
        "iso": r"(?<![\d.,/-])(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?![\d/-])",
        "figures": r"(?<![\d.,/-])(\d{1,2})([./-])\s?(\d{1,2})\2\s?(\d{4}|\d{2})(?![\d/-]|[.,]\d)",
        "day_month": rf"(?<![\d.,/])(\d{{1,2}})(?:st|nd|rd|th|er|ère|º|°|\.)?\s?(?:of |de |d'|-)?({_MONTH})\b\.?"
        r"(?:,?\s(?:de |del )?(20\d\d)\b)?",
        "month_day": rf"\b({_MONTH})\b\.?\s(\d{{1,2}})(?:st|nd|rd|th)?\b(?![.,:]?\d)(?:,?\s(20\d\d)\b)?",
        "slash": r"(?<![\d.,/€$£-])(\d{1,2})/(\d{1,2})(?![\d/%]|[.,]\d)",
        "dots": r"(?<![\d.,/-])(\d{1,2})\.\s?(\d{1,2})\.(?!\d)",
        "ordinal": rf"\b(?:the )?(\d{{1,2}})(?:st|nd|rd|th)\b{_NEXT_MONTH}",
        "day": r"\b(?:am|zum|bis|ab|den|dem|vom|bis zum|le|au|du|el|al|del|el día|día) (\d{1,2}|1er)"
        rf"(?:\.(?!\d)|\b{_NO_SUM}){_NEXT_MONTH}",
        "end": r"\b(end|ende|fin|finales|final|late|beginning|start|early|anfang|début|debut|principios|comienzos|mid|"
        rf"middle|mitte|mi|mediados)[\s-]{_OF}(?:the |la |le |el )?(?:({_MOVE})\s)?({_MONTH}|{_UNIT})\b"
        rf"(?:\s({_MOVE})\b)?",
        "ends": r"\b(?:at |by |zum |bis )?(month[ -]end|eom|eow|monatsende|wochenende|jahresende|year[ -]end)\b",
        "within": r"\b(in|im|en|during|courant|by|before|until|till|vor|bis|avant|hasta|antes de|d'ici)"
        rf"(?: the (?:first|second|third|last) week of| der ersten|)(?: le mois d[e'])?\s({_MONTH})\b(?!\s?\d)",
        "in": r"\b(?:in|within|innerhalb(?: von)?|binnen|dans|sous|en|dentro de|in about|in etwa|d'ici)"
        rf"(?: the next| den nächsten| les| los próximos)? ({_NUMBER})(?: (?:business|working|more))? ({_UNIT})\b",
        "ago": rf"\b({_NUMBER}) ({_UNIT}) ago\b",
        "ago_before": rf"\b(?:vor|il y a|hace) ({_NUMBER}) ({_UNIT})\b",
        "weekday": rf"\b(?:({_MOVE})\s)?({_WEEKDAY})\b\.?(?:\s({_MOVE})\b(?!\s(?:{_WEEK})))?"
        rf"(?:\s(?:of |de |de la |la )?({_MOVE})?\s?(?:{_WEEK})\b(?:\s({_MOVE})\b)?)?",
        "period": rf"\b({_MOVE})\s({_UNIT})\b",
        "period_after": rf"\b(?:la |le |el |the )?({_UNIT})\s({_MOVE})\b",
        "said": rf"\b(?:{_any(IN_DAYS)})\b",
    }.items()
}  # fmt: skip
NOT_A_DAY = re.compile(rf"\b(?:{_any(TABLE['not a day'])})\b")
BEFORE_SHORT = re.compile(r"\b(?:on|by|until|till|before|next|this|am|le|el|bis|due)\s$")
ALWAYS = re.compile(r"\b24/7\b")
