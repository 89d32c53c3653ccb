"""What happens to the audit log itself: it is taken along, and that is written down in it."""

from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime

from domain.kernel.events import Event
from domain.kernel.notices import Notices, job


class AuditExported(Event):
    """Somebody took a part of the audit log along; written down before the first line leaves."""

    kind: ClassVar[str] = "audit.exported"

    of: str
    """Whose acts, as the timeline names them; empty for everybody's."""
    person_id: UUID | None
    since: AwareDatetime | None
    until: AwareDatetime | None
    entries: int
    through: int
    """The newest entry that may be in it."""
    to_chat: bool
    """Whether it goes to the person in Slack, and not into a file at the shell."""

    def told(self) -> str:
        """Return the fact as a sentence."""
        whose = f" of {self.of}" if self.of else ""
        since = f" since {self.since:%Y-%m-%d %H:%M} UTC" if self.since else ""
        until = f" until {self.until:%Y-%m-%d %H:%M} UTC" if self.until else ""
        count = "1 act" if self.entries == 1 else f"{self.entries:,} acts"
        return f"The audit log{whose}{since}{until} was exported: {count}"


NOTICES: Notices = {AuditExported: (job("share_audit"),)}
