"""Homes: whose App Home was opened in Slack and what stands in it, so that it is drawn anew when that changes."""

from dataclasses import dataclass
from datetime import timedelta

from domain.kernel.core import Core

KEPT = timedelta(days=30)
"""So long after somebody looked at a Home it is kept current; whoever opens it later is shown it anew."""

COALESCED = timedelta(seconds=20)
"""A change waits so long for others, which are then shown with it."""

PATIENCE = timedelta(seconds=10)
"""A Home is drawn while the one who opened it waits; where that came to nothing, a job draws it after this time."""

MOST = 500
"""Homes that one job draws, those looked at last first."""


@dataclass(frozen=True, slots=True)
class HomeView:
    """One person's Home as it was published last."""

    slack_id: str
    content_hash: str
    view_hash: str
    """Slack's own name of it, by which two writers do not overwrite each other."""
    current: bool = False
    """Whether it was published since it was opened last."""


async def opened(core: Core, *, slack_id: str) -> None:
    """Note that somebody looks at the Home now; whoever calls this draws it, and a job if that comes to nothing."""
    async with core.transaction() as tx:
        await tx.execute(
            "INSERT INTO home_view (slack_id, opened_at) VALUES (%s, %s)"
            " ON CONFLICT (slack_id) DO UPDATE SET opened_at = excluded.opened_at",
            (slack_id, core.clock.now()),
        )
        await core.jobs.defer(tx, "publish_home", delay=PATIENCE, slack_id=slack_id)


async def stir(core: Core) -> None:
    """Let Homes be drawn anew soon, since something happened; what happens until then is drawn with it."""
    async with core.transaction() as tx:
        if await tx.row("SELECT FROM home_view WHERE opened_at > %s LIMIT 1", (core.clock.now() - KEPT,)) is not None:
            await core.jobs.defer(tx, "publish_homes", delay=COALESCED)


async def of(core: Core, *, slack_id: str) -> HomeView | None:
    """Return what stands in one Home; None where it was never opened."""
    row = await core.database.row(
        "SELECT slack_id, content_hash, view_hash, coalesce(published_at >= opened_at, false) AS current"
        " FROM home_view WHERE slack_id = %s",
        (slack_id,),
    )
    return HomeView(**row) if row else None


async def watched(core: Core) -> tuple[HomeView, ...]:
    """Return the Homes that somebody looks at, those looked at last first."""
    rows = await core.database.rows(
        "SELECT slack_id, content_hash, view_hash FROM home_view WHERE opened_at > %s"
        " ORDER BY opened_at DESC, slack_id LIMIT %s",
        (core.clock.now() - KEPT, MOST),
    )
    return tuple(HomeView(**row) for row in rows)


async def published(core: Core, *, slack_id: str, content_hash: str, view_hash: str) -> None:
    """Keep what stands in a Home now."""
    async with core.transaction() as tx:
        await tx.execute(
            "UPDATE home_view SET content_hash = %s, view_hash = %s, published_at = %s WHERE slack_id = %s",
            (content_hash, view_hash, core.clock.now(), slack_id),
        )


async def forget(core: Core, *, slack_id: str) -> None:
    """Draw no Home for an account that Slack does not know any more."""
    async with core.transaction() as tx:
        await tx.execute("DELETE FROM home_view WHERE slack_id = %s", (slack_id,))
