"""What happens to bank lines."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from domain.cash_application.reading_events import BankLinesImported
from domain.kernel.events import Amount, Event
from domain.kernel.notices import ROUTINE, SILENT, Notices, job, operators


class LineEvent(Event):
    """A fact about one bank line, in the history of the customer whose money it is."""

    line_id: UUID
    account_id: UUID | None
    account_name: str
    amount: Amount
    booked_on: date

    @property
    def account_ref(self) -> UUID | None:
        """Return the customer, once one is known."""
        return self.account_id


class LinesProposed(Event):
    """Bank lines wait for a person; told once for all that one run found."""

    kind: ClassVar[str] = "cash.proposed"

    lines: int
    """How many became proposals in this run."""
    likely: int
    """How many of them have a way that is at least half sure."""
    unknown: int
    """How many more have nothing that fits."""
    sums: tuple[Amount, ...]
    """What the proposed ones come to, in each currency."""

    def told(self) -> str:
        """Return the fact as a sentence."""
        wait = "bank line waits" if self.lines == 1 else "bank lines wait"
        amounts = " + ".join(str(each) for each in self.sums)
        nothing = f"; for {self.unknown} more nothing was found" if self.unknown else ""
        return f"{self.lines} {wait} for a person ({amounts}), {self.likely} with a likely match{nothing}"


class LinePosted(LineEvent):
    """A bank line was booked as a payment on invoices."""

    kind: ClassVar[str] = "cash.posted"

    payment_id: UUID
    invoices: tuple[str, ...]
    """Their numbers."""
    short: tuple[str, ...] = ()
    """Of them, those that are not paid in full by it."""
    applied: Amount
    unapplied: Amount
    confidence: int | None
    """Of the way that was taken, in percent; None where a person said which invoices."""
    reasons: tuple[str, ...]
    by_itself: bool

    def told(self) -> str:
        """Return the fact as a sentence."""
        numbers = ", ".join(self.invoices[:6]) + (
            f" and {len(self.invoices) - 6} more" if len(self.invoices) > 6 else ""
        )
        rest = f"; {self.unapplied} stay unapplied" if self.unapplied else ""
        how = f"Posted by itself ({self.confidence} %)" if self.by_itself else "Bank line posted"
        return f"{how}: {self.amount} of {self.booked_on} from {self.account_name} on {numbers}{rest}"


class LineKept(LineEvent):
    """The money is a customer's, and which invoices it pays is not known yet."""

    kind: ClassVar[str] = "cash.kept"

    payment_id: UUID
    note: str

    def told(self) -> str:
        """Return the fact as a sentence."""
        note = f": {self.note}" if self.note else ""
        return f"{self.amount} of {self.booked_on} kept as unapplied cash of {self.account_name}{note}"


class LineIgnored(LineEvent):
    """A bank line is none of a customer's money."""

    kind: ClassVar[str] = "cash.ignored"

    reason: str

    def told(self) -> str:
        """Return the fact as a sentence."""
        return f"Bank line over {self.amount} of {self.booked_on} left out: {self.reason}"


class LineReconsidered(LineEvent):
    """A bank line that was left out is looked at again."""

    kind: ClassVar[str] = "cash.reconsidered"

    def told(self) -> str:
        """Return the fact as a sentence."""
        return f"Bank line over {self.amount} of {self.booked_on} is looked at again"


class LineReturned(LineEvent):
    """Money that a customer had paid went back through the bank."""

    kind: ClassVar[str] = "cash.returned"

    payment_id: UUID
    """The payment that came back."""
    invoices: tuple[str, ...]

    def told(self) -> str:
        """Return the fact as a sentence."""
        numbers = ", ".join(self.invoices[:6]) or "no invoice"
        return f"Returned by the bank: {self.amount} of {self.booked_on}, paid by {self.account_name} for {numbers}"


NOTICES: Notices = {
    BankLinesImported: (job("apply_cash"),),
    LinesProposed: (operators(priority=ROUTINE),),
    LinePosted: SILENT,  # the payments on the invoices are told
    LineKept: SILENT,  # the payment is told as unapplied cash
    LineIgnored: SILENT,
    LineReconsidered: (job("apply_cash"),),
    LineReturned: SILENT,  # the reversals are told
}
