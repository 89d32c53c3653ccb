"""What happens when a payer says that somebody else should pay."""

from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime

from domain.kernel.events import InvoiceEvent
from domain.kernel.notices import Notices, operators


class ForwardingAsked(InvoiceEvent):
    """A payer named somebody whom we do not know; a person decides whether a link is sent."""

    kind: ClassVar[str] = "forwarding.asked"

    forwarding_id: UUID
    name: str
    """As the payer wrote it."""
    address: str
    """Masked."""
    expires_at: AwareDatetime

    def told(self) -> str:
        """Return the fact as a sentence."""
        return f"The payer says that {self.name} ({self.address}) should get the link; somebody has to agree to that"


class ForwardingApproved(InvoiceEvent):
    """Somebody else at the customer gets a link of their own."""

    kind: ClassVar[str] = "forwarding.approved"

    forwarding_id: UUID
    name: str
    """As the payer wrote it."""
    address: str
    """Masked."""
    contact_id: UUID

    def told(self) -> str:
        """Return the fact as a sentence."""
        return f"{self.name} ({self.address}) gets a payment link of their own, and no reminders"


class ForwardingDenied(InvoiceEvent):
    """Nobody else gets a link."""

    kind: ClassVar[str] = "forwarding.denied"

    forwarding_id: UUID
    name: str
    """As the payer wrote it."""
    address: str
    """Masked."""

    def told(self) -> str:
        """Return the fact as a sentence."""
        return f"{self.name} ({self.address}) gets no payment link; nobody was written to"


NOTICES: Notices = {
    ForwardingAsked: (operators(),),
    ForwardingApproved: (operators(),),
    ForwardingDenied: (operators(),),
}
