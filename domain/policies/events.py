"""What happens to policies."""

from typing import ClassVar

from domain.kernel.events import Event
from domain.kernel.notices import Notices, job, operators
from domain.ledger.events import LedgerImported


class PolicyProposed(Event):
    """Somebody proposed a new version of the policy; it changes nothing before somebody else publishes it."""

    kind: ClassVar[str] = "policy.proposed"

    version: int
    base: int
    """The version in force, to which the changes are counted."""
    notes: str
    changes: tuple[str, ...]
    """The first changes, in words."""
    more: int = 0
    """Changes beyond those."""
    warnings: tuple[str, ...] = ()
    replaces: int | None = None
    """An earlier proposal of the same maker that gave way."""

    def told(self) -> str:
        """Return the fact as a sentence."""
        return f"Policy version {self.version} proposed: {_listed(self.changes, self.more)}"


class PolicyPublished(Event):
    """A version of the policy came into force."""

    kind: ClassVar[str] = "policy.published"

    version: int
    base: int
    """The version that was in force before."""
    proposed_by: str
    running: str
    """``finish`` or ``move``: what becomes of invoices that are on their way through an older cadence."""
    moved: int
    """Invoices that were moved to their new cadence."""
    changes: tuple[str, ...]
    more: int = 0

    def told(self) -> str:
        """Return the fact as a sentence."""
        rest = (
            f"{self.moved} running invoices moved"
            if self.running == "move"
            else "running invoices finish in their old cadence"
        )
        return (
            f"Policy version {self.version}, proposed by {self.proposed_by}, is in force; {rest}: "
            f"{_listed(self.changes, self.more)}"
        )


class PolicyRejected(Event):
    """A proposal was turned down, or taken back by its maker."""

    kind: ClassVar[str] = "policy.rejected"

    version: int
    proposed_by: str
    reason: str

    def told(self) -> str:
        """Return the fact as a sentence."""
        return f"Policy version {self.version}, proposed by {self.proposed_by}, rejected: {self.reason}"


def _listed(changes: tuple[str, ...], more: int) -> str:
    return "; ".join(changes) + (f"; and {more} more" if more else "")


NOTICES: Notices = {
    LedgerImported: (job("judge_segments"),),
    PolicyProposed: (operators(),),
    PolicyPublished: (operators(),),
    PolicyRejected: (operators(),),
}
