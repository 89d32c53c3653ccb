"""Decisions: what to do about each enrolment whose step has come, and why; planner and preview both ask here."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from domain.commitments import words
from domain.kernel.core import Core
from domain.kernel.speech import counted, phrase, say
from domain.kernel.transactions import Rows
from domain.outreach import due, needs, steps, stops
from domain.outreach.due import Cadence, Case, Moment, Recipient
from domain.outreach.steps import Step

LOOK_AGAIN = timedelta(hours=6)
"""What has no known end is looked at again after this long; whatever ends it early says so by an event."""

SOON = timedelta(minutes=1)
"""The least time until an enrolment is looked at again, so that each pass comes to an end."""

LEAST_REST = timedelta(days=1)
"""Between two letters about one invoice, also where contacts have no rest: a backlog is no burst."""

NOBODY = phrase("nobody is on file to write to")
ALL_SUPPRESSED = phrase("every address on file is suppressed")
NO_ROLE = {
    "billing": phrase("no billing contact is on file"),
    "escalation": phrase("no escalation contact is on file"),
}
AWAY = phrase("the only contact is away")
ALL_AWAY = phrase("all contacts are away")


class Does(StrEnum):
    """What the planner does with an enrolment."""

    CLOSE = "close"
    HOLD = "hold"
    PASS = "pass"  # noqa: S105 - steps that were struck out are passed over
    HAND_OVER = "hand over"
    MAIL = "mail"


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to be done about one enrolment."""

    case: Case
    does: Does
    reason: str
    """Why the letter is due, or why it is held."""
    until: datetime
    """When to look again: the end of what holds it, or the next step's moment."""
    position: int = 0
    """The last step that is done by it."""
    step: Step | None = None
    """Whose letter is due, also while something holds it."""
    tone: str = "Neutral"
    cadence: str = ""
    recipients: tuple[Recipient, ...] = ()
    needs: tuple[str, ...] = ()
    missing: bool = False
    """Whether a person has to find a contact."""


async def of(core: Core, rows: Rows, *, ids: Sequence[UUID], moment: Moment) -> list[Decision]:
    """Return the decision on each of those enrolments, in their order."""
    cases = await due.cases(rows, ids=ids, moment=moment)
    cadences = await due.cadences(rows, ids=[case.cadence_id for case in cases if case.cadence_id])
    where = at(core, moment)
    first = [_before_recipients(core, case, cadences[case.cadence_id], where) for case in cases if case.cadence_id]
    mailed = [each.case.account_id for each in first if each.does is Does.MAIL]
    contacts = await due.recipients(rows, accounts=mailed, now=moment.now) if mailed else {}
    return [_addressed(each, contacts, moment.now) for each in first]


def rest(core: Core) -> timedelta:
    """Return how long after one letter about an invoice the next one may leave at the earliest."""
    return max(core.limits.contact_rest, LEAST_REST)


def stopped_by(case: Case, at: stops.At, *, but: Collection[str] = ()) -> tuple[str, datetime] | None:
    """Return why an invoice is not asked for now and when to look again, or None; the stops *but* do not count."""
    for stop in stops.STOPS:
        if stop.name not in but and stop.holds(case, at):
            until = stop.until(case, at) or at.moment.now + LOOK_AGAIN
            return stop.reason(case, at), max(until, at.moment.now + SOON)
    return None


def at(core: Core, moment: Moment) -> stops.At:
    """Return what the stops look at besides the case."""
    return stops.At(moment, rest(core), core.merchant.zone)


def _before_recipients(core: Core, case: Case, cadence: Cadence, where: stops.At) -> Decision:
    now = where.moment.now
    if case.invoice_state != "open":
        reason = words.invoice_closed(case.invoice_state)
        return Decision(case, Does.CLOSE, reason, now, cadence=cadence.name)
    choice = steps.choose(
        cadence.steps,
        last_position=case.last_position,
        last_severity=case.last_severity,
        vetoed=case.vetoed,
        due_on=case.due_on,
        now=now,
        today=where.moment.today,
        zone=where.zone,
    )
    earliest = now + where.rest if choice.step else now + SOON
    until = steps.following(
        cadence.steps, position=choice.position, due_on=case.due_on, zone=where.zone, earliest=earliest
    )
    named: dict[str, object] = {"cadence": f"{cadence.name} v{cadence.version}", "age": _age(case, where)}
    passed = say("cadence {cadence}, {age}", **named)
    decision = Decision(case, Does.PASS, passed, until, choice.position, choice.step, choice.tone, cadence.name)
    if choice.step is None and not choice.over:
        return decision
    if (stopped := stopped_by(case, where)) is not None:
        reason, until = stopped
        return replace(decision, does=Does.HOLD, reason=reason, until=until)
    if choice.step is None:
        return replace(decision, does=Does.HAND_OVER)
    return replace(
        decision,
        does=Does.MAIL,
        reason=say("step {step} of cadence {cadence}, {age}", step=choice.step.position, **named),
        needs=needs.of_item(
            core, mode=case.mode, severity=choice.step.severity, approval=choice.step.approval, asked=case.asked
        ),
    )


def _addressed(
    decision: Decision, contacts: Mapping[tuple[UUID, str], tuple[Recipient, ...]], now: datetime
) -> Decision:
    """Give a mail its recipients: those of the step's role and nobody else, or the reason why there are none."""
    if decision.does is not Does.MAIL or decision.step is None:
        return decision
    role, account_id = decision.step.recipients, decision.case.account_id
    everybody = contacts.get((account_id, role), ())
    mailable = tuple(each for each in everybody if not each.suppressed and not each.held)
    if mailable:
        return replace(decision, recipients=mailable)
    held = [each for each in everybody if not each.suppressed]
    until = min((each.held_until for each in held if each.held_until), default=now + LOOK_AGAIN)
    if held:
        reason = say(AWAY if len(held) == 1 else ALL_AWAY)
    elif everybody:
        reason = say(ALL_SUPPRESSED)
    elif any(account == account_id for account, _ in contacts):
        reason = say(NO_ROLE[role])
    else:
        reason = say(NOBODY)
    return replace(decision, does=Does.HOLD, reason=reason, until=until, missing=not held)


def _age(case: Case, at: stops.At) -> str:
    days = (at.moment.today - case.due_on).days
    if days > 0:
        return counted("{n} day past due", "{n} days past due", days)
    return counted("due in {n} day", "due in {n} days", -days) if days else say("due today")
