"""What happens when the merchant's own ageing is compared with ours."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from domain.kernel.events import Amount, Event
from domain.kernel.notices import SILENT, Notices, job, operators
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
        sums = " + ".join(map(str, self.totals)) or "nothing open"
        rejected = f", {self.rejected} rows rejected" if self.rejected else ""
        return f"Control totals of {self.as_of} imported ({self.file_name}): {sums}{rejected}"


class ParityChecked(Event):
    """Our ageing agrees with the merchant's own."""

    kind: ClassVar[str] = "parity.checked"

    batch_id: UUID
    as_of: date
    totals: tuple[Amount, ...]

    def told(self) -> str:
        """Return the fact as a sentence."""
        return (
            f"Our ageing agrees with the books' of {self.as_of}: {' + '.join(map(str, self.totals)) or 'nothing open'}"
        )


class ParityFailed(Event):
    """Our ageing differs from the merchant's own by more than is allowed."""

    kind: ClassVar[str] = "parity.failed"

    batch_id: UUID
    as_of: date
    differences: tuple[str, ...]
    """Which total or bucket, and by how much, the first of them."""
    more: int

    def told(self) -> str:
        """Return the fact as a sentence."""
        more = f"; and {self.more} more" if self.more else ""
        return (
            f"Our ageing differs from the books' of {self.as_of}: {'; '.join(self.differences)}{more}. "
            "Confirm payments, write-offs and credit notes that only one side has; "
            "`plixo ledger parity --csv FILE` lists the invoices that differ"
        )


NOTICES: Notices = {
    ControlTotalsImported: (job("check_parity"),),
    LedgerImported: (job("check_parity"),),
    ParityChecked: SILENT,  # whoever imports sees it; the board shows it
    ParityFailed: (operators(),),
}
