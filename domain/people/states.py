"""Every state of a granted role."""

from enum import StrEnum

from domain.kernel.machine import Machine


class GrantState(StrEnum):
    """A role is held until it is revoked; that it ran out is told by its end, not by a state."""

    ACTIVE = "active"
    REVOKED = "revoked"


GRANT = Machine(
    "role grant",
    start=GrantState.ACTIVE,
    moves={(GrantState.ACTIVE, "revoke"): GrantState.REVOKED},
)
