"""What payers object to, and what became of it."""

from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime, BaseModel

from domain.kernel import references
from domain.kernel.events import Amount, InvoiceEvent, PlacedEvent
from domain.kernel.notices import Notices, job, operators, payer
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
        with_what = f", {self.documents} document{'s' if self.documents > 1 else ''}" if self.documents else ""
        lacks = f"; still to come: {', '.join(self.missing)}" if self.missing else ""
        return (
            f"Dispute {self.reference} over {self.amount}: {self.reason}{with_what}{lacks}. "
            f"To be decided by {self.sla_due_at:%Y-%m-%d %H:%M} UTC"
        )


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
        more = f"{self.added} more, {self.amount} in all" if self.added else f"still {self.amount}"
        return f"Dispute {self.reference} extended ({more}): {self.reason}"


class DisputeTested(DisputeFacts, InvoiceEvent):
    """A test dispute arrived; it pauses nothing, is counted nowhere and is answered to nobody."""

    kind: ClassVar[str] = "dispute.tested"

    amount: Amount
    reason: str
    source: str

    def told(self) -> str:
        """Return the fact as a sentence."""
        return f"TEST dispute {self.reference} over {self.amount} arrived: {self.reason}. Nothing pauses"


class DisputeTestEnded(DisputeFacts, InvoiceEvent):
    """A test dispute was closed."""

    kind: ClassVar[str] = "dispute.test_ended"

    def told(self) -> str:
        """Return the fact as a sentence."""
        return f"TEST dispute {self.reference} closed"


class DisputeAssigned(DisputeFacts, InvoiceEvent):
    """Somebody has a dispute in hand from now on."""

    kind: ClassVar[str] = "dispute.assigned"

    owner_id: UUID
    owner: str
    owner_before: str | None

    def told(self) -> str:
        """Return the fact as a sentence."""
        before = f" (before: {self.owner_before})" if self.owner_before else ""
        return f"Dispute {self.reference} is in the hands of {self.owner}{before}"


class EvidenceAdded(DisputeFacts, InvoiceEvent):
    """Documents for an open dispute arrived."""

    kind: ClassVar[str] = "dispute.evidence"

    names: tuple[str, ...]
    missing: tuple[str, ...]

    def told(self) -> str:
        """Return the fact as a sentence."""
        lacks = f"; still to come: {', '.join(self.missing)}" if self.missing else ""
        return f"Documents for dispute {self.reference}: {', '.join(self.names)}{lacks}"


class DisputeAtRisk(DisputeFacts, InvoiceEvent):
    """Three quarters of the business hours for a dispute are over. Told once."""

    kind: ClassVar[str] = "dispute.at_risk"

    amount: Amount
    owner: str | None
    sla_due_at: AwareDatetime

    def told(self) -> str:
        """Return the fact as a sentence."""
        whose = f"in the hands of {self.owner}" if self.owner else "in nobody's hands"
        due = f"{self.sla_due_at:%Y-%m-%d %H:%M} UTC"
        return f"Dispute {self.reference} over {self.amount} is at risk: {whose}, to be decided by {due}"


class DisputeLate(DisputeFacts, InvoiceEvent):
    """The business hours for a dispute are over and it is not decided. Told once."""

    kind: ClassVar[str] = "dispute.late"

    amount: Amount
    owner: str | None
    sla_due_at: AwareDatetime

    def told(self) -> str:
        """Return the fact as a sentence."""
        whose = f"in the hands of {self.owner}" if self.owner else "in nobody's hands"
        due = f"{self.sla_due_at:%Y-%m-%d %H:%M} UTC"
        return f"Dispute {self.reference} over {self.amount} is late: {whose}, was to be decided by {due}"


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
    note: str

    def told(self) -> str:
        """Return the fact as a sentence."""
        credit = f", {self.credited} credited" if self.credited else ""
        left = f"{self.balance} left to pay" if self.balance else "nothing left to pay"
        said = f". {self.note}" if self.note else ""
        return f"Dispute {self.reference} over {self.amount} {self.outcome}{credit}; {left}{said}"


class DocumentHeldBack(PlacedEvent):
    """The virus check found something in a file that came from outside; it is handed out to nobody."""

    kind: ClassVar[str] = "document.held"

    name: str
    found: str

    def told(self) -> str:
        """Return the fact as a sentence."""
        return f"The virus check found {self.found} in the file “{self.name}”; nobody can open it"


class DocumentUnexamined(PlacedEvent):
    """A file from outside could not be looked into for a long time; nobody can open it, and it is tried again."""

    kind: ClassVar[str] = "document.unexamined"

    name: str
    came_at: AwareDatetime

    def told(self) -> str:
        """Return the fact as a sentence."""
        return (
            f"The file “{self.name}” has waited since {self.came_at:%Y-%m-%d %H:%M} UTC to be examined: the virus check"
            " or the store of files does not answer. Nobody can open it yet; it is tried again by itself"
        )


NOTICES: Notices = {
    InvoiceWrittenOff: (job("drop_dispute"),),
    InvoiceVoided: (job("drop_dispute"),),
    CreditApproved: (job("conclude_dispute"),),  # a dispute that is accepted ends with its credit, not before
    DisputeFiled: (operators(), payer("dispute-received")),
    DisputeExtended: (operators(),),
    DisputeTested: (operators(),),
    DisputeTestEnded: (operators(),),
    DisputeAssigned: (operators(),),
    EvidenceAdded: (operators(),),
    DocumentHeldBack: (operators(),),
    DocumentUnexamined: (operators(),),
    DisputeAtRisk: (operators(),),
    DisputeLate: (operators(),),
    DisputeResolved: (operators(), payer("dispute-resolved"), job("resume_reminders")),
}
