"""Every state of a promise, a plan and a dispute."""

from enum import StrEnum

from domain.kernel.machine import Machine
from domain.kernel.speech import say


class PromiseState(StrEnum):
    """What was decided about a promise; that it is due, or past its grace, is arithmetic."""

    RUNNING = "running"
    KEPT = "kept"
    PARTLY_KEPT = "partly_kept"
    BROKEN = "broken"
    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"


PROMISE = Machine(
    "promise",
    start=PromiseState.RUNNING,
    moves={
        (PromiseState.RUNNING, "keep"): PromiseState.KEPT,  # the money is there
        (PromiseState.RUNNING, "keep in part"): PromiseState.PARTLY_KEPT,  # some of it, after the grace
        (PromiseState.RUNNING, "break"): PromiseState.BROKEN,  # none of it, after the grace
        (PromiseState.RUNNING, "replace"): PromiseState.REPLACED,  # moved in time, or taken up by a plan
        (PromiseState.RUNNING, "withdraw"): PromiseState.WITHDRAWN,
    },
)


class PlanState(StrEnum):
    """What was decided about a plan; whether it is on schedule is arithmetic."""

    REQUESTED = "requested"
    COUNTERED = "countered"
    RUNNING = "running"
    COMPLETED = "completed"
    DEFAULTED = "defaulted"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


PLAN = Machine(
    "plan",
    start=PlanState.REQUESTED,
    moves={
        (PlanState.REQUESTED, "approve"): PlanState.RUNNING,
        (PlanState.REQUESTED, "counter"): PlanState.COUNTERED,
        (PlanState.REQUESTED, "reject"): PlanState.REJECTED,
        (PlanState.REQUESTED, "cancel"): PlanState.CANCELLED,
        (PlanState.COUNTERED, "counter"): PlanState.COUNTERED,  # a better offer, or one on today's balance
        (PlanState.COUNTERED, "accept"): PlanState.RUNNING,
        (PlanState.COUNTERED, "reject"): PlanState.REJECTED,
        (PlanState.COUNTERED, "cancel"): PlanState.CANCELLED,
        (PlanState.RUNNING, "complete"): PlanState.COMPLETED,  # the invoice is settled
        (PlanState.RUNNING, "default"): PlanState.DEFAULTED,
        (PlanState.RUNNING, "cancel"): PlanState.CANCELLED,
    },
)


class DisputeState(StrEnum):
    """What was decided about a dispute; at risk and late are arithmetic on its deadline."""

    OPEN = "open"
    ACCEPTED = "accepted"
    PARTLY_ACCEPTED = "partly_accepted"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


DISPUTE = Machine(
    "dispute",
    start=DisputeState.OPEN,
    moves={
        (DisputeState.OPEN, "accept"): DisputeState.ACCEPTED,  # not before its credit is approved
        (DisputeState.OPEN, "accept in part"): DisputeState.PARTLY_ACCEPTED,  # likewise
        (DisputeState.OPEN, "reject"): DisputeState.REJECTED,
        (DisputeState.OPEN, "withdraw"): DisputeState.WITHDRAWN,  # by the payer, or the end of a test
    },
)


class DocumentState(StrEnum):
    """Whether a file may be handed out."""

    WAITING = "waiting"
    FREE = "free"
    HELD = "held"

    @property
    def standing(self) -> str:
        """Why nobody can open it, in words; empty when somebody can."""
        match self:
            case DocumentState.WAITING:
                return say("being examined")
            case DocumentState.HELD:
                return say("held back by the virus check")
            case DocumentState.FREE:
                return ""


DOCUMENT = Machine(
    "document",
    start=DocumentState.WAITING,
    moves={
        (DocumentState.WAITING, "free"): DocumentState.FREE,
        (DocumentState.WAITING, "hold"): DocumentState.HELD,  # the virus check found something in it
    },
)
