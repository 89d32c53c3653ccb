"""Notices: which job follows from which event, as data.

A notice names a job; ``timeline.record`` defers it in the event's own transaction, with the number of
the timeline entry as its argument.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from domain.kernel.events import Event


@dataclass(frozen=True, slots=True)
class Notice:
    """One consequence of an event: a job, and the one word which that job needs."""

    job: str
    word: str = ""
    priority: int = 0
    """Of two waiting jobs the one of higher priority runs first."""


ROUTINE = -10
"""Priority of news that come by the hundred and ask nothing of anybody; whatever a payer does is told before them."""


Notices = Mapping[type[Event], tuple[Notice, ...]]


def operators(*, priority: int = 0) -> Notice:
    """Tell the operators in Slack: the case message is drawn anew and its thread gets a line."""
    return Notice("tell_operators", priority=priority)


def payer(letter: str) -> Notice:
    """Write the payer the named letter."""
    return Notice("write_letter", letter)


def job(name: str) -> Notice:
    """Run the named job."""
    return Notice(name)


SILENT: tuple[Notice, ...] = ()
"""The event is on the timeline and nobody needs to be told."""


def merged(*tables: Notices) -> Notices:
    """Join the areas' tables; two areas may subscribe to one event, and the order is kept."""
    result: dict[type[Event], tuple[Notice, ...]] = {}
    for table in tables:
        for event, notices in table.items():
            result[event] = result.get(event, ()) + notices
    return result
