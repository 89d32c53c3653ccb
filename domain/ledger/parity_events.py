"""What happens when the merchant's own ageing is compared with ours."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from domain.kernel.events import Amount, Event
from domain.kernel.notices import SILENT, Notices, job, operators
from domain.kernel.sentences import Sentence
from domain.kernel.speech import again, joined, say
from domain.ledger import words
from domain.ledger.events import LedgerImported


class ControlTotalsImported(Event):
    """A report with the merchant's own ageing was taken; it changes no invoice."""

    kind: ClassVar[str] = "control.imported"

    batch_id: UUID
    file_name: str
    as_of: date
    shape: str
    read: int
    rejected: int
    left_out: int
    reasons: dict[str, int]
    invoices: int
    """Invoices that the report lists; none when it has totals only."""
    totals: tuple[Amount, ...]
    """By currency."""

    def told(self) -> str:
        """Return the fact as a sentence."""
        told = say(
            "Control totals of {day} imported ({file}): {sums}",
            day=self.as_of,
            file=self.file_name,
            sums=words.sums(self.totals),
        )
        return joined(", ", [told, say("{n} rows rejected", n=self.rejected)]) if self.rejected else told


class ParityChecked(Event):
    """Our ageing agrees with the merchant's own."""

    kind: ClassVar[str] = "parity.checked"

    batch_id: UUID
    as_of: date
    totals: tuple[Amount, ...]

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say("Our ageing agrees with the books' of {day}: {sums}", day=self.as_of, sums=words.sums(self.totals))


class ParityFailed(Event):
    """Our ageing differs from the merchant's own by more than is allowed."""

    kind: ClassVar[str] = "parity.failed"

    batch_id: UUID
    as_of: date
    differences: tuple[Sentence, ...]
    """Which total or bucket, and by how much, the first of them."""
    more: int

    def told(self) -> str:
        """Return the fact as a sentence."""
        more = [say("and {n} more", n=self.more)] if self.more else []
        return say(
            "Our ageing differs from the books' of {day}: {differences}. "
            "Confirm payments, write-offs and credit notes that only one side has; "
            "`plixo ledger parity --csv FILE` lists the invoices that differ",
            day=self.as_of,
            differences=joined("; ", [*map(again, self.differences), *more]),
        )


NOTICES: Notices = {
    ControlTotalsImported: (job("check_parity"),),
    LedgerImported: (job("check_parity"),),
    ParityChecked: SILENT,  # whoever imports sees it; the board shows it
    ParityFailed: (operators(),),
}
