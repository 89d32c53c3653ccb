"""The small form in which a payer chooses an amount: its words, and what is said of one that cannot be taken."""

from dataclasses import dataclass
from functools import lru_cache

from babel.numbers import format_decimal

from domain.kernel.money import Money, digits
from domain.pay_links.parts import Choices
from portal import amounts
from portal.texts import Texts


@dataclass(frozen=True, slots=True)
class PartView:
    """The small form for an amount of the payer's own choice."""

    label: str
    hint: str
    typed: str
    """What was typed before, given back when it could not be taken."""
    error: str


@dataclass(frozen=True, slots=True)
class Tried:
    """What a payer typed, and why it could not be taken: a key of the texts."""

    typed: str
    problem: str


_PATTERN = ("#,##0", "#,##0.0", "#,##0.00", "#,##0.000", "#,##0.0000")
"""With as many decimals as a currency has."""


def view(balance: Money, choices: Choices | None, t: Texts, locale: str, tried: Tried | None) -> PartView:
    """Return the form's texts; without *choices* only the whole can be paid, and the form says so."""
    said = {"whole": balance.format(locale), "currency": balance.currency, "example": _example(balance, locale)}
    if choices is not None:
        said |= {"least": choices.least.format(locale), "most": choices.most.format(locale)}
    problem = tried.problem if tried else ""
    if problem == "part_range" and choices is None:
        problem = "part_whole_only"
    return PartView(
        label=t("part_label", currency=balance.currency),
        hint=t("part_hint", **said) if choices else "",
        typed=tried.typed[: amounts.LONGEST] if tried else "",
        error=t(problem, **said) if problem else "",
    )


@lru_cache(maxsize=4096)
def _example(balance: Money, locale: str) -> str:
    """Return half of what is open as this payer would type it."""
    half = Money(balance.minor // 2, balance.currency)
    return str(format_decimal(half.decimal, format=_PATTERN[digits(half.currency)], locale=locale))
