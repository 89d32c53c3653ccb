"""A webhook is stored once and worked once."""

import asyncio

from domain.kernel.core import Core
from domain.kernel.ports import ProviderNews
from domain.pay_links import provider_events, provider_health, provider_marks
from domain.pay_links.models import ProviderEvent
from tests.clocks import StandingClock
from tests.domain.pay_links.payers import a_visit, queued


async def stored(core: Core, event_id: str = "evt_1") -> bool:
    return await provider_events.store(
        core, event_id=event_id, kind="checkout.session.completed", object_id="cs_1", body=b"\x00\xffraw"
    )


async def test_an_event_is_kept_as_it_came_with_a_job_to_work_it(core: Core) -> None:
    assert await stored(core)

    event = await ProviderEvent.get()
    assert bytes(event.body) == b"\x00\xffraw"
    assert await queued(core, "work_provider_event") == 1
    assert await provider_events.pending(core, provider_event_id=event.id) == provider_events.Pending(
        "checkout.session.completed", "cs_1"
    )


async def test_the_same_event_delivered_many_times_at_once_is_kept_once(core: Core) -> None:
    results = await asyncio.gather(*(stored(core) for _ in range(8)))

    assert sorted(results) == [False] * 7 + [True]
    assert await queued(core, "work_provider_event") == 1


async def test_a_worked_or_ignored_event_is_not_pending_and_stays_so(core: Core) -> None:
    await stored(core, "evt_1")
    await stored(core, "evt_2")
    one, two = await ProviderEvent.all().order_by("event_id")

    await provider_events.worked(core, provider_event_id=one.id)
    await provider_events.ignored(core, provider_event_id=one.id)
    await provider_events.ignored(core, provider_event_id=two.id)

    assert [each.state for each in await ProviderEvent.all().order_by("event_id")] == ["worked", "ignored"]
    assert await provider_events.pending(core, provider_event_id=one.id) is None


async def test_the_body_of_a_worked_event_is_forgotten_in_time_and_the_event_stays_known(
    core: Core, clock: StandingClock
) -> None:
    await stored(core, "evt_worked")
    await stored(core, "evt_waiting")
    await provider_events.worked(core, provider_event_id=(await ProviderEvent.get(event_id="evt_worked")).id)
    clock.advance(days=91)

    assert await provider_events.forget_bodies(core) == 1

    assert bytes((await ProviderEvent.get(event_id="evt_worked")).body) == b""
    assert bytes((await ProviderEvent.get(event_id="evt_waiting")).body) != b""
    assert not await stored(core, "evt_worked")


async def test_an_event_found_in_the_list_and_delivered_after_all_is_worked_once_and_counts_as_delivered(
    core: Core,
) -> None:
    news = ProviderNews("evt_1", "checkout.session.completed", "cs_1", b"{}")
    assert await provider_events.store_all(core, news=[news, news]) == 1

    assert not await stored(core)

    assert (await ProviderEvent.get()).came == "webhook"
    assert await queued(core, "work_provider_event") == 1


async def test_the_list_is_read_from_the_last_look_on_whatever_webhooks_brought_since(
    core: Core, clock: StandingClock
) -> None:
    assert await provider_events.poll_since(core) is None
    await (await a_visit(core)).go_to_pay()
    began = clock.now()
    await provider_marks.put(core, core.database, provider_health.POLLED, "")
    clock.advance(hours=5)
    await stored(core)

    assert await provider_events.poll_since(core) == began - provider_events.OVERLAP
