"""Crons: what happens by the clock, as one literal table, each slot run once however many schedulers tick."""

import re
from dataclasses import dataclass
from datetime import datetime

from domain.kernel.core import Core
from domain.kernel.speech import phrase
from domain.operations.refusals import CronUnknown


@dataclass(frozen=True, slots=True)
class Cron:
    """One line of the table."""

    name: str
    schedule: str
    """Five fields of crontab, in UTC."""
    job: str
    does: str


CRONS = (
    Cron("plan-reminders", "*/5 * * * *", "plan_reminders", phrase("Queue the reminders that are due.")),
    Cron("release-waiting", "* * * * *", "release_waiting", phrase("Send mails whose wait is over.")),
    Cron("judge-health", "*/10 * * * *", "judge_health", phrase("Judge warm-up and breakers by what came back.")),
    Cron(
        "judge-commitments",
        "7 * * * *",
        "judge_commitments",
        phrase("Decide which promises and plans are kept or broken."),
    ),
    Cron("watch-disputes", "*/10 * * * *", "watch_disputes", phrase("Tell of disputes that are at risk or late.")),
    Cron("watch-files", "*/10 * * * *", "watch_files", phrase("Tell of files that nobody could look into.")),
    Cron("end-suppressions", "13 * * * *", "end_suppressions", phrase("End suppressions whose time is over.")),
    Cron("refresh-queue", "*/5 * * * *", "refresh_queue", phrase("Bring the queue up to date.")),
    Cron(
        "judge-segments",
        "23 * * * *",
        "judge_segments",
        phrase("Count whom each segment reaches, for Autopilot's limits."),
    ),
    Cron("sort-enrolments", "41 * * * *", "sort_enrolments", phrase("Move invoices whose segment has changed.")),
    Cron(
        "check-checkouts", "*/5 * * * *", "check_checkouts", phrase("Ask the payment provider about silent checkouts.")
    ),
    Cron("compare-movements", "37 2 * * *", "compare_movements", phrase("Compare Stripe's money with the ledger.")),
    Cron(
        "forget-bodies",
        "47 3 * * *",
        "forget_bodies",
        phrase("Empty the bodies of webhooks that were worked long ago."),
    ),
    Cron(
        "forget-texts",
        "57 3 * * *",
        "forget_texts",
        phrase("Empty raw mails, texts of calls for help and reject logs whose time is over."),
    ),
    Cron("apply-cash", "*/10 * * * *", "apply_cash", phrase("Match what waits of the bank lines.")),
    Cron("audit-balances", "7 1 * * *", "audit_balances", phrase("Compare every balance with its entries.")),
    Cron("expire-imports", "*/10 * * * *", "expire_imports", phrase("End imports about which nobody has decided.")),
    Cron("end-roles", "*/5 * * * *", "end_roles", phrase("End roles and requests for access whose time is over.")),
    Cron(
        "learn-people", "19 4 * * *", "learn_people", phrase("Ask Slack for people's names, languages and time zones.")
    ),
    Cron("tidy-files", "27 4 * * *", "tidy_files", phrase("Remove files that no row knows.")),
    Cron("redraw-chat", "* * * * *", "redraw_chat", phrase("Take dead buttons off messages in Slack.")),
    Cron("publish-homes", "*/5 * * * *", "publish_homes", phrase("Bring App Homes in Slack up to date.")),
    Cron("watch-chat", "*/5 * * * *", "watch_chat", phrase("Look after the channels of Slack.")),
    Cron("forget-old", "17 3 * * *", "forget_old", phrase("Remove keys of old requests.")),
    Cron("plan-digests", "*/15 * * * *", "plan_digests", phrase("Send the digests whose hour has passed.")),
    Cron("smoke-dispute", "29 5 * * *", "plan_smoke", phrase("File a test dispute through the payers' pages.")),
    Cron("watch-operations", "* * * * *", "watch_operations", phrase("End pauses and maintenance whose time is over.")),
    Cron("watch-incidents", "* * * * *", "watch_incidents", phrase("Judge whether something is wrong, and say so.")),
    Cron("judge-readiness", "*/5 * * * *", "judge_readiness", phrase("Judge the checks of readiness.")),
)


def by_name(name: str) -> Cron:
    """Return the cron of that name, or the only one whose name has those words: `digest` is ``plan-digests``.

    Raises:
        CronUnknown: There is none, or there are several; these are named.
    """
    wanted = name.strip().casefold()
    for each in CRONS:
        if each.name == wanted:
            return each
    words = _words(wanted)
    meant = [each for each in CRONS if words and words <= _words(each.name)]
    if len(meant) == 1:
        return meant[0]
    raise CronUnknown(name, [each.name for each in meant or CRONS])


def _words(name: str) -> frozenset[str]:
    return frozenset(each.removesuffix("s") for each in re.split(r"[\s_-]+", name) if each)


async def claim(core: Core, cron: Cron, *, slot: datetime) -> bool:
    """Take the slot and queue its job in one transaction; return False when it is taken or the cron is paused."""
    async with core.transaction() as tx:
        taken = await tx.execute(
            "INSERT INTO cron_run (cron, slot, at) SELECT %(cron)s, %(slot)s, %(now)s WHERE NOT EXISTS"
            " (SELECT FROM cron_pause WHERE cron = %(cron)s AND state = 'active' AND until > %(now)s)"
            " ON CONFLICT DO NOTHING",
            {"cron": cron.name, "slot": slot, "now": core.clock.now()},
        )
        if taken:
            await core.jobs.defer(tx, cron.job)
    return bool(taken)


async def last_slots(core: Core) -> dict[str, datetime]:
    """Return the newest slot that was run of each cron that ever ran; a cron's slots are the index's last entries."""
    rows = await core.database.rows(
        "SELECT name, (SELECT max(slot) FROM cron_run WHERE cron = name) AS slot FROM unnest(%s::text[]) AS name",
        ([each.name for each in CRONS],),
    )
    return {row["name"]: row["slot"] for row in rows if row["slot"] is not None}


async def paused(core: Core) -> frozenset[str]:
    """Return the crons that take no slot now."""
    rows = await core.database.rows(
        "SELECT cron FROM cron_pause WHERE state = 'active' AND until > %s", (core.clock.now(),)
    )
    return frozenset(row["cron"] for row in rows)
