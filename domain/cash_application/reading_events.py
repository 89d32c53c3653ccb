"""What was read: bank statements and remittance advices, before anything is matched."""

from typing import ClassVar
from uuid import UUID

from domain.deliverability.events import MailArrived
from domain.kernel import speech
from domain.kernel.events import Amount, Event
from domain.kernel.notices import SILENT, Notices, job
from domain.kernel.sentences import Sentence
from domain.kernel.speech import counted, joined, say, say_as


class BankLinesImported(Event):
    """A statement was read: its new lines wait to be matched with invoices."""

    kind: ClassVar[str] = "bank.imported"

    batch_id: UUID
    file_name: str
    bank_account: str
    read: int
    new: int
    known: int
    rejected: int
    left_out: int
    reasons: dict[str, int]
    came_in: tuple[Amount, ...]
    """Of the new lines, by currency."""
    went_out: tuple[Amount, ...]
    doubted: int = 0
    """Of the new lines, those that only a person may post."""

    def told(self) -> str:
        """Return the fact as a sentence."""
        values = {"file": self.file_name, "account": self.bank_account}
        what = (
            say("Bank statement of {account} imported ({file})", **values)
            if self.bank_account
            else say("Bank statement imported ({file})", file=self.file_name)
        )
        numbers = [counted("{n} new line", "{n} new lines", self.new)]
        numbers += [say("{count} known before", count=self.known)] if self.known else []
        numbers += [say("{count} rejected", count=self.rejected)] if self.rejected else []
        numbers += [say("{count} left out", count=self.left_out)] if self.left_out else []
        looked = (
            f" ({say('{count} of the new ones for a person to look at', count=self.doubted)})" if self.doubted else ""
        )
        sums = ", ".join(speech.amount(each) for each in self.came_in) or say_as("a sum of money", "nothing")
        return f"{what}: {', '.join(numbers)}{looked}; {say('came in: {sums}', sums=sums)}"


class RemittanceRead(Event):
    """A remittance advice came; what it lists is evidence for the payment that it belongs to, and nothing more."""

    kind: ClassVar[str] = "remittance.read"

    remittance_id: UUID
    file_name: str
    by_mail: bool
    account_id: UUID | None
    account_name: str
    readable: bool
    lines: int
    total: Amount | None
    note: Sentence

    @property
    def account_ref(self) -> UUID | None:
        """Return the customer whose invoices it lists."""
        return self.account_id

    def told(self) -> str:
        """Return the fact as a sentence."""
        if not self.readable:
            return joined(". ", [self._came(), self.note])
        lines = counted("{n} line", "{n} lines", self.lines)
        total = ", " + say("{amount} in all", amount=self.total) if self.total else ""
        note = f" ({self.note})" if self.note else ""
        return f"{self._came()}: {lines}{total}{note}"

    def _came(self) -> str:
        if self.by_mail and self.account_name:
            values = {"name": self.account_name, "file": self.file_name}
            return say("Remittance advice from {name} attached to a mail ({file})", **values)
        if self.by_mail:
            return say("Remittance advice attached to a mail ({file})", file=self.file_name)
        if self.account_name:
            return say("Remittance advice from {name} imported ({file})", name=self.account_name, file=self.file_name)
        return say("Remittance advice imported ({file})", file=self.file_name)


NOTICES: Notices = {
    BankLinesImported: SILENT,  # what follows from it is in events.py
    RemittanceRead: (job("apply_cash"),),
    MailArrived: (job("read_remittances"),),
}
