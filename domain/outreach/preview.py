"""Preview: what would leave on a day to come, by the very decisions that the planner makes; it changes nothing.

What is paid, promised or said until then is not known yet, and the guardrails look again when a mail leaves. So this
is a list to look through and strike out from, not a promise.
"""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from domain.kernel import calendars
from domain.kernel.actor import Actor, Permission
from domain.kernel.clock import local_date
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.outreach import decisions, preview_lines
from domain.outreach.decisions import Decision, Does
from domain.outreach.due import Moment
from domain.outreach.preview_lines import Line
from domain.outreach.refusals import DayOutOfReach

PAGE = 500
LIMIT = 100
"""Lines that one preview shows at most; all are counted."""

FARTHEST = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class Preview:
    """The reminders of one day."""

    day: date
    leaving: int
    """Invoices that nothing holds; they leave, or wait for a person's approval."""
    approvals: int
    """How many of them a person would have to approve."""
    held: int
    struck: int
    asked: tuple[Money, ...]
    """What those that are not held ask for, by currency."""
    lines: tuple[Line, ...]

    @property
    def total(self) -> int:
        """How many lines there are, shown or not."""
        return self.leaving + self.held + self.struck


async def tomorrow(core: Core, *, actor: Actor, day: date | None = None, limit: int = LIMIT) -> Preview:
    """Return what would leave on *day*, or on the next one in the merchant's zone.

    Raises:
        NotAllowed: The actor may not look.
        DayOutOfReach: The day is past, or more than a month ahead.
    """
    actor.require(Permission.VIEW)
    today = local_date(core.clock, core.merchant.zone)
    chosen = day or today + timedelta(days=1)
    if not today <= chosen <= today + FARTHEST:
        raise DayOutOfReach(today, today + FARTHEST)
    counted = _Counted(chosen, max(1, min(limit, LIMIT)))
    end = datetime.combine(chosen, time.max, core.merchant.zone).astimezone(UTC)
    moment = Moment(end, chosen)
    async for lines in preview_lines.pending(core, moment=moment):
        counted.add(lines)
    first = datetime(1970, 1, 1, tzinfo=UTC)
    if chosen > today + timedelta(days=1):  # what falls due before will have left by then
        first = datetime.combine(chosen, time.min, core.merchant.zone).astimezone(UTC)
    async for ids in _due(core, first, end):
        decided = await decisions.of(core, core.database, ids=ids, moment=moment)
        counted.add(await _lines(core, decided, moment))
    return counted.result()


async def _due(core: Core, first: datetime, end: datetime) -> AsyncIterator[list[UUID]]:
    """Yield the enrolments that the planner will look at until then, in its order and its pages."""
    after = (first, UUID(int=0))
    while True:
        rows = await core.database.rows(
            "SELECT e.id, e.next_action_at FROM enrolment e WHERE e.state = 'running' AND e.next_action_at <= %s"
            " AND (e.next_action_at, e.id) > (%s, %s) ORDER BY e.next_action_at, e.id LIMIT %s",
            (end, *after, PAGE),
        )
        if rows:
            yield [row["id"] for row in rows]
            after = (rows[-1]["next_action_at"], rows[-1]["id"])
        if len(rows) < PAGE:
            return


class _Counted:
    """Count every line and keep the first ones."""

    def __init__(self, day: date, limit: int) -> None:
        self._day, self._limit = day, limit
        self._lines: list[Line] = []
        self._leaving = self._approvals = self._held = self._struck = 0
        self._asked: dict[str, int] = {}

    def add(self, lines: Iterable[Line]) -> None:
        for line in lines:
            if line.struck:
                self._struck += 1
            elif line.holds:
                self._held += 1
            else:
                self._leaving += 1
                self._approvals += bool(line.needs)
                self._asked[line.asks.currency] = self._asked.get(line.asks.currency, 0) + line.asks.minor
            self._keep(line)

    def _keep(self, line: Line) -> None:
        """Keep those that leave rather than those that do not: whoever looks wants to strike out."""
        if len(self._lines) >= self._limit:
            last = next((each for each in reversed(self._lines) if each.holds or each.struck), None)
            if line.holds or line.struck or last is None:
                return
            self._lines.remove(last)
        self._lines.append(line)

    def result(self) -> Preview:
        return Preview(
            day=self._day,
            leaving=self._leaving,
            approvals=self._approvals,
            held=self._held,
            struck=self._struck,
            asked=tuple(Money(minor, currency) for currency, minor in sorted(self._asked.items())),
            lines=tuple(self._lines),
        )


async def _lines(core: Core, decided: Sequence[Decision], moment: Moment) -> list[Line]:
    struck = await preview_lines.struck(core, ids=[each.case.id for each in decided if each.case.vetoed], moment=moment)
    closing = datetime.combine(moment.today, core.limits.closes, core.merchant.zone)
    keys = [one.email_key for each in decided for one in each.recipients]
    rested = await preview_lines.written_to(core, keys=keys, since=closing - core.limits.contact_rest)
    lines: list[Line] = []
    for each in decided:
        lines += [preview_lines.of_struck(each, veto) for veto in struck.get(each.case.id, ())]
        if each.does is Does.MAIL:
            lines.append(preview_lines.of_step(each, holds=_waits(core, each, moment, rested)))
        elif each.does is Does.HOLD and each.step is not None and not each.case.pending:
            lines.append(preview_lines.of_step(each, holds=each.reason))
    return lines


def _waits(core: Core, decision: Decision, moment: Moment, rested: Mapping[str, datetime]) -> str:
    """Return why a mail that is due would not leave on that very day, or nothing."""
    country = decision.case.country or core.merchant.country
    zone = calendars.zone_of(decision.case.timezone, country, core.merchant.zone)
    midnight = datetime.combine(moment.today, time(0), zone)
    opens = calendars.next_opening(
        midnight, zone=zone, country=country, opens=core.limits.opens, closes=core.limits.closes
    ).astimezone(zone)
    if opens.date() > moment.today:
        return f"nobody works there on that day; it would leave on {opens:%Y-%m-%d}"
    if all(each.email_key in rested for each in decision.recipients):
        last = max(rested[each.email_key] for each in decision.recipients).astimezone(core.merchant.zone)
        return f"the contact was last written to on {last:%Y-%m-%d}; reminders rest"
    return ""
