"""Ageing parity: whether our ageing says what the merchant's own books say, and which invoices make the difference.

The latest control totals are compared with what is open now, its days past due counted from the day of the totals.
What customers have to their credit stands beside on both sides and is never taken off: books that take it off their
buckets differ from ours by it, which the figures show.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import BinaryIO
from uuid import UUID

from domain.kernel import timeline
from domain.kernel.actor import SYSTEM, Actor, Permission
from domain.kernel.clock import local_date
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.money import Money
from domain.kernel.speech import say
from domain.kernel.transactions import Row, Rows
from domain.ledger import ageing, parity_lines, words
from domain.ledger.ageing import Ageing, CurrencyAgeing
from domain.ledger.parity_events import ParityChecked, ParityFailed
from domain.ledger.parity_lines import InvoiceDifference

MOST_INVOICES = 200
"""Invoices of one answer; the CSV has more."""

MOST_TOLD = 5
"""Differences that an alarm names."""

_LATEST = """
    SELECT f.id, f.as_of, f.created_at, b.file_name, coalesce((b.counts->>'rejected')::int, 0) AS rejected
    FROM control_file f JOIN import_batch b ON b.id = f.id
    ORDER BY f.as_of DESC, f.created_at DESC, f.id LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Figure:
    """One total or bucket on both sides."""

    name: str
    theirs: Money
    """In the merchant's own books."""
    ours: Money
    allowed: Decimal

    @property
    def difference(self) -> Money:
        """What we have more; negative when the books have more."""
        return self.ours - self.theirs

    @property
    def percent(self) -> Decimal:
        """The difference in percent of the books' figure, without its sign; 100 where the books have nothing."""
        if not self.difference:
            return Decimal(0)
        if not self.theirs:
            return Decimal(100)
        return abs(Decimal(100) * self.difference.minor / self.theirs.minor).quantize(Decimal("0.01"))

    @property
    def agrees(self) -> bool:
        """Tell whether the difference is as small as is allowed, before the percentage is rounded."""
        return abs(self.difference.minor) * 100 <= self.allowed * abs(self.theirs.minor)

    def told(self) -> str:
        """Return the figure in words."""
        return say(
            "{name} {ours} here, {theirs} in the books ({percent} %)",
            name=words.bucket(self.name),
            ours=self.ours,
            theirs=self.theirs,
            percent=self.percent,
        )


@dataclass(frozen=True, slots=True)
class CurrencyParity:
    """The ageing of one currency on both sides."""

    currency: str
    total: Figure
    buckets: tuple[Figure, ...]
    """None where the books tell the total only."""
    credits_here: Money
    """Unapplied cash and open credit notes; beside the figures, never in them."""
    credits_there: Money | None

    @property
    def figures(self) -> tuple[Figure, ...]:
        """The total, and the buckets."""
        return (self.total, *self.buckets)

    @property
    def agrees(self) -> bool:
        """Tell whether the total and each bucket agree."""
        return all(figure.agrees for figure in self.figures)

    @property
    def taken_off(self) -> bool:
        """Tell whether the totals would agree if the credit of our customers were taken off, as some books do."""
        net = Figure("total", self.total.theirs, self.total.ours - self.credits_here, self.total.allowed)
        return bool(self.credits_here) and not self.total.agrees and net.agrees


@dataclass(frozen=True, slots=True)
class Parity:
    """The latest control totals beside our ageing."""

    batch_id: UUID
    file_name: str
    as_of: date
    age_days: int
    """Days since then; figures of another day than today differ by what happened meanwhile."""
    rejected: int
    """Rows of the file that could not be read, and so are missing from its totals."""
    allowed: Decimal
    """By how many percent a figure may differ."""
    currencies: tuple[CurrencyParity, ...]
    lists_invoices: bool
    """Whether the file lists invoices, so that those which differ are known."""
    invoices: tuple[InvoiceDifference, ...]
    """Those that differ, the largest difference first; as many as were asked for."""
    invoices_differing: int

    @property
    def is_old(self) -> bool:
        """Tell whether the totals are of another day than today."""
        return self.age_days > 0

    @property
    def agrees(self) -> bool:
        """Tell whether every total and bucket of every currency agrees."""
        return all(each.agrees for each in self.currencies)

    @property
    def differing(self) -> tuple[Figure, ...]:
        """The figures that do not agree."""
        return tuple(figure for each in self.currencies for figure in each.figures if not figure.agrees)

    @property
    def verdict(self) -> str:
        """Return ``agrees`` or ``differs``, whatever the age."""
        return "agrees" if self.agrees else "differs"


async def latest(core: Core, *, actor: Actor, limit: int = MOST_INVOICES) -> Parity | None:
    """Return how our ageing compares with the latest control totals, or None when none were ever imported.

    Raises:
        NotAllowed: The actor may not see it.
    """
    actor.require(Permission.VIEW)
    return await _compared(core, core.database, limit=min(limit, MOST_INVOICES))


async def figures(core: Core, rows: Rows) -> Parity | None:
    """Return the same without the invoices that differ, which take long to find; a step of the caller's transaction."""
    return await _compared(core, rows, limit=None)


async def write_csv(core: Core, sink: BinaryIO, *, actor: Actor) -> int:
    """Write every invoice that differs as CSV, up to a limit; return how many.

    Raises:
        NotAllowed: The actor may not see it.
    """
    actor.require(Permission.VIEW)
    found = await _compared(core, core.database, limit=parity_lines.MOST_WRITTEN)
    lines = found.invoices if found is not None else ()
    parity_lines.write(sink, lines)
    return len(lines)


async def check(core: Core) -> Parity | None:
    """Compare, and record the verdict when it is another than before; figures of another day decide nothing."""
    async with core.transaction() as tx:
        found = await _compared(core, tx, limit=0)
        if found is None or found.is_old:
            return found
        changed = await tx.execute(
            "UPDATE control_file SET verdict = %s WHERE id = %s AND verdict IS DISTINCT FROM %s",
            (found.verdict, found.batch_id, found.verdict),
        )
        if not changed:
            return found
        said = {"batch_id": found.batch_id, "as_of": found.as_of, **by(SYSTEM, core.clock.now())}
        if found.agrees:
            totals = tuple(each.total.ours for each in found.currencies)
            await timeline.record(core, tx, ParityChecked(totals=totals, **said))
        else:
            differing = [figure.told() for figure in found.differing]
            told, more = tuple(differing[:MOST_TOLD]), max(len(differing) - MOST_TOLD, 0)
            await timeline.record(core, tx, ParityFailed(differences=told, more=more, **said))
    return found


async def _compared(core: Core, rows: Rows, *, limit: int | None) -> Parity | None:
    file = await rows.row(_LATEST)
    if file is None:
        return None
    totals = await rows.rows(
        "SELECT currency, bucket, amount_minor FROM control_total WHERE file_id = %s", (file["id"],)
    )
    here = await ageing.of_day(rows, as_of=file["as_of"])
    listed = await rows.row("SELECT FROM control_line WHERE file_id = %s LIMIT 1", (file["id"],)) is not None
    differing, count = (
        await parity_lines.differing(core, rows, file_id=file["id"], limit=limit)
        if listed and limit is not None
        else ((), 0)
    )
    return Parity(
        batch_id=file["id"],
        file_name=file["file_name"],
        as_of=file["as_of"],
        age_days=(local_date(core.clock, core.merchant.zone) - file["as_of"]).days,
        rejected=file["rejected"],
        allowed=core.limits.parity_percent,
        currencies=_currencies(core, totals, here),
        lists_invoices=listed,
        invoices=differing,
        invoices_differing=count,
    )


def _currencies(core: Core, totals: Sequence[Row], here: Ageing) -> tuple[CurrencyParity, ...]:
    there: dict[str, dict[str, int]] = {}
    for row in totals:
        there.setdefault(row["currency"], {})[row["bucket"]] = int(row["amount_minor"])
    return tuple(
        _currency(here.of(currency), there.get(currency), core.limits.parity_percent)
        for currency in sorted({*there, *(each.currency for each in here.currencies if each.total.amount)})
    )


def _currency(here: CurrencyAgeing, there: dict[str, int] | None, allowed: Decimal) -> CurrencyParity:
    theirs = there or {}

    def figure(bucket: ageing.Bucket) -> Figure:
        return Figure(bucket.name, Money(theirs.get(bucket.name, 0), here.currency), bucket.amount, allowed)

    told = any(name in theirs for name in ageing.BUCKETS)
    return CurrencyParity(
        here.currency,
        total=figure(here.total),
        buckets=tuple(map(figure, here.buckets)) if told else (),
        credits_here=here.unapplied + here.credit_notes,
        credits_there=Money(theirs["credits"], here.currency) if "credits" in theirs else None,
    )
