"""Trails: what became of requests that did not go well, and what their payer did around them, for whoever helps."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from domain.kernel import addresses, dates
from domain.kernel.core import Core
from domain.kernel.events import EVENTS
from domain.kernel.speech import joined, phrase, say, say_as
from domain.kernel.transactions import Row
from domain.pay_links import links, sessions

KEPT = timedelta(days=14)
"""How long what became of a request is known; who writes to support does so within days."""

MOST_FACTS = 30
"""Lines of each kind: ends of requests, facts, mails."""

LONGEST_WHY = 80


@dataclass(frozen=True, slots=True)
class TrailLine:
    """One thing that is known of a request."""

    at: datetime
    told: str


BEFORE = timedelta(days=2)
"""How far back is looked for what the same person met before they asked for help."""

AFTER = timedelta(hours=1)

_MEANT: Mapping[int, str] = {
    400: phrase("it did not arrive whole"),
    403: phrase("the form was of another visit or site"),
    404: phrase("no link or session that works"),
    408: phrase("it arrived too slowly"),
    409: phrase("refused, since something had changed"),
    413: phrase("too large"),
    422: phrase("shown again, with what to correct"),
    429: phrase("too often in a short time"),
    500: phrase("an error of ours"),
    503: phrase("not at the moment"),
}

_NOTE = """
    INSERT INTO request_trail (request_id, route, method, status, why, at, link_id)
    SELECT %(request)s, %(route)s, %(method)s, %(status)s, %(why)s, %(now)s, known.link_id
    FROM (SELECT coalesce((SELECT l.id FROM pay_link l WHERE l.id = %(link)s),
                          (SELECT s.link_id FROM portal_session s WHERE s.secret_hash = %(session)s)) AS link_id) known
    WHERE known.link_id IS NOT NULL OR NOT %(of_known)s
"""


@dataclass(frozen=True, slots=True)
class Bearer:
    """By what somebody came, as far as it is ours."""

    secret: str = field(default="", repr=False)
    """Of a session, living or not."""
    link_id: UUID | None = None
    """Of the link in the address, whose token we signed."""


async def note(
    core: Core,
    *,
    request_id: str,
    route: str,
    method: str,
    status: int,
    why: str,
    by: Bearer = Bearer(),
    of_known: bool = False,
) -> None:
    """Note how a request ended that was refused or failed; *why* is the name of a refusal or error, never its words.

    With *of_known* only where its payer came by a link of ours: anybody can cause the rest by guessing.
    """
    values = {"request": request_id, "route": route, "method": method, "status": status, "why": why[:LONGEST_WHY]}
    known = {"session": sessions.secret_hash(by.secret), "link": by.link_id, "of_known": of_known}
    await core.database.execute(_NOTE, values | known | {"now": core.clock.now()})


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


_PERSON = """
    SELECT l.invoice_id, l.contact_id FROM request_trail r JOIN pay_link l ON l.id = r.link_id
    WHERE r.request_id = %s ORDER BY r.at DESC LIMIT 1
"""

_MET = """
    SELECT r.route, r.method, r.status, r.why, r.at FROM request_trail r
    WHERE r.link_id IN (SELECT l.id FROM pay_link l WHERE l.invoice_id = %(invoice)s AND l.contact_id = %(contact)s)
      AND r.request_id <> %(request)s AND r.at BETWEEN %(since)s AND %(until)s
    ORDER BY r.at DESC LIMIT %(most)s
"""

_DID = """
    SELECT t.kind, t.fact, t.at FROM timeline_entry t
    WHERE t.invoice_id = %(invoice)s AND t.at BETWEEN %(since)s AND %(until)s AND t.request_id <> %(request)s
      AND t.fact->>'actor_kind' = 'payer' AND t.kind <> 'support.asked'
      AND (t.fact->>'contact_id' = %(contact)s::text
           OR t.fact->>'contact_id' IS NULL AND t.actor = %(masked)s)
    ORDER BY t.id DESC LIMIT %(most)s
"""

_LINKS = """
    SELECT l.state, l.issued_at, l.last_active_at, l.last_active_at <= %(idle_since)s AS idle,
           s.state AS session, s.created_at AS entered_at
    FROM pay_link l LEFT JOIN portal_session s ON s.link_id = l.id
    WHERE l.invoice_id = %(invoice)s AND l.contact_id = %(contact)s ORDER BY l.issued_at DESC LIMIT 3
"""


@dataclass(frozen=True, slots=True)
class Person:
    """Whom a trail is about: one contact before one invoice."""

    invoice_id: UUID
    contact_id: UUID


async def person(core: Core, *, request_id: str) -> Person | None:
    """Return by whose link a request came, as far as that was noted: so a stranger on a dead page is known."""
    row = await core.database.row(_PERSON, (request_id,)) if request_id else None
    return Person(row["invoice_id"], row["contact_id"]) if row else None


async def of_person(core: Core, *, who: Person, request_id: str, at: datetime) -> tuple[TrailLine, ...]:
    """Return what this person did and met around a moment beside that request, and how their links stand."""
    about = {"invoice": who.invoice_id, "contact": who.contact_id, "request": request_id, "most": MOST_FACTS}
    window = {"since": at - BEFORE, "until": at + AFTER, "idle_since": core.clock.now() - links.IDLE_LIMIT}
    contact = await core.database.row("SELECT email FROM contact WHERE id = %s", (who.contact_id,))
    values = about | window | {"masked": addresses.masked(contact["email"]) if contact else ""}
    met = await core.database.rows(_MET, values)
    did = await core.database.rows(_DID, values)
    standing = await core.database.rows(_LINKS, values)
    lines = [TrailLine(row["at"], _ended(row["route"], row["method"], row["status"], row["why"])) for row in met]
    lines += [TrailLine(row["at"], EVENTS[row["kind"]].model_validate(row["fact"]).told()) for row in did]
    lines += [TrailLine(row["issued_at"], _standing(row)) for row in standing]
    return tuple(sorted(lines, key=lambda line: line.at))


async def of_mails(core: Core, *, invoice_id: UUID, since: datetime) -> tuple[TrailLine, ...]:
    """Return what was mailed about an invoice of late, and how each mail stands."""
    rows = await core.database.rows(_MAILS, {"invoice": invoice_id, "since": since, "most": MOST_FACTS})
    return tuple(TrailLine(row["at"], _mailed(row)) for row in reversed(rows))


async def forget_old(core: Core) -> None:
    """Remove what became of requests that nobody asks about any more. A job."""
    await core.database.execute("DELETE FROM request_trail WHERE at < %s", (core.clock.now() - KEPT,))


def _mailed(row: Row) -> str:
    known = {
        "drafted": say_as("state of a mail", "drafted"),
        "queued": say_as("state of a mail", "queued"),
        "sending": say_as("state of a mail", "sending"),
        "sent": say_as("state of a mail", "sent"),
        "failed": say_as("state of a mail", "failed"),
        "withheld": say_as("state of a mail", "withheld"),
        "bounced": say_as("state of a mail", "bounced"),
        "rejected": say_as("state of a mail", "rejected"),
    }
    return say("Mail “{letter}”: {state}", letter=row["letter"], state=known.get(row["state"], row["state"]))


def _ended(route: str, method: str, status: int, why: str) -> str:
    known = {"route": route, "method": method, "status": str(status)}
    told = (
        say("The page “{route}” ({method}) answered {status} ({meaning})", **known, meaning=say(_MEANT[status]))
        if status in _MEANT
        else say("The page “{route}” ({method}) answered {status}", **known)
    )
    return joined(": ", [told, why]) if why else told


def _standing(row: Row) -> str:
    """Say how a link stands now, and whether a browser has it open."""
    if row["entered_at"] is None:
        said = say("never entered") if row["state"] != "closed" else say("closed unentered")
    elif row["session"] == "active":
        said = say("entered {moment}, its browser may come back", moment=dates.told(row["entered_at"]))
    else:
        said = say("entered {moment}, its session was ended", moment=dates.told(row["entered_at"]))
    known = {
        "active": say_as("state of a link", "active"),
        "used": say_as("state of a link", "used"),
        "replaced": say_as("state of a link", "replaced"),
        "closed": say_as("state of a link", "closed"),
    }
    state = known.get(row["state"], row["state"])
    if row["idle"] and row["state"] != "replaced":
        return say("A link was made; by now it is {state}, idle for too long and was {said}", state=state, said=said)
    return say("A link was made; by now it is {state} and was {said}", state=state, said=said)
