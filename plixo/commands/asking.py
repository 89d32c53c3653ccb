"""Asking: what a file does not tell is asked when a person sits at the terminal, and refused elsewhere."""

import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, TypeVar

import typer

from domain.ledger.csv_import import DateOrder, DecimalMark, QuestionOpen, refusals

S = TypeVar("S")
"""A file and what was said about it: a frozen dataclass with the options of a table."""

R = TypeVar("R")

Own = Callable[[Any, QuestionOpen, str], Any]
"""Takes what was said, a question and its answer; returns what is said now, or None when it is none of its own."""


async def until_told(said: S, work: Callable[[S], Awaitable[R]], *, own: Own | None = None) -> R:
    """Do the work, and once more with each answer, until the file and the answers tell all.

    Raises:
        QuestionOpen: Nobody sits there, or no answer of this kind of file fits.
    """
    while True:
        try:
            return await work(said)
        except QuestionOpen as question:
            if not sys.stdin.isatty():
                raise
            said = answered(said, question, own=own)


def answer(question: QuestionOpen) -> str:
    """Ask until the answer is one of the choices, where there are any."""
    choices = {each.casefold(): each for each in question.choices}
    offered = f" [{', '.join(question.choices)}]" if choices else ""
    while True:
        told = str(typer.prompt(f"{question.question}{offered}", err=True)).strip()
        if not choices or told.casefold() in choices:
            return choices.get(told.casefold(), told)


def answered(said: S, question: QuestionOpen, *, own: Own | None = None) -> S:
    """Ask on the terminal and return what was said with the answer in it."""
    told = answer(question)
    if own is not None and (now := own(said, question, told)) is not None:
        return now  # type: ignore[no-any-return]
    every: Any = said  # whoever may be asked this has the field
    changed: Any
    match question:
        case refusals.CurrencyMissing():
            changed = replace(every, currency=told.upper())
        case refusals.DateOrderOpen():
            changed = replace(every, date_order=DateOrder(told))
        case refusals.DecimalMarkOpen():
            changed = replace(every, decimal_mark=DecimalMark(told))
        case refusals.EncodingUnknown():
            changed = replace(every, encoding=told)
        case refusals.DelimiterUnclear():
            changed = replace(every, delimiter=told)
        case refusals.ColumnMissing(field=field) | refusals.ColumnUnclear(field=field):
            changed = replace(every, columns=(*every.columns, (told, field)))
        case _:
            raise question
    return changed  # type: ignore[no-any-return]
