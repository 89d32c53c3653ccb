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
from domain.kernel.speech import phrase, say
from domain.policies.findings import Finding

STATES = (phrase("proposed"), phrase("published"), phrase("retired"))
"""States of a version, as they are said."""

MOST_TOLD = 30
"""Faults of one document that are told at once; the rest shows when these are put right."""


class PolicyNotFound(NotFound):
    """Say that no version has that number."""

    def __init__(self, version: int) -> None:
        super().__init__(
            say("There is no policy version {version}. `plixo policy list` shows all.", version=str(version))
        )


class SegmentNotFound(NotFound):
    """Say which segments there are."""

    def __init__(self, name: str, known: Sequence[str]) -> None:
        super().__init__(
            say(
                "There is no segment {name}. The segments are: {known}.",
                name=repr(name[:60]),
                known=", ".join(known),
            )
        )


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
    return "\n".join([*lines[:MOST_TOLD], *([say("… and {count} more", count=more)] if more > 0 else [])])


class ProposalPending(Refusal):
    """Say whose proposal comes first."""

    def __init__(self, version: int, maker: str) -> None:
        self.version = version
        super().__init__(
            say(
                "Version {version}, proposed by {name}, waits for a decision. Publish or reject it first; two "
                "proposals side by side would each undo the other.",
                version=str(version),
                name=maker,
            )
        )


class ProposedAlready(Refusal):
    """Say that nothing is to be proposed a second time."""

    def __init__(self, version: int, maker: str) -> None:
        self.version = version
        super().__init__(
            say(
                "{name} proposed just this as version {version}; it waits for somebody to publish it.",
                name=maker,
                version=str(version),
            )
        )


class NothingChanges(Refusal):
    """Say that the policy in force says the same."""

    def __init__(self, version: int) -> None:
        self.version = version
        super().__init__(
            say("Nothing changes: version {version}, which is in force, says the same.", version=str(version))
        )


class DecidedAlready(Refusal):
    """Say what became of a version."""

    def __init__(self, version: int, state: str, by: str | None) -> None:
        told = {"version": str(version), "state": say(state), "name": by}
        super().__init__(
            say("Version {version} is {state} by {name}; only a proposal can be decided.", **told)
            if by
            else say("Version {version} is {state}; only a proposal can be decided.", **told)
        )


class TooFewContacts(Refusal):
    """Say which segments cannot be reached, and what to do."""

    def __init__(self, lacking: Sequence[tuple[str, int, int]], *, needed: int) -> None:
        told = "; ".join(
            say(
                "{name}: {mailable} of {count} open invoices ({share} %)",
                name=name,
                mailable=mailable,
                count=count,
                share=mailable * 100 // count,
            )
            for name, mailable, count in lacking
        )
        super().__init__(
            say(
                "Segments need a contact that can be mailed for {needed} % of their open invoices. Too few have one in "
                "{segments}. Import the missing contacts (`plixo import contacts`), then publish.",
                needed=needed,
                segments=told,
            )
        )
