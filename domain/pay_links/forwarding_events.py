"""What happens when a payer says that somebody else should pay."""

from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime

from domain.kernel.events import InvoiceEvent
from domain.kernel.notices import Notices, operators
from domain.kernel.speech import say


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
        return say(
            "The payer says that {name} ({address}) should get the link; somebody has to agree to that",
            name=self.name,
            address=self.address,
        )


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
        return say(
            "{name} ({address}) gets a payment link of their own, and no reminders",
            name=self.name,
            address=self.address,
        )


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
        return say(
            "{name} ({address}) gets no payment link; nobody was written to", name=self.name, address=self.address
        )


NOTICES: Notices = {
    ForwardingAsked: (operators(),),
    ForwardingApproved: (operators(),),
    ForwardingDenied: (operators(),),
}
