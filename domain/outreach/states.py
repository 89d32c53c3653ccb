"""Every state of a cadence and of an invoice's way through it."""

from enum import StrEnum

from domain.kernel.machine import Machine


class CadenceState(StrEnum):
    """One version of a cadence."""

    DRAFT = "draft"
    PUBLISHED = "published"
    RETIRED = "retired"


CADENCE = Machine(
    "cadence",
    start=CadenceState.DRAFT,
    moves={
        (CadenceState.DRAFT, "publish"): CadenceState.PUBLISHED,
        (CadenceState.PUBLISHED, "retire"): CadenceState.RETIRED,
    },
)


class EnrolmentState(StrEnum):
    """An invoice in a cadence; waiting for a payment or a promise is arithmetic, not a state."""

    RUNNING = "running"
    FINISHED = "finished"
    CLOSED = "closed"


ENROLMENT = Machine(
    "enrolment",
    start=EnrolmentState.RUNNING,
    moves={
        (EnrolmentState.RUNNING, "finish"): EnrolmentState.FINISHED,  # all steps done; a person has it
        (EnrolmentState.RUNNING, "close"): EnrolmentState.CLOSED,  # settled, void or written off
    },
)
