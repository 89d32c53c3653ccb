"""Deadlines of disputes run in the merchant's office hours, and each warning comes once."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from domain.commitments import dispute_deadlines, dispute_endings, dispute_queries
from domain.commitments.dispute_deadlines import Sla
from domain.commitments.dispute_endings import Outcome
from domain.commitments.models import Dispute
from domain.kernel.core import Core
from tests.builders import an_invoice
from tests.clocks import START, StandingClock
from tests.domain.commitments.disputes_filed import euros, file
from tests.domain.commitments.people import BEN

# START is a Tuesday, 10:00 in Berlin; a dispute of the reason "duplicate" has eight office hours (nine to five),
# so it is at risk after six, at 16:00, and late on Wednesday at 10:00.
AT_RISK, LATE = START + timedelta(hours=6), START + timedelta(hours=24)


async def filed(core: Core, number: str = "INV-1", **how: object) -> Dispute:
    """File a dispute that is to be decided within eight office hours."""
    await an_invoice(core, number, amount=euros(10000), email=f"{number}@acme.example")
    event = await file(core, number=number, reason="duplicate", **how)  # type: ignore[arg-type]
    return await Dispute.get(id=event.dispute_id)


async def warnings(core: Core) -> list[str]:
    """Return the warnings given so far."""
    rows = await core.database.rows(
        "SELECT kind FROM timeline_entry WHERE kind IN ('dispute.at_risk', 'dispute.late') ORDER BY id"
    )
    return [row["kind"] for row in rows]


async def test_a_deadline_counts_the_merchants_office_hours(core: Core) -> None:
    dispute = await filed(core)

    assert (dispute.sla_risk_at, dispute.sla_due_at) == (AT_RISK, LATE)


async def test_complaint_11_a_weekend_a_holiday_and_summer_time_are_no_office_hours(
    core: Core, clock: StandingClock
) -> None:
    clock.advance(days=23, hours=5)  # Thursday before Good Friday, 16:00 in Berlin by summer time

    dispute = await filed(core)

    assert dispute.sla_due_at == datetime(2026, 4, 7, 14, tzinfo=UTC)  # Tuesday after Easter, 16:00


@pytest.mark.parametrize(
    ("after", "standing"),
    [
        (timedelta(hours=6) - timedelta(seconds=1), Sla.OPEN),
        (timedelta(hours=6), Sla.AT_RISK),
        (timedelta(hours=24) - timedelta(seconds=1), Sla.AT_RISK),
        (timedelta(hours=24), Sla.LATE),
    ],
)
async def test_how_a_dispute_stands_is_arithmetic(
    core: Core, clock: StandingClock, after: timedelta, standing: Sla
) -> None:
    await filed(core)

    clock.advance(seconds=after.total_seconds())

    (view,) = await dispute_queries.waiting(core)
    counts = await dispute_queries.counts(core)
    assert (view.sla, counts.by_sla[standing], counts.total) == (standing, 1, 1)
    assert counts.amounts == (euros(10000),)


async def test_each_warning_is_given_once_however_many_watch(core: Core, clock: StandingClock) -> None:
    await filed(core)
    await dispute_deadlines.watch(core)
    none = await warnings(core)

    clock.advance(hours=6)
    await asyncio.gather(*(dispute_deadlines.watch(core) for _ in range(4)))
    at_risk = await warnings(core)
    clock.advance(hours=18)
    await asyncio.gather(*(dispute_deadlines.watch(core) for _ in range(4)))
    clock.advance(days=10)
    await dispute_deadlines.watch(core)

    assert (none, at_risk) == ([], ["dispute.at_risk"])
    assert await warnings(core) == ["dispute.at_risk", "dispute.late"]


async def test_a_dispute_that_is_late_when_it_is_first_looked_at_is_late_and_not_at_risk(
    core: Core, clock: StandingClock
) -> None:
    await filed(core)
    clock.advance(days=3)

    await dispute_deadlines.watch(core)

    assert await warnings(core) == ["dispute.late"]


async def test_tests_and_decided_disputes_are_not_warned_of(core: Core, clock: StandingClock) -> None:
    await filed(core, "INV-1", is_test=True)
    decided = await filed(core, "INV-2")
    await dispute_endings.resolve(core, dispute_id=decided.id, outcome=Outcome.REJECTED, note="no", actor=BEN)
    clock.advance(days=3)

    await dispute_deadlines.watch(core)

    assert await warnings(core) == []


async def test_more_warnings_than_one_transaction_takes_are_all_given(core: Core, clock: StandingClock) -> None:
    for number in range(5):
        await filed(core, f"INV-{number}")
    clock.advance(days=3)

    await dispute_deadlines.watch(core, page=2)

    assert len(await warnings(core)) == 5


async def test_the_cycle_time_is_in_office_hours_and_leaves_tests_and_open_ones_out(
    core: Core, clock: StandingClock
) -> None:
    first, second, third = [await filed(core, f"INV-{number}") for number in range(3)]
    trial = await filed(core, "INV-7", is_test=True)
    await filed(core, "INV-8")
    for dispute, hours in ((first, 2), (second, 2), (third, 92)):  # Tuesday 12:00 and 14:00, Saturday 10:00
        clock.advance(hours=hours)
        await dispute_endings.resolve(core, dispute_id=dispute.id, outcome=Outcome.REJECTED, note="no", actor=BEN)
    await dispute_endings.withdraw(core, dispute_id=trial.id, actor=BEN)

    measured = await dispute_queries.cycle_time(core, since=START, until=START + timedelta(days=30))
    nothing = await dispute_queries.cycle_time(core, since=START + timedelta(days=5), until=START + timedelta(days=30))

    # 2 h, 4 h, and 7 h on Tuesday with three days of 8 h
    assert (measured.resolved, measured.median) == (3, timedelta(hours=4))
    assert measured.mean == timedelta(hours=2 + 4 + 31) / 3
    assert (nothing.resolved, nothing.mean, nothing.median) == (0, None, None)
