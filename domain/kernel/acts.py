"""Acts: whoever lets something be done can ask for the numbers under which it is on the timeline."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from uuid import UUID

from domain.kernel.events import Event


@dataclass(frozen=True, slots=True)
class Act:
    """One entry of the timeline, by whom it was made."""

    number: int
    kind: str
    actor_id: UUID | None


_noted: ContextVar[list[Act] | None] = ContextVar("acts", default=None)


@contextmanager
def noted() -> Iterator[list[Act]]:
    """Collect what is recorded inside, in its order; what a transaction takes back stays in the list."""
    acts: list[Act] = []
    token = _noted.set(acts)
    try:
        yield acts
    finally:
        _noted.reset(token)


def note(number: int, event: Event) -> None:
    """Remember an entry for whoever collects, if anybody does."""
    acts = _noted.get()
    if acts is not None:
        acts.append(Act(number, event.kind, event.actor_id))
