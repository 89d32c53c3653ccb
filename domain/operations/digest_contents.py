"""Digest contents: what a manager is told of yesterday, or of the week, and of what waits today; read once."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from enum import StrEnum

from domain.commitments import adherence, dispute_queries
from domain.commitments.adherence import Adherence
from domain.commitments.dispute_queries import CycleTime
from domain.kernel.actor import Actor, Permission
from domain.kernel.core import Core
from domain.ledger import ageing_before
from domain.ledger.ageing_before import AgeingCompared
from domain.operations import desks, funnel, incident_lists, noise
from domain.operations.desks import Pile, Waits
from domain.operations.funnel import Counts
from domain.operations.incident_lists import Shown as Incident
from domain.operations.noise import Heard
from domain.operations.reports import commitments, exposures, held_back, periods, takings, turnover
from domain.operations.reports.commitments import Named, Standing
from domain.operations.reports.exposures import Coverage, Exposure
from domain.operations.reports.held_back import HeldBack
from domain.operations.reports.periods import Period
from domain.operations.reports.takings import Takings
from domain.operations.reports.turnover import Turnover
from domain.outreach import mail_reports
from domain.outreach.mail_reports import Figures

WEEK_DAYS = 7

FRESH = timedelta(minutes=10)
"""How old figures may be that were read for somebody else's digest."""


class Kind(StrEnum):
    """Of which time a digest tells."""

    DAILY = "daily"
    WEEKLY = "weekly"


@dataclass(frozen=True, slots=True)
class Week:
    """What only the digest of a week has; turnover is of the quarter that ends with it."""

    turnover: tuple[Turnover, ...]
    adherence: Adherence
    cycle: CycleTime
    coverage: tuple[Coverage, ...]


@dataclass(frozen=True, slots=True)
class Shared:
    """What every reader of a digest is told alike."""

    takings: tuple[Takings, ...]
    promises: tuple[Standing, ...]
    disputes: tuple[Standing, ...]
    held: HeldBack
    mail: Figures
    """Of the last seven days."""
    portal: Counts
    """Of this week and the one before."""
    exposures: tuple[Exposure, ...]
    ageing: AgeingCompared
    folded: tuple[Heard, ...]
    """What channels were counted instead of told."""
    week: Week | None
    incidents: tuple[Incident, ...] = field(default=(), kw_only=True)
    """That began within the period."""
    broken: tuple[Named, ...] = field(default=(), kw_only=True)
    filed: tuple[Named, ...] = field(default=(), kw_only=True)
    """The foremost of the promises and the disputes, each by itself."""


@dataclass(frozen=True, slots=True)
class Digest(Shared):
    """Everything that one person is told."""

    kind: Kind
    period: Period
    """Yesterday at the merchant's, or the seven days that ended with it."""
    piles: Mapping[Pile, Waits]
    """What waits for this person's decision or answer."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing happened and nothing waits: what is merely still open is no news."""
        week = self.week
        happened = week is not None and (week.adherence.decided or week.cycle.resolved)
        waits = self.piles or self.held.reasons or self.held.gates
        told = self.folded or self.incidents
        return not (self.takings or self.promises or self.disputes or waits or told or happened)


class Common:
    """The figures that are the same for everybody, read once for all who are told within some minutes.

    A morning brings a digest to each manager, and the ledger is added up for the first of them.
    """

    def __init__(self) -> None:
        self._kept: dict[tuple[Kind, Period], tuple[datetime, Shared]] = {}
        self._reading = asyncio.Lock()

    async def figures(self, core: Core, *, kind: Kind, period: Period, actor: Actor) -> Shared:
        """Return the figures of a period, at most ``FRESH`` old."""
        async with self._reading:
            at, kept = self._kept.get((kind, period), (None, None))
            now = core.clock.now()
            if kept is None or at is None or not at <= now < at + FRESH:
                kept = await shared(core, kind=kind, period=period, actor=actor)
                fresh = {key: each for key, each in self._kept.items() if each[0] <= now < each[0] + FRESH}
                self._kept = {**fresh, (kind, period): (now, kept)}
            return kept


async def compose(core: Core, *, kind: Kind, actor: Actor, slack_id: str = "", common: Common | None = None) -> Digest:
    """Read the digest of one person.

    Raises:
        NotAllowed: The actor may not look.
    """
    actor.require(Permission.VIEW)
    period = periods.before(core, WEEK_DAYS if kind is Kind.WEEKLY else 1)
    read = common.figures if common is not None else shared
    figures = await read(core, kind=kind, period=period, actor=actor)
    return Digest(
        kind=kind,
        period=period,
        piles=await desks.piles(core, actor=actor, slack_id=slack_id),
        **{each.name: getattr(figures, each.name) for each in fields(Shared)},
    )


async def shared(core: Core, *, kind: Kind, period: Period, actor: Actor) -> Shared:
    """Read what every reader is told alike.

    Raises:
        NotAllowed: The actor may not look.
    """
    broken, filed = await commitments.named(core, period=period, actor=actor)
    return Shared(
        broken=broken,
        filed=filed,
        takings=await takings.takings(core, period=period, actor=actor),
        promises=await commitments.promises(core, period=period, actor=actor),
        disputes=await commitments.disputes(core, period=period, actor=actor),
        held=await held_back.held_back(core, actor=actor),
        mail=(await mail_reports.report(core)).whole,
        portal=(await funnel.funnel(core, actor=actor, weeks=2)).whole,
        exposures=await exposures.top(core, actor=actor),
        ageing=await ageing_before.compared(core, actor=actor),
        folded=await _folded(core, period),
        week=await _week(core, period, actor) if kind is Kind.WEEKLY else None,
        incidents=await incident_lists.of_days(core, first=period.first, last=period.last),
    )


async def _folded(core: Core, period: Period) -> tuple[Heard, ...]:
    found = await (noise.week(core) if period.days > 1 else noise.folded(core, channel=None, day=period.last))
    return tuple(each for each in found if each.folded or each.muted)


async def _week(core: Core, period: Period, actor: Actor) -> Week:
    zone = core.merchant.zone
    since, until = period.begins(zone), period.ends(zone)
    quarter = Period(period.last - timedelta(turnover.USUAL_DAYS - 1), period.last)
    return Week(
        turnover=await turnover.turnover(core, period=quarter, actor=actor),
        adherence=await adherence.overall(core, since=since, until=until),
        cycle=await dispute_queries.cycle_time(core, since=since, until=until),
        coverage=await exposures.coverage(core, actor=actor),
    )
