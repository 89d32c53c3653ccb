"""What a reading of a mail says: its kind, whom it is about, why, and by which rule that was found.

Everything here is a value and can be stored as JSON, so a reading may travel between processes and versions.
"""

from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Self


class Kind(StrEnum):
    """What sort of mail it is."""

    BOUNCE = "bounce"
    DELAYED = "delayed"
    COMPLAINT = "complaint"
    AUTO_REPLY = "auto_reply"
    HUMAN = "human"
    OTHER = "other"


class Outcome(StrEnum):
    """What a reason means to us; only the first may suppress an address at once."""

    DEAD = "dead address"
    MAILBOX = "mailbox trouble"
    OURS = "our fault"
    GAVE_UP = "gave up"
    UNCLEAR = "unclear"


class Reason(StrEnum):
    """Why a mail was not delivered; read from the words of the refusing server, not from its code alone."""

    USER_UNKNOWN = "user unknown"
    HOST_UNKNOWN = "host unknown"
    MOVED = "moved"
    NO_MAIL_SERVICE = "domain takes no mail"
    ABANDONED = "mailbox abandoned"
    MAILBOX_FULL = "mailbox full"
    DISABLED = "mailbox disabled"
    FILTERED = "refused by the recipient's filter"
    RECIPIENT_POLICY = "recipient takes no such mail"
    SPAM = "taken for spam"
    VIRUS = "taken for malware"
    CONTENT = "content refused"
    POLICY = "policy"
    SENDER = "sender refused"
    AUTHENTICATION = "sender authentication"
    REPUTATION = "sending host refused"
    RATE = "too many mails"
    SIZE = "mail too large"
    RELAYING = "relaying denied"
    SECURITY = "security"
    SYNTAX = "protocol error"
    LOOP = "mail loop"
    EXPIRED = "tried for too long"
    NETWORK = "network or name service"
    SYSTEM = "trouble at the receiving system"
    UNDEFINED = "not stated"


OUTCOMES: dict[Reason, Outcome] = {
    Reason.USER_UNKNOWN: Outcome.DEAD,
    Reason.HOST_UNKNOWN: Outcome.DEAD,
    Reason.MOVED: Outcome.DEAD,
    Reason.NO_MAIL_SERVICE: Outcome.DEAD,
    Reason.ABANDONED: Outcome.DEAD,
    Reason.MAILBOX_FULL: Outcome.MAILBOX,
    Reason.DISABLED: Outcome.MAILBOX,
    Reason.FILTERED: Outcome.MAILBOX,
    Reason.RECIPIENT_POLICY: Outcome.MAILBOX,
    Reason.SPAM: Outcome.OURS,
    Reason.VIRUS: Outcome.OURS,
    Reason.CONTENT: Outcome.OURS,
    Reason.POLICY: Outcome.OURS,
    Reason.SENDER: Outcome.OURS,
    Reason.AUTHENTICATION: Outcome.OURS,
    Reason.REPUTATION: Outcome.OURS,
    Reason.RATE: Outcome.OURS,
    Reason.SIZE: Outcome.OURS,
    Reason.RELAYING: Outcome.OURS,
    Reason.SECURITY: Outcome.OURS,
    Reason.SYNTAX: Outcome.OURS,
    Reason.LOOP: Outcome.GAVE_UP,
    Reason.EXPIRED: Outcome.GAVE_UP,
    Reason.NETWORK: Outcome.GAVE_UP,
    Reason.SYSTEM: Outcome.GAVE_UP,
    Reason.UNDEFINED: Outcome.UNCLEAR,
}


@dataclass(frozen=True, slots=True)
class RecipientReading:
    """One recipient of the mail that came back."""

    address: str
    """The address that was mailed (Original-Recipient where the report has one), lower case."""
    status: str = ""
    """The enhanced status code, such as ``5.1.1``; empty where none is given."""
    diagnostic: str = ""
    """The words of the refusing server, at most 600 characters."""
    reason: Reason = Reason.UNDEFINED
    hard: bool = False
    """Whether the address is dead: mailing it again is pointless for ever."""
    also: tuple[str, ...] = ()
    """Other spellings of the same recipient in the report, such as where it was forwarded to."""
    because: tuple[str, ...] = ()
    """What spoke for the reason and for "dead", for ``--explain``."""
    derived: bool = False
    """Of a complaint: the report names nobody, and this is whom the header of the embedded mail names."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One mail, read."""

    kind: Kind
    rule: str
    """Name of the rule that decided; every one is a line of the table in ``rules.py``."""
    recipients: tuple[RecipientReading, ...] = ()
    feedback_type: str | None = None
    """Of a complaint: ``abuse``, ``not-spam``, ``auth-failure``, ``opt-out``, …"""
    unnamed: RecipientReading | None = None
    """What the report says of a recipient whom it does not name; only our own token can tell who that is."""
    message_ids: tuple[str, ...] = ()
    """Message-IDs of the mail that came back, or of those that this one answers; in angle brackets."""
    tokens: tuple[str, ...] = ()
    """Addresses in the returned mail that look like our signed ones; unverified."""
    sender: str = ""
    subject: str = ""
    because: tuple[str, ...] = field(default=())
    """What spoke for this reading, for ``--explain``."""
    said_on: datetime | None = None
    """The moment in its Date header, in UTC; None where it has none that can be read."""
    left: bool = False
    """Of an automatic answer: the person is gone for good, or nobody reads that mailbox any more."""
    successor: str = ""
    """Of an automatic answer that says so: the address that it names as the new contact, lower case."""
    back_on: date | None = None
    """Of an automatic answer: the first day on which the person is back, where it names one."""

    @property
    def hard(self) -> bool | None:
        """Whether any recipient is dead; None for mail that reports no delivery."""
        if self.kind not in (Kind.BOUNCE, Kind.DELAYED):
            return None
        if self.recipients:
            return any(each.hard for each in self.recipients)
        return bool(self.unnamed and self.unnamed.hard)

    def as_json(self) -> dict[str, Any]:
        """Return the reading as plain JSON values."""
        told = asdict(self)
        told["said_on"] = self.said_on.isoformat() if self.said_on else None
        told["back_on"] = self.back_on.isoformat() if self.back_on else None
        return told

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Self:
        """Read back what ``as_json`` made, in this version or an earlier one."""
        return cls(
            kind=Kind(value["kind"]),
            rule=value["rule"],
            recipients=tuple(_recipient(each) for each in value["recipients"]),
            feedback_type=value["feedback_type"],
            unnamed=_recipient(value["unnamed"]) if value["unnamed"] else None,
            message_ids=tuple(value["message_ids"]),
            tokens=tuple(value["tokens"]),
            sender=value["sender"],
            subject=value["subject"],
            because=tuple(value["because"]),
            said_on=datetime.fromisoformat(value["said_on"]) if value.get("said_on") else None,
            left=value.get("left", False),
            successor=value.get("successor", ""),
            back_on=date.fromisoformat(value["back_on"]) if value.get("back_on") else None,
        )


def _recipient(value: dict[str, Any]) -> RecipientReading:
    told = {**value, "because": tuple(value.get("because", ())), "also": tuple(value["also"])}
    return RecipientReading(**{**told, "reason": Reason(value["reason"])})
