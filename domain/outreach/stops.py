"""Stops: every reason for which an invoice whose step has come is not asked for now, as one literal table. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from domain.kernel.money import Money
from domain.kernel.speech import counted, phrase, say
from domain.outreach import steps
from domain.outreach.due import Case, Moment

HOLDS: Mapping[str, str] = {
    "pause": phrase("paused"),
    "legal": phrase("legal hold"),
    "review": phrase("under review"),
    "away": phrase("nobody is there"),
    "conversation": phrase("a conversation is going on"),
}
"""Every kind of hold as people read it."""


@dataclass(frozen=True, slots=True)
class At:
    """What the stops look at besides the case."""

    moment: Moment
    rest: timedelta
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Stop:
    """One reason why an invoice is not asked for now."""

    name: str
    holds: Callable[[Case, At], bool]
    reason: Callable[[Case, At], str]
    until: Callable[[Case, At], datetime | None] = lambda _case, _at: None
    """Its known end, if any."""


def _promise_ends(case: Case, at: At) -> datetime | None:
    if case.promise_until is None or case.disputed_minor or case.planned_minor:
        return None
    return steps.moment(case.promise_until, offset_days=1, zone=at.zone)


def _wrote(case: Case, at: At) -> str:
    day = _day(case.replied_at, at)
    if case.replied_until is None:
        return say("the customer wrote on {day} and waits for an answer", day=day)
    return say(
        "the customer wrote on {day} and waits for an answer (known by its sender only: until {until})",
        day=day,
        until=_day(case.replied_until, at),
    )


def _left(case: Case, at: At) -> str:
    return counted(
        "the last mail about it left on {day}, the next waits {n} day",
        "the last mail about it left on {day}, the next waits {n} days",
        at.rest.days,
        day=_day(case.left_at, at),
    )


def _rested(case: Case, at: At) -> datetime:
    assert case.left_at is not None, "asked only of an invoice about which a mail has left"
    return case.left_at + at.rest


def _in_credit(case: Case, _: At) -> str:
    unapplied, owed = Money(case.unapplied_minor, case.currency), Money(case.owed_minor, case.currency)
    return say(
        "the customer is in credit: {unapplied} not yet applied cover the {owed} that are open",
        unapplied=unapplied,
        owed=owed,
    )


STOPS: tuple[Stop, ...] = (
    Stop(
        "account",
        lambda case, _: case.account_state != "active",
        lambda _case, _at: say("the account is excluded from collection"),
    ),
    Stop(
        "hold",
        lambda case, _: case.hold_kind is not None,
        lambda case, _: say("{kind}: {why}", kind=say(HOLDS[case.hold_kind or ""]), why=case.hold_reason),
        lambda case, _: case.hold_until,
    ),
    Stop(
        "conversation",
        lambda case, _: case.replied_at is not None,
        _wrote,
        lambda case, _: case.replied_until,
    ),
    Stop("debit", lambda case, _: case.processing, lambda _case, _at: say("a bank debit is under way")),
    Stop("paused", lambda case, _: case.chaseable_minor <= 0, lambda case, _: case.paused, _promise_ends),
    Stop("credit", lambda case, _: case.unapplied_minor >= case.owed_minor > 0, _in_credit),
    Stop("pending", lambda case, _: case.pending, lambda _case, _at: say("an earlier mail about it has not left yet")),
    Stop(
        "rest",
        lambda case, at: case.left_at is not None and at.moment.now < _rested(case, at),
        _left,
        _rested,
    ),
)
"""Read top to bottom; the first that holds is the reason which is kept and shown."""


def _day(at: datetime | None, where: At) -> date:
    assert at is not None, "asked only where there is a moment to tell"
    return at.astimezone(where.zone).date()
