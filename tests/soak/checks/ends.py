"""Checks of ends: whatever did not leave says why, and no job and no lock is left behind."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from tests.soak.record import Record

ENDED = frozenset({"withheld", "rejected", "refused", "unknown"})
"""A mail in one of these states did not leave, or may not have; each needs a reason."""


def witnessed(record: Record) -> Iterator[str]:
    """Nothing that matters has changed behind the witness's back; every other check rests on this one."""
    for row in record.unseen:
        yield f"{row} is not as the witness saw it last"


def explained(record: Record) -> Iterator[str]:
    """Everything that did not leave says why, and so does everything that waits."""
    for row in record.history.latest("mailing"):
        if row["state"] in ENDED and not row["reason"].strip():
            yield f"mailing {row['id']} is {row['state']} without a reason"
        told = row["waits_reason"] or row["not_before"] or record.ended is None
        if row["state"] == "queued" and not told and _waited(record, row) > record.rules.patience:
            yield f"mailing {row['id']} is queued since {row['queued_at']} and does not say why"
        if row["state"] == "drafted" and not row["needs"]:
            yield f"mailing {row['id']} is a draft and does not say what it needs"
    for row in record.history.latest("mailing_item"):
        if row["state"] == "dropped" and not row["reason"].strip():
            yield f"item {row['id']} was dropped without a reason"
    yield from record.stuck


def _waited(record: Record, row: dict[str, Any]) -> timedelta:
    assert record.ended is not None, "the checker is told when the year ended"
    return record.ended - datetime.fromisoformat(row["queued_at"])


def jobs(record: Record) -> Iterator[str]:
    """No job is lost: none has failed for good, none is taken and never ended, none is forgotten."""
    for state, count in sorted(record.jobs.items()):
        if count:
            yield f"{count} jobs are left in the state {state}"


def locks(record: Record) -> Iterator[str]:
    """No lock and no transaction is left behind."""
    if record.locks:
        yield f"{record.locks} locks or transactions are left"
