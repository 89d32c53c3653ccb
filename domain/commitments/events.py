"""What payers promise and plan, and what became of it."""

from datetime import date
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from domain.kernel import references
from domain.kernel.events import Amount, InvoiceEvent
from domain.kernel.notices import Notices, job, operators, payer
from domain.ledger.entry_events import AllocationTakenBack, CashPlaced, InvoiceVoided, InvoiceWrittenOff
from domain.ledger.events import InvoiceSettled, LedgerImported, PaymentReceived, PaymentReversed
from domain.ledger.import_events import FallDecided


class PromiseMade(InvoiceEvent):
    """A payer gave their word, or moved it to another day or amount in time."""

    kind: ClassVar[str] = "promise.made"

    promise_id: UUID
    contact_id: UUID | None
    amount: Amount
    promised_on: date
    pauses_until: date
    """The last day of the grace: so long this part is not asked for."""
    source: str
    note: str = ""
    replaces_id: UUID | None = None
    replaced_amount: Amount | None = None
    replaced_on: date | None = None
    """The day that was promised before."""

    def told(self) -> str:
        """Return the fact as a sentence."""
        before = f" (before: {self.replaced_amount} by {self.replaced_on})" if self.replaced_on else ""
        return (
            f"Promise: {self.amount} by {self.promised_on}{before} ({references.promise(self.promise_id)}); "
            f"reminders for this part pause until {self.pauses_until}"
        )


class PromiseKept(InvoiceEvent):
    """The promised money is there."""

    kind: ClassVar[str] = "promise.kept"

    promise_id: UUID
    amount: Amount
    received: Amount
    """Less than the amount when nothing more was open."""
    promised_on: date

    def told(self) -> str:
        """Return the fact as a sentence."""
        about = references.promise(self.promise_id)
        return f"Promise kept: {self.received} of {self.amount} promised by {self.promised_on} ({about})"


class PromisePartlyKept(InvoiceEvent):
    """The grace is over and only a part of the promised money is there; reminders go on."""

    kind: ClassVar[str] = "promise.partly_kept"

    promise_id: UUID
    contact_id: UUID | None
    amount: Amount
    received: Amount
    promised_on: date

    def told(self) -> str:
        """Return the fact as a sentence."""
        said = f"{self.received} of {self.amount} promised by {self.promised_on}"
        return f"Promise partly kept: {said} ({references.promise(self.promise_id)}); reminders go on"


class PromiseBroken(InvoiceEvent):
    """The grace is over and nothing of the promised money is there; reminders go on."""

    kind: ClassVar[str] = "promise.broken"

    promise_id: UUID
    contact_id: UUID | None
    amount: Amount
    promised_on: date

    def told(self) -> str:
        """Return the fact as a sentence."""
        said = f"nothing of {self.amount} promised by {self.promised_on} has come"
        return f"Promise broken: {said} ({references.promise(self.promise_id)}); reminders go on"


class PromiseWithdrawn(InvoiceEvent):
    """A promise was taken back, or there is nothing left that it could be about."""

    kind: ClassVar[str] = "promise.withdrawn"

    promise_id: UUID
    amount: Amount
    promised_on: date
    reason: str

    def told(self) -> str:
        """Return the fact as a sentence."""
        about = references.promise(self.promise_id)
        return f"Promise over {self.amount} by {self.promised_on} ({about}) withdrawn: {self.reason}"


class Term(BaseModel):
    """One instalment as it was agreed or asked for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    due_on: date
    amount: Amount


Terms = Annotated[tuple[Term, ...], Field(min_length=1)]


class PlanFacts(BaseModel):
    """What every event of a plan tells: the terms as they stood."""

    plan_id: UUID
    contact_id: UUID | None
    covers: Amount
    """The balance that the instalments add up to."""
    terms: Terms

    @property
    def reference(self) -> str:
        """The short word for the plan."""
        return references.plan(self.plan_id)

    @property
    def spelt(self) -> str:
        """The terms in words."""
        first, last = self.terms[0], self.terms[-1]
        if len(self.terms) == 1:
            return f"{first.amount} on {first.due_on}"
        return f"{self.covers} in {len(self.terms)} instalments from {first.due_on} to {last.due_on}"


class PlanRequested(PlanFacts, InvoiceEvent):
    """Instalments were asked for; a person decides."""

    kind: ClassVar[str] = "plan.requested"

    reason: str
    source: str
    needs_controller: bool
    """Whether it is so large or so long that only a Controller may approve it."""

    def told(self) -> str:
        """Return the fact as a sentence."""
        who = "a Controller's approval" if self.needs_controller else "approval"
        return f"Plan requested: {self.spelt} ({self.reference}); it waits for {who}. Reason: {self.reason}"


class PlanCountered(PlanFacts, InvoiceEvent):
    """Other terms were offered; they hold once the payer accepts."""

    kind: ClassVar[str] = "plan.countered"

    note: str

    def told(self) -> str:
        """Return the fact as a sentence."""
        return f"Other terms offered: {self.spelt} ({self.reference})" + (f". {self.note}" if self.note else "")


class PlanApproved(PlanFacts, InvoiceEvent):
    """The plan holds from now on; while it is on schedule, its instalments are all that is asked for."""

    kind: ClassVar[str] = "plan.approved"

    accepted: bool
    """Whether an offer of other terms was accepted, as against the request approved."""

    def told(self) -> str:
        """Return the fact as a sentence."""
        how = "accepted" if self.accepted else "approved"
        return f"Plan {how}: {self.spelt} ({self.reference}); reminders follow the instalments"


class PlanRejected(PlanFacts, InvoiceEvent):
    """There will be no plan on these terms; reminders go on as before."""

    kind: ClassVar[str] = "plan.rejected"

    reason: str

    def told(self) -> str:
        """Return the fact as a sentence."""
        return f"Plan rejected: {self.reason} ({self.reference})"


class PlanCancelled(PlanFacts, InvoiceEvent):
    """A plan or a request was taken back; the whole balance is due again."""

    kind: ClassVar[str] = "plan.cancelled"

    reason: str

    def told(self) -> str:
        """Return the fact as a sentence."""
        return f"Plan cancelled: {self.reason} ({self.reference})"


class PlanCompleted(PlanFacts, InvoiceEvent):
    """Nothing is left of what the plan covered."""

    kind: ClassVar[str] = "plan.completed"

    def told(self) -> str:
        """Return the fact as a sentence."""
        return f"Plan completed: {self.spelt} ({self.reference})"


class PlanDefaulted(PlanFacts, InvoiceEvent):
    """The plan was given up; the whole balance is due again."""

    kind: ClassVar[str] = "plan.defaulted"

    reason: str
    balance: Amount

    def told(self) -> str:
        """Return the fact as a sentence."""
        return f"Plan in default ({self.reason}); {self.balance} is due at once ({self.reference})"


class InstalmentMissed(InvoiceEvent):
    """The grace of an instalment is over and it is not paid in full; reminders go on. Told once for each."""

    kind: ClassVar[str] = "instalment.missed"

    plan_id: UUID
    instalment_id: UUID
    contact_id: UUID | None
    position: int
    of: int
    due_on: date
    amount: Amount
    unpaid: Amount

    def told(self) -> str:
        """Return the fact as a sentence."""
        return (
            f"Instalment {self.position} of {self.of} missed: {self.unpaid} of {self.amount}, "
            f"due on {self.due_on}, is not there ({references.plan(self.plan_id)}); reminders go on"
        )


_JUDGE = job("judge_commitments")
_RESUME = job("resume_reminders")

NOTICES: Notices = {
    PaymentReceived: (_JUDGE,),  # kept as soon as the money is there, not in the night
    PaymentReversed: (_JUDGE,),  # an instalment that was paid may be open again
    FallDecided: (_JUDGE,),
    InvoiceSettled: (_JUDGE,),
    CashPlaced: (_JUDGE,),
    AllocationTakenBack: (_JUDGE,),
    InvoiceWrittenOff: (_JUDGE,),
    InvoiceVoided: (_JUDGE,),
    LedgerImported: (_JUDGE,),
    PromiseMade: (operators(), payer("promise-noted")),
    PromiseKept: (operators(),),
    PromisePartlyKept: (operators(), _RESUME),
    PromiseBroken: (operators(), _RESUME),
    PromiseWithdrawn: (operators(), _RESUME),
    PlanRequested: (operators(),),
    PlanCountered: (operators(), payer("plan-countered")),
    PlanApproved: (operators(), payer("plan-approved")),
    PlanRejected: (operators(), payer("plan-rejected")),
    PlanCancelled: (operators(), _RESUME),
    PlanCompleted: (operators(),),
    PlanDefaulted: (operators(), _RESUME),
    InstalmentMissed: (operators(), _RESUME),
}
