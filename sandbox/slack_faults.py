"""Make Slack fail on purpose: the next calls of a method, or everything until it is put right again."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from sandbox.slack_workspace import SlackRefusal

ANY = "any method"
SLOW_SECONDS = 12.0
"""Longer than the product waits for an answer."""


class Fault(StrEnum):
    """A way in which a call goes wrong."""

    RATE_LIMITED = "429 with Retry-After"
    UNAVAILABLE = "503, nothing done"
    PAGE = "a web page instead of an answer"
    LOST = "done, but the answer is lost"
    HALF = "done, but half an answer"
    SLOW = "no answer for 12 seconds"
    INTERNAL = "internal_error"
    INVALID_BLOCKS = "invalid_blocks"
    BLOCKS_TOO_LONG = "msg_blocks_too_long"
    TOO_LONG = "msg_too_long"
    CANNOT_UPDATE = "cant_update_message"
    NOT_FOUND = "message_not_found"
    THREAD_GONE = "thread_not_found"
    RESTRICTED = "restricted_action"
    HASH_CONFLICT = "hash_conflict"
    TRIGGER_EXPIRED = "expired_trigger_id"


AFTER_THE_WORK = frozenset({Fault.LOST, Fault.HALF})

METHODS = (
    ANY,
    "chat.postMessage",
    "chat.update",
    "chat.postEphemeral",
    "conversations.history",
    "conversations.replies",
    "conversations.info",
    "conversations.open",
    "files.getUploadURLExternal",
    "files.completeUploadExternal",
    "views.open",
    "views.update",
    "views.publish",
)
"""What a person can choose on the page; a test may name any method."""

SCOPES: Mapping[str, str] = {
    "chat.postMessage": "chat:write",
    "chat.postEphemeral": "chat:write",
    "chat.update": "chat:write",
    "chat.delete": "chat:write",
    "chat.unfurl": "links:write",
    "conversations.history": "groups:history",
    "conversations.replies": "groups:history",
    "conversations.info": "groups:read",
    "conversations.open": "im:write",
    "files.getUploadURLExternal": "files:write",
    "files.completeUploadExternal": "files:write",
    "files.info": "files:read",
    "pins.add": "pins:write",
    "pins.remove": "pins:write",
    "users.info": "users:read",
    "users.list": "users:read",
    "users.lookupByEmail": "users:read.email",
}
"""What each method needs; the stand-in's channel is a private one."""

GRANTED = (
    "commands",
    "channels:history",
    "channels:read",
    "chat:write",
    "files:read",
    "files:write",
    "groups:history",
    "groups:read",
    "im:history",
    "im:write",
    "links:read",
    "links:write",
    "metadata.message:read",
    "pins:write",
    "users:read",
    "users:read.email",
)
"""What the app may do until a person takes some of it away."""


@dataclass
class Planned:
    """A fault that waits for its call."""

    fault: Fault
    method: str
    times: int
    retry_after: int


class Faults:
    """What is wrong with Slack at the moment; nothing survives a new start."""

    def __init__(self) -> None:
        self.planned: list[Planned] = []
        self.down = False
        """Every call is answered with 503."""
        self.token = ""
        """``token_revoked`` or ``account_inactive`` while the token does not work."""
        self.lacking: set[str] = set()
        """Scopes that were taken away."""

    def plan(self, fault: Fault, *, method: str = ANY, times: int = 1, retry_after: int = 5) -> None:
        """Let the next *times* calls of a method go wrong."""
        self.planned.append(Planned(fault, method, max(1, min(times, 1000)), max(1, min(retry_after, 3600))))

    def clear(self) -> None:
        """Let everything go well again."""
        self.planned.clear()
        self.lacking.clear()
        self.down, self.token = False, ""

    def scopes(self) -> tuple[str, ...]:
        """Return what the app may do now."""
        return tuple(each for each in GRANTED if each not in self.lacking)

    def take(self, method: str) -> Planned | None:
        """Return the fault of this call, or None; what holds for every call is refused here.

        Raises:
            SlackRefusal: Slack is down, the token does not work, or the scope is missing.
        """
        if self.down:
            raise SlackRefusal("service_unavailable", status=503)
        if self.token:
            raise SlackRefusal(self.token)
        if SCOPES.get(method) in self.lacking:
            raise SlackRefusal("missing_scope")
        for planned in self.planned:
            if planned.method in {ANY, method}:
                planned.times -= 1
                if planned.times <= 0:
                    self.planned.remove(planned)
                return planned
        return None


def refusal(planned: Planned) -> SlackRefusal | None:
    """Return the refusal that a fault is, or None for those of the wire."""
    match planned.fault:
        case Fault.RATE_LIMITED:
            return SlackRefusal("ratelimited", status=429, retry_after=planned.retry_after)
        case Fault.UNAVAILABLE:
            return SlackRefusal("service_unavailable", status=503)
        case Fault.INVALID_BLOCKS:
            return SlackRefusal("invalid_blocks", messages=["[ERROR] invalid [json-pointer:/blocks/0]"])
        case Fault.PAGE | Fault.LOST | Fault.HALF | Fault.SLOW:
            return None
        case _:
            return SlackRefusal(planned.fault.value)
