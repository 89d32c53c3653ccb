"""What was read: bank statements and remittance advices, before anything is matched."""

from typing import ClassVar
from uuid import UUID

from domain.deliverability.events import MailArrived
from domain.kernel.events import Amount, Event
from domain.kernel.notices import SILENT, Notices, job


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
        sums = ", ".join(str(each) for each in self.came_in) or "nothing"
        rest = "".join(
            f", {count:,} {word}"
            for count, word in ((self.known, "known before"), (self.rejected, "rejected"), (self.left_out, "left out"))
            if count
        )
        if self.doubted:
            rest += f" ({self.doubted:,} of the new ones for a person to look at)"
        of = f" of {self.bank_account}" if self.bank_account else ""
        return f"Bank statement{of} imported ({self.file_name}): {self.new:,} new lines{rest}; came in: {sums}"


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
    note: str

    @property
    def account_ref(self) -> UUID | None:
        """Return the customer whose invoices it lists."""
        return self.account_id

    def told(self) -> str:
        """Return the fact as a sentence."""
        of = f" from {self.account_name}" if self.account_name else ""
        what = f"Remittance advice{of} {'attached to a mail' if self.by_mail else 'imported'} ({self.file_name})"
        if not self.readable:
            return f"{what}. {self.note}"
        total = f", {self.total} in all" if self.total else ""
        note = f" ({self.note})" if self.note else ""
        return f"{what}: {self.lines} {'line' if self.lines == 1 else 'lines'}{total}{note}"


NOTICES: Notices = {
    BankLinesImported: SILENT,  # what follows from it is in events.py
    RemittanceRead: (job("apply_cash"),),
    MailArrived: (job("read_remittances"),),
}
