"""Every state of an erasure; how far a running one has come is its step, which is no state."""

from enum import StrEnum

from domain.kernel.machine import Machine


class ErasureState(StrEnum):
    """What was decided about the wish that a person's data are erased."""

    PROPOSED = "proposed"
    RUNNING = "running"
    DONE = "done"
    DECLINED = "declined"


ERASURE = Machine(
    "erasure",
    start=ErasureState.PROPOSED,
    moves={
        (ErasureState.PROPOSED, "approve"): ErasureState.RUNNING,  # from here on there is no way back
        (ErasureState.PROPOSED, "decline"): ErasureState.DECLINED,
        (ErasureState.RUNNING, "finish"): ErasureState.DONE,
    },
)
