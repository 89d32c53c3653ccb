"""Readiness facts: everything that the checks judge by, read at one moment in a handful of statements about sets."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from domain.kernel.core import Core
from domain.kernel.transactions import Row, Transaction
from domain.ledger import parity
from domain.ledger.parity import Parity
from domain.operations import cron_pauses
from domain.operations.crons import CRONS, Cron
from domain.operations.readiness_ports import DomainAnswer, PaymentSetup
from domain.outreach.mail_reports import Figures
from domain.outreach.warm_up import WINDOW
from domain.pay_links import provider_health, provider_marks
from domain.pay_links.provider_health import ProviderHealth
from domain.policies.coverage import MAILABLE


@dataclass(frozen=True, slots=True)
class Smoke:
    """The newest test dispute that has come to an end."""

    arrived: bool
    seconds: int
    """From the sending of the form to the last place where it was looked for."""
    told: bool
    """Whether it was looked for in the channel, too."""
    why: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Inbound:
    """Mail that comes in."""

    last_at: datetime | None
    stuck: int
    """Stored and not read for too long."""
    sent: int
    """Mails that left within the time in which at least one answer is expected."""


@dataclass(frozen=True, slots=True)
class Payments:
    """What is heard of the payment provider."""

    setup: PaymentSetup
    health: ProviderHealth
    odd: str
    """What came that should not come, if nothing right has come since."""
    odd_before: str
    """The same, where something right has come since."""
    open_in_usd: bool
    unheard_since: datetime | None
    """When the first checkout began of which nothing was heard although time enough has passed."""


@dataclass(frozen=True, slots=True)
class Facts:
    """All of it."""

    now: datetime
    open_count: int
    mailable_count: int
    parity: Parity | None
    agreed: bool
    """Whether those control totals agreed with the ageing of their own day."""
    smoke: Smoke | None
    payments: Payments
    domain: DomainAnswer | None
    """None while the name servers were never asked."""
    mail: Figures
    inbound: Inbound
    late_crons: tuple[str, ...]
    crons_run: bool
    """Whether any cron has ever run."""
    worst: tuple[tuple[str, int, int], ...] = field(default=())
    """Recipient domains with hard bounces and complaints, where the mail's standing is not fine."""


_CONTACTS = f"""
    SELECT count(*) AS open_count, count(m.account_id) AS mailable_count
    FROM invoice i JOIN account a ON a.id = i.account_id AND a.state = 'active'
    LEFT JOIN ({MAILABLE}) m ON m.account_id = i.account_id
    WHERE i.state = 'open'
"""

_SMOKE = """
    SELECT state, why, ended_at, told_at, queued_at, filed_at FROM dispute_smoke
    WHERE state <> 'running' ORDER BY started_at DESC, id LIMIT 1
"""

_MAIL = """
    SELECT (SELECT count(*) FROM mailing WHERE sent_at > %(since)s) AS sent,
           count(*) FILTER (WHERE reason = 'hard bounce') AS hard,
           count(*) FILTER (WHERE reason = 'complaint') AS complaints
    FROM suppression
    WHERE reason IN ('hard bounce', 'complaint') AND mailing_id IS NOT NULL AND created_at > %(since)s
"""

_WORST = """
    SELECT split_part(m.address_key, '@', 2) AS domain, count(*) FILTER (WHERE s.reason = 'hard bounce') AS hard,
           count(*) FILTER (WHERE s.reason = 'complaint') AS complaints
    FROM suppression s JOIN mailing m ON m.id = s.mailing_id
    WHERE s.reason IN ('hard bounce', 'complaint') AND s.created_at > %(since)s
    GROUP BY 1 ORDER BY 3 DESC, 2 DESC, 1 LIMIT 3
"""

_INBOUND = """
    SELECT (SELECT max(received_at) FROM inbound_mail) AS last_at,
           (SELECT count(*) FROM inbound_mail WHERE state = 'stored' AND received_at < %(stuck)s) AS stuck,
           (SELECT count(*) FROM mailing WHERE sent_at > %(silence)s) AS sent
"""

_CHECKOUTS = """
    SELECT EXISTS (SELECT FROM invoice WHERE state = 'open' AND currency = 'USD') AS open_in_usd,
           (SELECT max(received_at) FROM provider_event WHERE came = 'webhook' AND fits) AS fit_at,
           (SELECT min(k.created_at) FROM checkout k WHERE k.session_id IS NOT NULL AND k.created_at > coalesce(
                (SELECT max(received_at) FROM provider_event WHERE came = 'webhook'), '-infinity')) AS unheard_since
"""

_CRONS = "SELECT cron, max(slot) AS slot, min(at) AS first_at FROM cron_run GROUP BY cron"


async def read(core: Core, tx: Transaction, *, setup: PaymentSetup, domain: DomainAnswer | None) -> Facts:
    """Return the facts as they are now; what the world outside says was asked before."""
    now, limits = core.clock.now(), core.limits.readiness
    contacts = await _row(tx, _CONTACTS)
    mail = await _row(tx, _MAIL, since=now - WINDOW)
    inbound = await _row(tx, _INBOUND, stuck=now - limits.unread, silence=now - limits.inbound_silence)
    smoke = await tx.row(_SMOKE)
    compared = await parity.figures(core, tx)
    figures = Figures(mail["sent"], mail["hard"], mail["complaints"], 0)
    runs = {row["cron"]: row for row in await tx.rows(_CRONS)}
    paused = await cron_pauses.lately(core, tx, grace=limits.cron_grace)
    return Facts(
        now=now,
        open_count=contacts["open_count"],
        mailable_count=contacts["mailable_count"],
        parity=compared,
        agreed=compared is not None and await _agreed(tx, compared.batch_id),
        smoke=_smoke(smoke) if smoke else None,
        payments=await _payments(core, tx, setup),
        domain=domain,
        mail=figures,
        inbound=Inbound(**inbound),
        late_crons=tuple(
            each.name
            for each in CRONS
            if each.name not in paused and is_late(each, runs, now=now, grace=limits.cron_grace)
        ),
        crons_run=bool(runs),
        worst=await _worst(tx, now) if figures.standing.value != "fine" else (),
    )


def is_late(cron: Cron, runs: Mapping[str, Row], *, now: datetime, grace: timedelta) -> bool:
    """Tell whether a cron should have run since: two of its turns have passed, and the time of grace."""
    if not runs:
        return False
    mine = runs.get(cron.name)
    since = mine["slot"] if mine else min(row["first_at"] for row in runs.values())
    late: bool = now - since > 2 * turn(cron.schedule) + grace
    return late


def turn(schedule: str) -> timedelta:
    """Return how far apart the runs of a crontab line are at the most, for the lines that the table has."""
    minute, hour, day, month, weekday = schedule.split()
    if (every := re.fullmatch(r"\*/(\d+)", minute)) and hour == "*":
        return timedelta(minutes=int(every[1]))
    if minute == "*":
        return timedelta(minutes=1)
    if hour == "*":
        return timedelta(hours=1)
    if every := re.fullmatch(r"\*/(\d+)", hour):
        return timedelta(hours=int(every[1]))
    if (day, month) != ("*", "*"):
        return timedelta(days=31 if month == "*" else 366)
    return timedelta(days=1 if weekday == "*" else 7)


async def _payments(core: Core, tx: Transaction, setup: PaymentSetup) -> Payments:
    row = await _row(tx, _CHECKOUTS)
    odd = await provider_marks.beginning(tx, provider_health.ODD, limit=1)
    now = core.clock.now()
    newest = odd[0] if odd and now - odd[0].at < provider_health.ODD_FOR else None
    what = newest.name.removeprefix(provider_health.ODD) if newest else ""
    lasting = newest is not None and (row["fit_at"] is None or newest.at > row["fit_at"])
    since = row["unheard_since"]
    return Payments(
        setup=setup,
        health=await provider_health.health(core.within(tx)),
        odd=what if lasting else "",
        odd_before="" if lasting else what,
        open_in_usd=row["open_in_usd"],
        unheard_since=since if since and now - since > core.limits.readiness.webhook_silence else None,
    )


async def _worst(tx: Transaction, now: datetime) -> tuple[tuple[str, int, int], ...]:
    rows = await tx.rows(_WORST, {"since": now - WINDOW})
    return tuple((row["domain"], row["hard"], row["complaints"]) for row in rows)


async def _agreed(tx: Transaction, file_id: UUID) -> bool:
    row = await tx.row("SELECT FROM control_file WHERE id = %s AND verdict = 'agrees'", (file_id,))
    return row is not None


def _smoke(row: Row) -> Smoke:
    last = row["told_at"] or row["queued_at"] or row["ended_at"]
    seconds = (last - row["filed_at"]).total_seconds() if row["filed_at"] and last else 0
    return Smoke(
        arrived=row["state"] == "arrived",
        seconds=max(0, round(seconds)),
        told=row["told_at"] is not None,
        why=row["why"],
        at=row["ended_at"],
    )


async def _row(tx: Transaction, statement: str, **values: object) -> Row:
    row = await tx.row(statement, values)
    assert row is not None, "an aggregate always has a row"
    return row
