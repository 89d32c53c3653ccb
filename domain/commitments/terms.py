"""Terms: instalments drawn up from a first date, a number and a rhythm, or as a payer wrote them; pure arithmetic."""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise

from domain.commitments.refusals import PlanUnsound
from domain.kernel.money import Money
from domain.kernel.speech import say

MOST_INSTALMENTS = 60
"""Five years of monthly instalments."""

LATEST = 5 * 12
"""Months from today to the last instalment at most; a debt stretched longer is a loan."""


class Frequency(StrEnum):
    """How far apart instalments are."""

    WEEKLY = "weekly"
    BIWEEKLY = "biweekly"
    MONTHLY = "monthly"
    OWN = "own"


@dataclass(frozen=True, slots=True)
class Instalment:
    """An amount and the day on which it is due."""

    due_on: date
    amount: Money


@dataclass(frozen=True, slots=True)
class Schedule:
    """Equal instalments of a rhythm; their number makes the amounts."""

    first_on: date
    count: int
    frequency: Frequency


@dataclass(frozen=True, slots=True)
class Own:
    """Days and amounts of the payer's own."""

    instalments: tuple[Instalment, ...]


Terms = Schedule | Own


def drawn_up(terms: Terms, *, balance: Money, today: date) -> tuple[Instalment, ...]:
    """Return the instalments; they add up to the balance to the last minor unit, in the order of their days.

    Raises:
        PlanUnsound: Too many or too few, days that are past, doubled or too far ahead, or another sum.
    """
    made = _scheduled(terms, balance) if isinstance(terms, Schedule) else _own(terms, balance)
    days = [each.due_on for each in made]
    if days[0] < today:
        raise PlanUnsound(say("The first instalment would be due on {day}, which is in the past.", day=days[0]))
    if any(later <= earlier for earlier, later in pairwise(days)):
        raise PlanUnsound(say("Each instalment needs a day of its own, one after the other."))
    if days[-1] > (last := add_months(today, LATEST)):
        raise PlanUnsound(
            say("The last instalment would be due on {day}; a plan ends by {last}.", day=days[-1], last=last)
        )
    return made


def split(amount: Money, count: int) -> tuple[Money, ...]:
    """Return so many parts that add up to the amount exactly; no two differ by more than one minor unit.

    Each part's exact share has the same remainder, so which parts get the units that are left over is a matter of
    choice: it is the last ones, since the first instalment is what a payer in trouble has to find soonest.
    """
    assert count >= 1, "an amount has at least one part"
    share, left_over = divmod(amount.minor, count)
    return tuple(Money(share + (place >= count - left_over), amount.currency) for place in range(count))


def days(first_on: date, count: int, frequency: Frequency) -> tuple[date, ...]:
    """Return the due days. Months are counted from the first day, so the 31st stays one wherever a month has it."""
    match frequency:
        case Frequency.WEEKLY:
            return tuple(first_on + timedelta(weeks=each) for each in range(count))
        case Frequency.BIWEEKLY:
            return tuple(first_on + timedelta(weeks=2 * each) for each in range(count))
        case Frequency.MONTHLY:
            return tuple(add_months(first_on, each) for each in range(count))
        case Frequency.OWN:
            raise PlanUnsound(say("Instalments of one's own need their own days and amounts."))


def add_months(day: date, months: int) -> date:
    """Return the same day so many months later, or the month's last day where it is shorter."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def frequency_of(terms: Terms) -> Frequency:
    """Return the rhythm, as it is stored."""
    return terms.frequency if isinstance(terms, Schedule) else Frequency.OWN


def _scheduled(terms: Schedule, balance: Money) -> tuple[Instalment, ...]:
    _require_number(terms.count)
    if balance.minor < terms.count:
        raise PlanUnsound(
            say("{balance} cannot be split into {count} instalments.", balance=balance, count=terms.count)
        )
    try:
        due = days(terms.first_on, terms.count, terms.frequency)
    except (OverflowError, ValueError):  # a year beyond the calendar
        raise PlanUnsound(say("That first day is too far ahead.")) from None
    amounts = split(balance, terms.count)
    return tuple(Instalment(day, amount) for day, amount in zip(due, amounts, strict=True))


def _own(terms: Own, balance: Money) -> tuple[Instalment, ...]:
    _require_number(len(terms.instalments))
    if any(each.amount.currency != balance.currency for each in terms.instalments):
        raise PlanUnsound(say("Every instalment has to be in {currency}.", currency=balance.currency))
    if any(each.amount.minor <= 0 for each in terms.instalments):
        raise PlanUnsound(say("Every instalment has to be more than nothing."))
    total = _sum([each.amount.minor for each in terms.instalments], balance)
    if total != balance:
        raise PlanUnsound(
            say(
                "The instalments add up to {total}; they have to add up to the balance of {balance}.",
                total=total,
                balance=balance,
            )
        )
    return tuple(sorted(terms.instalments, key=lambda each: each.due_on))


def _sum(minors: Sequence[int], balance: Money) -> Money:
    return Money(sum(minors), balance.currency)


def _require_number(count: int) -> None:
    if not 2 <= count <= MOST_INSTALMENTS:
        raise PlanUnsound(
            say("A plan has 2 to {most} instalments. For a single payment, make a promise.", most=MOST_INSTALMENTS)
        )
