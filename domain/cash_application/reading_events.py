"""What was read: bank statements and remittance advices, before anything is matched."""

from typing import ClassVar
from uuid import UUID

from domain.kernel.events import Amount, Event
from domain.kernel.notices import SILENT, Notices


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

    def told(self) -> str:
        """Return the fact as a sentence."""
        sums = ", ".join(str(each) for each in self.came_in) or "nothing"
        rest = "".join(
            f", {count:,} {word}"
            for count, word in ((self.known, "known before"), (self.rejected, "rejected"), (self.left_out, "left out"))
            if count
        )
        of = f" of {self.bank_account}" if self.bank_account else ""
        return f"Bank statement{of} imported ({self.file_name}): {self.new:,} new lines{rest}; came in: {sums}"


NOTICES: Notices = {
    BankLinesImported: SILENT,
}
