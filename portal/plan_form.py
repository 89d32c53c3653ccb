"""The plan form: what a payer typed about instalments, read into terms, or said back with what is wrong."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from babel.numbers import format_decimal

from domain.commitments import parties, terms
from domain.commitments.refusals import PlanUnsound
from domain.commitments.terms import MOST_INSTALMENTS, Frequency, Instalment, Own, Schedule, Terms
from domain.kernel.money import Money, digits
from portal import act_forms
from portal.act_forms import Desk, Sent
from portal.faults import Errors

MOST_ROWS = 36
"""Rows of days and amounts of one's own; whoever needs more takes equal instalments."""

FIRST_ROWS = 3

RHYTHMS = (Frequency.WEEKLY, Frequency.BIWEEKLY, Frequency.MONTHLY)


@dataclass(frozen=True, slots=True)
class Typed:
    """The form as it was typed, to be shown again."""

    own: bool = False
    """Whether days and amounts are the payer's own, as against equal instalments."""
    first: str = ""
    count: str = ""
    frequency: str = Frequency.MONTHLY.value
    rows: tuple[tuple[str, str], ...] = (("", ""),) * FIRST_ROWS
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Terms that fit, with the instalments that they make."""

    terms: Terms
    instalments: tuple[Instalment, ...]


def typed(sent: Sent) -> Typed:
    """Return what was typed, with days as browsers' fields take them."""
    fields = sent.received.fields
    places = range(1, MOST_ROWS + 1)
    rows = [(sent.text(f"day-{place}"), sent.text(f"amount-{place}")) for place in places if f"day-{place}" in fields]
    return Typed(
        own=sent.text("own") == "yes",
        first=act_forms.shown_day(sent.text("first"), sent.locale),
        count=sent.text("count")[:10],
        frequency=sent.text("frequency")[:20],
        rows=tuple((act_forms.shown_day(day, sent.locale), amount[:40]) for day, amount in rows)
        or (("", ""),) * FIRST_ROWS,
        reason=sent.text("reason"),
    )


def fields(form: Typed) -> dict[str, str]:
    """Return the form as its page would send it, in the terms of ``typed``."""
    rows = {f"day-{place}": day for place, (day, _) in enumerate(form.rows, 1)}
    rows |= {f"amount-{place}": amount for place, (_, amount) in enumerate(form.rows, 1)}
    equal = {"first": form.first, "count": form.count, "frequency": form.frequency, "reason": form.reason}
    return {**equal, **({"own": "yes", **rows} if form.own else {})}


def with_row(form: Typed) -> Typed:
    """Return the form with one row more, if there may be one."""
    return replace(form, rows=(*form.rows, ("", ""))[:MOST_ROWS])


def in_rows(sent: Sent, form: Typed) -> Typed:
    """Return the form for days and amounts of one's own; equal instalments that fit are its first rows."""
    wanted = _equal(sent, [])
    made = wanted.instalments[:MOST_ROWS] if wanted and len(wanted.instalments) <= MOST_ROWS else ()
    rows = tuple((each.due_on.isoformat(), plain(each.amount, sent.locale)) for each in made)
    empty = all(not day and not amount for day, amount in form.rows)
    return replace(form, own=True, rows=rows if rows and empty else form.rows)


def read(sent: Sent) -> tuple[Wanted | None, Errors]:
    """Return the terms, or what has to be corrected."""
    errors: list[tuple[str, str]] = []
    wanted = _own(sent, errors) if sent.text("own") == "yes" else _equal(sent, errors)
    if wrong := act_forms.problem(sent, "reason", most=parties.LONGEST_TEXT, missing="plan_reason_missing"):
        errors.append(("reason", wrong))
    return (None if errors else wanted), tuple(errors)


def plain(amount: Money, locale: str) -> str:
    """Return an amount as the payer would type it."""
    decimals = digits(amount.currency)
    return str(format_decimal(amount.decimal, format=f"0.{'0' * decimals}" if decimals else "0", locale=locale))


def last_day(desk: Desk) -> date:
    """Return the last day on which an instalment may fall."""
    return terms.add_months(desk.today, terms.LATEST)


def _equal(sent: Sent, errors: list[tuple[str, str]]) -> Wanted | None:
    t, balance = sent.t, sent.page.balance
    first = act_forms.day(sent, "first", last=last_day(sent))
    if isinstance(first, str):
        errors.append(("first", first))
    count = sent.text("count")
    number = int(count) if count.isdecimal() and len(count) <= 3 else 0
    if not 2 <= number <= MOST_INSTALMENTS:
        errors.append(("count", t("plan_count_wrong", most=MOST_INSTALMENTS)))
    elif number > balance.minor:
        errors.append(("count", t("plan_count_small", amount=sent.money(balance))))
    frequency = next((each for each in RHYTHMS if each.value == sent.text("frequency")), None)
    if frequency is None:
        errors.append(("frequency", t("plan_frequency_missing")))
    if errors or isinstance(first, str) or frequency is None:
        return None
    return _drawn(sent, Schedule(first, number, frequency), errors, field="count")


def _own(sent: Sent, errors: list[tuple[str, str]]) -> Wanted | None:
    made: list[Instalment] = []
    places = [place for place in range(1, MOST_ROWS + 1) if sent.text(f"day-{place}") or sent.text(f"amount-{place}")]
    for place in places:
        day = act_forms.day(sent, f"day-{place}", last=last_day(sent))
        amount = act_forms.amount(sent, f"amount-{place}", most=sent.page.balance)
        errors += [(f"day-{place}", _in_row(sent, place, day))] if isinstance(day, str) else []
        errors += [(f"amount-{place}", _in_row(sent, place, amount))] if isinstance(amount, str) else []
        if not isinstance(day, str) and not isinstance(amount, str):
            made.append(Instalment(day, amount))
    if not errors:
        errors += _unfit(sent, made)
    return None if errors else _drawn(sent, Own(tuple(made)), errors, field="day-1")


def _in_row(sent: Sent, place: int, sentence: str) -> str:
    return sent.t("plan_in_row", n=place, why=sentence)


def _unfit(sent: Sent, made: Sequence[Instalment]) -> list[tuple[str, str]]:
    """Return what is wrong with rows each of which is right by itself."""
    t, balance = sent.t, sent.page.balance
    if len(made) < 2:
        return [("day-1", t("plan_rows_few"))]
    if len({each.due_on for each in made}) < len(made):
        return [("day-1", t("plan_days_twice"))]
    total = Money(sum(each.amount.minor for each in made), balance.currency)
    if total == balance:
        return []
    less = total < balance
    apart = balance - total if less else total - balance
    said = {"total": sent.money(total), "balance": sent.money(balance), "apart": sent.money(apart)}
    return [("amount-1", t("plan_sum_less" if less else "plan_sum_more", **said))]


def _drawn(sent: Sent, wanted: Terms, errors: list[tuple[str, str]], *, field: str) -> Wanted | None:
    try:
        return Wanted(wanted, terms.drawn_up(wanted, balance=sent.page.balance, today=sent.today))
    except PlanUnsound:
        errors.append((field, sent.t("plan_last", date=sent.day(last_day(sent)))))
        return None
