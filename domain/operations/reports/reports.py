"""Reports by their names: made for a period and perhaps one currency, on the screen or as a file."""

import asyncio
import csv
import io
from datetime import date, timedelta
from enum import StrEnum

from domain.kernel.actor import Actor, Permission
from domain.kernel.core import Core
from domain.kernel.speech import phrase
from domain.ledger.csv_import.rejects import harmless
from domain.operations.reports import making, periods, scoping
from domain.operations.reports.making import WEEKLY
from domain.operations.reports.periods import Period
from domain.operations.reports.sheets import Report, Sheet, plain
from domain.operations.reports.turnover import USUAL_DAYS as QUARTER


class Kind(StrEnum):
    """Every report that there is."""

    WEEKLY = WEEKLY
    COLLECTED = "collected"
    PROMISES = "promises"
    DISPUTES = "disputes"
    DSO = "dso"
    HELD = "held"
    DELIVERY = "delivery"
    PORTAL = "portal"
    EXPOSURES = "exposures"
    AGEING = "ageing"
    COVERAGE = "coverage"


TITLES = {
    Kind.WEEKLY: phrase("Weekly report"),
    Kind.COLLECTED: phrase("Collected against plan"),
    Kind.PROMISES: phrase("Promises"),
    Kind.DISPUTES: phrase("Disputes"),
    Kind.DSO: phrase("DSO, ADD and CEI"),
    Kind.HELD: phrase("Held back"),
    Kind.DELIVERY: phrase("Deliverability"),
    Kind.PORTAL: phrase("Payment page"),
    Kind.EXPOSURES: phrase("Largest exposures"),
    Kind.AGEING: phrase("Ageing"),
    Kind.COVERAGE: phrase("Coverage"),
}


class Form(StrEnum):
    """As which file a report or a digest is taken along."""

    CSV = "csv"
    PDF = "pdf"


USUAL_DAYS = dict.fromkeys(Kind, 7) | {Kind.DSO: QUARTER, Kind.PROMISES: 30, Kind.DISPUTES: 30, Kind.PORTAL: 28}
"""Days of a report of which nobody says how many; they end yesterday."""


async def report(
    core: Core,
    *,
    kind: Kind,
    actor: Actor,
    days: int | None = None,
    first: date | None = None,
    last: date | None = None,
    currency: str | None = None,
    customer: str = "",
    segment: str = "",
) -> Report:
    """Make a report, of all customers or of one, or of a segment's.

    Raises:
        NotAllowed: The actor may not look at the ledger.
        PeriodRefused: It cannot be made of those days.
        AccountNotFound, AccountUnclear: No customer, or more than one, is called so.
        SegmentUnknown: No segment is.
    """
    actor.require(Permission.VIEW)
    scope, customer_name, segment_name = await scoping.found(core, customer=customer, segment=segment)
    period = periods.chosen(core, days=days or USUAL_DAYS[kind], first=first, last=last)
    long = period if period.days >= QUARTER else Period(period.last - timedelta(QUARTER - 1), period.last)
    made = await making.sheets(core, name=kind.value, period=period, actor=actor, long=long, scope=scope)
    return Report(
        name=kind.value,
        title=TITLES[kind],
        first=period.first,
        last=period.last,
        currency=currency,
        sheets=tuple(each.of(currency) for each in made),
        customer=customer_name,
        segment=segment_name,
    )


async def csv_of(made: Report) -> bytes:
    """Return ``as_csv`` without holding up whatever else this process does."""
    return await asyncio.to_thread(as_csv, made)


def as_csv(made: Report) -> bytes:
    """Return the report as CSV: a single sheet as it is, several one below the other with their names in front."""
    out = io.StringIO()
    writer = csv.writer(out)
    several = len(made.sheets) > 1
    for sheet in made.sheets:
        front = (sheet.name,) if several else ()
        writer.writerow(("sheet", *sheet.columns) if several else sheet.columns)
        writer.writerows((*front, *_cells(sheet, at)) for at in range(len(sheet.rows)))
    return out.getvalue().encode("utf-8-sig")


def file_name(made: Report, *, ending: str) -> str:
    """Return a name for the file."""
    return f"{made.name}-{made.last}.{ending}"


def _cells(sheet: Sheet, at: int) -> tuple[object, ...]:
    cells = (plain(each) for each in sheet.rows[at])
    return tuple(harmless(each) if isinstance(each, str) and not _figure(each) else each for each in cells)


def _figure(text: str) -> bool:
    return text.removeprefix("-").replace(".", "", 1).isdecimal()
