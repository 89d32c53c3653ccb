"""Making: the sheets of every report, each read by the figures that stand in it."""

from collections.abc import Awaitable, Callable, Mapping
from decimal import Decimal

from domain.commitments import adherence, dispute_queries
from domain.kernel.actor import Actor, Permission
from domain.kernel.core import Core
from domain.kernel.scopes import ALL, Scope
from domain.kernel.speech import phrase
from domain.ledger import ageing
from domain.ledger.ageing import BUCKETS
from domain.operations import funnel
from domain.operations.reports import commitments, exposures, held_back, takings, turnover
from domain.operations.reports.periods import Period
from domain.operations.reports.sheets import Cell, Share, Sheet, Word
from domain.outreach import mail_reports

WEEKLY = "weekly"
"""The report that has every sheet."""

HOUR_SECONDS = 3600

WEEK_DAYS = 7

_CURRENCY, _COUNT, _AMOUNT = phrase("currency"), phrase("number"), phrase("amount")
_INVOICES, _OPEN, _STANDING = phrase("invoices"), phrase("open sum"), phrase("standing")


async def _collected(core: Core, period: Period, actor: Actor, scope: Scope) -> Sheet:
    found = await takings.takings(core, period=period, actor=actor, scope=scope)
    return Sheet(
        "collected",
        phrase("Collected against plan"),
        (
            _CURRENCY, phrase("collected"), phrase("payments"), phrase("promised"), phrase("instalments"),
            phrase("plan"), phrase("share of plan"),
        ),
        tuple(
            (each.collected.currency, each.collected, each.payments, each.promised, each.instalments, each.plan,
             None if each.share is None else Share(each.share))
            for each in found
        ),
        phrase("Plan: promises and instalments due in these days."),
    )  # fmt: skip


async def _promises(core: Core, period: Period, actor: Actor, scope: Scope) -> Sheet:
    found = await commitments.promises(core, period=period, actor=actor, scope=scope)
    return Sheet("promises", phrase("Promises"), (_STANDING, _CURRENCY, _COUNT, _AMOUNT), _standings(found))


async def _disputes(core: Core, period: Period, actor: Actor, scope: Scope) -> Sheet:
    found = await commitments.disputes(core, period=period, actor=actor, scope=scope)
    return Sheet("disputes", phrase("New disputes"), (_STANDING, _CURRENCY, _COUNT, _AMOUNT), _standings(found))


def _standings(found: tuple[commitments.Standing, ...]) -> tuple[tuple[Cell, ...], ...]:
    return tuple((Word(each.standing), each.amount.currency, each.count, each.amount) for each in found)


async def _cycle(core: Core, period: Period, actor: Actor, scope: Scope) -> Sheet:
    actor.require(Permission.VIEW)
    zone = core.merchant.zone
    took = await dispute_queries.cycle_time(core, since=period.begins(zone), until=period.ends(zone), scope=scope)
    hours = [
        None if each is None else (Decimal(int(each.total_seconds())) / HOUR_SECONDS).quantize(Decimal("0.1"))
        for each in (took.mean, took.median)
    ]
    return Sheet(
        "dispute cycle time",
        phrase("Dispute cycle time"),
        (phrase("ended"), phrase("mean hours"), phrase("median hours")),
        ((took.resolved, *hours),) if took.resolved else (),
        phrase("Office hours from filing to end."),
    )


async def _adherence(core: Core, period: Period, actor: Actor, scope: Scope) -> Sheet:
    actor.require(Permission.VIEW)
    zone = core.merchant.zone
    found = await adherence.overall(core, since=period.begins(zone), until=period.ends(zone), scope=scope)
    shares = (found.kept_by_count, found.kept_by_amount, found.received_share)
    return Sheet(
        "promise adherence",
        phrase("Promise adherence"),
        (
            phrase("promises decided"), phrase("kept"), phrase("partly kept"), phrase("broken"), phrase("kept share"),
            phrase("kept share by amount"), phrase("received share"),
        ),
        (
            (found.decided, found.kept.count, found.partly_kept.count, found.broken.count,
             *(None if each is None else Share(each) for each in shares)),
        ) if found.decided else (),
        phrase("Amounts are compared by the stated rates; without a rate a promise counts by number only."),
    )  # fmt: skip


async def _turnover(core: Core, period: Period, actor: Actor, scope: Scope) -> Sheet:
    found = await turnover.turnover(core, period=period, actor=actor, scope=scope)
    return Sheet(
        "dso",
        phrase("DSO, ADD and CEI"),
        (
            _CURRENCY, phrase("open at the beginning"), phrase("invoiced"), phrase("open at the end"),
            phrase("not overdue at the end"), phrase("DSO"), phrase("best possible DSO"), phrase("ADD"), phrase("CEI"),
        ),
        tuple(
            (each.opening.currency, each.opening, each.invoiced, each.closing, each.not_due, each.dso, each.best_dso,
             each.add, each.cei)
            for each in found
            if each.opening or each.invoiced or each.closing
        ),
        phrase("Days; CEI in percent. Formulas: docs/reports.md."),
    )  # fmt: skip


async def _held(core: Core, _: Period, actor: Actor, scope: Scope) -> Sheet:
    found = await held_back.held_back(core, actor=actor, scope=scope)
    rows: list[tuple[Cell, ...]] = []
    for each in found.reasons:
        rows += [
            (Word(held_back.WAITS.get(each.why, each.why)), one.currency, each.mails, one) for one in each.sums
        ] or [(Word(held_back.WAITS.get(each.why, each.why)), None, each.mails, None)]
    return Sheet(
        "held back", phrase("Held back"), (phrase("waits for"), _CURRENCY, phrase("mails"), _OPEN), tuple(rows),
        phrase("Now; what is open on the invoices of mails that wait."),
    )  # fmt: skip


async def _delivery(core: Core, _: Period, actor: Actor, scope: Scope) -> Sheet:
    actor.require(Permission.VIEW)
    whole = (await mail_reports.report(core, scope=scope)).whole
    return Sheet(
        "deliverability",
        phrase("Deliverability"),
        (phrase("sent"), phrase("hard bounces"), phrase("complaints"), phrase("soft bounces"), _STANDING),
        ((whole.sent, whole.hard, whole.complaints, whole.soft, Word(whole.standing.value, "standing of mail")),)
        if whole.sent or whole.hard or whole.complaints or whole.soft
        else (),
        phrase("The last seven days."),
    )


async def _portal(core: Core, period: Period, actor: Actor, scope: Scope) -> Sheet:
    weeks = min(funnel.MOST_WEEKS, -(-period.days // WEEK_DAYS) + 1)
    whole = (await funnel.funnel(core, actor=actor, weeks=weeks, scope=scope)).whole
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (Word(name, "stage of a link"), count, Share(Decimal(count) / whole.sent))
        for name, count in whole.stages
        if whole.sent
    )
    return Sheet(
        "portal", phrase("Payment page"), (phrase("stage"), phrase("links"), phrase("share")), rows,
        phrase("Whole weeks up to now."),
    )  # fmt: skip


async def _exposures(core: Core, _: Period, actor: Actor, scope: Scope) -> Sheet:
    found = await exposures.top(core, actor=actor, scope=scope)
    return Sheet(
        "exposures",
        phrase("Largest exposures"),
        (
            _CURRENCY, phrase("customer"), phrase("customer number"), _OPEN, phrase("overdue"),
            phrase("oldest, days late"), _INVOICES,
        ),
        tuple(
            (each.open.currency, each.account_name, each.account_number, each.open, each.overdue, each.oldest_days,
             each.invoices)
            for each in found
        ),
        phrase("Now; ten of each currency."),
    )  # fmt: skip


_BUCKETS = tuple(phrase("current") if each == "current" else each for each in BUCKETS)
"""The names of the buckets; the others are figures."""


async def _ageing(core: Core, _: Period, actor: Actor, scope: Scope) -> Sheet:
    found = await ageing.now(core, actor=actor, scope=scope)
    return Sheet(
        "ageing",
        phrase("Ageing"),
        (_CURRENCY, *_BUCKETS, _OPEN, _INVOICES),
        tuple(
            (each.currency, *(bucket.amount for bucket in each.buckets), each.total.amount, each.total.invoices)
            for each in found.currencies
            if each.total.invoices
        ),
        phrase("Now, by days past the due date."),
    )


async def _coverage(core: Core, _: Period, actor: Actor, scope: Scope) -> Sheet:
    found = await exposures.coverage(core, actor=actor, scope=scope)
    return Sheet(
        "coverage",
        phrase("Coverage"),
        (_CURRENCY, _INVOICES, phrase("can be mailed"), phrase("share"), phrase("share by amount")),
        tuple(
            (each.open.currency, each.invoices, each.mailable, Share(each.by_count), Share(each.by_amount))
            for each in found
        ),
        phrase("Now; open invoices whose customer has a contact that may be mailed."),
    )


Maker = Callable[[Core, Period, Actor, Scope], Awaitable[Sheet]]

MAKERS: Mapping[str, tuple[Maker, ...]] = {
    "collected": (_collected,),
    "promises": (_promises, _adherence),
    "disputes": (_disputes, _cycle),
    "dso": (_turnover,),
    "held": (_held,),
    "delivery": (_delivery,),
    "portal": (_portal,),
    "exposures": (_exposures,),
    "ageing": (_ageing,),
    "coverage": (_coverage,),
}
"""The sheets of each report; the weekly one has them all."""


async def sheets(
    core: Core, *, name: str, period: Period, actor: Actor, long: Period, scope: Scope = ALL
) -> tuple[Sheet, ...]:
    """Return the sheets of one report; in the weekly one, turnover is of the *long* period that ends with it."""
    if name != WEEKLY:
        return tuple([await make(core, period, actor, scope) for make in MAKERS[name]])
    every = [make for each in MAKERS.values() for make in each]
    return tuple([await make(core, long if make is _turnover else period, actor, scope) for make in every])
