"""Provider events: a verified webhook is stored, answered, and worked later by a job that reads the checkout itself."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from domain.kernel.core import Core
from domain.pay_links.models import ProviderEvent
from domain.pay_links.states import ProviderEventState


@dataclass(frozen=True, slots=True)
class Pending:
    """A stored event that waits to be worked: what happened, and to which object of the provider."""

    kind: str
    object_id: str


async def store(core: Core, *, event_id: str, kind: str, object_id: str, body: bytes) -> bool:
    """Keep a verified body as it came and queue its work; False when that event was kept before."""
    async with core.transaction() as tx:
        row = await tx.row(
            "INSERT INTO provider_event (id, event_id, kind, object_id, body, state, received_at)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (event_id) DO NOTHING RETURNING id",
            (
                uuid4(),
                event_id,
                kind,
                object_id,
                body,
                ProviderEvent.MACHINE.start.value,
                core.clock.now(),
            ),
        )
        if row is not None:
            await core.jobs.defer(tx, "work_provider_event", provider_event_id=str(row["id"]))
    return row is not None


async def heard_until(core: Core) -> datetime | None:
    """Return when we last heard anything, else since when there is something to hear of; None without a checkout."""
    row = await core.database.row(
        "SELECT greatest(max(received_at), (SELECT min(created_at) FROM checkout)) AS at FROM provider_event"
    )
    return row["at"] if row else None


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
