"""Incident rules: one literal table of what is watched, from where on it is an incident, how bad, and what to do.

A rule is a figure with thresholds. It counts when its figure has been beyond one for a while without a break, and ends
when it has been quiet for a while. Rules of one cause make one incident, as bad as the worst of them. P1 means that
payers cannot pay, P2 that the product does its work badly, P3 that somebody should look today.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from domain.kernel import speech
from domain.kernel.speech import counted, phrase, say
from domain.operations import incident_figures as figures
from domain.operations.incident_figures import Figures


class Severity(StrEnum):
    """How bad it is; the worst sorts first."""

    P1 = "P1"
    P2 = "P2"
    P3 = "P3"


MEANINGS: Mapping[Severity, str] = {
    Severity.P1: phrase("payments blocked"),
    Severity.P2: phrase("degraded"),
    Severity.P3: phrase("minor"),
}


class Unit(StrEnum):
    """What a figure counts."""

    SHARE = "share"
    MINUTES = "minutes"
    COUNT = "count"


@dataclass(frozen=True, slots=True)
class Cause:
    """What lies behind some rules: they make one incident."""

    name: str
    title: str
    means: str
    remedy: str
    runbook: str
    """Its heading in docs/runbooks.md."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the table."""

    name: str
    cause: str
    figure: Callable[[Figures], float]
    unit: Unit
    levels: tuple[tuple[Severity, float], ...]
    """From which figure on it is how bad, the worst first."""
    after: timedelta
    """So long without a break, before it counts."""
    quiet: timedelta
    """So long below every level, before it counts no more."""
    says: str
    """What was found, with its figure."""

    def severity(self, figure: float) -> Severity | None:
        """Return how bad a figure is; None: not at all."""
        return next((severity for severity, least in self.levels if figure >= least), None)


PERSON = "person"
"""The cause of an incident that somebody opened by hand; its title is that person's."""

CAUSES: Mapping[str, Cause] = {
    each.name: each
    for each in (
        Cause(
            "payments",
            phrase("Stripe does not take payments"),
            phrase("Payers who press Pay read that it does not work now."),
            phrase(
                "`plixo check stripe` tells key, permissions and network; then look at Stripe's own page of status."
            ),
            "stripe",
        ),
        Cause(
            "portal",
            phrase("The payers' pages do not answer"),
            phrase("Nobody can look at an invoice, pay, or object."),
            phrase(
                "Is a process with the portal up, and does the proxy lead to it? `plixo check portal` asks the address."
            ),
            "portal",
        ),
        Cause(
            "webhooks",
            phrase("News of payments comes late"),
            phrase("Whoever has paid is not known to have paid, and may be reminded all the same."),
            phrase(
                "Do workers run, and does the endpoint's signing secret fit? `plixo payments status` tells what is odd."
            ),
            "webhooks",
        ),
        Cause(
            "database",
            phrase("The database falters"),
            phrase("Pages, clicks and mail wait or fail while it does not answer."),
            phrase(
                "`plixo check database`; look for sessions that hold tables, and at how many connections there may be."
            ),
            "database",
        ),
        Cause(
            "jobs",
            phrase("Work is left undone"),
            phrase("What was promised in the background (mails, receipts, messages) is late, or does not happen."),
            phrase("Do enough workers run? `plixo check jobs` names what gave up, and the log has the reason."),
            "jobs",
        ),
        Cause(
            "crons",
            phrase("Crons do not run"),
            phrase("What happens by the clock does not happen; it is caught up later, once."),
            phrase("Is a process with a scheduler up? `plixo cron` shows which is late."),
            "crons",
        ),
        Cause(
            "relay",
            phrase("The mail relay does not take our mail"),
            phrase("No reminder, receipt or answer leaves; all of it waits."),
            phrase('`plixo check "mail relay"` says whether login, sender or connection is refused.'),
            "relay",
        ),
        Cause(
            "chat",
            phrase("Slack takes nothing from us"),
            phrase("Operators are not told; what waits is told in one message when Slack is back."),
            phrase("`plixo slack status` says since when and why; `plixo check slack` what to do."),
            "slack",
        ),
        Cause(
            "inbound",
            phrase("Mail that comes in is not read"),
            phrase("Replies, bounces and unsubscribes are not acted upon."),
            phrase("Do workers run? `plixo mail list` shows the quarantine; `plixo mail replay` reads a mail again."),
            "inbound-mail",
        ),
        Cause(
            "disk",
            phrase("A disk is almost full"),
            phrase("When it is full, the database stops, and mail that comes in is refused."),
            phrase("Make room, or move the data folder; `plixo check disk` tells how much is free."),
            "disk",
        ),
        Cause(
            "deliverability",
            phrase("Recipients object to our mail"),
            phrase("Mail providers begin to refuse a sender of whom many complain or whose addresses are dead."),
            phrase("`plixo mail health` names providers, domains and contacts; pause the segment that they belong to."),
            "deliverability",
        ),
    )
}

_P1, _P2, _P3 = Severity.P1, Severity.P2, Severity.P3
_S, _M, _C = Unit.SHARE, Unit.MINUTES, Unit.COUNT


def _m(minutes: int) -> timedelta:
    return timedelta(minutes=minutes)


RULES: tuple[Rule, ...] = (
    Rule("checkouts-fail", "payments", figures.checkouts_failing, _S, ((_P1, 0.5), (_P2, 0.25)), _m(2), _m(15),
         phrase("{figure} of the checkouts of the last fifteen minutes could not be made.")),
    Rule("stripe-fails", "payments", figures.stripe_failing, _S, ((_P1, 0.9), (_P2, 0.5)), _m(5), _m(10),
         phrase("{figure} of the calls of Stripe failed in the last fifteen minutes.")),
    Rule("pages-away", "portal", figures.pages_away, _M, ((_P1, 3),), _m(0), _m(3),
         phrase("The payers' pages have not answered for {figure}.")),
    Rule("pages-fail", "portal", figures.pages_failing, _S, ((_P1, 0.5), (_P2, 0.1)), _m(2), _m(15),
         phrase("{figure} of the pages that payers asked for ended in an error of ours.")),
    Rule("webhooks-late", "webhooks", figures.webhooks_late, _M, ((_P1, 60), (_P2, 15), (_P3, 5)), _m(2), _m(5),
         phrase("A webhook of Stripe has waited for {figure}.")),
    Rule("webhooks-missing", "webhooks", figures.webhooks_missing, _C, ((_P2, 5), (_P3, 1)), _m(2), _m(15),
         phrase("{figure} of Stripe's events in the last hour came by no webhook and had to be fetched.")),
    Rule("webhooks-refused", "webhooks", figures.webhooks_refused, _S, ((_P3, 0.5),), _m(10), _m(20),
         phrase("{figure} of what came to the webhook was refused.")),
    Rule("database-away", "database", figures.database_away, _M, ((_P1, 5), (_P2, 2)), _m(0), _m(5),
         phrase("The database did not answer for {figure} of the last fifteen minutes.")),
    Rule("connections", "database", figures.connections_used, _S, ((_P2, 0.95), (_P3, 0.85)), _m(5), _m(5),
         phrase("{figure} of the connections that the database allows are in use.")),
    Rule("jobs-late", "jobs", figures.jobs_late, _M, ((_P2, 15), (_P3, 5)), _m(2), _m(5),
         phrase("A job has been due for {figure}.")),
    Rule("jobs-gave-up", "jobs", figures.jobs_given_up, _C, ((_P2, 10), (_P3, 1)), _m(0), _m(10),
         phrase("{figure} of the jobs of the last hour gave up.")),
    Rule("crons-late", "crons", figures.crons_late, _C, ((_P2, 3), (_P3, 1)), _m(2), _m(5),
         phrase("{figure} of the crons are late, and nobody paused them.")),
    Rule("vital-crons-late", "crons", figures.vital_crons_late, _C, ((_P2, 1),), _m(2), _m(5),
         phrase("{figure} of the crons that send mail or ask about payments are late.")),
    Rule("relay-refuses", "relay", figures.relay_failing, _S, ((_P2, 0.5), (_P3, 0.25)), _m(5), _m(15),
         phrase("{figure} of the mails that were offered to the relay in the last fifteen minutes were not taken.")),
    Rule("mails-unknown", "relay", figures.mails_unknown, _C, ((_P2, 10), (_P3, 1)), _m(5), _m(15),
         phrase("Of {figure} of the mails of the last hour nobody knows whether they left.")),
    Rule("chat-away", "chat", figures.chat_away, _M, ((_P2, 15), (_P3, 5)), _m(0), _m(5),
         phrase("Slack has taken nothing for {figure}.")),
    Rule("channel-away", "chat", figures.channel_away, _M, ((_P2, 60), (_P3, 5)), _m(0), _m(5),
         phrase("A channel of Slack has taken nothing for {figure}.")),
    Rule("mail-not-stored", "inbound", figures.mail_not_stored, _C, ((_P2, 1),), _m(1), _m(10),
         phrase("{figure} of the mails that came in could not be stored; senders come again.")),
    Rule("mail-unread", "inbound", figures.mail_unread, _C, ((_P2, 50), (_P3, 1)), _m(2), _m(5),
         phrase("{figure} of the mails that came in have waited to be read for ten minutes and more.")),
    Rule("quarantine", "inbound", figures.mail_quarantined, _C, ((_P2, 50), (_P3, 5)), _m(0), _m(30),
         phrase("{figure} of the mails of the last hour went to quarantine.")),
    Rule("disk-full", "disk", figures.disks_full, _C, ((_P2, 1),), _m(2), _m(5),
         phrase("On {figure} of the looks of the last five minutes a disk had too little room.")),
    Rule("complaints", "deliverability", figures.complaints, _S, ((_P2, 0.01), (_P3, 0.003)), _m(0), _m(60),
         phrase("{figure} of the mails of a day drew a complaint.")),
    Rule("bounces", "deliverability", figures.bounces, _S, ((_P2, 0.15), (_P3, 0.05)), _m(0), _m(60),
         phrase("{figure} of the mails of a day came back from dead addresses.")),
    Rule("breakers", "deliverability", figures.breakers_tripped, _C, ((_P2, 3), (_P3, 1)), _m(0), _m(15),
         phrase("{figure} of the mail providers get nothing for now, since they complain or block.")),
)  # fmt: skip

BY_NAME: Mapping[str, Rule] = {each.name: each for each in RULES}

REOPENED_WITHIN = timedelta(minutes=30)
"""The same cause so soon after its end is the same incident; a cause that flaps never makes a second one."""

DISMISSED_FOR = timedelta(minutes=30)
"""So long a rule is not heard again after a person said that it is over, unless it gets worse."""

NAG_AFTER: Mapping[Severity, timedelta] = {_P1: timedelta(minutes=10), _P2: timedelta(hours=1)}
"""How often it is said that nobody has taken it; a minor one is not nagged about."""


def found(rule: str, figure: float) -> str:
    """Return what a rule found, said to the reader; of a rule that this version does not know, its name."""
    line = BY_NAME.get(rule)
    return say(line.says, figure=shown(line.unit, figure)) if line else rule


def shown(unit: Unit, figure: float) -> str:
    """Return a figure as the reader writes it."""
    match unit:
        case Unit.SHARE:
            return f"{speech.decimal(figure * 100, places=0 if figure >= 0.1 else 1)} %"
        case Unit.MINUTES:
            return counted("{n} minute", "{n} minutes", int(figure))
        case Unit.COUNT:
            return speech.number(int(figure))


def title(cause: str, own: str = "") -> str:
    """Return what an incident is called: its cause, said to the reader, or the words of whoever opened it."""
    known = CAUSES.get(cause)
    return say(known.title) if known else own or cause
