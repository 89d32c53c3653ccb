"""What happens to people, their roles and what they set for themselves."""

from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime

from domain.kernel.events import Event
from domain.kernel.notices import SILENT, Notices, job, operators


class RoleGranted(Event):
    """A person was given a role."""

    kind: ClassVar[str] = "role.granted"

    person_id: UUID
    person_name: str
    role: str
    reason: str
    until: AwareDatetime | None
    until_before: AwareDatetime | None = None
    """When it would have ended; the role was held before and lasts longer now."""
    access_id: UUID | None = None
    """The request for which it was given."""

    def told(self) -> str:
        """Return the fact as a sentence."""
        end = f" until {self.until:%Y-%m-%d %H:%M} UTC" if self.until else ""
        longer = " (longer than before)" if self.until_before else ""
        return f"{self.person_name} is now {self.role}{end}{longer}: {self.reason}"


class RoleRevoked(Event):
    """A role was taken from a person, or given up."""

    kind: ClassVar[str] = "role.revoked"

    person_id: UUID
    person_name: str
    role: str
    reason: str
    given_up: bool = False

    def told(self) -> str:
        """Return the fact as a sentence."""
        how = "gave up the role" if self.given_up else "is no longer"
        return f"{self.person_name} {how} {self.role}: {self.reason}"


class RoleEndsSoon(Event):
    """A role that was given for a time is about to end."""

    kind: ClassVar[str] = "role.ends_soon"

    person_id: UUID
    person_name: str
    role: str
    until: AwareDatetime

    def told(self) -> str:
        """Return the fact as a sentence."""
        return (
            f"{self.person_name} is {self.role} until {self.until:%Y-%m-%d %H:%M} UTC, and no longer unless it is "
            "granted anew"
        )


class RoleEnded(Event):
    """The time for which a role was given is over."""

    kind: ClassVar[str] = "role.ended"

    person_id: UUID
    person_name: str
    role: str
    reason: str
    """For which it had been granted."""
    until: AwareDatetime

    def told(self) -> str:
        """Return the fact as a sentence."""
        return f"{self.person_name} is no longer {self.role}: the time was over at {self.until:%Y-%m-%d %H:%M} UTC"


class SettingChanged(Event):
    """A person, or whoever manages people, changed a setting of that person."""

    kind: ClassVar[str] = "setting.changed"

    person_id: UUID
    person_name: str
    setting: str
    before: str
    """An address is masked; empty: as usual."""
    after: str

    def told(self) -> str:
        """Return the fact as a sentence."""
        return f"{self.setting} of {self.person_name}: {self.before or 'as usual'} → {self.after or 'as usual'}"


NOTICES: Notices = {
    RoleGranted: (job("tell_person"),),  # the channel was told of the request, if there was one
    RoleRevoked: (job("tell_person"),),
    RoleEndsSoon: (operators(), job("tell_person")),
    RoleEnded: (operators(), job("tell_person")),
    SettingChanged: SILENT,
}
