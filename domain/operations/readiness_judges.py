"""Readiness judges: one question each, a function of the facts and the limits alone; they answer with a code.

What a code means in words stands in the table of checks, so that the same judgement is said in any language.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from domain.kernel.limits import Limits
from domain.kernel.money import Money
from domain.ledger.parity import Figure, Parity
from domain.operations.readiness_facts import Facts
from domain.operations.readiness_ports import Unsaid
from domain.outreach.mail_reports import Standing

MOST_NAMED = 6
"""Names in one sentence."""


class Verdict(StrEnum):
    """What a check says."""

    PASS = "pass"  # noqa: S105 - no password
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one check found."""

    verdict: Verdict
    code: str
    figures: Mapping[str, Any] = field(default_factory=dict)
    """Plain values: text, whole numbers, days as ISO 8601 under names that end in ``_on``, sums as minor units and
    currency."""
    judged: bool = True
    """Whether it could be judged; if not, it counts as the verdict says."""


def contacts(f: Facts, limits: Limits) -> Judgement:
    """Judge how many open invoices can be asked about at all."""
    if not f.open_count:
        return Judgement(Verdict.PASS, "none", judged=False)
    enough = f.mailable_count * 100 >= limits.readiness.contacts * f.open_count
    figures = {"mailable": f.mailable_count, "open": f.open_count, "percent": share(f.mailable_count, f.open_count)}
    return Judgement(Verdict.PASS if enough else Verdict.FAIL, "reached", figures)


def parity(f: Facts, limits: Limits) -> Judgement:
    """Judge whether our ageing says what the merchant's own books say."""
    found = f.parity
    if found is None:
        return Judgement(Verdict.WARN, "none", judged=False)
    on = {"as_of_on": found.as_of.isoformat()}
    if found.age_days > limits.readiness.control_age.days:
        return Judgement(Verdict.WARN, "old", {**on, "age": found.age_days}, judged=False)
    if found.agrees or (found.is_old and f.agreed):
        return Judgement(Verdict.PASS, "agrees", on)
    worst = max(found.differing, key=lambda each: (each.percent, abs(each.difference.minor)))
    return Judgement(Verdict.FAIL, "lists" if found.lists_invoices else "differs", {**on, **_worst(found, worst)})


def disputes(f: Facts, limits: Limits) -> Judgement:
    """Judge whether a payer's objection arrives where somebody sees it."""
    smoke = f.smoke
    if smoke is None:
        return Judgement(Verdict.WARN, "never", judged=False)
    on = {"ended_on": smoke.at.date().isoformat()}
    if not smoke.arrived:
        return Judgement(Verdict.FAIL, smoke.why or "interrupted", on)
    figures = {**on, "seconds": smoke.seconds}
    if smoke.seconds > limits.readiness.smoke.total_seconds():
        return Judgement(Verdict.FAIL, "slow", figures)
    if f.now - smoke.at > limits.readiness.smoke_age:
        return Judgement(Verdict.WARN, "old", figures)
    return Judgement(Verdict.PASS, "arrived", figures) if smoke.told else Judgement(Verdict.WARN, "unseen", figures)


def stripe(f: Facts, limits: Limits) -> Judgement:
    """Judge whether payments can be taken, and in the right mode and version."""
    del limits
    found = f.payments
    if not found.setup.configured:
        return Judgement(Verdict.WARN, "off", judged=False)
    if found.odd:
        return Judgement(Verdict.FAIL, "odd", {"what": found.odd})
    if not found.health.heard:  # while nothing is open there is nothing to pay, so nothing is held yet
        return Judgement(Verdict.FAIL if f.open_count else Verdict.WARN, "unheard")
    refused = found.setup.offers_bank_debit is False or found.health.bank_debit == "not offered"
    if found.setup.wants_bank_debit and found.open_in_usd and refused:
        return Judgement(Verdict.FAIL, "no debit")
    if found.odd_before:
        return Judgement(Verdict.WARN, "was odd", {"what": found.odd_before})
    return Judgement(Verdict.PASS, "heard")


def domain(f: Facts, limits: Limits) -> Judgement:
    """Judge whether receivers can tell that our mail is ours."""
    del limits
    answer = f.domain
    if answer is None:
        return Judgement(Verdict.WARN, "unasked", judged=False)
    match answer.unsaid:
        case Unsaid.STAND_IN:
            return Judgement(Verdict.PASS, "stand-in", judged=False)
        case Unsaid.KEY:
            return Judgement(Verdict.FAIL, "key")
        case Unsaid.NO_DOMAIN | Unsaid.UNANSWERED:
            return Judgement(Verdict.WARN, answer.unsaid.value, judged=False)
        case None:
            pass
    for verdict in (Verdict.FAIL, Verdict.WARN):
        wrong = [each.check for each in answer.findings if each.state == verdict.value]
        if wrong:
            return Judgement(verdict, verdict.value, {"checks": ", ".join(wrong)})
    return Judgement(Verdict.PASS, "pass")


def mail(f: Facts, limits: Limits) -> Judgement:
    """Judge how the week's mail was received; the limits are those of mail providers, which nobody may set."""
    del limits
    if not f.mail.sent and not f.mail.hard and not f.mail.complaints:
        return Judgement(Verdict.PASS, "none", judged=False)
    verdicts = {Standing.FINE: Verdict.PASS, Standing.WARNING: Verdict.WARN, Standing.FAILING: Verdict.FAIL}
    figures = {"sent": f.mail.sent, "hard": f.mail.hard, "complaints": f.mail.complaints}
    if not f.worst:
        return Judgement(verdicts[f.mail.standing], "week", figures)
    worst = ", ".join(name for name, _, _ in f.worst)
    return Judgement(verdicts[f.mail.standing], "worst", {**figures, "worst": worst})


def webhooks(f: Facts, limits: Limits) -> Judgement:
    """Judge whether what happens at the payment provider is heard of."""
    del limits
    found = f.payments
    if not found.setup.configured:
        return Judgement(Verdict.WARN, "off", judged=False)
    if found.health.unworked:
        return Judgement(Verdict.FAIL, "unworked", {"events": found.health.unworked})
    if found.unheard_since is not None:
        return Judgement(Verdict.FAIL, "silent", {"since_on": found.unheard_since.date().isoformat()})
    if found.health.fetched:
        return Judgement(Verdict.WARN, "fetched", {"events": found.health.fetched})
    if found.health.last_event_at is None:
        return Judgement(Verdict.PASS, "none", judged=False)
    return Judgement(Verdict.PASS, "heard", {"last_on": found.health.last_event_at.date().isoformat()})


def inbound(f: Facts, limits: Limits) -> Judgement:
    """Judge whether what customers and their mail servers answer arrives."""
    found, least = f.inbound, limits.readiness.inbound_least
    if found.stuck:
        return Judgement(Verdict.FAIL, "stuck", {"mails": found.stuck})
    silent = found.last_at is None or f.now - found.last_at > limits.readiness.inbound_silence
    if silent and found.sent >= least:
        days = limits.readiness.inbound_silence.days
        return Judgement(Verdict.FAIL, "silent", {"sent": found.sent, "days": days})
    if found.last_at is None:
        return Judgement(Verdict.PASS, "none", judged=False)
    return Judgement(Verdict.PASS, "heard", {"last_on": found.last_at.date().isoformat()})


def crons(f: Facts, limits: Limits) -> Judgement:
    """Judge whether what happens by the clock happens."""
    del limits
    if not f.crons_run:
        return Judgement(Verdict.WARN, "never", judged=False)
    if not f.late_crons:
        return Judgement(Verdict.PASS, "run")
    more = len(f.late_crons) - MOST_NAMED
    named = ", ".join(f.late_crons[:MOST_NAMED])
    if more > 0:
        return Judgement(Verdict.FAIL, "many late", {"names": named, "more": more})
    return Judgement(Verdict.FAIL, "late", {"names": named})


def share(part: int, whole: int) -> str:
    """Return a percentage that never rounds up to a limit which is not reached: 94.9, not 95."""
    tenths = part * 1000 // whole if whole else 1000
    return f"{tenths // 10}.{tenths % 10}" if tenths % 10 else str(tenths // 10)


def _worst(found: Parity, figure: Figure) -> dict[str, Any]:
    return {
        "differing": len(found.differing),
        "bucket": figure.name,
        "ours": minor(figure.ours),
        "theirs": minor(figure.theirs),
        "percent": f"{figure.percent.normalize():f}",
    }


def minor(money: Money) -> dict[str, Any]:
    """Return a sum as figures hold it."""
    return {"minor": money.minor, "currency": money.currency}
