"""Every state of a call for help, an override of readiness, a test dispute, a paused cron, and an incident."""

from enum import StrEnum

from domain.kernel.machine import Machine


class SupportState(StrEnum):
    """Whether somebody still has to answer."""

    OPEN = "open"
    CLOSED = "closed"


SUPPORT = Machine("call for help", start=SupportState.OPEN, moves={(SupportState.OPEN, "close"): SupportState.CLOSED})


class OverrideState(StrEnum):
    """Whether a check of readiness is overridden; that its time is over is arithmetic until somebody looks."""

    PROPOSED = "proposed"
    ACTIVE = "active"
    DECLINED = "declined"
    ENDED = "ended"


OVERRIDE = Machine(
    "override",
    start=OverrideState.PROPOSED,
    moves={
        (OverrideState.PROPOSED, "approve"): OverrideState.ACTIVE,
        (OverrideState.PROPOSED, "decline"): OverrideState.DECLINED,  # by a person, or since its end has passed
        (OverrideState.ACTIVE, "end"): OverrideState.ENDED,
    },
)


class SmokeState(StrEnum):
    """How a test dispute fared."""

    RUNNING = "running"
    ARRIVED = "arrived"
    FAILED = "failed"


SMOKE = Machine(
    "test dispute",
    start=SmokeState.RUNNING,
    moves={
        (SmokeState.RUNNING, "arrive"): SmokeState.ARRIVED,
        (SmokeState.RUNNING, "fail"): SmokeState.FAILED,
    },
)


class CronPauseState(StrEnum):
    """Whether a cron is kept from running; that its time is over is arithmetic until it is written down."""

    ACTIVE = "active"
    ENDED = "ended"


CRON_PAUSE = Machine(
    "pause of a cron", start=CronPauseState.ACTIVE, moves={(CronPauseState.ACTIVE, "end"): CronPauseState.ENDED}
)


class IncidentState(StrEnum):
    """Whether something still is wrong, and whether somebody looks after it."""

    OPEN = "open"
    OWNED = "owned"
    OVER = "over"


INCIDENT = Machine(
    "incident",
    start=IncidentState.OPEN,
    moves={
        (IncidentState.OPEN, "take"): IncidentState.OWNED,
        (IncidentState.OWNED, "take"): IncidentState.OWNED,  # by somebody else
        (IncidentState.OPEN, "end"): IncidentState.OVER,  # by a person, or since the rules have been quiet
        (IncidentState.OWNED, "end"): IncidentState.OVER,
        (IncidentState.OVER, "reopen"): IncidentState.OPEN,  # the same cause came back soon after
        (IncidentState.OVER, "resume"): IncidentState.OWNED,  # and somebody had it in hand
    },
)
