"""What the comparison with the payment provider finds, and whether the provider can be relied upon."""

from typing import ClassVar
from uuid import UUID

from domain.kernel.events import Amount, Event, InvoiceEvent
from domain.kernel.notices import Notices, job, operators
from domain.kernel.sentences import Sentence
from domain.kernel.speech import counted, joined, say


class StrayMoneyFound(Event):
    """The nightly comparison found money at the provider that fits no entry of ours."""

    kind: ClassVar[str] = "stray.found"

    count: int
    examples: tuple[Sentence, ...]
    """The first of them, in words."""

    def told(self) -> str:
        """Return the fact as a sentence."""
        shown = "; ".join(self.examples)
        if self.count > len(self.examples):
            shown = say("{shown} and {count} more", shown=shown, count=self.count - len(self.examples))
        return counted(
            "Stripe shows {n} movement of money that fits no entry of ours: {shown}. "
            "`/plixo stray` lists what is to be done",
            "Stripe shows {n} movements of money that fits no entry of ours: {shown}. "
            "`/plixo stray` lists what is to be done",
            self.count,
            shown=shown,
        )


class EntryDoubted(Event):
    """An entry of ours from the provider is not there, or not as we have it; nothing was changed."""

    kind: ClassVar[str] = "entry.doubted"

    stray_id: UUID
    payment_id: UUID
    object_id: str
    what: str
    amount: Amount
    """In the ledger."""
    note: Sentence
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
        told = {
            "what": say(self.what),
            "amount": self.amount,
            "account": self.account_name,
            "number": self.invoice_number,
            "id": self.object_id,
            "note": self.note,
        }
        if self.invoice_number:
            return say(
                "The ledger has a {what} of {amount} from {account} on {number} by Stripe ({id}), and {note}. "
                "Nothing was changed; `/plixo stray` lists it",
                **told,
            )
        return say(
            "The ledger has a {what} of {amount} from {account} by Stripe ({id}), and {note}. "
            "Nothing was changed; `/plixo stray` lists it",
            **told,
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
        return say(
            "Found at Stripe and booked here: {what} of {amount} ({id})",
            what=say(self.what),
            amount=self.amount,
            id=self.object_id,
        )


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
        return say(
            "Left out of the ledger: {what} of {amount} at Stripe ({id}): {reason}",
            what=say(self.what),
            amount=self.amount,
            id=self.object_id,
            reason=self.reason,
        )


class ProviderReady(Event):
    """Payments can be taken and are heard of: a verified event of the right mode and version has arrived."""

    kind: ClassVar[str] = "provider.ready"

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say("Payments are ready: Stripe's events arrive, verified, in our mode and API version")


class ProviderNotReady(Event):
    """Something about the payment provider needs a person."""

    kind: ClassVar[str] = "provider.not_ready"

    problems: tuple[Sentence, ...]

    def told(self) -> str:
        """Return the fact as a sentence."""
        problems = joined("; ", self.problems)
        return say("Payments need a look: {problems}. `/plixo payments` says what to do", problems=problems)


NOTICES: Notices = {
    StrayMoneyFound: (operators(),),
    EntryDoubted: (operators(),),
    StrayBooked: (job("redraw_chat"),),  # the payment, or what went back, is told; who booked it was answered
    StrayDismissed: (job("redraw_chat"),),  # who dismissed it was answered
    ProviderReady: (operators(),),
    ProviderNotReady: (operators(),),
}
