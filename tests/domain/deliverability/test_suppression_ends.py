"""Suppression ends: half a million rows of one day end page by page, and are told by a handful of events."""

import io
from datetime import timedelta

from domain.deliverability import suppression_ends, suppression_lists, suppression_loads, suppressions
from domain.deliverability.events import SuppressionLifted, SuppressionsEnded
from domain.deliverability.suppression_loads import LoadFile
from domain.deliverability.suppressions import Why
from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from tests.clocks import StandingClock
from tests.domain.deliverability.test_inbound import events


async def a_list(core: Core, count: int) -> None:
    """Load a list whose rows all end on the same day."""
    rows = "".join(f"payer{n}@list{n % 7}.example,2026-03-12\n" for n in range(count))
    file = LoadFile("list.csv", stream=io.BytesIO(f"address,until\n{rows}".encode()), note="old system")
    await suppression_loads.load(core, file, actor=SHELL)


async def queued(core: Core) -> int:
    """Return how many runs are queued."""
    return len(await core.database.rows("SELECT 1 FROM procrastinate_jobs WHERE task_name = 'end_suppressions'"))


async def test_what_a_list_named_ends_in_several_runs_with_one_event_each(core: Core, clock: StandingClock) -> None:
    await a_list(core, 25)
    clock.advance(days=3)

    ended, again = [await suppression_ends.end_due(core, most_listed=10)], [await queued(core)]
    await core.database.execute("DELETE FROM procrastinate_jobs")
    ended += [await suppression_ends.end_due(core, most_listed=10) for _ in range(2)]

    assert (ended, again) == ([10, 10, 5], [1])
    told = [each for each in await events(core) if isinstance(each, SuppressionsEnded)]
    assert [each.count for each in told] == [10, 10, 5]
    assert told[0].told().startswith("10 addresses and domains of suppression lists may be mailed again")
    assert not any(isinstance(each, SuppressionLifted) for each in await events(core))
    assert await suppression_lists.in_force(core) == ()
    lifted = await suppression_lists.explain(core, address="payer0@list0.example")
    assert [(each.lifted_by, each.lift_reason) for each in lifted] == [("Plixo", "its time is over")]


async def test_what_people_wanted_is_told_one_by_one_and_no_more_than_so_many_in_a_run(
    core: Core, clock: StandingClock
) -> None:
    until = clock.now() + timedelta(days=1)
    for name in "abcde":
        await suppressions.add(
            core, whom=f"{name}@acme.example", reason=Why.MANUAL, note="moving", actor=SHELL, until=until
        )
    clock.advance(days=2)

    first = await suppression_ends.end_due(core, most_single=3)
    rest = await suppression_ends.end_due(core, most_single=3)

    assert (first, rest, await queued(core)) == (3, 2, 1)
    assert sum(isinstance(each, SuppressionLifted) for each in await events(core)) == 5


async def test_a_run_in_which_nothing_is_due_asks_for_no_other(core: Core) -> None:
    await a_list(core, 3)

    assert (await suppression_ends.end_due(core), await queued(core)) == (0, 0)


async def test_what_lists_and_people_said_ends_apart(core: Core, clock: StandingClock) -> None:
    await a_list(core, 1)
    await suppressions.add(core, whom="payer0@list0.example", reason=Why.OPTED_OUT, note="asked", actor=SHELL)
    clock.advance(days=3)

    await suppression_ends.end_due(core)

    assert await suppressions.suppressed(core, addresses=["payer0@list0.example"]) == {"payer0@list0.example"}
