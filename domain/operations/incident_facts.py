"""Incident facts: everything that the rules judge by, read from the database, so that every replica says the same."""

from datetime import datetime, timedelta

from domain.kernel.clock import SystemClock
from domain.kernel.core import Core
from domain.kernel.transactions import Params, Row
from domain.operations import cron_lists, vitals
from domain.operations.incident_figures import Calls, Figures
from domain.outreach import gates

WINDOW = timedelta(minutes=15)
"""Calls of the world outside are counted over it."""

SHORT_WINDOW = timedelta(minutes=5)
"""The same of what tells at once, such as a disk."""

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

STUCK = timedelta(minutes=10)
"""A stored mail is read within seconds."""

SETTLED = timedelta(minutes=10)
"""An event that was fetched a shorter while ago may still be delivered."""

PORTAL = "portal"
"""The party that stands for our own look at the payers' pages, as against what payers meet there."""

_CALLS = """
    SELECT party, sum(fine) AS fine, sum(failed) AS failed,
           count(*) FILTER (WHERE failed > 0) AS bad_minutes
    FROM outside_call
    WHERE minute > CASE WHEN party = 'disk' THEN %(short)s ELSE %(since)s END AND minute <= %(now)s
    GROUP BY party LIMIT 50
"""

_PAGES = """
    SELECT count(*) AS minutes FROM outside_call c WHERE c.party = 'portal' AND c.fine = 0 AND c.failed > 0
      AND c.minute > %(day)s AND c.minute > (SELECT max(o.minute) FROM outside_call o
                                             WHERE o.party = 'portal' AND o.fine > 0)
"""

_COUNTS = """
    SELECT (SELECT count(*) FROM provider_event WHERE came = 'list' AND received_at > %(hour)s
            AND received_at < %(settled)s) AS fetched,
           (SELECT count(DISTINCT j.id) FROM procrastinate_jobs j JOIN procrastinate_events e ON e.job_id = j.id
            WHERE j.status = 'failed' AND e.type = 'failed' AND e.at > %(real_hour)s) AS given_up,
           (SELECT count(*) FROM mailing WHERE state = 'unknown' AND queued_at > %(hour)s) AS unknown,
           (SELECT min(since) FROM chat_trouble WHERE place = '') AS chat_since,
           (SELECT min(since) FROM chat_trouble WHERE place <> '') AS channel_since,
           (SELECT count(*) FROM inbound_mail WHERE state = 'stored' AND received_at < %(stuck)s) AS stuck,
           (SELECT count(*) FROM inbound_mail WHERE state = 'quarantined' AND received_at > %(hour)s) AS quarantined,
           (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend') AS connections,
           current_setting('max_connections')::int AS most_connections,
           (SELECT count(*) FROM mailing WHERE sent_at > %(day)s) AS sent,
           (SELECT count(*) FROM breaker WHERE closed_at IS NULL) AS breakers
"""

_OBJECTIONS = """
    SELECT count(*) FILTER (WHERE reason = 'complaint') AS complaints,
           count(*) FILTER (WHERE reason = 'hard bounce') AS bounces
    FROM suppression
    WHERE reason IN ('hard bounce', 'complaint') AND mailing_id IS NOT NULL AND created_at > %s
"""


async def read(core: Core) -> Figures:
    """Return the figures of now, in a handful of statements that are answered by indexes and small tables."""
    now = core.clock.now()
    seen = await vitals.read(core)
    calls = await core.database.rows(_CALLS, {"now": now, "since": now - WINDOW, "short": now - SHORT_WINDOW})
    row = await _row(core, _COUNTS, _moments(now))
    objections = await _row(core, _OBJECTIONS, (now - DAY,))
    standings = await cron_lists.standings(core)
    return Figures(
        calls={each["party"]: _calls(each) for each in calls},
        pages_silent=await _silent(core),
        maintenance=await gates.maintenance(core) is not None,
        webhook_lag=seen.webhook_lag,
        webhooks_fetched=row["fetched"],
        job_lag=seen.job_lag,
        given_up=row["given_up"],
        late_crons=tuple(each.cron.name for each in standings if each.late),
        mails_unknown=row["unknown"],
        chat_silent=_since(now, row["chat_since"]),
        channel_silent=_since(now, row["channel_since"]),
        inbound_stuck=row["stuck"],
        quarantined=row["quarantined"],
        connections=row["connections"],
        most_connections=row["most_connections"],
        sent=row["sent"],
        complaints=objections["complaints"],
        bounces=objections["bounces"],
        breakers=row["breakers"],
    )


def _moments(now: datetime) -> dict[str, datetime]:
    return {
        "hour": now - HOUR,
        "day": now - DAY,
        "settled": now - SETTLED,
        "stuck": now - STUCK,
        "real_hour": SystemClock().now() - HOUR,
    }


def _calls(row: Row) -> Calls:
    """Return how calls ended; of the database, in how many minutes it was away, whoever noticed."""
    if row["party"] == "database":
        return Calls(0, int(row["bad_minutes"]))
    return Calls(int(row["fine"]), int(row["failed"]))


async def _silent(core: Core) -> timedelta:
    """Return for how many minutes we have looked at the pages in vain, since they answered last.

    Pages that never answered from here (the address leads through a wall that we stand behind) prove nothing, and
    neither does a minute in which nobody looked.
    """
    row = await _row(core, _PAGES, {"day": core.clock.now() - DAY})
    return timedelta(minutes=row["minutes"])


def _since(now: datetime, since: datetime | None) -> timedelta:
    return max(timedelta(), now - since) if since else timedelta()


async def _row(core: Core, statement: str, values: Params) -> Row:
    row = await core.database.row(statement, values)
    assert row is not None, "an aggregate always has a row"
    return row
