"""Every state of a claim, a snooze, an absence, a task and a question. That one of them ran out is told by its end."""

from enum import StrEnum

from domain.kernel.machine import Machine


class ClaimState(StrEnum):
    """Whose case it is; a claim that ran out counts no more, whatever its state."""

    ACTIVE = "active"
    RELEASED = "released"


CLAIM = Machine("claim", start=ClaimState.ACTIVE, moves={(ClaimState.ACTIVE, "release"): ClaimState.RELEASED})


class SnoozeState(StrEnum):
    """An invoice put off; that its time came, or that something happened since, is arithmetic."""

    ACTIVE = "active"
    ENDED = "ended"


SNOOZE = Machine("snooze", start=SnoozeState.ACTIVE, moves={(SnoozeState.ACTIVE, "end"): SnoozeState.ENDED})


class AbsenceState(StrEnum):
    """A time in which somebody is away; that it has begun or is over is arithmetic."""

    PLANNED = "planned"
    CANCELLED = "cancelled"


ABSENCE = Machine(
    "absence", start=AbsenceState.PLANNED, moves={(AbsenceState.PLANNED, "cancel"): AbsenceState.CANCELLED}
)


class TaskState(StrEnum):
    """Something that only a person can do."""

    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"


TASK = Machine(
    "task",
    start=TaskState.OPEN,
    moves={
        (TaskState.OPEN, "finish"): TaskState.DONE,
        (TaskState.OPEN, "drop"): TaskState.DROPPED,  # a person decided that it is not worth doing, or impossible
    },
)


class QuestionState(StrEnum):
    """What a payer wanted to know; reminders wait while nobody has answered."""

    ASKED = "asked"
    ANSWERED = "answered"
    CLOSED = "closed"


QUESTION = Machine(
    "question",
    start=QuestionState.ASKED,
    moves={
        (QuestionState.ASKED, "answer"): QuestionState.ANSWERED,
        (QuestionState.ASKED, "close"): QuestionState.CLOSED,  # answered another way, or in no need of an answer
    },
)
