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
from domain.kernel.speech import say
from domain.outreach import decisions, instalments, preview_lines
from domain.outreach.decisions import Decision, Does
from domain.outreach.due import Case, Moment, Recipient
from domain.outreach.preview_lines import Line
from domain.outreach.refusals import DayOutOfReach

PAGE = 500
LIMIT = 100
"""Lines on one page of a preview at most; all are counted."""

MOST_LISTED = 10_000
"""Lines that the pages of a preview reach; nobody strikes out more by hand."""

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
    """Of this page: first what leaves, behind it what is held or struck out."""
    page: int = 1
    pages: int = 1
    """How many there are; a page that is not there any more is answered with the last one."""
    size: int = LIMIT
    """Lines on a full page."""

    @property
    def first_held(self) -> int:
        """The page on which the first line stands that is held or struck out."""
        return min(self.pages, self.leaving // self.size + 1)

    @property
    def total(self) -> int:
        """How many lines there are, shown or not."""
        return self.leaving + self.held + self.struck


async def tomorrow(core: Core, *, actor: Actor, day: date | None = None, limit: int = LIMIT, page: int = 1) -> Preview:
    """Return what would leave on *day*, or on the next one in the merchant's zone; *limit* lines on each page.

    Raises:
        NotAllowed: The actor may not look.
        DayOutOfReach: The day is past, or more than a month ahead.
    """
    actor.require(Permission.VIEW)
    today = local_date(core.clock, core.merchant.zone)
    chosen = day or today + timedelta(days=1)
    if not today <= chosen <= today + FARTHEST:
        raise DayOutOfReach(today, today + FARTHEST)
    counted = _Counted(chosen, size=max(1, min(limit, LIMIT)), page=page)
    end = datetime.combine(chosen, time.max, core.merchant.zone).astimezone(UTC)
    moment = Moment(end, chosen)
    async for lines in preview_lines.pending(core, moment=moment):
        counted.add(lines)
    async for lines in _instalments(core, moment, later=chosen > today + timedelta(days=1)):
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


async def _instalments(core: Core, moment: Moment, *, later: bool) -> AsyncIterator[list[Line]]:
    """Yield the instalments that will be asked for; on a *later* day than the next only those whose turn comes then."""
    after: UUID | None = UUID(int=0)
    while after is not None:
        asked, after = await instalments.page(core, moment=moment, after=after)
        chosen = [each for each in asked if not later or each.row["asked_from"] == moment.today]
        rested = await _rested(core, [one for each in chosen for one in each.recipients], moment)
        yield [
            preview_lines.of_instalment(
                core,
                each,
                holds=each.holds or each.unreachable or _waits(core, each.case, each.recipients, moment, rested),
            )
            for each in chosen
            if not each.case.pending
        ]


class _Counted:
    """Count every line and keep those that the page may need."""

    def __init__(self, day: date, *, size: int, page: int) -> None:
        self._day, self._size = day, size
        self._page = max(1, min(page, MOST_LISTED // size))
        self._leaving: list[Line] = []
        self._others: list[Line] = []
        self._left = self._approvals = self._held = self._struck = 0
        self._asked: dict[str, int] = {}

    def add(self, lines: Iterable[Line]) -> None:
        for line in lines:
            stays = bool(line.holds or line.struck)
            self._keep(self._others if stays else self._leaving, line)
            if line.struck:
                self._struck += 1
            elif line.holds:
                self._held += 1
            else:
                self._left += 1
                self._approvals += bool(line.needs)
                self._asked[line.asks.currency] = self._asked.get(line.asks.currency, 0) + line.asks.minor

    def _keep(self, where: list[Line], line: Line) -> None:
        if len(where) < self._page * self._size:
            where.append(line)

    def result(self) -> Preview:
        total = self._left + self._held + self._struck
        pages = max(1, min(-(-total // self._size), MOST_LISTED // self._size))
        page = min(self._page, pages)
        # What leaves stands first: whoever looks wants to strike out.
        shown = [*self._leaving, *self._others][(page - 1) * self._size : page * self._size]
        return Preview(
            day=self._day,
            leaving=self._left,
            approvals=self._approvals,
            held=self._held,
            struck=self._struck,
            asked=tuple(Money(minor, currency) for currency, minor in sorted(self._asked.items())),
            lines=tuple(shown),
            page=page,
            pages=pages,
            size=self._size,
        )


async def _lines(core: Core, decided: Sequence[Decision], moment: Moment) -> list[Line]:
    struck = await preview_lines.struck(core, ids=[each.case.id for each in decided if each.case.vetoed], moment=moment)
    rested = await _rested(core, [one for each in decided for one in each.recipients], moment)
    lines: list[Line] = []
    for each in decided:
        lines += [preview_lines.of_struck(each, veto) for veto in struck.get(each.case.id, ())]
        if each.does is Does.MAIL:
            holds = _waits(core, each.case, each.recipients, moment, rested)
            lines.append(preview_lines.of_step(each, holds=holds))
        elif each.does is Does.HOLD and each.step is not None and not each.case.pending:
            lines.append(preview_lines.of_step(each, holds=each.reason))
    return lines


async def _rested(core: Core, recipients: Sequence[Recipient], moment: Moment) -> Mapping[str, datetime]:
    """Return when those were last written to who still rest when the day ends."""
    closing = datetime.combine(moment.today, core.limits.closes, core.merchant.zone)
    keys = [each.email_key for each in recipients]
    return await preview_lines.written_to(core, keys=keys, since=closing - core.limits.contact_rest)


def _waits(
    core: Core, case: Case, recipients: Sequence[Recipient], moment: Moment, rested: Mapping[str, datetime]
) -> str:
    """Return why a mail that is due would not leave on that very day, or nothing."""
    country = case.country or core.merchant.country
    zone = calendars.zone_of(case.timezone, country, core.merchant.zone)
    midnight = datetime.combine(moment.today, time(0), zone)
    opens = calendars.next_opening(
        midnight, zone=zone, country=country, opens=core.limits.opens, closes=core.limits.closes
    ).astimezone(zone)
    if opens.date() > moment.today:
        return say("nobody works there on that day; it would leave on {day}", day=opens.date())
    if recipients and all(each.email_key in rested for each in recipients):
        last = max(rested[each.email_key] for each in recipients).astimezone(core.merchant.zone)
        return say("the contact was last written to on {day}; reminders rest", day=last.date())
    return ""
