"""Refusals about policies.

Refusal
├── PolicyNotFound       no version of that number
├── SegmentNotFound      the policy has no such segment
├── PolicyMalformed      the document is not what a policy is; each fault with its place
├── PolicyFileMalformed  the same about a file, with line numbers
├── ProposalPending      somebody else's proposal waits for a decision
├── ProposedAlready      the very same policy was proposed before
├── NothingChanges       it says what the policy in force says
├── DecidedAlready       published or rejected before
└── TooFewContacts       a segment of which too few invoices can be mailed
"""

from collections.abc import Sequence
from typing import Self

from domain.kernel.refusals import NotFound, Refusal
from domain.policies.findings import Finding

MOST_TOLD = 30
"""Faults of one document that are told at once; the rest shows when these are put right."""


class PolicyNotFound(NotFound):
    """Say that no version has that number."""

    def __init__(self, version: int) -> None:
        super().__init__(f"There is no policy version {version}. `plixo policy list` shows all.")


class SegmentNotFound(NotFound):
    """Say which segments there are."""

    def __init__(self, name: str, known: Sequence[str]) -> None:
        super().__init__(f"There is no segment {name[:60]!r}. The segments are: {', '.join(known)}.")


class PolicyMalformed(Refusal):
    """Say everything that is wrong with a document, each with its place."""

    def __init__(self, found: Sequence[Finding]) -> None:
        self.findings = tuple(found)
        super().__init__(_told([str(each) for each in found]))


class PolicyFileMalformed(Refusal):
    """Say everything that is wrong with a file, each with its line."""

    def __init__(self, name: str, found: Sequence[tuple[int, Finding]]) -> None:
        self.name, self.findings = name, tuple(found)
        super().__init__(_told([f"{name}:{line}: {each}" for line, each in found]))

    @classmethod
    def at(cls, name: str, line: int, text: str) -> Self:
        """Return the refusal of a file for one thing that is wrong with it."""
        return cls(name, [(line, Finding((), text))])


def _told(lines: Sequence[str]) -> str:
    more = len(lines) - MOST_TOLD
    return "\n".join([*lines[:MOST_TOLD], *([f"… and {more} more"] if more > 0 else [])])


class ProposalPending(Refusal):
    """Say whose proposal comes first."""

    def __init__(self, version: int, maker: str) -> None:
        self.version = version
        super().__init__(
            f"Version {version}, proposed by {maker}, waits for a decision. Publish or reject it first; two proposals "
            "side by side would each undo the other."
        )


class ProposedAlready(Refusal):
    """Say that nothing is to be proposed a second time."""

    def __init__(self, version: int, maker: str) -> None:
        self.version = version
        super().__init__(f"{maker} proposed just this as version {version}; it waits for somebody to publish it.")


class NothingChanges(Refusal):
    """Say that the policy in force says the same."""

    def __init__(self, version: int) -> None:
        self.version = version
        super().__init__(f"Nothing changes: version {version}, which is in force, says the same.")


class DecidedAlready(Refusal):
    """Say what became of a version."""

    def __init__(self, version: int, state: str, by: str | None) -> None:
        who = f" by {by}" if by else ""
        super().__init__(f"Version {version} is {state}{who}; only a proposal can be decided.")


class TooFewContacts(Refusal):
    """Say which segments cannot be reached, and what to do."""

    def __init__(self, lacking: Sequence[tuple[str, int, int]], *, needed: int) -> None:
        told = "; ".join(
            f"{name}: {mailable} of {count} open invoices ({mailable * 100 // count} %)"
            for name, mailable, count in lacking
        )
        super().__init__(
            f"Segments need a contact that can be mailed for {needed} % of their open invoices. Too few have one in "
            f"{told}. Import the missing contacts (`plixo import contacts`), then publish."
        )
