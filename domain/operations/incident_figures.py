"""Incident figures: what the rules judge by, and how each figure is made of it; nothing is asked or read here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

MINUTE = timedelta(minutes=1)

LEAST_CALLS = 3
"""Of fewer calls of Stripe no share is made; its lists are read every five minutes, so there are always some."""

LEAST_CHECKOUTS = 2
LEAST_MAILS = 4
LEAST_PAGES = 10
LEAST_WEBHOOKS = 5
"""Of fewer, one bad answer proves nothing."""

LEAST_COMPLAINTS = 3
LEAST_BOUNCES = 5
"""Fewer prove nothing, however few mails there were."""

VITAL_CRONS = frozenset({"plan-reminders", "release-waiting", "check-checkouts", "watch-operations"})
"""Crons without which mail does not leave, or payments are not heard of."""


@dataclass(frozen=True, slots=True)
class Calls:
    """How calls of one party ended within the window."""

    fine: int = 0
    failed: int = 0

    @property
    def all(self) -> int:
        """How many there were."""
        return self.fine + self.failed

    def share(self, least: int) -> float:
        """Return which share failed; none where there were fewer than *least*."""
        return self.failed / self.all if self.all >= max(1, least) else 0.0


NONE = Calls()


@dataclass(frozen=True, slots=True)
class Figures:
    """All that there is to know at one moment; a period is zero where nothing is late."""

    calls: Mapping[str, Calls] = field(default_factory=dict)
    """By party, of the window."""
    pages_silent: timedelta = timedelta()
    """Since when the payers' pages have not answered our own look, where they ever did."""
    maintenance: bool = False
    """Pages and mail are held on purpose."""
    webhook_lag: timedelta = timedelta()
    webhooks_fetched: int = 0
    job_lag: timedelta = timedelta()
    given_up: int = 0
    late_crons: tuple[str, ...] = ()
    mails_unknown: int = 0
    chat_silent: timedelta = timedelta()
    channel_silent: timedelta = timedelta()
    inbound_stuck: int = 0
    quarantined: int = 0
    connections: int = 0
    most_connections: int = 0
    sent: int = 0
    complaints: int = 0
    bounces: int = 0
    breakers: int = 0

    def of(self, party: str) -> Calls:
        """Return how a party's calls ended."""
        return self.calls.get(party, NONE)


def checkouts_failing(f: Figures) -> float:
    """Return the share of checkouts that Stripe did not make."""
    return f.of("checkout").share(LEAST_CHECKOUTS)


def stripe_failing(f: Figures) -> float:
    """Return the share of all calls of Stripe that failed."""
    return f.of("stripe").share(LEAST_CALLS)


def pages_away(f: Figures) -> float:
    """Return for how many minutes the pages have not answered us."""
    return 0.0 if f.maintenance else f.pages_silent / MINUTE


def pages_failing(f: Figures) -> float:
    """Return the share of pages that ended in an error of ours."""
    return 0.0 if f.maintenance else f.of("pages").share(LEAST_PAGES)


def webhooks_late(f: Figures) -> float:
    """Return the age of the oldest stored webhook in minutes."""
    return f.webhook_lag / MINUTE


def webhooks_missing(f: Figures) -> float:
    """Return how many events we had to fetch."""
    return float(f.webhooks_fetched)


def webhooks_refused(f: Figures) -> float:
    """Return the share of webhooks that were refused."""
    return f.of("webhook").share(LEAST_WEBHOOKS)


def database_away(f: Figures) -> float:
    """Return in how many minutes of the window a process could not reach the database."""
    return float(f.of("database").failed)


def connections_used(f: Figures) -> float:
    """Return the share of the connections that are in use."""
    return f.connections / f.most_connections if f.most_connections else 0.0


def jobs_late(f: Figures) -> float:
    """Return for how many minutes the job has been due that is due longest."""
    return f.job_lag / MINUTE


def jobs_given_up(f: Figures) -> float:
    """Return how many jobs gave up within the last hour."""
    return float(f.given_up)


def crons_late(f: Figures) -> float:
    """Return how many crons are late."""
    return float(len(f.late_crons))


def vital_crons_late(f: Figures) -> float:
    """Return how many of those are late that mail or payments wait for."""
    return float(len(VITAL_CRONS & {*f.late_crons}))


def relay_failing(f: Figures) -> float:
    """Return the share of mails that the relay did not take."""
    return f.of("relay").share(LEAST_MAILS)


def mails_unknown(f: Figures) -> float:
    """Return of how many mails of the last hour nobody knows whether they left."""
    return float(f.mails_unknown)


def chat_away(f: Figures) -> float:
    """Return for how many minutes the chat as a whole has taken nothing."""
    return f.chat_silent / MINUTE


def channel_away(f: Figures) -> float:
    """Return for how many minutes a channel has taken nothing."""
    return f.channel_silent / MINUTE


def mail_not_stored(f: Figures) -> float:
    """Return how many mails of the window could not be stored."""
    return float(f.of("inbound").failed)


def mail_unread(f: Figures) -> float:
    """Return how many mails wait for too long to be read."""
    return float(f.inbound_stuck)


def mail_quarantined(f: Figures) -> float:
    """Return how many mails went to quarantine within the last hour."""
    return float(f.quarantined)


def disks_full(f: Figures) -> float:
    """Return how often a process found too little room on its disk."""
    return float(f.of("disk").failed)


def complaints(f: Figures) -> float:
    """Return the share of a day's mails that drew a complaint."""
    return f.complaints / max(1, f.sent) if f.complaints >= LEAST_COMPLAINTS else 0.0


def bounces(f: Figures) -> float:
    """Return the share of a day's mails that came back from dead addresses."""
    return f.bounces / max(1, f.sent) if f.bounces >= LEAST_BOUNCES else 0.0


def breakers_tripped(f: Figures) -> float:
    """Return how many mail providers get nothing for now."""
    return float(f.breakers)
