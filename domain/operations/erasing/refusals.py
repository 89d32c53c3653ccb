"""Refusals to erase a person's data.

Refusal
├── ErasureHeld        something is not over yet for which the data are needed
├── ErasureUnderway    an erasure of that person waits, or runs
├── ErasureUnsaid      no reason, or one or a word that cannot be used
├── LedgerBusy         a file is being imported at this moment
├── RolesHeld          an operator still holds roles
├── NotErased          the address was not erased, or was taken up again
└── NotFound
    └── ErasureUnknown no such erasure waits
"""

from collections.abc import Sequence

from domain.kernel.refusals import NotFound, Refusal
from domain.kernel.speech import joined, say


class ErasureHeld(Refusal):
    """Say for what the data are still needed, all of it at once."""

    def __init__(self, reasons: Sequence[str]) -> None:
        self.reasons = tuple(reasons)
        why = say("Not yet: these data are still needed. First end what is open, then erase:")
        super().__init__(joined(" ", [why, joined("; ", list(reasons))]))


class ErasureUnderway(Refusal):
    """Say which erasure is about the same person."""

    def __init__(self, number: int, state: str) -> None:
        told = (
            say("Erasure #{number} of that person waits for a second person.", number=str(number))
            if state == "proposed"
            else say("Erasure #{number} of that person is running.", number=str(number))
        )
        super().__init__(told)


class ErasureUnsaid(Refusal):
    """Say what is missing."""


class LedgerBusy(Refusal):
    """Say that it is worth asking again."""

    def __init__(self) -> None:
        super().__init__(say("A file is being imported at this moment, which may bring the address. Try again then."))


class RolesHeld(Refusal):
    """Say that somebody has not left yet."""

    def __init__(self, person: str, roles: Sequence[str]) -> None:
        super().__init__(
            say(
                "{person} still is {roles}. Take the roles away first: `/plixo role revoke`, or `plixo role revoke`.",
                person=person,
                roles=", ".join(roles),
            )
        )


class NotErased(Refusal):
    """Say that there is nothing to take up again."""

    def __init__(self, masked: str) -> None:
        super().__init__(say("{address} was not erased, or has been taken up again.", address=masked))


class ErasureUnknown(NotFound):
    """Say that there is nothing to decide."""

    def __init__(self, number: str) -> None:
        super().__init__(
            say("No erasure #{number} waits for a decision. `/plixo privacy` lists them.", number=number[:20])
        )
