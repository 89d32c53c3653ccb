"""Simulation: replay a policy over the ledger's history, day by day. Sends nothing, writes nothing.

Every morning the ledger knows what was paid by then (*lag* days later, if it is said so), so nobody is asked for what
was paid; every invoice that has fallen due is looked at as the planner would, and every mail is judged by the
guardrails. Approvals are given at once, no suppression comes that is not there today, and the domain counts as warm.
"""

from datetime import date, timedelta

from domain.kernel import calendars
from domain.kernel.clock import local_date
from domain.kernel.core import Core
from domain.kernel.refusals import Refusal
from domain.kernel.speech import say
from domain.kernel.transactions import Transaction
from domain.outreach import simulation_books as books
from domain.outreach import simulation_days, simulation_policies
from domain.outreach.simulation_books import Case, Recipient
from domain.outreach.simulation_days import Replay
from domain.outreach.simulation_policies import Policy
from domain.outreach.simulation_results import LetterTotal, Simulation, Workload
from domain.outreach.simulation_tally import Tally
from domain.policies.document import Document

MAX_DAYS = 3660
MAX_OPERATORS = 1000
MAX_LAG = 60

_TAIL = timedelta(days=60)
"""How long open invoices are followed past their due date when no last day is given."""


class NothingToReplay(Refusal):
    """Say that the ledger has no history in that time."""

    def __init__(self) -> None:
        super().__init__(say("The ledger holds no open or settled invoice in that time. Import some history first."))


class SpanUnusable(Refusal):
    """Say that the dates, or the number of operators, make no sense."""


async def simulate(
    core: Core,
    *,
    document: Document | None = None,
    label: str = "",
    since: date | None = None,
    until: date | None = None,
    operators: int = 1,
    lag: int = 0,
) -> Simulation:
    """Replay the policy in force, or *document*, from *since* to *until*; payments become known *lag* days late.

    Raises:
        NothingToReplay: There is no history in that time.
        SpanUnusable: The time runs backwards or is too long, or nobody works.
    """
    if not 1 <= operators <= MAX_OPERATORS or not 0 <= lag <= MAX_LAG:
        raise SpanUnusable(
            say(
                "Between 1 and {operators} operators, and a lag of 0 to {days} days, please.",
                operators=MAX_OPERATORS,
                days=MAX_LAG,
            )
        )
    policy = (
        await simulation_policies.published(core)
        if document is None
        else simulation_policies.of_document(core, document, label=label)
    )
    first, last = await _days(core, since, until)
    async with core.transaction() as tx:
        await tx.execute("SET TRANSACTION READ ONLY")
        replay, customers, bare = await _replayed(core, tx, policy, first, last, lag)
    return _result(core, policy, replay, first=first, last=last, lag=lag, operators=operators,
                   customers=customers, bare=bare)  # fmt: skip


async def _days(core: Core, since: date | None, until: date | None) -> tuple[date, date]:
    span = await books.span(core)
    if span is None:
        raise NothingToReplay
    first, last, still_open = span
    if still_open:
        last = max(last, min(last + _TAIL, local_date(core.clock, core.merchant.zone)))
    first, last = since or first, until or last
    if last < first:
        raise SpanUnusable(say("The time runs backwards: from {first} to {last}.", first=first, last=last))
    if (last - first).days > MAX_DAYS:
        raise SpanUnusable(
            say(
                "{days} days are too many; {most} can be replayed. Say --from and --to.",
                days=(last - first).days,
                most=MAX_DAYS,
            )
        )
    return first, last


async def _replayed(
    core: Core, tx: Transaction, policy: Policy, first: date, last: date, lag: int
) -> tuple[Replay, int, int]:
    replay = Replay(core, policy, until=last, lag=lag)
    pages = books.stream(core, tx, since=first, until=last)
    waiting: list[Case] = []
    customers: dict[int, bool] = {}
    ended = False
    today = first
    while today <= last:
        while not ended and (not waiting or waiting[-1].known_on <= today):
            page = await anext(pages, None)
            ended = page is None
            waiting += page or []
        due = 0
        while due < len(waiting) and waiting[due].known_on <= today:
            _introduced(waiting[due], customers)
            replay.admit(waiting[due])
            due += 1
        del waiting[:due]
        await _day(tx, replay, policy, today)
        today += books.DAY
    if not replay.tally.invoices:
        raise NothingToReplay
    return replay, len(customers), sum(customers.values())


def _introduced(case: Case, customers: dict[int, bool]) -> None:
    """Note a customer, and give one of whom no contact is known somebody to write to."""
    key = id(case.customer)
    if key not in customers:
        customers[key] = not case.customer.recipients
        if not case.customer.recipients:
            case.customer.recipients.append(Recipient(f"contact of {case.number}", books.ANY_ROLE))


async def _day(tx: Transaction, replay: Replay, policy: Policy, today: date) -> None:
    due = replay.begin(today)
    if due:
        found = await simulation_days.segments_of(tx, policy, due, today)
        for case in due:
            replay.plan(case, found.get(case.id), today)
    replay.send(today)


def _result(
    core: Core,
    policy: Policy,
    replay: Replay,
    *,
    first: date,
    last: date,
    lag: int,
    operators: int,
    customers: int,
    bare: int,
) -> Simulation:
    tally = replay.tally
    still_open, unpaid, without_segment = replay.left()
    days = tuple(tally.day(first + timedelta(days=each)) for each in range((last - first).days + 1))
    letters = sorted({*tally.mails, *tally.items})
    return Simulation(
        policy=policy.label,
        since=first,
        until=last,
        lag_days=lag,
        invoices=tally.invoices,
        customers=customers,
        customers_without_contact=bare,
        without_segment=without_segment,
        unreminded=tally.unreminded,
        still_open=still_open,
        days=days,
        letters=tuple(LetterTotal(each, tally.mails[each], tally.items[each]) for each in letters),
        waits=dict(tally.waits.most_common()),
        needs=dict(tally.needs.most_common()),
        late=tally.late,
        late_examples=tuple(tally.late_examples),
        leads=tally.classes,
        median_lead=tally.median_lead,
        unpaid=unpaid,
        workload=_workload(core, tally, first, last, operators),
    )


def _workload(core: Core, tally: Tally, first: date, last: date, operators: int) -> Workload:
    days = [first + timedelta(days=each) for each in range((last - first).days + 1)]
    busiest = max(days, key=lambda day: tally.day(day).work)
    most = tally.day(busiest).work
    return Workload(
        operators=operators,
        working_days=sum(calendars.is_working_day(day, core.merchant.country) for day in days),
        escalations=sum(count["escalations"] for count in tally.days.values()),
        drafts=sum(count["drafts"] for count in tally.days.values()),
        contacts_missing=sum(count["missing"] for count in tally.days.values()),
        busiest_day=busiest if most else None,
        busiest=-(-most // operators),
    )
