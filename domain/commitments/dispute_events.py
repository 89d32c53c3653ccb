"""What payers object to, and what became of it."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime, BaseModel

from domain.commitments import words
from domain.commitments.dispute_reasons import BY_CODE
from domain.kernel import references
from domain.kernel.events import Amount, InvoiceEvent, PlacedEvent
from domain.kernel.notices import Notices, job, operators, payer
from domain.kernel.sentences import Sentence
from domain.kernel.speech import counted, joined, say
from domain.ledger.credit_events import CreditProposed, CreditRejected
from domain.ledger.entry_events import InvoiceVoided, InvoiceWrittenOff
from domain.ledger.events import CreditApproved


def reference(dispute_id: UUID) -> str:
    """Return the short word by which payers and operators speak of a dispute."""
    return references.dispute(dispute_id)


class DisputeFacts(BaseModel):
    """What every event of a dispute tells: which one it is."""

    dispute_id: UUID

    @property
    def reference(self) -> str:
        """The short word for the dispute."""
        return reference(self.dispute_id)


class DisputeFiled(DisputeFacts, InvoiceEvent):
    """A payer objects to an invoice or a part of it; that part is not asked for until it is decided."""

    kind: ClassVar[str] = "dispute.filed"

    contact_id: UUID | None
    amount: Amount
    reason_code: str
    reason: str
    documents: int
    missing: tuple[str, ...]
    """Documents that the reason requires and that are still to come, as people call them."""
    source: str
    sla_due_at: AwareDatetime
    filing: str
    """A digest of what was filed, by which the same form sent twice is known."""

    def told(self) -> str:
        """Return the fact as a sentence."""
        said = say(
            "Dispute {reference} over {amount}: {reason}",
            reference=self.reference,
            amount=self.amount,
            reason=_reason(self.reason_code, self.reason),
        )
        brought = ", " + counted("{n} document", "{n} documents", self.documents) if self.documents else ""
        due = say("To be decided by {moment}", moment=_moment(self.sla_due_at))
        return f"{said}{brought}{_lacking(self.missing)}. {due}"


class DisputeExtended(DisputeFacts, InvoiceEvent):
    """A payer objected again; the open dispute now covers more, or has more to go by."""

    kind: ClassVar[str] = "dispute.extended"

    contact_id: UUID | None
    added: Amount
    amount: Amount
    reason_code: str
    reason: str
    documents: int
    missing: tuple[str, ...]
    source: str
    sla_due_at: AwareDatetime
    filing: str

    def told(self) -> str:
        """Return the fact as a sentence."""
        values = {"reference": self.reference, "amount": self.amount, "reason": _reason(self.reason_code, self.reason)}
        if not self.added:
            return say("Dispute {reference} extended (still {amount}): {reason}", **values)
        return say("Dispute {reference} extended ({added} more, {amount} in all): {reason}", added=self.added, **values)


class DisputeTested(DisputeFacts, InvoiceEvent):
    """A test dispute arrived; it pauses nothing, is counted nowhere and is answered to nobody."""

    kind: ClassVar[str] = "dispute.tested"

    amount: Amount
    reason: str
    source: str

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say(
            "TEST dispute {reference} over {amount} arrived: {reason}. Nothing pauses",
            reference=self.reference,
            amount=self.amount,
            reason=say(self.reason),
        )


class DisputeTestEnded(DisputeFacts, InvoiceEvent):
    """A test dispute was closed."""

    kind: ClassVar[str] = "dispute.test_ended"

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say("TEST dispute {reference} closed", reference=self.reference)


class DisputeAssigned(DisputeFacts, InvoiceEvent):
    """Somebody has a dispute in hand from now on."""

    kind: ClassVar[str] = "dispute.assigned"

    owner_id: UUID
    owner: str
    owner_before: str | None

    def told(self) -> str:
        """Return the fact as a sentence."""
        if not self.owner_before:
            return say("Dispute {reference} is in the hands of {owner}", reference=self.reference, owner=self.owner)
        return say(
            "Dispute {reference} is in the hands of {owner} (before: {before})",
            reference=self.reference,
            owner=self.owner,
            before=self.owner_before,
        )


class EvidenceAdded(DisputeFacts, InvoiceEvent):
    """Documents for an open dispute arrived."""

    kind: ClassVar[str] = "dispute.evidence"

    names: tuple[str, ...]
    missing: tuple[str, ...]

    def told(self) -> str:
        """Return the fact as a sentence."""
        said = say("Documents for dispute {reference}: {names}", reference=self.reference, names=", ".join(self.names))
        return said + _lacking(self.missing)


class DisputeAtRisk(DisputeFacts, InvoiceEvent):
    """Three quarters of the business hours for a dispute are over. Told once."""

    kind: ClassVar[str] = "dispute.at_risk"

    amount: Amount
    owner: str | None
    sla_due_at: AwareDatetime

    def told(self) -> str:
        """Return the fact as a sentence."""
        values = {"reference": self.reference, "amount": self.amount, "moment": _moment(self.sla_due_at)}
        if self.owner:
            return say(
                "Dispute {reference} over {amount} is at risk: in the hands of {owner}, to be decided by {moment}",
                owner=self.owner,
                **values,
            )
        return say(
            "Dispute {reference} over {amount} is at risk: in nobody's hands, to be decided by {moment}", **values
        )


class DisputeLate(DisputeFacts, InvoiceEvent):
    """The business hours for a dispute are over and it is not decided. Told once."""

    kind: ClassVar[str] = "dispute.late"

    amount: Amount
    owner: str | None
    sla_due_at: AwareDatetime

    def told(self) -> str:
        """Return the fact as a sentence."""
        values = {"reference": self.reference, "amount": self.amount, "moment": _moment(self.sla_due_at)}
        if self.owner:
            return say(
                "Dispute {reference} over {amount} is late: in the hands of {owner}, was to be decided by {moment}",
                owner=self.owner,
                **values,
            )
        return say(
            "Dispute {reference} over {amount} is late: in nobody's hands, was to be decided by {moment}", **values
        )


class DisputeResolved(DisputeFacts, InvoiceEvent):
    """A dispute was decided or withdrawn; what is left of the balance is asked for again."""

    kind: ClassVar[str] = "dispute.resolved"

    contact_id: UUID | None
    outcome: str
    """``accepted``, ``partly accepted``, ``rejected`` or ``withdrawn``."""
    amount: Amount
    """The part that was disputed."""
    credited: Amount | None
    balance: Amount
    note: Sentence

    def told(self) -> str:
        """Return the fact as a sentence."""
        ended = say(
            "Dispute {reference} over {amount} {outcome}",
            reference=self.reference,
            amount=self.amount,
            outcome=words.dispute_state(self.outcome),
        )
        credit = ", " + say("{amount} credited", amount=self.credited) if self.credited else ""
        left = say("{amount} left to pay", amount=self.balance) if self.balance else say("nothing left to pay")
        told = joined("; ", [f"{ended}{credit}", left])
        return joined(". ", [told, self.note]) if self.note else told


class DocumentHeldBack(PlacedEvent):
    """The virus check found something in a file that came from outside; it is handed out to nobody."""

    kind: ClassVar[str] = "document.held"

    name: str
    found: str

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say(
            "The virus check found {found} in the file “{name}”; nobody can open it", found=self.found, name=self.name
        )


class DocumentUnexamined(PlacedEvent):
    """A file from outside could not be looked into for a long time; nobody can open it, and it is tried again."""

    kind: ClassVar[str] = "document.unexamined"

    name: str
    came_at: AwareDatetime

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say(
            "The file “{name}” has waited since {moment} to be examined: the virus check or the store of files does"
            " not answer. Nobody can open it yet; it is tried again by itself",
            name=self.name,
            moment=_moment(self.came_at),
        )


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


def _reason(code: str, name: str) -> str:
    """Return the name of a reason; one that there is no more keeps the name that it had."""
    return BY_CODE[code].title if code in BY_CODE else name


def _lacking(missing: tuple[str, ...]) -> str:
    names = ", ".join(say(each) for each in missing)
    return "; " + say("still to come: {documents}", documents=names) if names else ""


_ASK = job("ask_dispute_owner")

NOTICES: Notices = {
    InvoiceWrittenOff: (job("drop_dispute"),),
    InvoiceVoided: (job("drop_dispute"),),
    CreditApproved: (job("conclude_dispute"),),  # a dispute that is accepted ends with its credit, not before
    CreditProposed: (_ASK,),  # it is decided, as far as its owner can decide it
    CreditRejected: (_ASK,),
    DisputeFiled: (operators(), payer("dispute-received"), _ASK),
    DisputeExtended: (operators(), _ASK),
    DisputeTested: (operators(),),
    DisputeTestEnded: (operators(),),
    DisputeAssigned: (operators(), _ASK),
    EvidenceAdded: (operators(), _ASK),
    DocumentHeldBack: (operators(),),
    DocumentUnexamined: (operators(),),
    DisputeAtRisk: (operators(), _ASK),
    DisputeLate: (operators(), _ASK),
    DisputeResolved: (operators(), payer("dispute-resolved"), job("resume_reminders"), _ASK),
}
