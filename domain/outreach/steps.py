"""Steps: at which moment a cadence asks for which letter, and which one catches up on what was missed. Pure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.policies.cadences import SEND_HOUR

SEND_AT = time(SEND_HOUR)
"""Reminders fall due in the morning in the merchant's zone, a working hour of those who answer questions."""

DUE_AT = f"((i.due_on + s.offset_days)::timestamp + interval '{SEND_HOUR} hours') AT TIME ZONE %(zone)s"
"""The same as SQL, of a step ``s`` and an invoice ``i``."""

OVERDUE = 1
"""Severity of a letter about an invoice that is past due; an overdue invoice may begin there."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a cadence."""

    position: int
    offset_days: int
    letter: str | None
    """None: a person takes over."""
    tone: str
    severity: int
    recipients: str
    """Role of the contacts who get it."""
    approval: bool
    """Whether a person has to approve it even in a segment on Autopilot."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What is to be done next about one invoice."""

    position: int
    """The last step that is done by it."""
    step: Step | None = None
    """Whose letter is to be written; None: no letter is due."""
    tone: str = "Neutral"
    over: bool = False
    """Every letter was written or struck out, and a person is to take over now."""


def moment(due_on: date, *, offset_days: int, zone: ZoneInfo) -> datetime:
    """Return when a step falls due: a date and an hour on the wall, whatever clocks are put to in between."""
    return datetime.combine(due_on + timedelta(days=offset_days), SEND_AT, zone).astimezone(UTC)


def choose(
    steps: Sequence[Step],
    *,
    last_position: int,
    last_severity: int,
    vetoed: Collection[int],
    due_on: date,
    now: datetime,
    today: date,
    zone: ZoneInfo,
) -> Choice:
    """Return what catches up on everything that has fallen due: at most one letter.

    It is the latest due letter that is at most one level harsher than the last one that left, and speaks in the tone
    of the earliest that was not delivered. Where even the earliest is harsher, it is a milder letter from before that
    never left (an invoice that moved here from another cadence has one), and where there is none, the earliest: the
    cadence says so. Steps that were struck out count as done. A person takes over only when no letter is left.
    """
    left = [step for step in steps if step.position > last_position]
    letters = [step for step in left if step.letter is not None and step.position not in vetoed]
    due = [step for step in letters if moment(due_on, offset_days=step.offset_days, zone=zone) <= now]
    if due:
        harshest = max(last_severity + 1, OVERDUE if today > due_on else 0)
        if fitting := [step for step in due if step.severity <= harshest]:
            return Choice(position=fitting[-1].position, step=fitting[-1], tone=due[0].tone)
        left_out = [
            step
            for step in steps
            if step.letter is not None
            and step.position <= last_position
            and step.position not in vetoed
            and last_severity < step.severity <= harshest
        ]
        if left_out:
            return Choice(position=last_position, step=left_out[-1], tone=left_out[-1].tone)
        return Choice(position=due[0].position, step=due[0], tone=due[0].tone)
    passed = [
        step.position
        for step in left
        if step.position in vetoed and moment(due_on, offset_days=step.offset_days, zone=zone) <= now
    ]
    position = max(passed, default=last_position)
    person = next((step for step in left if step.letter is None), None)
    if letters:
        return Choice(position=position)
    if person is None:
        return Choice(position=position, over=True)
    over = moment(due_on, offset_days=person.offset_days, zone=zone) <= now
    return Choice(position=person.position if over else position, over=over)


def following(steps: Sequence[Step], *, position: int, due_on: date, zone: ZoneInfo, earliest: datetime) -> datetime:
    """Return when the step after *position* falls due, never before *earliest*; after the last, a person is asked."""
    step = next((each for each in steps if each.position > position), None)
    return earliest if step is None else max(earliest, moment(due_on, offset_days=step.offset_days, zone=zone))
