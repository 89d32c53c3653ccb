"""What happens to people and their roles."""

from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime

from domain.kernel.events import Event
from domain.kernel.notices import SILENT, Notices


class RoleGranted(Event):
    """A person was given a role."""

    kind: ClassVar[str] = "role.granted"

    person_id: UUID
    person_name: str
    role: str
    reason: str
    until: AwareDatetime | None

    def told(self) -> str:
        """Return the fact as a sentence."""
        end = f" until {self.until:%Y-%m-%d %H:%M} UTC" if self.until else ""
        return f"{self.person_name} is now {self.role}{end}: {self.reason}"


class RoleRevoked(Event):
    """A role was taken from a person."""

    kind: ClassVar[str] = "role.revoked"

    person_id: UUID
    person_name: str
    role: str
    reason: str

    def told(self) -> str:
        """Return the fact as a sentence."""
        return f"{self.person_name} is no longer {self.role}: {self.reason}"


NOTICES: Notices = {RoleGranted: SILENT, RoleRevoked: SILENT}
