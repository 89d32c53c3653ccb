"""What the comparison with the payment provider finds, and whether the provider can be relied upon."""

from typing import ClassVar
from uuid import UUID

from domain.kernel.events import Amount, Event, InvoiceEvent
from domain.kernel.notices import Notices, job, operators


class StrayMoneyFound(Event):
    """The nightly comparison found money at the provider that fits no entry of ours."""

    kind: ClassVar[str] = "stray.found"

    count: int
    examples: tuple[str, ...]
    """The first of them, in words."""

    def told(self) -> str:
        """Return the fact as a sentence."""
        what = "1 movement of money" if self.count == 1 else f"{self.count} movements of money"
        more = f" and {self.count - len(self.examples)} more" if self.count > len(self.examples) else ""
        shown = "; ".join(self.examples)
        return f"Stripe shows {what} that fits no entry of ours: {shown}{more}. `/plixo stray` lists what is to be done"


class EntryDoubted(Event):
    """An entry of ours from the provider is not there, or not as we have it; nothing was changed."""

    kind: ClassVar[str] = "entry.doubted"

    stray_id: UUID
    payment_id: UUID
    object_id: str
    what: str
    amount: Amount
    """In the ledger."""
    note: str
    """What the provider has instead."""
    account_id: UUID
    account_name: str
    invoice_id: UUID | None
    """The invoice that it was made for."""
    invoice_number: str | None

    @property
    def invoice_ref(self) -> UUID | None:
        """Return the invoice, if it is known."""
        return self.invoice_id

    @property
    def account_ref(self) -> UUID | None:
        """Return the account."""
        return self.account_id

    def told(self) -> str:
        """Return the fact as a sentence."""
        on = f" on {self.invoice_number}" if self.invoice_number else ""
        return (
            f"The ledger has a {self.what} of {self.amount} from {self.account_name}{on} by Stripe ({self.object_id}), "
            f"and {self.note}. Nothing was changed; `/plixo stray` lists it"
        )


class StrayBooked(InvoiceEvent):
    """Money that had fitted nothing was entered into the ledger."""

    kind: ClassVar[str] = "stray.booked"

    stray_id: UUID
    object_id: str
    what: str
    amount: Amount

    def told(self) -> str:
        """Return the fact as a sentence."""
        return f"Found at Stripe and booked here: {self.what} of {self.amount} ({self.object_id})"


class StrayDismissed(Event):
    """A person decided that money at the provider is none of ours."""

    kind: ClassVar[str] = "stray.dismissed"

    stray_id: UUID
    object_id: str
    what: str
    amount: Amount
    reason: str

    def told(self) -> str:
        """Return the fact as a sentence."""
        return f"Left out of the ledger: {self.what} of {self.amount} at Stripe ({self.object_id}): {self.reason}"


class ProviderReady(Event):
    """Payments can be taken and are heard of: a verified event of the right mode and version has arrived."""

    kind: ClassVar[str] = "provider.ready"

    def told(self) -> str:
        """Return the fact as a sentence."""
        return "Payments are ready: Stripe's events arrive, verified, in our mode and API version"


class ProviderNotReady(Event):
    """Something about the payment provider needs a person."""

    kind: ClassVar[str] = "provider.not_ready"

    problems: tuple[str, ...]

    def told(self) -> str:
        """Return the fact as a sentence."""
        return f"Payments need a look: {'; '.join(self.problems)}. `/plixo payments` says what to do"


NOTICES: Notices = {
    StrayMoneyFound: (operators(),),
    EntryDoubted: (operators(),),
    StrayBooked: (job("redraw_chat"),),  # the payment, or what went back, is told; who booked it was answered
    StrayDismissed: (job("redraw_chat"),),  # who dismissed it was answered
    ProviderReady: (operators(),),
    ProviderNotReady: (operators(),),
}
