"""What happens to requests for access."""

from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime

from domain.kernel.events import Event
from domain.kernel.notices import Notices, job, operators

_HOUR = 60
_DAY = 24 * _HOUR


def how_long(*, minutes: int | None, until: "AwareDatetime | None") -> str:
    """Return for how long a role is asked for, in words; empty for one without an end."""
    if until is not None:
        return f" until {until:%Y-%m-%d %H:%M} UTC"
    if minutes is None:
        return ""
    for size, name in ((_DAY, "day"), (_HOUR, "hour"), (1, "minute")):
        if minutes % size == 0:
            count = minutes // size
            return f" for {count} {name}{'' if count == 1 else 's'}"
    raise AssertionError("whole minutes are whole minutes")


class AccessEvent(Event):
    """A fact about one request for access."""

    access_id: UUID
    slack_id: str
    """For whom it is."""
    person_name: str
    role: str
    lasts_minutes: int | None
    until: AwareDatetime | None

    @property
    def wish(self) -> str:
        """The role and for how long."""
        return f"{self.role}{how_long(minutes=self.lasts_minutes, until=self.until)}"


class AccessAsked(AccessEvent):
    """Somebody asks for a role, or proposes one for a colleague."""

    kind: ClassVar[str] = "access.asked"

    reason: str
    proposed: bool
    """Whether somebody else than the person asks."""

    def told(self) -> str:
        """Return the fact as a sentence."""
        verb = "is proposed as" if self.proposed else "asks to be"
        return f"{self.person_name} {verb} {self.wish}: {self.reason}"


class AccessApproved(AccessEvent):
    """A request was approved; the role is held from now on."""

    kind: ClassVar[str] = "access.approved"

    role_asked: str

    def told(self) -> str:
        """Return the fact as a sentence."""
        other = f" (asked for: {self.role_asked})" if self.role_asked != self.role else ""
        return f"The request for {self.person_name} was approved: {self.wish}{other}"


class AccessDenied(AccessEvent):
    """A request was denied."""

    kind: ClassVar[str] = "access.denied"

    reason: str

    def told(self) -> str:
        """Return the fact as a sentence."""
        return f"The request for {self.person_name} ({self.wish}) was denied: {self.reason}"


class AccessWithdrawn(AccessEvent):
    """Whoever asked took the request back."""

    kind: ClassVar[str] = "access.withdrawn"

    def told(self) -> str:
        """Return the fact as a sentence."""
        return f"The request for {self.person_name} ({self.wish}) was taken back"


class AccessExpired(AccessEvent):
    """Nobody decided about a request in time."""

    kind: ClassVar[str] = "access.expired"

    def told(self) -> str:
        """Return the fact as a sentence."""
        return f"Nobody decided about the request for {self.person_name} ({self.wish}) in time"


_TOLD = (operators(), job("tell_person"))

NOTICES: Notices = {
    AccessAsked: _TOLD,
    AccessApproved: _TOLD,
    AccessDenied: _TOLD,
    AccessWithdrawn: _TOLD,
    AccessExpired: _TOLD,
}
