"""Every state of a call for help."""

from enum import StrEnum

from domain.kernel.machine import Machine


class SupportState(StrEnum):
    """Whether somebody still has to answer."""

    OPEN = "open"
    CLOSED = "closed"


SUPPORT = Machine("call for help", start=SupportState.OPEN, moves={(SupportState.OPEN, "close"): SupportState.CLOSED})
