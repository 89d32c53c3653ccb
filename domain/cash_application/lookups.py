"""Lookups: what the ledger knows about a page of bank lines, found by a fixed number of statements."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from domain.cash_application import mentions, numbers, payers
from domain.cash_application.candidates import (
    NOBODY,
    Advised,
    Candidates,
    Debt,
    Debts,
    Line,
    Owed,
    Payer,
)
from domain.cash_application.mentions import Reading
from domain.cash_application.numbers import Strength
from domain.kernel.transactions import Row, Rows

PAGE = 1_000
"""Bank lines that are looked up together."""

MOST_DEBTS = 2_000
"""Open invoices of one customer that are looked at."""

MOST_EXAMPLES = 3
"""Invoices of exactly a line's amount that are shown when nothing else is known."""

_DEBT = """
    SELECT i.id, i.number, i.number_key AS key, i.account_id, a.name AS account_name, i.currency, i.total_minor,
           i.open_minor, i.state, i.due_on
    FROM invoice i JOIN account a ON a.id = i.account_id
"""

_BY_KEY = f"{_DEBT} WHERE i.number_key = ANY(%(keys)s)"

_SEPARATORS = r"-/\._#:+*()[]{}|,;=&%%$!?@~^''\"<> –—"

_SKELETON = f"translate(i.number_key, 'oil{_SEPARATORS}', '011')"
"""As ``mentions.skeleton`` builds it."""

_FIGURES = f"ltrim(translate(i.number_key, 'abcdefghijklmnopqrstuvwxyzäöüß{_SEPARATORS}', ''), '0')"
"""As ``numbers.digits`` builds it."""

_BY_FORM = f"""
    {_DEBT} WHERE i.state = 'open' AND lasting_figures(i.number_key) = ANY(ARRAY(
        SELECT DISTINCT lasting_figures(form) FROM unnest(%(skeletons)s::text[] || %(figures)s::text[]) each (form)))
      AND ({_SKELETON} = ANY(%(skeletons)s) OR {_FIGURES} = ANY(%(figures)s))
    LIMIT %(most)s
"""
"""By the figures that no spelling changes, and then by each form itself."""

_OWED = """
    SELECT i.currency, i.open_minor, count(*) AS invoices, (array_agg(i.id ORDER BY i.due_on, i.id))[1:%(most)s] AS ids
    FROM invoice i WHERE i.state = 'open' AND i.open_minor = ANY(%(amounts)s) GROUP BY i.currency, i.open_minor
"""

_BY_ID = f"{_DEBT} WHERE i.id = ANY(%(ids)s)"

_OF_ACCOUNTS = f"""
    SELECT each.* FROM unnest(%(accounts)s::uuid[]) AS wanted (id)
    CROSS JOIN LATERAL (
        {_DEBT} WHERE i.account_id = wanted.id AND i.state = 'open' ORDER BY i.due_on, i.id LIMIT %(most)s
    ) each
"""

_ADVISED = """
    SELECT l.remittance_id, r.account_id, r.currency, l.number, l.number_key, l.amount_minor
    FROM remittance_line l JOIN remittance r ON r.id = l.remittance_id
    WHERE l.remittance_id = ANY(%(ids)s) ORDER BY l.remittance_id, l.position
"""

MOST_BY_FORM = 20_000
"""Invoices that one page's texts may mean; of more, the page is worked in halves, so that none is overlooked."""


class _TooManyMeant(Exception):
    """Say that a page's texts mean more invoices than are looked at together."""


@dataclass(frozen=True, slots=True)
class _Forms:
    """The invoices that texts may mean, by each form in which they are written."""

    by_key: Mapping[str, Debt]
    by_skeleton: Mapping[str, Sequence[str]]
    by_digits: Mapping[str, Sequence[str]]

    def named_in(self, reading: Reading) -> tuple[tuple[numbers.Named, Debt], ...]:
        keys = {word.key for word in reading.words if word.key in self.by_key}
        for word in reading.skeletons:
            keys.update(self.by_skeleton.get(word.key, ()))
        for mention in reading.mentions:
            keys.update(self.by_digits.get(mention.digits, ()))
        return tuple((each, self.by_key[each.key]) for each in numbers.named(reading, sorted(keys)))


async def candidates(rows: Rows, lines: Sequence[Line]) -> dict[UUID, Candidates]:
    """Return what may explain each of the lines, by the line's id."""
    readings = await asyncio.to_thread(lambda: {line.id: mentions.read(line.text) for line in lines})
    try:
        return await _candidates(rows, lines, readings)
    except _TooManyMeant:  # as a whole the page may mean half the ledger; its halves mean less
        middle = len(lines) // 2
        return await candidates(rows, lines[:middle]) | await candidates(rows, lines[middle:])


async def _candidates(rows: Rows, lines: Sequence[Line], readings: Mapping[UUID, Reading]) -> dict[UUID, Candidates]:
    advices = await _advices(rows, [line.remittance_id for line in lines if line.remittance_id is not None])
    wanted = [row for of_one in advices.values() for row in of_one]
    written = {row["number"]: mentions.read(row["number"]) for row in wanted}
    texts = [*readings.values(), *written.values()]
    forms = await _forms(rows, texts, [row["number_key"] for row in wanted], split=len(lines) > 1)
    paid_by = await payers.of(rows, lines, readings=readings)
    named = {line.id: forms.named_in(readings[line.id]) for line in lines}
    advised = {line.id: _advised(forms, advices.get(line.remittance_id, []), written) for line in lines}
    owed = await _owed(rows, lines)
    accounts = {payer.account_id for each in paid_by.values() for payer in each}
    accounts |= {debt.account_id for each in named.values() for _, debt in each}
    debts = await _debts(rows, accounts)
    return {
        line.id: Candidates(
            reading=readings[line.id],
            named=named[line.id],
            payers=_with_advised(paid_by.get(line.id, ()), advices.get(line.remittance_id, [])),
            debts=_own(line, debts, named[line.id], paid_by.get(line.id, ())),
            advised=advised[line.id],
            owed=owed.get((line.currency, line.amount_minor), NOBODY),
        )
        for line in lines
    }


def _own(
    line: Line,
    debts: Mapping[tuple[UUID, str], Debts],
    named: Iterable[tuple[numbers.Named, Debt]],
    paid_by: Iterable[Payer],
) -> dict[UUID, Debts]:
    accounts = {debt.account_id for _, debt in named} | {payer.account_id for payer in paid_by}
    return {each: debts[each, line.currency] for each in accounts if (each, line.currency) in debts}


async def _forms(rows: Rows, readings: Iterable[Reading], advised: Sequence[str], *, split: bool) -> _Forms:
    keys = set(advised)
    skeletons: set[str] = set()
    figures: set[str] = set()
    for reading in readings:
        keys.update(word.key for word in reading.words)
        skeletons.update(word.key for word in reading.skeletons)
        figures.update(mention.digits for mention in reading.mentions)
    found = [_debt(row) for row in await rows.rows(_BY_KEY, {"keys": list(keys)})]
    wanted = {"skeletons": list(skeletons), "figures": list(figures), "most": MOST_BY_FORM}
    if skeletons or figures:
        meant = await rows.rows(_BY_FORM, wanted)
        if split and len(meant) >= MOST_BY_FORM:
            raise _TooManyMeant
        found += [_debt(row) for row in meant]
    by_key = {debt.key: debt for debt in found}
    by_skeleton: dict[str, list[str]] = {}
    by_digits: dict[str, list[str]] = {}
    for key in by_key:
        by_skeleton.setdefault(mentions.skeleton(key), []).append(key)
        by_digits.setdefault(numbers.digits(key), []).append(key)
    return _Forms(by_key, by_skeleton, by_digits)


async def _owed(rows: Rows, lines: Iterable[Line]) -> dict[tuple[str, int], Owed]:
    amounts = list({line.amount_minor for line in lines})
    found = await rows.rows(_OWED, {"amounts": amounts, "most": MOST_EXAMPLES})
    ids = [each for row in found for each in row["ids"]]
    debts = await by_id(rows, ids)
    return {
        (row["currency"], row["open_minor"]): Owed(
            row["invoices"], tuple(debts[each] for each in row["ids"] if each in debts)
        )
        for row in found
    }


async def _debts(rows: Rows, accounts: Iterable[UUID]) -> dict[tuple[UUID, str], Debts]:
    """Return the open invoices of those customers by currency."""
    found = await rows.rows(_OF_ACCOUNTS, {"accounts": list(accounts), "most": MOST_DEBTS + 1})
    by_account: dict[tuple[UUID, str], list[Debt]] = {}
    counted: dict[UUID, int] = {}
    for row in found:
        debt = _debt(row)
        by_account.setdefault((debt.account_id, debt.currency), []).append(debt)
        counted[debt.account_id] = counted.get(debt.account_id, 0) + 1
    return {
        (account_id, currency): Debts(tuple(each[:MOST_DEBTS]), more=counted[account_id] > MOST_DEBTS)
        for (account_id, currency), each in by_account.items()
    }


async def open_of(rows: Rows, account_id: UUID, currency: str) -> Debts:
    """Return what is open of one customer in one currency."""
    return (await _debts(rows, [account_id])).get((account_id, currency), Debts(()))


async def by_id(rows: Rows, ids: Sequence[UUID]) -> dict[UUID, Debt]:
    """Return invoices by their ids, whatever their state."""
    return {row["id"]: _debt(row) for row in await rows.rows(_BY_ID, {"ids": list(ids)})} if ids else {}


async def _advices(rows: Rows, ids: Sequence[UUID]) -> dict[UUID | None, list[Row]]:
    advices: dict[UUID | None, list[Row]] = {}
    if ids:
        for row in await rows.rows(_ADVISED, {"ids": list(ids)}):
            advices.setdefault(row["remittance_id"], []).append(row)
    return advices


def _advised(forms: _Forms, rows: Sequence[Row], written: Mapping[str, Reading]) -> tuple[Advised, ...]:
    return tuple(
        Advised(row["number"], _meant(forms, row["number_key"], written[row["number"]]), row["amount_minor"])
        for row in rows
    )


def _meant(forms: _Forms, key: str, reading: Reading) -> Debt | None:
    """Return the invoice of that number, however an advice spells it; None when several or none may be meant."""
    if key in forms.by_key:
        return forms.by_key[key]
    named = [each for each in forms.named_in(reading) if each[0].strength >= Strength.BARE and not each[0].rivals]
    best = [debt for each, debt in named if each.strength == named[0][0].strength]
    return best[0] if len(best) == 1 else None


def _with_advised(found: Sequence[Payer], advice: Sequence[Row]) -> tuple[Payer, ...]:
    """Put the customer first of whom the advice came."""
    sender = advice[0]["account_id"] if advice else None
    return tuple(sorted(found, key=lambda each: each.account_id != sender))


def _debt(row: Mapping[str, Any]) -> Debt:
    return Debt(**row)
