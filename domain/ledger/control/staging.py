"""Staging: the rows of an ageing report added up in the database, however many there are."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import BinaryIO
from uuid import UUID

from domain.kernel.money import Money
from domain.kernel.transactions import Transaction
from domain.ledger.ageing import BUCKETS
from domain.ledger.control.faults import ControlFault
from domain.ledger.control.layouts import ControlLayout
from domain.ledger.control.rows import CREDITS, TOTAL, ControlRows, TotalsLine
from domain.ledger.control.words import ControlField
from domain.ledger.csv_import import sources, survey
from domain.ledger.csv_import.records import Batch
from domain.ledger.csv_import.rejects import Reject, RejectLog
from domain.ledger.csv_import.requests import Progress

_CREATED = """
    CREATE TEMP TABLE control_row (
        line integer NOT NULL, number text NOT NULL, number_key text NOT NULL, currency text NOT NULL,
        bucket text NOT NULL, amount_minor bigint NOT NULL, due_on date
    ) ON COMMIT DROP
"""

_ADDED_UP = "SELECT currency, bucket, sum(amount_minor)::bigint AS minor FROM control_row GROUP BY currency, bucket"

_LINES = """
    SELECT DISTINCT ON (number_key) number, number_key, currency, minor, due_on
    FROM (SELECT min(number) AS number, number_key, currency, sum(amount_minor)::bigint AS minor, min(due_on) AS due_on
          FROM control_row WHERE number_key <> '' GROUP BY number_key, currency) each
    ORDER BY number_key, minor DESC
"""
"""A number that stands in several lines, such as instalments, is one invoice with all of it open."""


@dataclass(frozen=True, slots=True)
class ControlTotals:
    """What the merchant's own books have open in one currency."""

    total: Money
    """All buckets together, before what customers have to their credit."""
    buckets: tuple[Money, ...] | None
    """In the order of ``ageing.BUCKETS``; None where the books tell the total only."""
    credits: Money | None
    """What customers have to their credit, where the books tell it."""

    @property
    def currency(self) -> str:
        """The currency."""
        return self.total.currency


@dataclass(frozen=True, slots=True)
class Staged:
    """What was read."""

    read: int
    invoices: int
    left_out: Counter[str]
    totals: tuple[ControlTotals, ...]
    """By currency, in the order of the codes."""
    differing: tuple[Reject, ...]
    """Lines of totals that differ from what they add up."""


async def fill(
    tx: Transaction, file: BinaryIO, *, layout: ControlLayout, log: RejectLog, progress: Progress | None
) -> Staged:
    """Read the report again and add it up; rows with a fault go to the log."""
    await tx.execute(_CREATED)
    rows = ControlRows(layout)
    read = 0
    async with (
        tx.connection.cursor() as cursor,
        cursor.copy("COPY control_row (line, number, number_key, currency, bucket, amount_minor, due_on) FROM STDIN")
        as copy,
    ):  # fmt: skip
        for batch in _batches(file, layout, progress):
            read += len(batch.rows) + len(batch.broken)
            faults: dict[int, list[ControlFault]] = {}
            for record in batch.broken:
                if (fault := rows.broken(record)) is not None:
                    faults[record.line] = [fault]
            for line, cells in zip(batch.lines, batch.rows, strict=True):
                try:
                    for added in rows.read(line, cells):
                        await copy.write_row(added)
                except ControlFault as fault:
                    faults[line] = [fault]
            log.add(faults, layout.columns)
    sums: dict[str, dict[str, int]] = {}
    for row in await tx.rows(_ADDED_UP):
        sums.setdefault(row["currency"], {})[row["bucket"]] = int(row["minor"])
    differing = tuple(_differing(rows, sums, layout))
    for each in rows.totals:
        if each.currency not in sums:
            sums[each.currency] = each.amounts  # a report of nothing but totals
            rows.bucketed |= {each.currency} if set(each.amounts) - {TOTAL, CREDITS} else set()
    found = await tx.row("SELECT count(DISTINCT number_key) AS count FROM control_row WHERE number_key <> ''")
    totals = tuple(_totals(currency, sums[currency], rows) for currency in sorted(sums))
    lines = rows.left_out
    lines["totals"] -= len(differing)
    return Staged(read, found["count"] if found else 0, +lines, totals, differing)


def _batches(file: BinaryIO, layout: ControlLayout, progress: Progress | None) -> Iterator[Batch]:
    raw = sources.Bytes(file, sources.Tally(progress, before=layout.size, whole=2 * layout.size).more)
    _, _, table = survey.table(raw, layout.encoding, layout.delimiter, lambda *_: layout.above)
    yield from table


def _differing(rows: ControlRows, sums: Mapping[str, Mapping[str, int]], layout: ControlLayout) -> Iterator[Reject]:
    """Yield the lines of totals that are not what their rows add up to."""
    for each in rows.totals:
        added = sums.get(each.currency)
        if added is None or _agrees(each, added):
            continue
        rows_say, line_says = (Money(it.get(TOTAL, 0), each.currency) for it in (added, each.amounts))
        bucket = next(
            (name for name in BUCKETS if name in each.amounts and each.amounts[name] != added.get(name, 0)), ""
        )
        if rows_say == line_says and bucket:
            rows_say, line_says = (Money(it.get(bucket, 0), each.currency) for it in (added, each.amounts))
        value = f"rows {rows_say}, line {line_says}{f' in {bucket}' if bucket else ''}"
        yield Reject(each.line, layout.columns.header(ControlField.TOTAL), value, "totals_line_differs")


def _agrees(line: TotalsLine, added: Mapping[str, int]) -> bool:
    """Tell whether a line of totals is what its rows add up to, with or without what is to the customers' credit."""
    told = {name: minor for name, minor in line.amounts.items() if name in BUCKETS}
    total = added.get(TOTAL, 0)
    return line.amounts.get(TOTAL, 0) in (total, total + added.get(CREDITS, 0)) and all(
        minor == added.get(name, 0) for name, minor in told.items()
    )


def _totals(currency: str, sums: Mapping[str, int], rows: ControlRows) -> ControlTotals:
    told = currency in rows.bucketed
    return ControlTotals(
        total=Money(sums.get(TOTAL, 0), currency),
        buckets=tuple(Money(sums.get(name, 0), currency) for name in BUCKETS) if told else None,
        credits=Money(-sums[CREDITS], currency) if CREDITS in sums else None,
    )


def _stored(totals: tuple[ControlTotals, ...]) -> dict[tuple[str, str], int]:
    stored: dict[tuple[str, str], int] = {}
    for each in totals:
        stored[each.currency, TOTAL] = each.total.minor
        for name, amount in zip(BUCKETS, each.buckets or (), strict=False):
            stored[each.currency, name] = amount.minor
        if each.credits is not None:
            stored[each.currency, CREDITS] = each.credits.minor
    return stored


async def says_the_same(tx: Transaction, file_id: UUID, totals: tuple[ControlTotals, ...]) -> bool:
    """Tell whether a report that was taken has the same totals."""
    rows = await tx.rows("SELECT currency, bucket, amount_minor FROM control_total WHERE file_id = %s", (file_id,))
    return {(row["currency"], row["bucket"]): int(row["amount_minor"]) for row in rows} == _stored(totals)


async def keep(tx: Transaction, *, batch: UUID, as_of: date, totals: tuple[ControlTotals, ...], now: datetime) -> None:
    """Write the report down."""
    await tx.execute("INSERT INTO control_file (id, as_of, created_at) VALUES (%s, %s, %s)", (batch, as_of, now))
    stored = _stored(totals)
    await tx.execute(
        "INSERT INTO control_total (file_id, currency, bucket, amount_minor)"
        " SELECT %s, currency, bucket, minor"
        " FROM unnest(%s::text[], %s::text[], %s::bigint[]) AS each (currency, bucket, minor)",
        (batch, [key[0] for key in stored], [key[1] for key in stored], list(stored.values())),
    )
    await tx.execute(
        f"INSERT INTO control_line (file_id, number, number_key, currency, open_minor, due_on)"
        f" SELECT %s, number, number_key, currency, minor, due_on FROM ({_LINES}) each WHERE minor > 0",
        (batch,),
    )
