"""Standings: whether what the buttons of a message decide is decided by now, by whom and when, read from the tables.

A subject is a kind and an id, such as ``policy:5``. Whatever decided it, the portal, a mail, a cron or another person,
its row says so; nothing is remembered about the message.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from domain.kernel.core import Core
from domain.kernel.speech import phrase


@dataclass(frozen=True, slots=True)
class Standing:
    """How it stands with one subject."""

    decided: bool
    what: str = ""
    """One or two words of ours, "approved" or "answered", which the reader is told by ``speech.say``."""
    who: str = ""
    at: datetime | None = None


OPEN = Standing(decided=False)

READ = 50_000
"""Entries of the timeline, the newest, in which whoever did it is looked for."""

_REJECTED, _PUBLISHED, _DEALT_WITH = phrase("rejected"), phrase("published"), phrase("dealt with")

_ACCESS = {
    "approved": phrase("approved"),
    "denied": phrase("denied"),
    "withdrawn": phrase("withdrawn"),
    "expired": phrase("expired"),
}
"""What became of a request for access."""

_ERASURES = {"declined": phrase("declined")}
"""What became of a wish to erase; every other state follows from an approval."""

_NOTHING_WAITS, _PUT_RIGHT, _ALL_DONE = (
    phrase("nothing waits any more"),
    phrase("put right"),
    phrase("all booked or dismissed"),
)

_Rows = Mapping[str, Standing]


async def of(core: Core, subjects: Iterable[str]) -> Mapping[str, Standing]:
    """Return the standing of each subject; one of which no table knows is open."""
    wanted: dict[str, set[str]] = {}
    for subject in subjects:
        kind, _, key = subject.partition(":")
        wanted.setdefault(kind, set()).add(key)
    found: dict[str, Standing] = {}
    for kind, keys in wanted.items():
        read = READERS.get(kind)
        standings = await read(core, sorted(keys)) if read else dict.fromkeys(keys, OPEN)
        found |= {f"{kind}:{key}": standings.get(key, OPEN) for key in keys}
    return found


async def _policies(core: Core, keys: list[str]) -> _Rows:
    rows = await core.database.rows(
        "SELECT version::text AS key, state, decided_by, decided_at FROM policy WHERE version = ANY(%s::int[])",
        (keys,),
    )
    return {
        row["key"]: OPEN
        if row["state"] == "proposed"
        else Standing(
            True, _REJECTED if row["state"] == "rejected" else _PUBLISHED, row["decided_by"] or "", row["decided_at"]
        )
        for row in rows
    }


async def _calls(core: Core, keys: list[str]) -> _Rows:
    rows = await core.database.rows(
        "SELECT id::text AS key, state, closed_by, closed_at FROM support_request WHERE id = ANY(%s::uuid[])", (keys,)
    )
    return {
        row["key"]: OPEN
        if row["state"] == "open"
        else Standing(True, _DEALT_WITH, row["closed_by"] or "", row["closed_at"])
        for row in rows
    }


async def _mails(core: Core, keys: list[str]) -> _Rows:
    rows = await core.database.rows(
        "SELECT m.id::text AS key, m.seen_at, (SELECT e.actor FROM timeline_entry e WHERE m.seen_at IS NOT NULL"
        " AND e.kind = 'mail.seen' AND e.id > (SELECT coalesce(max(id), 0) FROM timeline_entry) - %(read)s"
        " AND e.fact->>'mail_id' = m.id::text ORDER BY e.id DESC LIMIT 1) AS who"
        " FROM inbound_mail m WHERE m.id = ANY(%(keys)s::uuid[])",
        {"keys": keys, "read": READ},
    )
    return {
        row["key"]: OPEN if row["seen_at"] is None else Standing(True, _DEALT_WITH, row["who"] or "", row["seen_at"])
        for row in rows
    }


async def _strays(core: Core, keys: list[str]) -> _Rows:
    row = await core.database.row(
        "SELECT decided_by, decided_at, EXISTS (SELECT 1 FROM stray_movement WHERE state = 'open') AS waits"
        " FROM (VALUES (1)) AS one LEFT JOIN LATERAL (SELECT decided_by, decided_at FROM stray_movement"
        " WHERE state <> 'open' ORDER BY decided_at DESC NULLS LAST LIMIT 1) AS last ON true"
    )
    return _alike(keys, row, _ALL_DONE)


async def _lines(core: Core, keys: list[str]) -> _Rows:
    row = await core.database.row(
        "SELECT EXISTS (SELECT 1 FROM bank_line WHERE state = 'proposed') AS waits,"
        " NULL AS decided_by, NULL::timestamptz AS decided_at"
    )
    return _alike(keys, row, _NOTHING_WAITS)


async def _providers(core: Core, keys: list[str]) -> _Rows:
    row = await core.database.row(
        "SELECT coalesce((SELECT kind = 'provider.not_ready' FROM timeline_entry WHERE kind IN"
        " ('provider.ready', 'provider.not_ready') AND id > (SELECT coalesce(max(id), 0) FROM timeline_entry) - %s"
        " ORDER BY id DESC LIMIT 1), false) AS waits, NULL AS decided_by, NULL::timestamptz AS decided_at",
        (READ,),
    )
    return _alike(keys, row, _PUT_RIGHT)


def _alike(keys: list[str], row: Mapping[str, object] | None, what: str) -> _Rows:
    """Return one standing for all keys of a list that is worked on as a whole."""
    if row is None or row["waits"]:
        return dict.fromkeys(keys, OPEN)
    at = row["decided_at"]
    return dict.fromkeys(
        keys, Standing(True, what, str(row["decided_by"] or ""), at if isinstance(at, datetime) else None)
    )


async def _access(core: Core, keys: list[str]) -> _Rows:
    rows = await core.database.rows(
        "SELECT id::text AS key, state, decided_by, decided_at FROM access_request WHERE id = ANY(%s::uuid[])", (keys,)
    )
    return {
        row["key"]: OPEN
        if row["state"] == "open"
        else Standing(
            True, _ACCESS.get(str(row["state"]), str(row["state"])), row["decided_by"] or "", row["decided_at"]
        )
        for row in rows
    }


async def _erasures(core: Core, keys: list[str]) -> _Rows:
    rows = await core.database.rows(
        "SELECT id::text AS key, state, decided_by, coalesce(begun_at, (SELECT e.at FROM timeline_entry e"
        " WHERE e.kind = 'erasure.declined' AND erasure.state = 'declined'"
        " AND e.id > (SELECT coalesce(max(id), 0) FROM timeline_entry) - %(read)s"
        " AND e.fact->>'erasure_id' = erasure.id::text LIMIT 1)) AS at FROM erasure WHERE id = ANY(%(keys)s::uuid[])",
        {"keys": keys, "read": READ},
    )
    return {
        row["key"]: OPEN
        if row["state"] == "proposed"
        else Standing(True, _ERASURES.get(row["state"], _ACCESS["approved"]), row["decided_by"] or "", row["at"])
        for row in rows
    }


READERS: Mapping[str, Callable[[Core, list[str]], Awaitable[_Rows]]] = {
    "policy": _policies,
    "support": _calls,
    "mail": _mails,
    "strays": _strays,
    "lines": _lines,
    "provider": _providers,
    "access": _access,
    "erasure": _erasures,
}
"""How each kind of subject is read."""
