"""Every state of a granted role, and of a request for one."""

from enum import StrEnum

from domain.kernel.machine import Machine


class GrantState(StrEnum):
    """A role is held until it is revoked or its time is over; rights look at the time itself, not at this state."""

    ACTIVE = "active"
    REVOKED = "revoked"
    ENDED = "ended"


GRANT = Machine(
    "role grant",
    start=GrantState.ACTIVE,
    moves={
        (GrantState.ACTIVE, "revoke"): GrantState.REVOKED,
        (GrantState.ACTIVE, "end"): GrantState.ENDED,  # the clock did it; rights stopped at that very moment
    },
)


class AccessState(StrEnum):
    """A request for a role waits for somebody who may give it."""

    OPEN = "open"
    APPROVED = "approved"
    DENIED = "denied"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


ACCESS = Machine(
    "access request",
    start=AccessState.OPEN,
    moves={
        (AccessState.OPEN, "approve"): AccessState.APPROVED,
        (AccessState.OPEN, "deny"): AccessState.DENIED,
        (AccessState.OPEN, "withdraw"): AccessState.WITHDRAWN,  # by whoever asked
        (AccessState.OPEN, "expire"): AccessState.EXPIRED,  # nobody decided in time, or the time asked for is over
    },
)
