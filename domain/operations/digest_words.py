"""Digest words: a digest as sentences, said to its reader; the same in Slack, by mail and on the screen."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from babel.numbers import format_decimal

from domain.commitments.dispute_reasons import BY_CODE
from domain.commitments.states import PromiseState
from domain.kernel import speech
from domain.kernel.money import Money
from domain.kernel.speech import counted, phrase, say
from domain.ledger import words as ledger_words
from domain.operations.chat_events import words
from domain.operations.desks import Pile
from domain.operations.digest_contents import Digest, Kind
from domain.operations.reports import sheets
from domain.operations.reports.commitments import Named, Standing
from domain.operations.reports.exposures import Exposure
from domain.operations.reports.held_back import WAITS
from domain.operations.reports.sheets import Share
from domain.operations.reports.takings import Takings

TOP = 10
"""Customers that a digest lists in all; a report has ten of each currency."""

FOLDED = 5
"""Kinds of folded news that are named."""

HOUR_SECONDS = 3600


class Topic(StrEnum):
    """What a part of a digest is about."""

    MONEY = "money"
    PROMISES = "promises"
    DISPUTES = "disputes"
    DECISIONS = "decisions"
    HELD = "held"
    MAIL = "mail"
    PORTAL = "portal"
    EXPOSURES = "exposures"
    AGEING = "ageing"
    WEEK = "week"
    NOISE = "noise"
    INCIDENTS = "incidents"


@dataclass(frozen=True, slots=True)
class Part:
    """One heading with its lines."""

    topic: Topic
    title: str
    lines: tuple[str, ...]
    about: tuple[UUID, ...] = ()
    """What the last lines are about, one by one: customers of exposures, invoices of promises, disputes."""


PILES: Mapping[Pile, str] = {
    Pile.DRAFTS: phrase("drafts of mails"),
    Pile.PLANS: phrase("payment plans"),
    Pile.CREDITS: phrase("credits"),
    Pile.WRITE_OFFS: phrase("write-offs and voids"),
    Pile.POLICY: phrase("policies"),
    Pile.FORWARDINGS: phrase("links that payers ask for somebody else"),
    Pile.ACCESS: phrase("requests for access"),
    Pile.ERASURES: phrase("erasures of personal data"),
    Pile.MAILS: phrase("mails of customers"),
    Pile.QUESTIONS: phrase("questions of payers"),
}


def title(told: Digest) -> str:
    """Return the headline."""
    if told.kind is Kind.WEEKLY:
        return say("The week from {first} to {last}", first=told.period.first, last=told.period.last)
    return say("Your digest of {day}", day=told.period.last)


def parts(told: Digest, *, named: Callable[[str], str]) -> tuple[Part, ...]:
    """Return the parts that have something to say; *named* makes a stranger's name harmless where it is shown."""
    found = (
        Part(Topic.MONEY, say("Collected against plan"), tuple(_takings(told))),
        Part(Topic.DECISIONS, say("Waits for you"), tuple(_piles(told))),
        Part(
            Topic.PROMISES,
            say("Promises"),
            (*map(_standing, told.promises), *(_broken(each, named) for each in told.broken)),
            tuple(each.id for each in told.broken),
        ),
        Part(
            Topic.DISPUTES,
            say("New disputes"),
            (*map(_standing, told.disputes), *(_filed(each, named) for each in told.filed)),
            tuple(each.id for each in told.filed),
        ),
        Part(Topic.INCIDENTS, say("Incidents"), tuple(_incidents(told, named))),
        Part(Topic.HELD, say("Held back"), tuple(_held(told, named))),
        Part(Topic.WEEK, say("The figures of the week"), tuple(_week(told))),
        Part(Topic.MAIL, say("Deliverability of seven days"), tuple(_mail(told))),
        Part(Topic.PORTAL, say("Payment page, this week and last"), tuple(_portal(told))),
        Part(
            Topic.EXPOSURES,
            say("Largest exposures"),
            tuple(_exposures(told, named)),
            tuple(each.account_id for each in largest(told)),
        ),
        Part(Topic.AGEING, say("Ageing"), tuple(_ageing(told))),
        Part(Topic.NOISE, say("Counted instead of told"), tuple(_folded(told))),
    )
    return tuple(each for each in found if each.lines)


def _takings(told: Digest) -> Iterator[str]:
    if not told.takings:
        yield say("Nothing came in, and nothing was due.")
    for each in told.takings:
        yield _taken(each)


def _taken(each: Takings) -> str:
    if each.share is None:
        return say("{collected} came in; nothing was promised for then.", collected=each.collected)
    return say(
        "{collected} came in, of {plan} that payers had promised or were to pay by plan: {share}.",
        collected=each.collected,
        plan=each.plan,
        share=sheets.shown(Share(each.share)),
    )


def _standing(each: Standing) -> str:
    return f"{speech.said(each.standing, {})}: {speech.number(each.count)} ({speech.amount(each.amount)})"


def _broken(each: Named, named: Callable[[str], str]) -> str:
    about = {
        "customer": named(each.account_name), "invoice": named(each.invoice_number), "amount": each.amount,
        "day": each.day,
    }  # fmt: skip
    if each.standing == PromiseState.BROKEN:
        return say("{customer}, {invoice}: {amount} promised by {day} did not come", **about)
    return say("{customer}, {invoice}: of {amount} promised by {day} only a part came", **about)


def _filed(each: Named, named: Callable[[str], str]) -> str:
    reason = BY_CODE[each.standing].title if each.standing in BY_CODE else each.standing
    return say(
        "{customer}, {invoice}: {amount} disputed, {reason}",
        customer=named(each.account_name), invoice=named(each.invoice_number), amount=each.amount, reason=reason,
    )  # fmt: skip


def _piles(told: Digest) -> Iterator[str]:
    for pile, waits in told.piles.items():
        yield f"{say(PILES[pile])}: {speech.number(waits.count)}"


def _held(told: Digest, named: Callable[[str], str]) -> Iterator[str]:
    for each in told.held.reasons:
        what = counted(
            "{n} mail waits for {why}", "{n} mails wait for {why}", each.mails, why=say(WAITS.get(each.why, each.why))
        )
        yield f"{what}: {_sums(each.sums)}" if each.sums else what
    for gate in told.held.gates:
        yield say("Closed gate {name}: {reason}", name=named(gate.name), reason=named(gate.reason))


def _incidents(told: Digest, named: Callable[[str], str]) -> Iterator[str]:
    for each in told.incidents[:TOP]:
        about = {"number": str(each.number), "severity": each.severity.value, "title": named(each.called)}
        if each.over_at is None:
            yield say("{number}, {severity}: {title}; it is still open.", **about)
        else:
            yield counted(
                "{number}, {severity}: {title}; over after {n} minute.",
                "{number}, {severity}: {title}; over after {n} minutes.",
                int((each.over_at - each.opened_at).total_seconds() // 60),
                **about,
            )


def _week(told: Digest) -> Iterator[str]:
    if told.week is None:
        return
    for each in told.week.turnover:
        if each.dso is not None:
            yield say(
                "{currency}, of 90 days: DSO {dso}, best possible {best}, days delinquent {add}, CEI {cei}.",
                currency=each.opening.currency,
                **{name: sheets.shown(value) for name, value in
                   (("dso", each.dso), ("best", each.best_dso), ("add", each.add), ("cei", each.cei))},
            )  # fmt: skip
    kept = told.week.adherence
    if kept.kept_by_count is not None:
        yield say(
            "Promises kept: {kept} of {decided} ({share}).",
            kept=kept.kept.count,
            decided=kept.decided,
            share=sheets.shown(Share(kept.kept_by_count)),
        )
    if told.week.cycle.mean is not None:
        yield counted(
            "{n} dispute ended, after {hours} office hours.",
            "{n} disputes ended, after {hours} office hours on average.",
            told.week.cycle.resolved,
            hours=format_decimal(
                round(told.week.cycle.mean.total_seconds() / HOUR_SECONDS, 1), locale=speech.reader().locale
            ),
        )
    for covered in told.week.coverage:
        yield say(
            "{currency}: {share} of open invoices can be reminded of by mail.",
            currency=covered.open.currency,
            share=sheets.shown(Share(covered.by_count)),
        )


def _mail(told: Digest) -> Iterator[str]:
    mail = told.mail
    if mail.sent or mail.hard or mail.complaints or mail.soft:
        yield ", ".join(
            (
                counted("{n} mail sent", "{n} mails sent", mail.sent),
                counted("{n} dead address", "{n} dead addresses", mail.hard),
                counted("{n} complaint", "{n} complaints", mail.complaints),
                counted("{n} report of mailbox trouble", "{n} reports of mailbox trouble", mail.soft),
            )
        )


def _portal(told: Digest) -> Iterator[str]:
    counts = told.portal
    if counts.sent:
        yield say(
            "Of {sent} links, {opened} were opened, {entered} entered, {started} started, {finished} finished.",
            sent=counts.sent,
            opened=counts.opened,
            entered=counts.entered,
            started=counts.started,
            finished=counts.finished,
        )


def _exposures(told: Digest, named: Callable[[str], str]) -> Iterator[str]:
    for each in largest(told):
        yield counted(
            "{customer}: {open}, of it {overdue} overdue, the oldest by {n} day",
            "{customer}: {open}, of it {overdue} overdue, the oldest by {n} days",
            each.oldest_days,
            customer=named(each.account_name),
            open=each.open,
            overdue=each.overdue,
        )


def _ageing(told: Digest) -> Iterator[str]:
    """Yield what the picture of ageing shows."""
    for each in told.ageing.now.currencies:
        if each.total.invoices:
            buckets = [
                f"{ledger_words.bucket(bucket.name)} {speech.amount(bucket.amount)}"
                for bucket in each.buckets
                if bucket.invoices
            ]
            yield say(
                "{total} open, {before} on {day}. By days past due: {buckets}",
                total=each.total.amount,
                before=told.ageing.earlier_total(each.currency),
                day=told.ageing.then,
                buckets=", ".join(buckets),
            )


def largest(told: Digest) -> tuple[Exposure, ...]:
    """Return ten in all: the first of each currency, then the second of each, since two currencies do not compare."""
    places: dict[str, int] = {}
    ranked: list[tuple[int, int, Exposure]] = []
    for at, each in enumerate(told.exposures):
        places[each.open.currency] = places.get(each.open.currency, 0) + 1
        ranked.append((places[each.open.currency], at, each))
    chosen = sorted(ranked, key=lambda one: one[:2])[:TOP]
    return tuple(each for _, _, each in sorted(chosen, key=lambda one: one[1]))


def _folded(told: Digest) -> Iterator[str]:
    for each in told.folded[:FOLDED]:
        yield counted(
            "{kind}: {n} message, counted in one line", "{kind}: {n} messages, counted in one line",
            each.folded + each.muted, kind=speech.said(words(each.kind), {}),
        )  # fmt: skip


def _sums(sums: tuple[Money, ...]) -> str:
    return ", ".join(map(speech.amount, sums))
