"""Every state of a mail that leaves, a mail that comes back, and a suppressed address."""

from enum import StrEnum

from domain.kernel.machine import Machine


class MailingState(StrEnum):
    """One message to one contact. That it waits for a better hour or for a cap is not a state."""

    DRAFTED = "drafted"
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    WITHHELD = "withheld"
    REJECTED = "rejected"
    UNKNOWN = "unknown"
    REFUSED = "refused"


MAILING = Machine(
    "mailing",
    start=MailingState.QUEUED,
    moves={
        (MailingState.DRAFTED, "approve"): MailingState.QUEUED,  # by a person who did not write it
        (MailingState.DRAFTED, "reject"): MailingState.REJECTED,
        (MailingState.DRAFTED, "withhold"): MailingState.WITHHELD,  # nothing is left to ask for
        (MailingState.QUEUED, "hold for approval"): MailingState.DRAFTED,  # it has grown, or its segment went to Shadow
        (MailingState.QUEUED, "undo"): MailingState.DRAFTED,  # within the minute after the approval
        (MailingState.QUEUED, "send"): MailingState.SENDING,  # committed before the wire
        (MailingState.QUEUED, "withhold"): MailingState.WITHHELD,  # a guardrail said no
        (MailingState.QUEUED, "refuse"): MailingState.REFUSED,  # the relay will not have the recipient
        (MailingState.SENDING, "deliver"): MailingState.SENT,
        (MailingState.SENDING, "requeue"): MailingState.QUEUED,  # the relay said: later
        (MailingState.SENDING, "refuse"): MailingState.REFUSED,  # the relay said: never
        (MailingState.SENDING, "withhold"): MailingState.WITHHELD,  # "later", and another reminder took its items
        (MailingState.SENDING, "lose track"): MailingState.UNKNOWN,  # died on the wire, and SMTP cannot be asked
        (MailingState.QUEUED, "put aside"): MailingState.UNKNOWN,  # restored from a backup: it may have left since
        (MailingState.SENDING, "put aside"): MailingState.UNKNOWN,
        (MailingState.UNKNOWN, "release"): MailingState.QUEUED,  # a person knows that it did not leave
    },
)


class OperatorMailState(StrEnum):
    """One mail to one of the merchant's own people."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    SKIPPED = "skipped"
    REFUSED = "refused"
    BOUNCED = "bounced"


OPERATOR_MAIL = Machine(
    "operator mail",
    start=OperatorMailState.QUEUED,
    moves={
        (OperatorMailState.QUEUED, "send"): OperatorMailState.SENDING,  # committed before the wire
        (OperatorMailState.QUEUED, "skip"): OperatorMailState.SKIPPED,  # nothing to tell, or nobody who wants it
        (OperatorMailState.QUEUED, "refuse"): OperatorMailState.REFUSED,
        (OperatorMailState.SENDING, "deliver"): OperatorMailState.SENT,
        (OperatorMailState.SENDING, "requeue"): OperatorMailState.QUEUED,  # the relay said "later", or nothing
        (OperatorMailState.SENDING, "refuse"): OperatorMailState.REFUSED,
        (OperatorMailState.SENDING, "skip"): OperatorMailState.SKIPPED,  # its day ended, or the database was restored
        (OperatorMailState.SENDING, "bounce"): OperatorMailState.BOUNCED,  # we died before we wrote down that it left
        (OperatorMailState.SENT, "bounce"): OperatorMailState.BOUNCED,
    },
)


class ItemState(StrEnum):
    """One invoice in a reminder."""

    INCLUDED = "included"
    DROPPED = "dropped"


ITEM = Machine(
    "mailing item",
    start=ItemState.INCLUDED,
    moves={(ItemState.INCLUDED, "drop"): ItemState.DROPPED},  # paid, promised, disputed … since it was planned
)


class InboundState(StrEnum):
    """A mail that came back: stored before the 250, read later."""

    STORED = "stored"
    READ = "read"
    QUARANTINED = "quarantined"


INBOUND = Machine(
    "inbound mail",
    start=InboundState.STORED,
    moves={
        (InboundState.STORED, "read"): InboundState.READ,
        (InboundState.STORED, "quarantine"): InboundState.QUARANTINED,  # reading failed; nothing is lost
        (InboundState.QUARANTINED, "read"): InboundState.READ,  # replayed with newer rules
        (InboundState.QUARANTINED, "quarantine"): InboundState.QUARANTINED,
        (InboundState.READ, "read"): InboundState.READ,
    },
)


class SuppressionState(StrEnum):
    """An address that must not be mailed."""

    ACTIVE = "active"
    LIFTED = "lifted"


SUPPRESSION = Machine(
    "suppression",
    start=SuppressionState.ACTIVE,
    moves={(SuppressionState.ACTIVE, "lift"): SuppressionState.LIFTED},
)
