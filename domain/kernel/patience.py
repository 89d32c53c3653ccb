"""Patience: how long what a person does waits for rows that something else holds; jobs wait until they get them.

An import holds the customers and invoices of its file until it is through. A click on one of them is told so after
some seconds, when nothing was changed yet, and may be repeated; a job has time.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import psycopg

from domain.kernel.refusals import InUse

LOCK_SECONDS = 4.0
"""A person who clicked waits so long for rows that an import or a run of reminders holds, then hears of it."""

_seconds: ContextVar[float | None] = ContextVar("lock_seconds", default=None)


@contextmanager
def limited(seconds: float | None = None) -> Iterator[None]:
    """Let every transaction that is opened inside wait only so long for a lock."""
    token = _seconds.set(LOCK_SECONDS if seconds is None else seconds)
    try:
        yield
    finally:
        _seconds.reset(token)


def statement() -> str | None:
    """Return the statement that a transaction begins with; None where it may wait."""
    seconds = _seconds.get()
    return None if seconds is None else f"SET LOCAL lock_timeout = {round(seconds * 1000)}"


@contextmanager
def told() -> Iterator[None]:
    """Put into words that a lock was not to be had.

    Raises:
        InUse: Something else holds what the transaction needs, and whoever waits for it has waited long enough.
    """
    try:
        yield
    except (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected) as error:
        if _seconds.get() is None:
            raise
        raise InUse from error
