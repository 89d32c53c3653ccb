"""Advices: what a payer says that a payment is for, as it was read from a file."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from domain.cash_application import notes
from domain.kernel.money import Money
from domain.kernel.speech import say

MAX_LINES = 5_000
"""Invoices of one advice."""

LONGEST_NUMBER = 60
LONGEST_REASON = 200
LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class AdviceLine:
    """One invoice of an advice."""

    number: str
    """As it is written; of an invoice that we know, as we write it."""
    amount_minor: int | None
    """What is paid on it; None where the advice does not say."""
    deducted_minor: int | None = None
    """What the payer kept back."""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Advice:
    """All that one file says."""

    lines: tuple[AdviceLine, ...]
    total_minor: int | None = None
    currency: str | None = None
    paid_on: date | None = None
    payer_name: str = ""
    notes: tuple[str, ...] = ()


class AdviceUnreadable(Exception):
    """Say why a file cannot be read as an advice; the text holds nothing of the file."""


def checked(advice: Advice) -> Advice:
    """Return the advice with a note when its lines do not add up to its total; a missing total is their sum."""
    open_lines = [line for line in advice.lines if line.amount_minor is None]
    if advice.total_minor is not None and len(open_lines) == 1:
        rest = advice.total_minor - sum(line.amount_minor or 0 for line in advice.lines)
        advice = replace(
            advice,
            lines=tuple(
                replace(line, amount_minor=rest) if line.amount_minor is None else line for line in advice.lines
            ),
        )
    paid = [line.amount_minor for line in advice.lines if line.amount_minor is not None]
    complete = len(paid) == len(advice.lines)
    if advice.total_minor is None:
        if not complete or not paid:
            return replace(advice, notes=(*advice.notes, say(notes.NO_TOTAL)))
        return replace(advice, total_minor=sum(paid), notes=(*advice.notes, notes.NO_TOTAL, say(notes.ADDED_UP)))
    if not complete:
        return replace(advice, notes=(*advice.notes, say(notes.NOT_PARTED)))
    off = advice.total_minor - sum(paid)
    if not off:
        return advice
    total, added, difference = (_said(minor, advice.currency) for minor in (advice.total_minor, sum(paid), off))
    told = say(notes.OFF, count=len(advice.lines), sum=added, total=total, difference=difference)
    return replace(advice, notes=(*advice.notes, told))


def _said(minor: int, currency: str | None) -> Money | str:
    return Money(minor, currency) if currency else f"{minor / 100:,.2f}"


def merged(lines: Sequence[AdviceLine]) -> tuple[AdviceLine, ...]:
    """Return the lines with those that are said twice, word for word, once: a table may be repeated in a summary."""
    return tuple(dict.fromkeys(lines))
