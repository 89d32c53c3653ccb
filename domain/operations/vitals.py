"""Vitals: how the whole deployment stands, in a few figures that cost little to read however large the books are."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.kernel.clock import SystemClock
from domain.kernel.core import Core
from domain.operations.crons import CRONS

WEBHOOK_LAG = timedelta(minutes=5)
"""A stored webhook is worked within seconds; one that waits longer waits for a worker or for Stripe."""

JOB_LAG = timedelta(minutes=5)
"""A job that is due longer than this means that workers are missing, or that one does not end."""


@dataclass(frozen=True, slots=True)
class Vitals:
    """What there is to know, at one moment."""

    mails: Mapping[str, int]
    """Mails that are not over yet, by state."""
    inbound_stored: int
    """Mails that came in and were not read yet."""
    inbound_unseen: int
    """Mails that no person has dealt with."""
    jobs: Mapping[str, int]
    """Jobs by state: waiting, running, given up."""
    job_lag: timedelta
    """For how long the job has been due that is due longest."""
    webhooks: int
    """Stored webhooks that were not worked yet."""
    webhook_lag: timedelta
    """Age of the oldest of them."""
    webhook_last: datetime | None
    """When the newest webhook came."""
    cron_slots: Mapping[str, datetime]
    """The newest slot of each cron that was ever run."""
    readiness: Mapping[str, str]
    """Verdict of each check of readiness."""
    incidents: Mapping[str, int]
    """Incidents that are open, by severity."""


async def read(core: Core) -> Vitals:
    """Read all of it, in one statement for each kind; each is answered by an index or a small table."""
    now = core.clock.now()
    row = await core.database.row(_FIGURES, {"at": SystemClock().now()})
    assert row is not None, "sub-selects always give a row"
    slots = await core.database.rows(_SLOTS, ([each.name for each in CRONS],))
    checks = await core.database.rows("SELECT name, verdict FROM readiness_result ORDER BY name LIMIT 100")
    open_ = await core.database.rows(
        "SELECT severity, (SELECT count(*) FROM incident i WHERE i.severity = s.severity AND i.state <> 'over') AS n"
        " FROM unnest(ARRAY['P1', 'P2', 'P3']) AS s (severity)"
    )
    return Vitals(
        mails={each: int(row[each]) for each in ("drafted", "queued", "sending", "unknown")},
        inbound_stored=row["inbound_stored"],
        inbound_unseen=row["inbound_unseen"],
        jobs={"waiting": row["waiting"], "running": row["running"], "given_up": row["given_up"]},
        job_lag=timedelta(seconds=max(0.0, float(row["job_lag"] or 0))),
        webhooks=row["webhooks"],
        webhook_lag=max(timedelta(), now - row["webhook_oldest"]) if row["webhook_oldest"] else timedelta(),
        webhook_last=row["webhook_last"],
        cron_slots={each["name"]: each["slot"] for each in slots if each["slot"] is not None},
        readiness={each["name"]: each["verdict"] for each in checks},
        incidents={each["severity"]: int(each["n"]) for each in open_},
    )


_FIGURES = """
    SELECT (SELECT count(*) FROM mailing WHERE state = 'drafted') AS drafted,
        (SELECT count(*) FROM mailing WHERE state = 'queued') AS queued,
        (SELECT count(*) FROM mailing WHERE state IN ('sending', 'unknown') AND state = 'sending') AS sending,
        (SELECT count(*) FROM mailing WHERE state IN ('sending', 'unknown') AND state = 'unknown') AS unknown,
        (SELECT count(*) FROM inbound_mail WHERE state = 'stored') AS inbound_stored,
        (SELECT count(*) FROM inbound_mail WHERE seen_at IS NULL) AS inbound_unseen,
        (SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo') AS waiting,
        (SELECT count(*) FROM procrastinate_jobs WHERE status = 'doing') AS running,
        (SELECT count(*) FROM procrastinate_jobs WHERE status = 'failed') AS given_up,
        greatest(
            (SELECT extract(epoch FROM %(at)s - min(scheduled_at)) FROM procrastinate_jobs
             WHERE status = 'todo' AND scheduled_at <= %(at)s),
            (SELECT extract(epoch FROM %(at)s - max(e.at)) FROM procrastinate_events e WHERE e.job_id =
             (SELECT min(id) FROM procrastinate_jobs WHERE status = 'todo' AND scheduled_at IS NULL))
        ) AS job_lag,
        (SELECT count(*) FROM provider_event WHERE state = 'stored') AS webhooks,
        (SELECT min(received_at) FROM provider_event WHERE state = 'stored') AS webhook_oldest,
        (SELECT max(received_at) FROM provider_event) AS webhook_last
"""

_SLOTS = """
    SELECT name, (SELECT max(slot) FROM cron_run WHERE cron = name) AS slot FROM unnest(%s::text[]) AS name
"""
