"""Advice reading: from the lines of a text to the invoices that a payer lists, with amounts, deductions and total.

What a number is, the ledger says; which of several amounts was paid, the headers say, or else the total: the column
that adds up to it. Nothing is decided by the look of a page alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from domain.cash_application import advice_texts
from domain.cash_application.advice_texts import Found, Header, TextLine
from domain.cash_application.advice_words import DATED, DEDUCTED, NAMED, PAID_TOTAL, TOTAL, AdviceField
from domain.cash_application.advices import (
    LONGEST_NAME,
    LONGEST_NUMBER,
    LONGEST_REASON,
    MAX_LINES,
    Advice,
    AdviceLine,
    AdviceUnreadable,
    checked,
    merged,
)
from domain.cash_application.bank_dates import StatementDates
from domain.cash_application.notes import NO_LINE
from domain.kernel.speech import say
from domain.ledger.csv_import.date_texts import read
from domain.ledger.csv_import.refusals import DateOrderOpen
from domain.ledger.csv_import.requests import DateOrder, DecimalMark

_TAIL = " -−($€£:"
"""What stands between a reason and its amount."""


@dataclass(slots=True)
class _Row:
    """A line that names an invoice."""

    number: str
    known: bool
    amounts: tuple[Found, ...]
    header: Header | None
    reason: str
    withheld: int = 0
    """Deductions that stand in lines of their own below it."""
    withheld_for: list[str] = field(default_factory=list)


def advice(
    lines: Sequence[TextLine],
    *,
    known: Mapping[str, str],
    currency: str | None,
    mark: DecimalMark,
    today: date,
    notes: tuple[str, ...] = (),
) -> Advice:
    """Return what the lines say; *known* are the ledger's numbers by their keys.

    Raises:
        AdviceUnreadable: No line names an invoice.
    """
    rows, totals = _sorted_out(lines, known)
    if any(row.known for row in rows):
        seen = {row.number for row in rows if row.known}
        rows = [row for row in rows if row.known or row.amounts]
        rows = [row for row in rows if row.known or row.number not in seen]
    if not rows:
        raise AdviceUnreadable(say(NO_LINE))
    said, total = _amounts(rows[:MAX_LINES], [each for each, _ in totals])
    return checked(
        Advice(
            lines=merged(said),
            total_minor=total if total is not None else _best_labelled(totals),
            currency=currency,
            paid_on=_paid_on(lines, today, mark),
            payer_name=_payer(lines),
            notes=notes,
        )
    )


def _sorted_out(lines: Sequence[TextLine], known: Mapping[str, str]) -> tuple[list[_Row], list[tuple[int, bool]]]:
    """Return the rows, and the amounts that are labelled as totals, with whether as the payment's own."""
    rows: list[_Row] = []
    totals: list[tuple[int, bool]] = []
    header: Header | None = None
    for place, line in enumerate(lines):
        found = advice_texts.header_in(line.text)
        if found is not None and not line.amounts:
            header = found
            continue
        numbers = _known_in(line, known)
        if not numbers and (PAID_TOTAL.search(line.text) or TOTAL.search(line.text)):
            amounts = line.amounts or _below(lines, place)
            totals += [(each.minor, bool(PAID_TOTAL.search(line.text))) for each in amounts]
        elif numbers:
            rows += [_Row(each, True, line.amounts if len(numbers) == 1 else (), header, _reason(line, each))
                     for each in numbers]  # fmt: skip
        elif rows and line.amounts and DEDUCTED.search(line.text):
            rows[-1].withheld += abs(line.amounts[-1].minor)
            rows[-1].withheld_for.append(" ".join(line.text[: line.amounts[0].start].split()).rstrip(_TAIL))
        elif header is not None and line.amounts and (number := advice_texts.likely(line)):
            rows.append(_Row(number[:LONGEST_NUMBER], False, line.amounts, header, _reason(line, number)))
    return rows, totals


def _known_in(line: TextLine, known: Mapping[str, str]) -> list[str]:
    """Return the invoices of the ledger that a line names, each once, in their order."""
    return list(dict.fromkeys(known[key] for key, _ in advice_texts.candidates(line) if key in known))


def _below(lines: Sequence[TextLine], place: int) -> tuple[Found, ...]:
    """Return the amounts below a label that stands alone."""
    following = lines[place + 1] if place + 1 < len(lines) else None
    return following.amounts if following is not None and len(following.text.split()) <= 3 else ()


def _reason(line: TextLine, number: str) -> str:
    """Return why less is paid, where the line says it."""
    found = DEDUCTED.search(line.text)
    if found is None:
        return ""
    end = min((each.start for each in line.amounts if each.start > found.start()), default=len(line.text))
    return " ".join(line.text[found.start() : end].replace(number, "").split()).rstrip(_TAIL)[:LONGEST_REASON]


def _amounts(rows: Sequence[_Row], totals: Sequence[int]) -> tuple[list[AdviceLine], int | None]:
    """Return the lines, and the total that they add up to, if one of the totals is it."""
    choices = [choice for choice in (_by_header(rows), *_by_place(rows)) if choice]
    for choice in choices:
        paid = sum(each.amount_minor or 0 for each in choice)
        less = paid - sum(row.withheld for row in rows)
        for total in totals:
            if total == paid:
                return _with_reasons(rows, choice, lowered=False), total
            if total == less:
                return _with_reasons(rows, choice, lowered=True), total
    chosen = choices[0] if choices else [AdviceLine(row.number, None, reason=row.reason) for row in rows]
    return _with_reasons(rows, chosen, lowered=any(row.withheld for row in rows)), None


def _by_header(rows: Sequence[_Row]) -> list[AdviceLine]:
    """Return the lines as the headers over the amounts say; none where some row has none."""
    lines = []
    for row in rows:
        if row.header is None:
            return []
        under = {row.header.field_of(each): each.minor for each in row.amounts}
        gross, cut = under.get(AdviceField.GROSS), under.get(AdviceField.DEDUCTION)
        paid = under.get(AdviceField.AMOUNT)
        if paid is None and gross is not None:
            paid = gross - abs(cut or 0) if gross > 0 else gross
        if cut is None and gross is not None and paid is not None and gross > paid > 0:
            cut = gross - paid
        lines.append(AdviceLine(row.number, paid, abs(cut) or None if cut is not None else None, row.reason))
    return lines


def _by_place(rows: Sequence[_Row]) -> list[list[AdviceLine]]:
    """Return the lines with the last amount as what is paid, then with the one before it, and so on."""
    fewest = min((len(row.amounts) for row in rows if row.amounts), default=0)
    return [[_line(row, place) for row in rows] for place in range(-1, -min(fewest, 4) - 1, -1)]


def _line(row: _Row, place: int) -> AdviceLine:
    if not row.amounts:
        return AdviceLine(row.number, None, reason=row.reason)
    paid = row.amounts[place].minor
    gross = max(each.minor for each in row.amounts)
    cut = gross - paid
    shown = any(abs(each.minor) == cut for each in row.amounts) or bool(row.reason)
    return AdviceLine(row.number, paid, cut if cut > 0 and paid > 0 and shown else None, row.reason)


def _with_reasons(rows: Sequence[_Row], lines: Sequence[AdviceLine], *, lowered: bool) -> list[AdviceLine]:
    """Return the lines with the deductions that stand below them; *lowered* where the amounts are before those."""
    result = []
    for row, line in zip(rows, lines, strict=True):
        if not row.withheld:
            result.append(line)
            continue
        paid = line.amount_minor - row.withheld if lowered and line.amount_minor is not None else line.amount_minor
        reason = "; ".join(each for each in (line.reason, *row.withheld_for) if each)[:LONGEST_REASON]
        cut = (line.deducted_minor or 0) + row.withheld
        result.append(replace(line, amount_minor=paid, deducted_minor=cut, reason=reason))
    return result


def _best_labelled(totals: Sequence[tuple[int, bool]]) -> int | None:
    """Return the total that is called the payment, else the last that is called a total."""
    return next((each for each, paid in totals if paid), totals[-1][0] if totals else None)


def _paid_on(lines: Sequence[TextLine], today: date, mark: DecimalMark) -> date | None:
    """Return the day of the payment, where a label says which date it is and its order is certain."""
    evidence = StatementDates(today)
    evidence.add(text for line in lines for text in line.dates)
    labelled = next(((line, found) for line in lines if line.dates and (found := DATED.search(line.text))), None)
    if labelled is None:
        return None
    line, found = labelled
    try:
        order = evidence.decided()
    except DateOrderOpen:
        if mark is not DecimalMark.COMMA:
            return None
        order = DateOrder.DMY  # where decimals follow a comma, the day comes first
    behind = next((text for text in line.dates if line.text.find(text) >= found.start()), line.dates[0])
    return read(behind, order)


def _payer(lines: Sequence[TextLine]) -> str:
    found = next((match for line in lines if (match := NAMED.match(line.text))), None)
    return " ".join(found["name"].split())[:LONGEST_NAME] if found else ""
