"""What happens to policies."""

from typing import ClassVar

from domain.kernel.events import Event
from domain.kernel.notices import Notices, job, operators
from domain.kernel.sentences import Sentence
from domain.kernel.speech import say
from domain.ledger.events import LedgerImported


class PolicyProposed(Event):
    """Somebody proposed a new version of the policy; it changes nothing before somebody else publishes it."""

    kind: ClassVar[str] = "policy.proposed"

    version: int
    base: int
    """The version in force, to which the changes are counted."""
    notes: str
    changes: tuple[Sentence, ...]
    """The first changes, in words."""
    more: int = 0
    """Changes beyond those."""
    warnings: tuple[Sentence, ...] = ()
    replaces: int | None = None
    """An earlier proposal of the same maker that gave way."""

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say(
            "Policy version {version} proposed: {changes}",
            version=str(self.version),
            changes=_listed(self.changes, self.more),
        )


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
    changes: tuple[Sentence, ...]
    more: int = 0

    def told(self) -> str:
        """Return the fact as a sentence."""
        told = {
            "version": str(self.version),
            "name": self.proposed_by,
            "changes": _listed(self.changes, self.more),
        }
        if self.running == "move":
            return say(
                "Policy version {version}, proposed by {name}, is in force; {count} running invoices moved: {changes}",
                **told,
                count=self.moved,
            )
        return say(
            "Policy version {version}, proposed by {name}, is in force; running invoices finish in their old cadence: "
            "{changes}",
            **told,
        )


class PolicyRejected(Event):
    """A proposal was turned down, or taken back by its maker."""

    kind: ClassVar[str] = "policy.rejected"

    version: int
    proposed_by: str
    reason: Sentence

    def told(self) -> str:
        """Return the fact as a sentence."""
        return say(
            "Policy version {version}, proposed by {name}, rejected: {reason}",
            version=str(self.version),
            name=self.proposed_by,
            reason=self.reason,
        )


def _listed(changes: tuple[str, ...], more: int) -> str:
    return "; ".join((*changes, say("and {count} more", count=more)) if more else changes)


NOTICES: Notices = {
    LedgerImported: (job("judge_segments"),),
    PolicyProposed: (operators(),),
    PolicyPublished: (operators(), job("redraw_chat")),
    PolicyRejected: (operators(), job("redraw_chat")),
}
