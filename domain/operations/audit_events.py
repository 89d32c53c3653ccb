"""What happens to the audit log itself: it is taken along, and that is written down in it."""

from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime

from domain.kernel import dates
from domain.kernel.events import Event
from domain.kernel.notices import Notices, job
from domain.kernel.speech import counted, joined, say


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
        span = [
            *([say("of {person}", person=self.of)] if self.of else []),
            *([say("since {moment}", moment=dates.told(self.since))] if self.since else []),
            *([say("until {moment}", moment=dates.told(self.until))] if self.until else []),
        ]
        acts = counted("{n} act", "{n} acts", self.entries)
        if not span:
            return say("The audit log was exported: {acts}", acts=acts)
        return say("The audit log {span} was exported: {acts}", span=joined(" ", span), acts=acts)


NOTICES: Notices = {AuditExported: (job("share_audit"),)}
