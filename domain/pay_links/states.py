"""Every state of a pay link, a portal session, a checkout, and of what the payment provider reports."""

from enum import StrEnum

from domain.kernel.machine import Machine


class LinkState(StrEnum):
    """What was decided about a link; that it expired after seven idle days is arithmetic, not a state."""

    ACTIVE = "active"
    USED = "used"
    REPLACED = "replaced"
    CLOSED = "closed"


LINK = Machine(
    "payment link",
    start=LinkState.ACTIVE,
    moves={
        (LinkState.ACTIVE, "use"): LinkState.USED,  # bound to one browser
        (LinkState.ACTIVE, "replace"): LinkState.REPLACED,
        (LinkState.USED, "replace"): LinkState.REPLACED,
        (LinkState.ACTIVE, "close"): LinkState.CLOSED,  # paid, void or written off
        (LinkState.USED, "close"): LinkState.CLOSED,
    },
)


class SessionState(StrEnum):
    """A browser's session at the portal."""

    ACTIVE = "active"
    ENDED = "ended"


SESSION = Machine(
    "portal session",
    start=SessionState.ACTIVE,
    moves={(SessionState.ACTIVE, "end"): SessionState.ENDED},
)


class ForwardingState(StrEnum):
    """A payer's wish that somebody else gets a link; that it is too old is arithmetic until another takes its place."""

    ASKED = "asked"
    APPROVED = "approved"
    DENIED = "denied"
    LAPSED = "lapsed"


FORWARDING = Machine(
    "forwarding",
    start=ForwardingState.ASKED,
    moves={
        (ForwardingState.ASKED, "approve"): ForwardingState.APPROVED,
        (ForwardingState.ASKED, "deny"): ForwardingState.DENIED,
        (ForwardingState.ASKED, "lapse"): ForwardingState.LAPSED,  # nobody answered, and it was asked for again
    },
)


class CheckoutState(StrEnum):
    """One attempt to pay through the provider's hosted page."""

    CREATED = "created"
    OPEN = "open"
    PROCESSING = "processing"
    PAID = "paid"
    FAILED = "failed"
    EXPIRED = "expired"
    MISMATCHED = "mismatched"


CHECKOUT = Machine(
    "checkout",
    start=CheckoutState.CREATED,
    moves={
        (CheckoutState.CREATED, "open"): CheckoutState.OPEN,
        (CheckoutState.CREATED, "fail"): CheckoutState.FAILED,  # the provider refused the order
        (CheckoutState.CREATED, "expire"): CheckoutState.EXPIRED,
        (CheckoutState.CREATED, "process"): CheckoutState.PROCESSING,  # news overtook the answer to our own call
        (CheckoutState.CREATED, "pay"): CheckoutState.PAID,
        (CheckoutState.OPEN, "process"): CheckoutState.PROCESSING,  # bank debit: days
        (CheckoutState.OPEN, "pay"): CheckoutState.PAID,
        (CheckoutState.OPEN, "fail"): CheckoutState.FAILED,
        (CheckoutState.OPEN, "expire"): CheckoutState.EXPIRED,
        (CheckoutState.PROCESSING, "pay"): CheckoutState.PAID,
        (CheckoutState.PROCESSING, "fail"): CheckoutState.FAILED,
        (CheckoutState.EXPIRED, "pay"): CheckoutState.PAID,  # paid in the moment in which we ended it
        (CheckoutState.EXPIRED, "process"): CheckoutState.PROCESSING,
        (CheckoutState.FAILED, "pay"): CheckoutState.PAID,
        (CheckoutState.CREATED, "mismatch"): CheckoutState.MISMATCHED,  # not what was ordered: a person looks at it
        (CheckoutState.OPEN, "mismatch"): CheckoutState.MISMATCHED,
        (CheckoutState.PROCESSING, "mismatch"): CheckoutState.MISMATCHED,
        (CheckoutState.EXPIRED, "mismatch"): CheckoutState.MISMATCHED,
        (CheckoutState.FAILED, "mismatch"): CheckoutState.MISMATCHED,
    },
)


class ProviderEventState(StrEnum):
    """A webhook's body: stored before it is answered, worked later."""

    STORED = "stored"
    WORKED = "worked"
    IGNORED = "ignored"


PROVIDER_EVENT = Machine(
    "provider event",
    start=ProviderEventState.STORED,
    moves={
        (ProviderEventState.STORED, "work"): ProviderEventState.WORKED,
        (ProviderEventState.STORED, "ignore"): ProviderEventState.IGNORED,  # a kind that means nothing to us
    },
)


class StrayState(StrEnum):
    """Money at the provider that fits no entry of ours."""

    OPEN = "open"
    BOOKED = "booked"
    DISMISSED = "dismissed"


STRAY = Machine(
    "stray movement",
    start=StrayState.OPEN,
    moves={
        (StrayState.OPEN, "book"): StrayState.BOOKED,  # news of its checkout came after all, or a person placed it
        (StrayState.OPEN, "dismiss"): StrayState.DISMISSED,  # a person says that it is none of ours
    },
)
