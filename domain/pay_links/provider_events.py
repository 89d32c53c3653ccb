"""Provider events: a verified webhook is stored, answered, and worked later by a job that reads the checkout itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from domain.kernel.core import Core
from domain.kernel.ports import ProviderNews
from domain.pay_links import provider_health
from domain.pay_links.models import ProviderEvent
from domain.pay_links.states import ProviderEventState

WEBHOOK, LIST = "webhook", "list"
"""How an event came to us: the provider sent it, or we found it in the provider's list."""

OVERLAP = timedelta(hours=1)
"""How far before the last look the list of events is read again: events come in any order, and are kept once."""

PAGE = 1000
"""Bodies that are emptied in one statement."""


@dataclass(frozen=True, slots=True)
class Pending:
    """A stored event that waits to be worked: what happened, and to which object of the provider."""

    kind: str
    object_id: str


async def store(
    core: Core, *, event_id: str, kind: str, object_id: str, body: bytes, fits: bool = True, came: str = WEBHOOK
) -> bool:
    """Keep a verified body as it came and queue its work; False when that event was kept before.

    *fits* says whether it is written in the API version that we read; *came* whether it was sent to us, or had to be
    fetched.
    """
    news = ProviderNews(event_id, kind, object_id, body)
    return bool(await store_all(core, news=[news], fits=fits, came=came))


async def store_all(core: Core, *, news: Sequence[ProviderNews], fits: bool = True, came: str = LIST) -> int:
    """Keep what was not kept before and queue its work, in one transaction; return how much of it was new."""
    if not news:
        return 0
    news = list({each.event_id: each for each in news}.values())
    async with core.transaction() as tx:
        rows = await tx.rows(
            "INSERT INTO provider_event (id, event_id, kind, object_id, body, came, fits, state, received_at)"
            " SELECT id, event_id, kind, object_id, body, %s, %s, %s, %s"
            " FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::bytea[]) WITH ORDINALITY"
            " AS new (id, event_id, kind, object_id, body, place) ORDER BY place"
            " ON CONFLICT (event_id) DO UPDATE SET came = excluded.came"  # found in the list, and delivered after all
            " WHERE provider_event.came = 'list' AND excluded.came = 'webhook' RETURNING id, xmax = 0 AS new",
            (
                came,
                fits,
                ProviderEvent.MACHINE.start.value,
                core.clock.now(),
                [uuid4() for _ in news],
                [each.event_id for each in news],
                [each.kind for each in news],
                [each.object_id for each in news],
                [each.body for each in news],
            ),
        )
        new = [{"provider_event_id": str(row["id"])} for row in rows if row["new"]]
        await core.jobs.defer_many(tx, "work_provider_event", new)
    return len(new)


async def poll_since(core: Core) -> datetime | None:
    """Return from when on the provider's list of events is to be read; None while there is nothing to hear of.

    Webhooks that arrive do not move this on: those that do not are just what is looked for.
    """
    row = await core.database.row(
        "SELECT coalesce((SELECT at FROM provider_mark WHERE name = %s), min(created_at)) AS at FROM checkout"
        " HAVING count(*) > 0",
        (provider_health.POLLED,),
    )
    return row["at"] - OVERLAP if row else None


async def forget_bodies(core: Core) -> int:
    """Empty the bodies of events that were worked long ago (the job ``forget_bodies``); return how many.

    Their ids stay, so that the same event is known however late it is sent again.
    """
    before = core.clock.now() - core.limits.webhook_body
    total = 0
    while True:
        emptied = await core.database.execute(
            "UPDATE provider_event SET body = '' WHERE id IN (SELECT id FROM provider_event"
            " WHERE state <> 'stored' AND received_at < %s AND body <> '' ORDER BY received_at LIMIT %s)",
            (before, PAGE),
        )
        total += emptied
        if emptied < PAGE:
            return total


async def pending(core: Core, *, provider_event_id: UUID) -> Pending | None:
    """Return the event if it still waits to be worked."""
    row = await core.database.row(
        "SELECT kind, object_id FROM provider_event WHERE id = %s AND state = %s",
        (provider_event_id, ProviderEventState.STORED.value),
    )
    return Pending(row["kind"], row["object_id"]) if row else None


async def worked(core: Core, *, provider_event_id: UUID) -> None:
    """Record that everything which follows from the event is done; safe to repeat."""
    await _finish(core, provider_event_id, "work")


async def ignored(core: Core, *, provider_event_id: UUID) -> None:
    """Record that the event means nothing to us: an unknown kind, or a payment that came about elsewhere."""
    await _finish(core, provider_event_id, "ignore")


async def _finish(core: Core, provider_event_id: UUID, step: str) -> None:
    async with core.transaction():
        event = await ProviderEvent.locked(id=provider_event_id)
        if event is not None and event.status is ProviderEventState.STORED:
            await event.move(step)
