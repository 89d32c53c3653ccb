"""What happens to calls for help."""

from typing import ClassVar
from uuid import UUID

from domain.kernel import references
from domain.kernel.events import PlacedEvent
from domain.kernel.notices import Notices, job, operators
from domain.kernel.speech import counted, joined, say


def reference(support_id: UUID) -> str:
    """Return the short word by which a call for help is spoken of."""
    return references.support(support_id)


class SupportAsked(PlacedEvent):
    """Somebody asked for help on a page or in Slack; the words are kept beside, never in the event."""

    kind: ClassVar[str] = "support.asked"

    support_id: UUID
    source: str
    files: int
    request: str
    """The id of the request that it is about, where one was named."""

    @property
    def reference(self) -> str:
        """The short word for it."""
        return reference(self.support_id)

    def told(self) -> str:
        """Return the fact as a sentence."""
        asked = (
            say(
                "Help was asked for ({reference}) about request {request}",
                reference=self.reference,
                request=self.request,
            )
            if self.request
            else say("Help was asked for ({reference})", reference=self.reference)
        )
        return joined(", ", [asked, counted("{n} file", "{n} files", self.files)]) if self.files else asked


class SupportClosed(PlacedEvent):
    """A call for help was dealt with."""

    kind: ClassVar[str] = "support.closed"

    support_id: UUID
    outcome: str

    @property
    def reference(self) -> str:
        """The short word for it."""
        return reference(self.support_id)

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say(
            "Call for help {reference} was dealt with: {outcome}", reference=self.reference, outcome=self.outcome
        )


NOTICES: Notices = {SupportAsked: (operators(),), SupportClosed: (job("redraw_chat"),)}
