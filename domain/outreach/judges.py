"""Judges: the single questions that the guardrails ask, each a function of the facts alone.

None means: nothing to object. The name and the reason of an objection are the table's, in ``guardrails``.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from domain.kernel import calendars
from domain.kernel.speech import say
from domain.outreach import needs
from domain.outreach.facts import ItemFacts, Lane, MailFacts, Stop
from domain.outreach.verdicts import Never, Review, Wait

REVERSALS_COUNT = 2
"""A single payment that went back says nothing yet, whatever share of the week it is."""

LOOK_AGAIN = timedelta(hours=1)
"""When a stop has no known end. What ends it releases its mails at once; this is for what ends in silence."""


# One invoice --------------------------------------------------------------------------------------


def gives_back(objects: bool, *, until: datetime | None = None) -> Never | None:
    """Object for a reason that may pass: the step is given back."""
    return Never(passing=True, until=until) if objects else None


def ends(objects: bool) -> Never | None:
    """Object for good."""
    return Never() if objects else None


def paused(f: ItemFacts) -> Never | None:
    """Object when promises, disputes and plans leave nothing to ask for."""
    return gives_back(not f.ask and not (f.instalment and f.instalment_met))


def not_yet(f: ItemFacts) -> Never | None:
    """Object when the due date was moved so far that its step is not due any more."""
    if f.offset_days is None or f.instalment or f.nudge:
        return None
    return gives_back(f.today < f.due_on + timedelta(days=f.offset_days))


# The mail -----------------------------------------------------------------------------------------


def approvals(f: MailFacts) -> tuple[str, ...]:
    """Return why a person has to approve the mail; empty when it may leave by itself.

    A nudge was asked for by a person and needs no Shadow Mode; large sums and final notices always need a second one.
    """
    planned = [each for each in f.items if not each.nudge]
    reasons = (
        (say(needs.SHADOW), any(each.mode != "autopilot" for each in planned)),
        (say(needs.FINAL), f.severity >= needs.FINAL_SEVERITY),
        (say(needs.HIGH_VALUE), f.high_value),
        (say(needs.STEP), any(each.step_approval for each in planned)),
        (say("edited by {name}", name=f.edited_by), f.edited_by is not None),
    )
    return tuple(reason for reason, holds in reasons if holds)


def unreachable(f: MailFacts, objects: bool) -> Never | None:
    """Object to the recipient; the step is looked at again at once, since another contact may get it."""
    return gives_back(objects, until=f.now)


def unapproved(f: MailFacts) -> Review | None:
    """Send it to a person who has to approve it."""
    return Review() if f.approved_at is None and approvals(f) else None


def stale(f: MailFacts) -> Review | None:
    """Send it back to a person when it is no longer what was approved."""
    return Review() if f.approved_at is not None and f.drafted_as is not None and f.drafted_as != f.snapshot else None


def wait(f: MailFacts, until: datetime | None) -> Wait:
    """Wait until then; with no known end, look again later."""
    return Wait(f.now + LOOK_AGAIN if until is None else until)


def gate(f: MailFacts) -> Stop | None:
    """Return the first closed gate that the mail has to wait for."""
    return next((each for each in f.gates if _holds(each, f)), None)


def _holds(closed: Stop, f: MailFacts) -> bool:
    match closed.scope:
        case "all mail":
            return True
        case "mail that asks to pay":
            return f.asks
        case _:
            return f.by_itself


def gated(f: MailFacts) -> Wait | None:
    """Wait for a gate to open."""
    return wait(f, closed.until) if (closed := gate(f)) else None


def unanswered(f: MailFacts) -> Wait | None:
    """Wait while somebody at the customer waits for us."""
    return wait(f, None) if f.replied_at is not None else None


def stale_ledger(f: MailFacts) -> Wait | None:
    """Wait for news of the ledger: who paid meanwhile would not be known."""
    if not f.ledger_max_age or (f.ledger_at is not None and f.now - f.ledger_at <= f.ledger_max_age):
        return None
    return wait(f, None)


def poor_coverage(f: MailFacts) -> Wait | None:
    """Wait while too few invoices of the segment can be mailed."""
    return wait(f, None) if f.by_itself and f.health is not None and f.health.coverage < f.least_coverage else None


def many_reversals(f: MailFacts) -> Wait | None:
    """Wait while too many payments of the segment go back."""
    if f.health is None or not f.by_itself:
        return None
    many = f.health.reversals > f.most_reversals and f.health.reversed_week >= REVERSALS_COUNT
    return wait(f, None) if many else None


def undo(f: MailFacts) -> Wait | None:
    """Wait while the approval may be called back."""
    if f.approved_at is None or f.now >= f.approved_at + f.undo:
        return None
    return Wait(f.approved_at + f.undo)


def opening(f: MailFacts, at: datetime) -> datetime:
    """Return the first moment from *at* on in which the payer may be written to."""
    return calendars.next_opening(at, zone=f.zone, country=f.country, opens=f.opens, closes=f.closes)


def free_day(f: MailFacts, *, weekend: bool) -> Wait | None:
    """Object on a day off; it is a weekend where the same weekday of the weeks around it is free as well."""
    day = f.now.astimezone(f.zone).date()
    if calendars.is_working_day(day, f.country):
        return None
    around = [calendars.is_working_day(day + timedelta(weeks=each), f.country) for each in (-2, -1, 1, 2)]
    return Wait(opening(f, f.now)) if weekend is (sum(around) < len(around) / 2) else None


def quiet_hours(f: MailFacts) -> Wait | None:
    """Wait for the payer's opening hours."""
    return Wait(opens) if (opens := opening(f, f.now)) > f.now else None


def rest(f: MailFacts) -> Wait | None:
    """Let the contact rest after the last reminder."""
    if f.asked_at is None or f.now >= f.asked_at + f.rest:
        return None
    return Wait(f.asked_at + f.rest)


def breaker(f: MailFacts) -> Wait | None:
    """Wait for the recipient's provider to take our mail again."""
    if f.breaker is None or f.breaker.until is None or f.now >= f.breaker.until:
        return None
    return Wait(f.breaker.until)


def full_lane(f: MailFacts, called: str) -> Lane | None:
    """Return the budget of that name when the mail has no place left in it today."""
    return next((each for each in f.lanes if each.called == called and not f.reserved and each.sent >= each.cap), None)


def cap(called: str) -> Callable[[MailFacts], Wait | None]:
    """Return the judge of the daily budget of that name."""
    return lambda f: wait(f, f.next_day) if full_lane(f, called) else None
