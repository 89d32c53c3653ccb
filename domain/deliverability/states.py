"""Every state of a mail that leaves, a mail that comes back, and a suppressed address."""

from enum import StrEnum

from domain.kernel.machine import Machine


class MailingState(StrEnum):
    """One message to one contact."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    WITHHELD = "withheld"
    UNKNOWN = "unknown"
    REFUSED = "refused"


MAILING = Machine(
    "mailing",
    start=MailingState.QUEUED,
    moves={
        (MailingState.QUEUED, "send"): MailingState.SENDING,  # committed before the wire
        (MailingState.QUEUED, "withhold"): MailingState.WITHHELD,  # a guardrail said no
        (MailingState.QUEUED, "refuse"): MailingState.REFUSED,  # the relay will not have the recipient
        (MailingState.SENDING, "deliver"): MailingState.SENT,
        (MailingState.SENDING, "requeue"): MailingState.QUEUED,  # the relay said: later
        (MailingState.SENDING, "refuse"): MailingState.REFUSED,  # the relay said: never
        (MailingState.SENDING, "lose track"): MailingState.UNKNOWN,  # died on the wire, and SMTP cannot be asked
    },
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
