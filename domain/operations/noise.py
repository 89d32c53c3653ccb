"""Noise: how much one channel is told in an hour, what somebody asked to hear less of, and what it all led to.

What is decided about a message is written down under its key before it is posted, so a job that repeats decides the
same again. An alarm always passes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from uuid import UUID, uuid4

from domain.kernel import timeline
from domain.kernel.actor import Actor, Permission
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.operations.chat_events import ChannelMuted, MuteLifted
from domain.operations.refusals import NothingMuted

HOUR = timedelta(hours=1)
WEEK = timedelta(days=7)

MUTED_FOR = timedelta(days=7)
"""How long "Less of this here" lasts; after that the channel hears of it again."""


class Outcome(StrEnum):
    """What became of something that a channel could have been told."""

    SENT = "sent"
    FOLDED = "folded"
    """Counted in one line, since the channel had heard enough in this hour."""
    MUTED = "muted"
    """Counted in one line, since somebody asked for less of it here."""


@dataclass(frozen=True, slots=True)
class Mute:
    """One kind of news of which a channel hears nothing for a time."""

    id: UUID
    channel: str
    kind: str
    until: datetime
    muted_by: str


@dataclass(frozen=True, slots=True)
class Heard:
    """What a channel heard of one kind of news, and what came of it."""

    kind: str
    sent: int
    acted: int
    """Of the messages that were sent, those with a button that somebody used."""
    folded: int
    muted: int


async def decide(core: Core, *, channel: str, key: str, kind: str, alarm: bool) -> Outcome:
    """Say, once for each key, whether the channel gets this message or a longer line somewhere else."""
    now = core.clock.now()
    row = await core.database.row(
        "WITH heard AS (SELECT count(*) AS sent FROM chat_noise"
        " WHERE channel = %(channel)s AND at > %(since)s AND outcome = 'sent'),"
        " muted AS (SELECT 1 FROM chat_mute WHERE channel = %(channel)s AND kind = %(kind)s AND lifted_at IS NULL"
        " AND until > %(now)s),"
        " new AS (INSERT INTO chat_noise (key, channel, kind, outcome, at) SELECT %(key)s, %(channel)s, %(kind)s,"
        " CASE WHEN %(alarm)s THEN 'sent' WHEN EXISTS (SELECT 1 FROM muted) THEN 'muted'"
        " WHEN %(budget)s > 0 AND heard.sent >= %(budget)s THEN 'folded' ELSE 'sent' END, %(now)s FROM heard"
        " ON CONFLICT (key) DO NOTHING RETURNING outcome)"
        " SELECT outcome FROM new UNION ALL SELECT outcome FROM chat_noise WHERE key = %(key)s LIMIT 1",
        {
            "channel": channel,
            "key": key,
            "kind": kind,
            "alarm": alarm,
            "budget": core.limits.chat_budget,
            "now": now,
            "since": now - HOUR,
        },
    )
    return Outcome(row["outcome"]) if row else Outcome.SENT  # None: somebody else decided at this very moment


async def folded(core: Core, *, channel: str | None, day: date) -> tuple[Heard, ...]:
    """Return what a channel, or all of them, had counted instead of told on a day of the merchant's, most first."""
    zone = core.merchant.zone
    begins = datetime.combine(day, time(), zone)
    return await _heard(
        core, channel=channel, since=begins, until=begins + timedelta(days=1), outcomes=(Outcome.FOLDED, Outcome.MUTED)
    )


async def week(core: Core, *, channel: str | None = None) -> tuple[Heard, ...]:
    """Return what a channel, or all of them, heard within the last seven days, the most frequent first."""
    now = core.clock.now()
    return await _heard(core, channel=channel, since=now - WEEK, until=now + HOUR, outcomes=tuple(Outcome))


async def acted(core: Core, *, channel: str, ts: str) -> None:
    """Note that somebody used a button of that message, or of the case in whose thread it stands; once counts."""
    await core.database.execute(
        "UPDATE chat_noise SET acted_at = %(now)s WHERE acted_at IS NULL AND key IN"
        " (SELECT told.key FROM chat_message used JOIN chat_message told ON told.key = used.key"
        " OR (used.key LIKE 'case:%%' AND told.invoice_id = used.invoice_id)"
        " WHERE used.channel = %(channel)s AND used.ts = %(ts)s)",
        {"now": core.clock.now(), "channel": channel, "ts": ts},
    )


async def mute(core: Core, *, channel: str, kind: str, actor: Actor) -> ChannelMuted:
    """Let a channel hear nothing of one kind of news for a week; done again, the week begins anew.

    Raises:
        NotAllowed: The actor's role may not work the queue.
    """
    async with core.transaction() as tx:
        actor.require(Permission.WORK_QUEUE)
        now = core.clock.now()
        until = now + MUTED_FOR
        await tx.execute(
            "INSERT INTO chat_mute (id, channel, kind, until, muted_by, muted_at) VALUES (%s, %s, %s, %s, %s, %s)"
            " ON CONFLICT (channel, kind) WHERE lifted_at IS NULL DO UPDATE SET until = EXCLUDED.until,"
            " muted_by = EXCLUDED.muted_by, muted_at = EXCLUDED.muted_at",
            (uuid4(), channel, kind, until, actor.name, now),
        )
        event = ChannelMuted(channel=channel, of=kind, until=until, **by(actor, now))
        await timeline.record(core, tx, event)
    return event


async def mutes(core: Core, *, channel: str | None = None, limit: int = 100) -> tuple[Mute, ...]:
    """Return what is muted now, in one channel or in all, what ends first first."""
    rows = await core.database.rows(
        "SELECT id, channel, kind, until, muted_by FROM chat_mute WHERE lifted_at IS NULL AND until > %(now)s"
        " AND (%(channel)s::text IS NULL OR channel = %(channel)s) ORDER BY until, kind LIMIT %(limit)s",
        {"now": core.clock.now(), "channel": channel, "limit": limit},
    )
    return tuple(Mute(**row) for row in rows)


async def lift(core: Core, *, mute_id: UUID, actor: Actor) -> MuteLifted:
    """Let a channel hear of something again.

    Raises:
        NotAllowed: The actor's role may not work the queue.
        NothingMuted: The mute has ended, or somebody lifted it.
    """
    async with core.transaction() as tx:
        actor.require(Permission.WORK_QUEUE)
        now = core.clock.now()
        row = await tx.row(
            "UPDATE chat_mute SET lifted_at = %(now)s, lifted_by = %(by)s WHERE id = %(id)s AND lifted_at IS NULL"
            " AND until > %(now)s RETURNING channel, kind",
            {"now": now, "by": actor.name, "id": mute_id},
        )
        if row is None:
            raise NothingMuted
        event = MuteLifted(channel=row["channel"], of=row["kind"], **by(actor, now))
        await timeline.record(core, tx, event)
    return event


async def _heard(
    core: Core, *, channel: str | None, since: datetime, until: datetime, outcomes: Sequence[Outcome]
) -> tuple[Heard, ...]:
    rows = await core.database.rows(
        "SELECT kind, count(*) FILTER (WHERE outcome = 'sent') AS sent,"
        " count(*) FILTER (WHERE outcome = 'sent' AND acted_at IS NOT NULL) AS acted,"
        " count(*) FILTER (WHERE outcome = 'folded') AS folded, count(*) FILTER (WHERE outcome = 'muted') AS muted"
        " FROM chat_noise WHERE (%(channel)s::text IS NULL OR channel = %(channel)s) AND at >= %(since)s"
        " AND at < %(until)s AND outcome = ANY(%(outcomes)s) GROUP BY kind ORDER BY count(*) DESC, kind LIMIT 100",
        {"channel": channel, "since": since, "until": until, "outcomes": [each.value for each in outcomes]},
    )
    return tuple(Heard(**row) for row in rows)
