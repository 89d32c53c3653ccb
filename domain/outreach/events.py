"""What happens to reminders as a whole; each single mail is told in ``domain/deliverability/events.py``."""

from typing import ClassVar

from domain.kernel.events import InvoiceEvent
from domain.kernel.notices import Notices, job, operators
from domain.ledger.events import InvoiceChanged, InvoiceSettled, PaymentReversed


class CadenceClosed(InvoiceEvent):
    """The reminders of an invoice ended, since nothing is owed any more."""

    kind: ClassVar[str] = "cadence.closed"

    cadence: str
    reason: str

    def told(self) -> str:
        """Return the fact as a sentence."""
        return f"Reminders ended: {self.reason}"


class InvoiceEscalated(InvoiceEvent):
    """Every letter was sent; a person takes over."""

    kind: ClassVar[str] = "invoice.escalated"

    cadence: str
    days_past_due: int

    def told(self) -> str:
        """Return the fact as a sentence."""
        return f"All reminders were sent and the invoice is {self.days_past_due} days past due: over to a person"


NOTICES: Notices = {
    InvoiceChanged: (job("redate_reminders"),),
    InvoiceSettled: (job("close_cadence"),),
    PaymentReversed: (job("plan_reminders"),),
    CadenceClosed: (operators(),),
    InvoiceEscalated: (operators(),),
}
