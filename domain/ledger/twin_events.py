"""What happens about customers that may be one under two spellings."""

from typing import ClassVar
from uuid import UUID

from domain.kernel.events import Event
from domain.kernel.notices import SILENT, Notices, job, operators
from domain.ledger.events import LedgerImported


class TwinsProposed(Event):
    """Customers were found that may be one; nothing is merged before a person says so."""

    kind: ClassVar[str] = "twins.proposed"

    count: int
    examples: tuple[str, ...]

    def told(self) -> str:
        """Return the fact as a sentence."""
        pairs = "pair of customers" if self.count == 1 else "pairs of customers"
        more = " and more" if self.count > len(self.examples) else ""
        return f"{self.count} {pairs} may be the same: {'; '.join(self.examples)}{more}. `/plixo twins` shows them"


class TwinDismissed(Event):
    """Two customers are not the same, a person said; the pair is not proposed again."""

    kind: ClassVar[str] = "twin.dismissed"

    twin_id: UUID
    account_id: UUID
    account_name: str
    other_id: UUID
    other_name: str

    @property
    def account_ref(self) -> UUID | None:
        """Return the first of the two."""
        return self.account_id

    def told(self) -> str:
        """Return the fact as a sentence."""
        return f"{self.account_name} and {self.other_name} are two customers"


class AccountsMerged(Event):
    """A customer turned out to be another one; everything of it is that one's now."""

    kind: ClassVar[str] = "account.merged"

    account_id: UUID
    account_name: str
    other_id: UUID
    other_name: str
    moved: dict[str, int]
    """How many of what, such as ``invoices``."""
    contacts_joined: int
    excluded: bool
    """Whether the customer gets no reminders from now on, since the other one got none."""

    @property
    def account_ref(self) -> UUID | None:
        """Return the account that is left."""
        return self.account_id

    def told(self) -> str:
        """Return the fact as a sentence."""
        counts = ", ".join(f"{count} {what}" for what, count in self.moved.items()) or "nothing else"
        excluded = "; it gets no reminders, as the other got none" if self.excluded else ""
        return f"{self.other_name} was merged into {self.account_name}, with {counts}{excluded}"


class AccountJoined(Event):
    """The customer of this history was merged into another, where it goes on."""

    kind: ClassVar[str] = "account.joined"

    account_id: UUID
    account_name: str
    kept_id: UUID
    kept_name: str

    @property
    def account_ref(self) -> UUID | None:
        """Return the account that was merged."""
        return self.account_id

    def told(self) -> str:
        """Return the fact as a sentence."""
        return f"{self.account_name} was merged into {self.kept_name}"


NOTICES: Notices = {
    LedgerImported: (job("find_twins"),),
    TwinsProposed: (operators(),),
    TwinDismissed: SILENT,  # whoever says so is answered at once
    AccountsMerged: (operators(), job("refresh_queue")),
    AccountJoined: SILENT,  # its counterpart is told
}
