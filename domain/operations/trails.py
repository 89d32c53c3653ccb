"""Trails: what became of a request that did not go well, kept for some days, so that support need not ask back."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from domain.kernel.core import Core
from domain.kernel.events import EVENTS

KEPT = timedelta(days=14)
"""How long what became of a request is known; who writes to support does so within days."""

MOST_FACTS = 30

LONGEST_WHY = 80


@dataclass(frozen=True, slots=True)
class TrailLine:
    """One thing that is known of a request."""

    at: datetime
    told: str


async def note(core: Core, *, request_id: str, route: str, method: str, status: int, why: str) -> None:
    """Note how a request ended that was refused or failed; *why* is the name of a refusal or error, never its words."""
    await core.database.execute(
        "INSERT INTO request_trail (request_id, route, method, status, why, at) VALUES (%s, %s, %s, %s, %s, %s)",
        (request_id, route, method, status, why[:LONGEST_WHY], core.clock.now()),
    )


_REQUEST = "SELECT route, method, status, why, at FROM request_trail WHERE request_id = %s ORDER BY at LIMIT %s"

_FACTS = "SELECT kind, fact, at FROM timeline_entry WHERE request_id = %s ORDER BY id LIMIT %s"

_MAILS = """
    SELECT g.letter, g.state, coalesce(g.sent_at, g.queued_at) AS at FROM mailing g
    WHERE g.invoice_id = %(invoice)s AND g.queued_at > %(since)s ORDER BY g.queued_at DESC LIMIT %(most)s
"""


async def of_request(core: Core, *, request_id: str) -> tuple[TrailLine, ...]:
    """Return all that is known of one request: how it ended, and what the timeline says that it did."""
    if not request_id:
        return ()
    ended = await core.database.rows(_REQUEST, (request_id, MOST_FACTS))
    facts = await core.database.rows(_FACTS, (request_id, MOST_FACTS))
    lines = [TrailLine(row["at"], _ended(row["route"], row["method"], row["status"], row["why"])) for row in ended]
    lines += [TrailLine(row["at"], EVENTS[row["kind"]].model_validate(row["fact"]).told()) for row in facts]
    return tuple(sorted(lines, key=lambda line: line.at))


async def of_mails(core: Core, *, invoice_id: UUID, since: datetime) -> tuple[TrailLine, ...]:
    """Return what was mailed about an invoice of late, and how each mail stands."""
    rows = await core.database.rows(_MAILS, {"invoice": invoice_id, "since": since, "most": MOST_FACTS})
    return tuple(TrailLine(row["at"], f"Mail “{row['letter']}”: {row['state']}") for row in reversed(rows))


async def forget_old(core: Core) -> None:
    """Remove what became of requests that nobody asks about any more. A job."""
    await core.database.execute("DELETE FROM request_trail WHERE at < %s", (core.clock.now() - KEPT,))


def _ended(route: str, method: str, status: int, why: str) -> str:
    because = f": {why}" if why else ""
    return f"The page “{route}” ({method}) answered {status}{because}"
