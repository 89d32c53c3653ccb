"""Every state of an invoice's way through a cadence, of a hold and of a gate."""

from enum import StrEnum

from domain.kernel.machine import Machine


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


class HoldState(StrEnum):
    """A stop that a person put on an account, an invoice or a contact; that its end has come is arithmetic."""

    ACTIVE = "active"
    LIFTED = "lifted"


HOLD = Machine("hold", start=HoldState.ACTIVE, moves={(HoldState.ACTIVE, "lift"): HoldState.LIFTED})


class GateState(StrEnum):
    """A stop before all mail, or before what leaves by itself."""

    CLOSED = "closed"
    OPENED = "opened"


GATE = Machine("gate", start=GateState.CLOSED, moves={(GateState.CLOSED, "open"): GateState.OPENED})
