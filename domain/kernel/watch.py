"""The watch: whoever watches this process is told of each piece of work as it begins and ends; figures and traces.

Kinds and names come from the code's own tables and are few. Nothing of a customer, no id and no text from outside is
ever told. Without a watcher a piece of work costs one look at an empty tuple.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar, Token
from types import TracebackType
from typing import Protocol, Self

from domain.kernel import request_ids

OK = "ok"
FAILED = "failed"


class Watcher(Protocol):
    """What hears of work; it must neither raise nor wait."""

    def began(self, work: "Work") -> None:
        """Hear that a piece of work has begun, in the task that does it."""

    def ended(self, work: "Work") -> None:
        """Hear how it ended, in the same task."""

    def carried(self) -> str:
        """Return what a job takes along so that its own work belongs to what queued it; mostly an empty text."""


class Work:
    """One piece of work, from its beginning to its end."""

    __slots__ = (
        "_began_at",
        "_token",
        "carried",
        "kind",
        "name",
        "outcome",
        "part_of",
        "request_id",
        "seconds",
        "told",
    )

    def __init__(self, kind: str, name: str, *, carried: str = "") -> None:
        self.kind, self.name, self.carried = kind, name, carried
        self.outcome = ""
        """How it ended, in one word; where whoever does it says nothing, `ok`, or the error's own ``watched_as``."""
        self.seconds = 0.0
        self.told: dict[str, None] = {}
        """Kinds of the events that it recorded, each once, in the order in which they came."""
        self.request_id = ""
        self.part_of: Work | None = None
        self._token: Token[Work | None] | None = None

    def __enter__(self) -> Self:
        self.request_id, self.part_of = request_ids.current(), _current.get()
        for each in _watchers:
            each.began(self)
        self._token = _current.set(self)
        self._began_at = time.perf_counter()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.seconds = time.perf_counter() - self._began_at
        self.outcome = self.outcome or (OK if error is None else getattr(error, "watched_as", FAILED))
        if self._token is not None:
            with suppress(ValueError):  # a task that was thrown away ends in a foreign context
                _current.reset(self._token)
        for each in reversed(_watchers):
            each.ended(self)


class _Unwatched:
    """Work that nobody watches; what is said of it is forgotten."""

    __slots__ = ("outcome",)

    outcome: str

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass


_watchers: tuple[Watcher, ...] = ()
"""Of this process, like the handlers of its log."""

_current: ContextVar[Work | None] = ContextVar("work", default=None)
_UNWATCHED = _Unwatched()


def work(kind: str, name: str, *, carried: str = "") -> "Work | _Unwatched":
    """Return a context for one piece of work; set its ``outcome`` where it can end in more than two ways."""
    return Work(kind, name, carried=carried) if _watchers else _UNWATCHED


def happened(kind: str, name: str, outcome: str = OK) -> None:
    """Tell of something that took no time worth measuring."""
    with work(kind, name) as seen:
        seen.outcome = outcome


def recorded(kind: str) -> None:
    """Tell that the work under way has recorded an event of this kind."""
    if _watchers and (now := _current.get()) is not None:
        now.told[kind] = None


def ends_as(outcome: str) -> None:
    """Say how the work under way ends, where what does it stands further below."""
    if _watchers and (now := _current.get()) is not None:
        now.outcome = outcome


def watched() -> bool:
    """Tell whether anybody watches."""
    return bool(_watchers)


def carried() -> dict[str, str]:
    """Return what every job takes along: whose request it belongs to, and where a trace is kept, its place in it."""
    told = {"request_id": request_ids.current()}
    trace = next((each for watcher in _watchers if (each := watcher.carried())), "")
    return told | {"trace": trace} if trace else told


@contextmanager
def by(watcher: Watcher) -> Iterator[None]:
    """Let *watcher* hear of all work of this process for a while."""
    global _watchers
    _watchers = (*_watchers, watcher)
    try:
        yield
    finally:
        _watchers = tuple(each for each in _watchers if each is not watcher)
