"""State machines as literal tables: every state, every move, nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from domain.kernel.refusals import MoveRefused

S = TypeVar("S", bound=StrEnum)


@dataclass(frozen=True)
class Machine(Generic[S]):
    """A record's life: where it starts, and which step leads from which state to which."""

    name: str
    start: S
    moves: Mapping[tuple[S, str], S]

    def after(self, state: S, step: str) -> S:
        """Return the state that *step* leads to.

        Raises:
            MoveRefused: The table has no such move.
        """
        try:
            return self.moves[(state, step)]
        except KeyError:
            raise MoveRefused(self.name, state.value, step) from None

    def can(self, state: S, step: str) -> bool:
        """Tell whether *step* is possible from *state*."""
        return (state, step) in self.moves
