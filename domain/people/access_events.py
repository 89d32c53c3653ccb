"""What happens to requests for access."""

from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime

from domain.kernel import dates
from domain.kernel.events import Event
from domain.kernel.notices import Notices, job, operators
from domain.kernel.speech import counted, say

_HOUR = 60
_DAY = 24 * _HOUR


def wished(role: str, *, minutes: int | None, until: "AwareDatetime | None") -> str:
    """Return a role and for how long it is asked for, in words."""
    if until is not None:
        return say("{role} until {moment}", role=role, moment=dates.told(until))
    if minutes is None:
        return role
    if minutes % _DAY == 0:
        return counted("{role} for {n} day", "{role} for {n} days", minutes // _DAY, role=role)
    if minutes % _HOUR == 0:
        return counted("{role} for {n} hour", "{role} for {n} hours", minutes // _HOUR, role=role)
    return counted("{role} for {n} minute", "{role} for {n} minutes", minutes, role=role)


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
        return wished(self.role, minutes=self.lasts_minutes, until=self.until)


class AccessAsked(AccessEvent):
    """Somebody asks for a role, or proposes one for a colleague."""

    kind: ClassVar[str] = "access.asked"

    reason: str
    proposed: bool
    """Whether somebody else than the person asks."""

    def told(self) -> str:
        """Return the fact as a sentence."""
        known = {"person": self.person_name, "wish": self.wish, "reason": self.reason}
        if self.proposed:
            return say("{person} is proposed as {wish}: {reason}", **known)
        return say("{person} asks to be {wish}: {reason}", **known)


class AccessApproved(AccessEvent):
    """A request was approved; the role is held from now on."""

    kind: ClassVar[str] = "access.approved"

    role_asked: str

    def told(self) -> str:
        """Return the fact as a sentence."""
        known = {"person": self.person_name, "wish": self.wish}
        if self.role_asked == self.role:
            return say("The request for {person} was approved: {wish}", **known)
        return say("The request for {person} was approved: {wish} (asked for: {asked})", **known, asked=self.role_asked)


class AccessDenied(AccessEvent):
    """A request was denied."""

    kind: ClassVar[str] = "access.denied"

    reason: str

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say(
            "The request for {person} ({wish}) was denied: {reason}",
            person=self.person_name,
            wish=self.wish,
            reason=self.reason,
        )


class AccessWithdrawn(AccessEvent):
    """Whoever asked took the request back."""

    kind: ClassVar[str] = "access.withdrawn"

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say("The request for {person} ({wish}) was taken back", person=self.person_name, wish=self.wish)


class AccessExpired(AccessEvent):
    """Nobody decided about a request in time."""

    kind: ClassVar[str] = "access.expired"

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say(
            "Nobody decided about the request for {person} ({wish}) in time", person=self.person_name, wish=self.wish
        )


_TOLD = (operators(), job("tell_person"))

_DECIDED = (*_TOLD, job("redraw_chat"))
"""The buttons give way at once wherever the request is shown; a cron would come a minute later."""

NOTICES: Notices = {
    AccessAsked: _TOLD,
    AccessApproved: _DECIDED,
    AccessDenied: _DECIDED,
    AccessWithdrawn: _DECIDED,
    AccessExpired: _DECIDED,
}
