"""Digests: who gets one in Slack or by mail and when, each once.

A cron wakes the planner every quarter of an hour. It looks whose hour has passed on their own calendar and clock, and
puts one row for each person, kind and day of theirs; the key decides, so however many planners look, and however long
nobody looked, each day has one digest at the most. What was missed is made up for once: the same day for a daily one,
the same week for a weekly one. A clock that is turned back repeats no day, and an hour that a spring night leaves out
has passed when the next one begins.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4, uuid5
from zoneinfo import ZoneInfo

from domain.deliverability import operator_mails
from domain.deliverability.operator_mails import Wanted
from domain.kernel.actor import Actor
from domain.kernel.core import Core
from domain.kernel.refusals import Refusal
from domain.kernel.transactions import Row
from domain.operations import digest_contents
from domain.operations.digest_contents import Common, Digest, Kind
from domain.people import people, setting_words
from domain.people.preferences import DIGEST_AT
from domain.people.roles import Role
from domain.people.setting_words import Digest as Way

READERS = (Role.AR_MANAGER, Role.CONTROLLER, Role.ADMIN)
"""Who gets a digest without having asked for one; anybody else with a role may switch it on."""

MOST = 5_000
"""People that one planning looks at."""

KEPT = timedelta(days=90)
"""How long it is remembered that a digest was sent."""

MAILS = UUID("6f2d3a52-4d2b-5b0c-9a43-5e6f0d1c8b11")
"""The name space in which mails have their ids; any that nothing else uses."""

_READERS = """
    SELECT p.id, c.zone, c.slack_zone, c.digest_at, c.digest, c.mailed_to, min(g.created_at) AS since
    FROM person p
    JOIN role_grant g ON g.person_id = p.id AND g.state = 'active' AND (g.until IS NULL OR g.until > %(now)s)
    LEFT JOIN (
        SELECT *, CASE WHEN address_confirmed_at IS NOT NULL THEN address END AS mailed_to FROM person_preference
    ) c ON c.person_id = p.id
    WHERE coalesce(c.digest, 'both') <> 'off'
    GROUP BY p.id, c.zone, c.slack_zone, c.digest_at, c.digest, c.mailed_to
    HAVING c.digest IS NOT NULL OR bool_or(g.role = ANY(%(roles)s))
    ORDER BY p.id LIMIT %(most)s
"""

_CLAIM = """
    INSERT INTO digest (id, person_id, kind, on_day, created_at)
    SELECT id, person_id, kind, on_day, %(now)s
    FROM unnest(%(ids)s::uuid[], %(people)s::uuid[], %(kinds)s::text[], %(days)s::date[])
        AS due (id, person_id, kind, on_day)
    ON CONFLICT (person_id, kind, on_day) DO NOTHING RETURNING id, person_id, kind, on_day
"""


@dataclass(frozen=True, slots=True)
class Due:
    """A digest whose hour has passed."""

    person_id: UUID
    kind: Kind
    on_day: date
    """Of the reader's own calendar; a week's is its Monday."""
    mailed_to: str = ""
    """Where it goes by mail; empty where it does not."""
    by_chat: bool = True


@dataclass(frozen=True, slots=True)
class Planned:
    """A digest that is to be brought."""

    id: UUID
    kind: Kind
    person_id: UUID
    slack_id: str
    is_over: bool
    """Whether its day, or its week, has ended on the reader's calendar: the next one tells what is to be told."""


async def plan(core: Core) -> int:
    """Queue every digest whose hour has passed and that was not queued yet (the job ``plan_digests``); say how many."""
    now = core.clock.now()
    due = [each for row in await _readers(core, now) for each in _due(core, row, now)]
    async with core.transaction() as tx:
        await tx.execute("DELETE FROM digest WHERE created_at < %s", (now - KEPT,))
        rows = await tx.rows(
            _CLAIM,
            {
                "now": now,
                "ids": [uuid4() for _ in due],
                "people": [each.person_id for each in due],
                "kinds": [each.kind.value for each in due],
                "days": [each.on_day for each in due],
            },
        )
        queued = {(row["person_id"], Kind(row["kind"]), row["on_day"]): row["id"] for row in rows}
        new = [(queued[key], each) for each in due if (key := (each.person_id, each.kind, each.on_day)) in queued]
        await operator_mails.queue(core, tx, [_mail(digest_id, each) for digest_id, each in new if each.mailed_to])
        by_chat = [{"digest_id": str(digest_id)} for digest_id, each in new if each.by_chat]
        await core.jobs.defer_many(tx, "tell_digest", by_chat)
    return len(rows)


async def planned(core: Core, *, digest_id: UUID) -> Planned | None:
    """Return a digest that is to be brought; None when it was forgotten."""
    row = await core.database.row(
        "SELECT d.id, d.kind, d.person_id, d.on_day, p.slack_id, c.zone, c.slack_zone FROM digest d"
        " JOIN person p ON p.id = d.person_id LEFT JOIN person_preference c ON c.person_id = p.id WHERE d.id = %s",
        (digest_id,),
    )
    if row is None:
        return None
    kind, today = Kind(row["kind"]), core.clock.now().astimezone(_zone(core, row)).date()
    lasts = digest_contents.WEEK_DAYS if kind is Kind.WEEKLY else 1
    over = today >= row["on_day"] + timedelta(lasts)
    return Planned(row["id"], kind, row["person_id"], row["slack_id"], over)


async def content(core: Core, found: Planned, *, common: Common | None = None) -> Digest | None:
    """Return what is to be told, with the rights of this moment; None where there is nothing, or nobody to tell.

    Args:
        core: The core.
        found: The digest.
        common: Figures that are the same for all readers, where several are told one after another.
    """
    try:
        actor = await people.actor(core, slack_id=found.slack_id)
        told = await digest_contents.compose(core, kind=found.kind, actor=actor, slack_id=found.slack_id, common=common)
    except Refusal:  # the role ended meanwhile
        return None
    return None if told.is_empty else told


async def now(core: Core, *, kind: Kind, actor: Actor, slack_id: str = "") -> Digest:
    """Return the digest of whoever asks, as it is now.

    Raises:
        NotAllowed: The actor may not look.
    """
    return await digest_contents.compose(core, kind=kind, actor=actor, slack_id=slack_id)


async def _readers(core: Core, now: datetime) -> list[Row]:
    roles = [each.value for each in READERS]
    return await core.database.rows(_READERS, {"now": now, "roles": roles, "most": MOST})


def _due(core: Core, row: Row, now: datetime) -> Iterator[Due]:
    """Yield the person's digests of today and of this week whose hour has passed since there was a role."""
    zone, at = _zone(core, row), row["digest_at"] or DIGEST_AT
    here = now.astimezone(zone)
    monday = here.date() - timedelta(here.weekday())
    for kind, day in ((Kind.DAILY, here.date()), (Kind.WEEKLY, monday)):
        moment = datetime.combine(day, at, zone)
        if row["since"] <= moment <= now:
            yield Due(row["id"], kind, day, *_ways(row))


def _ways(row: Row) -> tuple[str, bool]:
    """Return where a digest is mailed to, and whether it comes in Slack; by mail only where an address is confirmed."""
    chosen, address = Way(row["digest"] or Way.BOTH), row["mailed_to"] or ""
    return (address if chosen is not Way.CHAT else "", chosen is not Way.MAIL or not address)


def _mail(digest_id: UUID, due: Due) -> Wanted:
    """Return the mail of a digest; its id follows from whose it is and of when, also after a restore."""
    return Wanted(uuid5(MAILS, f"{due.person_id} {due.kind} {due.on_day}"), due.person_id, digest_id, due.mailed_to)


def _zone(core: Core, row: Row) -> ZoneInfo:
    name = row["zone"] or row["slack_zone"]
    return ZoneInfo(name) if name and name in setting_words.zones() else core.merchant.zone
