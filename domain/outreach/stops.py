"""Stops: every reason for which an invoice whose step has come is not asked for now, as one literal table. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from domain.kernel import kept
from domain.kernel.money import Money
from domain.kernel.speech import phrase
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

kept.learn(
    *HOLDS.values(),
    phrase("paused: {why}"),
    phrase("legal hold: {why}"),
    phrase("under review: {why}"),
    phrase("nobody is there: {why}"),
    phrase("a conversation is going on: {why}"),
    phrase("the account is excluded from collection"),
    phrase("a bank debit is under way"),
    phrase("an earlier mail about it has not left yet"),
    phrase("the customer is in credit: {unapplied} not yet applied cover the {owed} that are open"),
    phrase("the customer wrote on {day} and waits for an answer"),
    phrase("the customer wrote on {day} and waits for an answer (known by its sender only: until {until})"),
    phrase("the last mail about it left on {day}, the next waits 1 day"),
    phrase("the last mail about it left on {day}, the next waits {days} days"),
)


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


def _by_sender(case: Case, at: At) -> str:
    return "" if case.replied_until is None else f" (known by its sender only: until {_day(case.replied_until, at)})"


def _rested(case: Case, at: At) -> datetime:
    assert case.left_at is not None, "asked only of an invoice about which a mail has left"
    return case.left_at + at.rest


def _in_credit(case: Case, _: At) -> str:
    unapplied, owed = Money(case.unapplied_minor, case.currency), Money(case.owed_minor, case.currency)
    return f"the customer is in credit: {unapplied} not yet applied cover the {owed} that are open"


STOPS: tuple[Stop, ...] = (
    Stop(
        "account",
        lambda case, _: case.account_state != "active",
        lambda _case, _at: "the account is excluded from collection",
    ),
    Stop(
        "hold",
        lambda case, _: case.hold_kind is not None,
        lambda case, _: f"{HOLDS.get(case.hold_kind or '', case.hold_kind)}: {case.hold_reason}",
        lambda case, _: case.hold_until,
    ),
    Stop(
        "conversation",
        lambda case, _: case.replied_at is not None,
        lambda case, at: (
            f"the customer wrote on {_day(case.replied_at, at)} and waits for an answer{_by_sender(case, at)}"
        ),
        lambda case, _: case.replied_until,
    ),
    Stop("debit", lambda case, _: case.processing, lambda _case, _at: "a bank debit is under way"),
    Stop("paused", lambda case, _: case.chaseable_minor <= 0, lambda case, _: case.paused, _promise_ends),
    Stop("credit", lambda case, _: case.unapplied_minor >= case.owed_minor > 0, _in_credit),
    Stop("pending", lambda case, _: case.pending, lambda _case, _at: "an earlier mail about it has not left yet"),
    Stop(
        "rest",
        lambda case, at: case.left_at is not None and at.moment.now < _rested(case, at),
        lambda case, at: f"the last mail about it left on {_day(case.left_at, at)}, the next waits {days(at.rest)}",
        _rested,
    ),
)
"""Read top to bottom; the first that holds is the reason which is kept and shown."""


def days(span: timedelta) -> str:
    """Return a span in words: ``1 day``, ``7 days``."""
    return f"{span.days} day" if span.days == 1 else f"{span.days} days"


def _day(at: datetime | None, where: At) -> str:
    assert at is not None, "asked only where there is a moment to tell"
    return f"{at.astimezone(where.zone):%Y-%m-%d}"
