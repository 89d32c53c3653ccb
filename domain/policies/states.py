"""Every state of a policy, and of the cadences and segments that a published one brings into force."""

from enum import StrEnum

from domain.kernel.machine import Machine


class PolicyState(StrEnum):
    """A version of the policy, from its proposal on."""

    PROPOSED = "proposed"
    PUBLISHED = "published"
    RETIRED = "retired"
    REJECTED = "rejected"


POLICY = Machine(
    "policy",
    start=PolicyState.PROPOSED,
    moves={
        (PolicyState.PROPOSED, "publish"): PolicyState.PUBLISHED,
        (PolicyState.PROPOSED, "reject"): PolicyState.REJECTED,
        (PolicyState.PROPOSED, "replace"): PolicyState.REJECTED,  # by a newer proposal of the same maker
        (PolicyState.PUBLISHED, "retire"): PolicyState.RETIRED,  # another version came into force
    },
)


class CadenceState(StrEnum):
    """A version of a cadence; retired ones are kept, since invoices may still be on their way through them."""

    PUBLISHED = "published"
    RETIRED = "retired"


CADENCE = Machine(
    "cadence",
    start=CadenceState.PUBLISHED,
    moves={(CadenceState.PUBLISHED, "retire"): CadenceState.RETIRED},
)


class SegmentState(StrEnum):
    """A segment as one version of the policy had it."""

    PUBLISHED = "published"
    RETIRED = "retired"


SEGMENT = Machine(
    "segment",
    start=SegmentState.PUBLISHED,
    moves={(SegmentState.PUBLISHED, "retire"): SegmentState.RETIRED},
)
