"""What payers promise and plan, and what became of it."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from domain.commitments.plan_facts import PlanFacts
from domain.kernel import references
from domain.kernel.events import Amount, InvoiceEvent
from domain.kernel.notices import Notices, job, operators, payer
from domain.kernel.sentences import Sentence
from domain.kernel.speech import joined, say
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
        values = {
            "amount": self.amount,
            "day": self.promised_on,
            "reference": references.promise(self.promise_id),
            "until": self.pauses_until,
        }
        if not self.replaced_on:
            return say(
                "Promise: {amount} by {day} ({reference}); reminders for this part pause until {until}", **values
            )
        return say(
            "Promise: {amount} by {day} (before: {replaced} by {earlier}) ({reference}); reminders for this part pause"
            " until {until}",
            replaced=self.replaced_amount,
            earlier=self.replaced_on,
            **values,
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
        return say(
            "Promise kept: {received} of {amount} promised by {day} ({reference})",
            received=self.received,
            **_word(self),
        )


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
        return say(
            "Promise partly kept: {received} of {amount} promised by {day} ({reference}); reminders go on",
            received=self.received,
            **_word(self),
        )


class PromiseBroken(InvoiceEvent):
    """The grace is over and nothing of the promised money is there; reminders go on."""

    kind: ClassVar[str] = "promise.broken"

    promise_id: UUID
    contact_id: UUID | None
    amount: Amount
    promised_on: date

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say(
            "Promise broken: nothing of {amount} promised by {day} has come ({reference}); reminders go on",
            **_word(self),
        )


class PromiseWithdrawn(InvoiceEvent):
    """A promise was taken back, or there is nothing left that it could be about."""

    kind: ClassVar[str] = "promise.withdrawn"

    promise_id: UUID
    amount: Amount
    promised_on: date
    reason: Sentence

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say(
            "Promise over {amount} by {day} ({reference}) withdrawn: {reason}",
            **_word(self),
            reason=self.reason,
        )


class PlanRequested(PlanFacts, InvoiceEvent):
    """Instalments were asked for; a person decides."""

    kind: ClassVar[str] = "plan.requested"

    reason: str
    source: str
    needs_controller: bool
    """Whether it is so large or so long that only a Controller may approve it."""

    def told(self) -> str:
        """Return the fact as a sentence."""
        if self.needs_controller:
            return say(
                "Plan requested: {terms} ({reference}); it waits for a Controller's approval. Reason: {reason}",
                reason=self.reason,
                **self.told_terms,
            )
        return say(
            "Plan requested: {terms} ({reference}); it waits for approval. Reason: {reason}",
            reason=self.reason,
            **self.told_terms,
        )


class PlanCountered(PlanFacts, InvoiceEvent):
    """Other terms were offered; they hold once the payer accepts."""

    kind: ClassVar[str] = "plan.countered"

    note: Sentence

    def told(self) -> str:
        """Return the fact as a sentence."""
        said = say("Other terms offered: {terms} ({reference})", **self.told_terms)
        return joined(". ", [said, self.note]) if self.note else said


class PlanApproved(PlanFacts, InvoiceEvent):
    """The plan holds from now on; while it is on schedule, its instalments are all that is asked for."""

    kind: ClassVar[str] = "plan.approved"

    accepted: bool
    """Whether an offer of other terms was accepted, as against the request approved."""

    def told(self) -> str:
        """Return the fact as a sentence."""
        if self.accepted:
            return say("Plan accepted: {terms} ({reference}); reminders follow the instalments", **self.told_terms)
        return say("Plan approved: {terms} ({reference}); reminders follow the instalments", **self.told_terms)


class PlanRejected(PlanFacts, InvoiceEvent):
    """There will be no plan on these terms; reminders go on as before."""

    kind: ClassVar[str] = "plan.rejected"

    reason: Sentence

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say("Plan rejected: {reason} ({reference})", reason=self.reason, reference=self.reference)


class PlanCancelled(PlanFacts, InvoiceEvent):
    """A plan or a request was taken back; the whole balance is due again."""

    kind: ClassVar[str] = "plan.cancelled"

    reason: Sentence

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say("Plan cancelled: {reason} ({reference})", reason=self.reason, reference=self.reference)


class PlanCompleted(PlanFacts, InvoiceEvent):
    """Nothing is left of what the plan covered."""

    kind: ClassVar[str] = "plan.completed"

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say("Plan completed: {terms} ({reference})", **self.told_terms)


class PlanDefaulted(PlanFacts, InvoiceEvent):
    """The plan was given up; the whole balance is due again."""

    kind: ClassVar[str] = "plan.defaulted"

    reason: Sentence
    balance: Amount

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say(
            "Plan in default ({reason}); {balance} is due at once ({reference})",
            reason=self.reason,
            balance=self.balance,
            reference=self.reference,
        )


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
        return say(
            "Instalment {position} of {parts} missed: {unpaid} of {amount}, due on {day}, is not there ({reference});"
            " reminders go on",
            position=str(self.position),
            parts=str(self.of),
            unpaid=self.unpaid,
            amount=self.amount,
            day=self.due_on,
            reference=references.plan(self.plan_id),
        )


def _word(event: PromiseKept | PromisePartlyKept | PromiseBroken | PromiseWithdrawn) -> dict[str, object]:
    """Return what every sentence about a promise names."""
    reference = references.promise(event.promise_id)
    return {"amount": event.amount, "day": event.promised_on, "reference": reference}


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
