"""What happens about customers that may be one under two spellings."""

from typing import ClassVar
from uuid import UUID

from domain.kernel.events import Event
from domain.kernel.notices import SILENT, Notices, job, operators
from domain.kernel.sentences import Sentence
from domain.kernel.speech import again, counted, joined, say
from domain.ledger.events import LedgerImported


class TwinsProposed(Event):
    """Customers were found that may be one; nothing is merged before a person says so."""

    kind: ClassVar[str] = "twins.proposed"

    count: int
    examples: tuple[Sentence, ...]

    def told(self) -> str:
        """Return the fact as a sentence."""
        examples = "; ".join(map(again, self.examples))
        if self.count > len(self.examples):
            examples = say("{examples} and more", examples=examples)
        return counted(
            "{n} pair of customers may be the same: {examples}. `/plixo twins` shows them",
            "{n} pairs of customers may be the same: {examples}. `/plixo twins` shows them",
            self.count,
            examples=examples,
        )


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
        return say("{one} and {other} are two customers", one=self.account_name, other=self.other_name)


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
        moved = [say("{count} {what}", count=count, what=say(what)) for what, count in self.moved.items()]
        merged = say(
            "{other} was merged into {kept}, with {moved}",
            other=self.other_name,
            kept=self.account_name,
            moved=joined(", ", moved) or say("nothing else"),
        )
        return joined("; ", [merged, say("it gets no reminders, as the other got none")]) if self.excluded else merged


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
        return say("{other} was merged into {kept}", other=self.account_name, kept=self.kept_name)


NOTICES: Notices = {
    LedgerImported: (job("find_twins"),),
    TwinsProposed: (operators(),),
    TwinDismissed: SILENT,  # whoever says so is answered at once
    AccountsMerged: (operators(), job("refresh_queue")),
    AccountJoined: SILENT,  # its counterpart is told
}
