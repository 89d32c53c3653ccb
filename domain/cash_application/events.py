"""What happens to bank lines."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from domain.cash_application.reading_events import BankLinesImported
from domain.kernel import speech
from domain.kernel.events import Amount, Event
from domain.kernel.notices import ROUTINE, SILENT, Notices, job, operators
from domain.kernel.sentences import Sentence
from domain.kernel.speech import counted, say


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
        waits = counted(
            "{n} bank line waits for a person ({amounts}), {likely} with a likely match",
            "{n} bank lines wait for a person ({amounts}), {likely} with a likely match",
            self.lines,
            amounts=" + ".join(speech.amount(each) for each in self.sums),
            likely=self.likely,
        )
        return f"{waits}; {say('for {count} more nothing was found', count=self.unknown)}" if self.unknown else waits


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
    reasons: tuple[Sentence, ...]
    by_itself: bool

    def told(self) -> str:
        """Return the fact as a sentence."""
        numbers, more = ", ".join(self.invoices[:6]), len(self.invoices) - 6
        if more > 0:
            numbers = counted("{numbers} and {n} more", "{numbers} and {n} more", more, numbers=numbers)
        values = {"amount": self.amount, "day": self.booked_on, "name": self.account_name, "numbers": numbers}
        posted = (
            say(
                "Posted by itself ({confidence} %): {amount} of {day} from {name} on {numbers}",
                confidence=str(self.confidence),
                **values,
            )
            if self.by_itself
            else say("Bank line posted: {amount} of {day} from {name} on {numbers}", **values)
        )
        return f"{posted}; {say('{amount} stay unapplied', amount=self.unapplied)}" if self.unapplied else posted


class LineKept(LineEvent):
    """The money is a customer's, and which invoices it pays is not known yet."""

    kind: ClassVar[str] = "cash.kept"

    payment_id: UUID
    note: str

    def told(self) -> str:
        """Return the fact as a sentence."""
        said = say(
            "{amount} of {day} kept as unapplied cash of {name}",
            amount=self.amount,
            day=self.booked_on,
            name=self.account_name,
        )
        return f"{said}: {self.note}" if self.note else said


class LineIgnored(LineEvent):
    """A bank line is none of a customer's money."""

    kind: ClassVar[str] = "cash.ignored"

    reason: str

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say(
            "Bank line over {amount} of {day} left out: {reason}",
            amount=self.amount,
            day=self.booked_on,
            reason=self.reason,
        )


class LineReconsidered(LineEvent):
    """A bank line that was left out is looked at again."""

    kind: ClassVar[str] = "cash.reconsidered"

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say("Bank line over {amount} of {day} is looked at again", amount=self.amount, day=self.booked_on)


class LineReturned(LineEvent):
    """Money that a customer had paid went back through the bank."""

    kind: ClassVar[str] = "cash.returned"

    payment_id: UUID
    """The payment that came back."""
    invoices: tuple[str, ...]

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say(
            "Returned by the bank: {amount} of {day}, paid by {name} for {numbers}",
            amount=self.amount,
            day=self.booked_on,
            name=self.account_name,
            numbers=", ".join(self.invoices[:6]) or say("no invoice"),
        )


NOTICES: Notices = {
    BankLinesImported: (job("apply_cash"),),
    LinesProposed: (operators(priority=ROUTINE),),
    LinePosted: SILENT,  # the payments on the invoices are told
    LineKept: SILENT,  # the payment is told as unapplied cash
    LineIgnored: SILENT,
    LineReconsidered: (job("apply_cash"),),
    LineReturned: SILENT,  # the reversals are told
}
