"""A database that is away, and one whose answers make no sense, are the same to a payer: come again."""

import psycopg
import pytest

from portal import rim


@pytest.mark.parametrize(
    ("error", "away"),
    [
        (psycopg.OperationalError("server closed the connection"), True),
        (psycopg.errors.DiskFull("no space"), True),
        (psycopg.InterfaceError("the connection is closed"), True),
        (psycopg.DatabaseError("lost synchronization with server"), True),
        (psycopg.ProgrammingError("a statement of ours is wrong"), False),
        (psycopg.errors.UniqueViolation("twice"), False),
        (ValueError("a bug"), False),
    ],
    ids=lambda each: type(each).__name__,
)
def test_whoever_asks_is_told_to_come_again_when_the_database_does_not_answer(error: Exception, away: bool) -> None:
    wrapped = RuntimeError()
    wrapped.__cause__ = error

    assert rim.unreachable(error) is away
    assert rim.unreachable(wrapped) is away
