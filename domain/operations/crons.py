"""Crons: what happens by the clock, as one literal table, each slot run once however many schedulers tick."""

from dataclasses import dataclass
from datetime import datetime

from domain.kernel.core import Core


@dataclass(frozen=True, slots=True)
class Cron:
    """One line of the table."""

    name: str
    schedule: str
    """Five fields of crontab, in UTC."""
    job: str
    does: str


CRONS = (
    Cron("plan-reminders", "*/5 * * * *", "plan_reminders", "Queue the reminders that are due."),
    Cron("release-waiting", "* * * * *", "release_waiting", "Send mails whose wait is over."),
    Cron("judge-health", "*/10 * * * *", "judge_health", "Judge warm-up and breakers by what came back."),
    Cron("judge-commitments", "7 * * * *", "judge_commitments", "Decide which promises and plans are kept or broken."),
    Cron("watch-disputes", "*/10 * * * *", "watch_disputes", "Tell of disputes that are at risk or late."),
    Cron("watch-files", "*/10 * * * *", "watch_files", "Tell of files that nobody could look into."),
    Cron("end-suppressions", "13 * * * *", "end_suppressions", "End suppressions whose time is over."),
    Cron("refresh-queue", "*/5 * * * *", "refresh_queue", "Bring the queue up to date."),
    Cron("judge-segments", "23 * * * *", "judge_segments", "Count whom each segment reaches, for Autopilot's limits."),
    Cron("sort-enrolments", "41 * * * *", "sort_enrolments", "Move invoices whose segment has changed."),
    Cron("check-checkouts", "*/5 * * * *", "check_checkouts", "Ask the payment provider about silent checkouts."),
    Cron("compare-movements", "37 2 * * *", "compare_movements", "Compare Stripe's money with the ledger."),
    Cron("forget-bodies", "47 3 * * *", "forget_bodies", "Empty the bodies of webhooks that were worked long ago."),
    Cron("apply-cash", "*/10 * * * *", "apply_cash", "Match what waits of the bank lines."),
    Cron("audit-balances", "7 1 * * *", "audit_balances", "Compare every balance with its entries."),
    Cron("expire-imports", "*/10 * * * *", "expire_imports", "End imports about which nobody has decided."),
    Cron("end-roles", "*/5 * * * *", "end_roles", "End roles and requests for access whose time is over."),
    Cron("learn-people", "19 4 * * *", "learn_people", "Ask Slack for people's names, languages and time zones."),
    Cron("tidy-files", "27 4 * * *", "tidy_files", "Remove files that no row knows."),
    Cron("redraw-chat", "* * * * *", "redraw_chat", "Take dead buttons off messages in Slack."),
    Cron("publish-homes", "*/5 * * * *", "publish_homes", "Bring App Homes in Slack up to date."),
    Cron("watch-chat", "*/5 * * * *", "watch_chat", "Look after the channels of Slack."),
    Cron("forget-old", "17 3 * * *", "forget_old", "Remove keys of old requests."),
    Cron("smoke-dispute", "29 5 * * *", "plan_smoke", "File a test dispute through the payers' pages."),
    Cron("judge-readiness", "*/5 * * * *", "judge_readiness", "Judge the checks of readiness."),
)


async def claim(core: Core, cron: Cron, *, slot: datetime) -> bool:
    """Take the slot and queue its job in one transaction; return False when another scheduler has it."""
    async with core.transaction() as tx:
        taken = await tx.execute(
            "INSERT INTO cron_run (cron, slot, at) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
            (cron.name, slot, core.clock.now()),
        )
        if taken:
            await core.jobs.defer(tx, cron.job)
    return bool(taken)


async def last_slot(core: Core, cron: Cron) -> datetime | None:
    """Return the newest slot that was run, or None."""
    row = await core.database.row("SELECT max(slot) AS slot FROM cron_run WHERE cron = %s", (cron.name,))
    slot: datetime | None = row["slot"] if row else None
    return slot
