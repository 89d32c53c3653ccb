"""A webhook is stored once and worked once."""

import asyncio

from domain.kernel.core import Core
from domain.pay_links import provider_events
from domain.pay_links.models import ProviderEvent
from tests.domain.pay_links.payers import queued


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
