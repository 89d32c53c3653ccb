"""Previews: what a policy would do to the ledger of today, before anybody publishes it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from domain.kernel.calendars import is_working_day
from domain.kernel.clock import local_date
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.kernel.speech import say
from domain.kernel.transactions import Row, Transaction
from domain.policies import checks, preview_counts, segments, takers
from domain.policies.document import CadencePart, Document, StepPart
from domain.policies.findings import in_order
from domain.policies.segments import Segment

MOST_LISTED = 20
"""Invoices and pairs that are named; the rest is counted."""


@dataclass(frozen=True, slots=True)
class StepPreview:
    """One step of a segment's cadence, and whom it would concern."""

    position: int
    day: int
    what: str
    due_today: int
    """Open invoices of the segment for which today is this step's day."""
    reached: int
    """Those for which this is the last step whose day has come: what they would be caught up with, once."""


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """One step of the sample invoice."""

    on: date
    day: int
    what: str
    note: str
    """Why nothing leaves on that very day, or an empty text."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """What one invoice would get, and when, to the day."""

    invoice_number: str
    """Empty for an invoice that is only thought of, where the segment has none."""
    due_on: date
    country: str | None
    days: tuple[CalendarDay, ...]


@dataclass(frozen=True, slots=True)
class SegmentPreview:
    """One segment with what it takes."""

    name: str
    cadence: str
    mode: str
    invoices: int
    mailable: int
    """Those with a contact who may be mailed."""
    amounts: tuple[Money, ...]
    """Open balances, by currency."""
    steps: tuple[StepPreview, ...]
    calendar: Calendar


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two segments that both match some invoices; the first takes them."""

    first: str
    second: str
    invoices: int


@dataclass(frozen=True, slots=True)
class Unmatched:
    """An invoice that no segment takes."""

    number: str
    account_name: str
    balance: Money
    days_past_due: int


@dataclass(frozen=True, slots=True)
class Preview:
    """What a policy would do today."""

    segments: tuple[SegmentPreview, ...]
    overlaps: tuple[Overlap, ...]
    """The pairs with the most invoices; a last segment that takes the rest is no overlap."""
    unmatched_count: int
    unmatched: tuple[Unmatched, ...]
    """The largest of them."""
    without_rate: Mapping[str, int]
    """Open invoices by currency without a rate, where a rule asks for a balance: they never meet it."""
    warnings: tuple[str, ...]


async def of(core: Core, *, document: Document) -> Preview:
    """Return what the policy would do with the open invoices of today; nothing is changed."""
    chosen = segments.proposed(core, document)
    today = local_date(core.clock, core.merchant.zone)
    async with core.transaction() as tx:
        await preview_counts.gather(tx, chosen, now=core.clock.now(), today=today)
        totals, samples = await preview_counts.totals(tx), await preview_counts.samples(tx)
        days = await _days(tx, document)
        return Preview(
            segments=tuple(
                _segment(document, each, totals.get(each.position - 1, []), samples, days, today) for each in chosen
            ),
            overlaps=_overlaps(chosen, await preview_counts.overlaps(tx, chosen, limit=MOST_LISTED)),
            unmatched_count=sum(int(row["invoices"]) for row in totals.get(None, [])),
            unmatched=tuple(_unmatched(row, today) for row in await preview_counts.unmatched(tx, limit=MOST_LISTED)),
            without_rate=await _without_rate(core, tx, chosen),
            warnings=await _warnings(core, tx, document),
        )


async def warnings(core: Core, *, document: Document) -> tuple[str, ...]:
    """Return what is allowed and still rarely meant, of the policy itself and of the ledger and people of today."""
    today = local_date(core.clock, core.merchant.zone)
    async with core.transaction() as tx:
        await preview_counts.gather(tx, segments.proposed(core, document), now=core.clock.now(), today=today)
        return await _warnings(core, tx, document)


async def _warnings(core: Core, tx: Transaction, document: Document) -> tuple[str, ...]:
    found = (*checks.warnings(document, core.limits), *await takers.warnings(tx, document, now=core.clock.now()))
    return tuple(str(each) for each in in_order(found))


async def _days(tx: Transaction, document: Document) -> dict[tuple[int, int], tuple[int, int]]:
    """Return by segment and step how many are due today and how many it was the last to reach."""
    steps = [
        (number, step.day)
        for number, segment in enumerate(document.segments)
        if (cadence := document.cadence(segment.cadence)) is not None
        for step in cadence.steps
    ]
    return {
        (int(row["segment"]), int(row["day"])): (int(row["due_today"]), int(row["reached"]))
        for row in await preview_counts.steps(tx, steps)
    }


def _segment(
    document: Document,
    segment: Segment,
    totals: Sequence[Row],
    samples: Mapping[int, Row],
    days: Mapping[tuple[int, int], tuple[int, int]],
    today: date,
) -> SegmentPreview:
    number = segment.position - 1
    cadence = document.cadence(segment.cadence)
    assert cadence is not None, "the document was checked"
    return SegmentPreview(
        name=segment.name,
        cadence=segment.cadence,
        mode=segment.mode.value,
        invoices=sum(int(row["invoices"]) for row in totals),
        mailable=sum(int(row["mailable"]) for row in totals),
        amounts=tuple(Money(int(row["open_minor"]), row["currency"]) for row in totals),
        steps=tuple(
            StepPreview(position, step.day, told(step), *days.get((number, step.day), (0, 0)))
            for position, step in enumerate(cadence.steps, start=1)
        ),
        calendar=_calendar(cadence, samples.get(number), today),
    )


def _calendar(cadence: CadencePart, sample: Row | None, today: date) -> Calendar:
    """Return the days of an invoice of the segment, or of one that would fall due today."""
    due_on = today if sample is None else sample["due_on"]
    country = None if sample is None else sample["country"]
    return Calendar(
        invoice_number="" if sample is None else sample["number"],
        due_on=due_on,
        country=country,
        days=tuple(_day(step, due_on + timedelta(days=step.day), country) for step in cadence.steps),
    )


def _day(step: StepPart, on: date, country: str | None) -> CalendarDay:
    note = ""
    if step.letter is not None and not is_working_day(on, country):
        later = next(
            day for day in (on + timedelta(days=each) for each in range(1, 60)) if is_working_day(day, country)
        )
        note = say("no working day there, so it leaves on {day}", day=later)
    return CalendarDay(on, step.day, told(step), note)


def told(step: StepPart) -> str:
    """Return what a step does, in words."""
    if step.letter is None:
        return say("a person takes over")
    known = {"letter": step.letter, "tone": step.tone.value}
    match step.recipients == "escalation", checks.approved_by_a_person(step):
        case True, True:
            return say("{letter} ({tone}) to the escalation contact, approved by a person", **known)
        case True, False:
            return say("{letter} ({tone}) to the escalation contact", **known)
        case False, True:
            return say("{letter} ({tone}), approved by a person", **known)
        case _:
            return f"{step.letter} ({step.tone.value})"


def _overlaps(chosen: Sequence[Segment], rows: Sequence[Row]) -> tuple[Overlap, ...]:
    return tuple(Overlap(chosen[row["first"]].name, chosen[row["second"]].name, int(row["invoices"])) for row in rows)


def _unmatched(row: Row, today: date) -> Unmatched:
    return Unmatched(
        number=row["number"],
        account_name=row["name"],
        balance=Money(int(row["open_minor"]), row["currency"]),
        days_past_due=(today - row["due_on"]).days,
    )


async def _without_rate(core: Core, tx: Transaction, chosen: Sequence[Segment]) -> dict[str, int]:
    if all(each.bounds is None for each in chosen):
        return {}
    return await preview_counts.currencies_without(tx, [core.merchant.currency, *core.limits.rates])
