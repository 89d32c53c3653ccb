"""The badge turns on with the first verified event, goes off with a problem, and each change is told once."""

import asyncio

from domain.kernel.core import Core
from domain.kernel.ports import ProviderNews
from domain.pay_links import provider_events, provider_health, provider_marks
from tests.clocks import StandingClock
from tests.domain.pay_links.payers import a_visit, told


async def an_event(core: Core, event_id: str = "evt_1", *, fits: bool = True, came: str = "webhook") -> None:
    await provider_events.store_all(
        core, news=[ProviderNews(event_id, "checkout.session.completed", "cs_1", b"{}")], fits=fits, came=came
    )
    await core.database.execute("UPDATE provider_event SET state = 'worked'")


async def problems(core: Core) -> list[str]:
    return [each.code for each in (await provider_health.health(core)).problems]


async def test_before_anything_arrived_there_is_no_badge_and_nothing_is_told(core: Core) -> None:
    await provider_health.judge(core)

    found = await provider_health.health(core)
    assert (found.heard, found.ready, found.problems) == (False, False, ())
    assert await told(core, "provider.ready") == []


async def test_the_merchants_test_event_turns_the_badge_on_and_that_is_told_once(core: Core) -> None:
    await an_event(core)

    await asyncio.gather(*(provider_health.judge(core) for _ in range(3)))
    await provider_health.judge(core, unless_ready=True)

    assert (await provider_health.health(core)).ready
    assert len(await told(core, "provider.ready")) == 1


async def test_an_event_of_another_version_does_not_turn_it_on(core: Core) -> None:
    await an_event(core, fits=False)

    assert not (await provider_health.health(core)).heard


async def test_events_that_no_webhook_brought_are_a_problem_until_one_does(core: Core, clock: StandingClock) -> None:
    await an_event(core)
    await provider_health.judge(core)
    await an_event(core, "evt_2", came="list")
    assert await problems(core) == []  # it may still be delivered
    clock.advance(minutes=11)
    await provider_health.judge(core)

    assert await problems(core) == ["undelivered"]
    assert len(await told(core, "provider.not_ready")) == 1
    await an_event(core, "evt_2")
    assert await problems(core) == []


async def test_something_odd_is_told_once_and_forgotten_after_a_week(core: Core, clock: StandingClock) -> None:
    await an_event(core)
    for _ in range(3):
        await provider_health.note_odd(core, "events of live mode arrive", remedy="Remove the endpoint.")
        await provider_health.judge(core)

    [fact] = await told(core, "provider.not_ready")
    assert fact["problems"] == ["events of live mode arrive"]
    clock.advance(days=8)
    assert await problems(core) == []


async def test_a_page_without_the_bank_debit_that_was_ordered_is_a_problem(core: Core) -> None:
    await an_event(core)
    await provider_health.note_bank_debit(core, offered=False)

    assert await problems(core) == ["no bank debit"]
    await provider_health.note_bank_debit(core, offered=True)
    assert await problems(core) == []


async def test_a_list_that_is_not_read_any_more_is_a_problem(core: Core, clock: StandingClock) -> None:
    visit = await a_visit(core)
    await visit.go_to_pay()
    await an_event(core)
    clock.advance(hours=2)

    assert await problems(core) == ["poll late"]
    await provider_marks.put(core, core.database, provider_health.POLLED, "")
    assert await problems(core) == []


async def test_an_event_that_nobody_works_is_a_problem(core: Core, clock: StandingClock) -> None:
    await provider_events.store(core, event_id="evt_1", kind="charge.refunded", object_id="ch_1", body=b"{}")
    clock.advance(hours=1)

    assert await problems(core) == ["unworked"]
