"""Each test of policies begins and ends with the policy that every deployment starts with."""

from collections.abc import AsyncIterator

import psycopg
import pytest_asyncio

FIRST = "'00000000-0000-4000-8000-00000000000%s'"

AS_SHIPPED = f"""
    DELETE FROM mailing_item; DELETE FROM veto; DELETE FROM enrolment;
    DELETE FROM cadence_step WHERE cadence_id <> {FIRST % 1};
    DELETE FROM cadence WHERE id <> {FIRST % 1};
    DELETE FROM segment WHERE id <> {FIRST % 2};
    DELETE FROM policy WHERE version <> 1;
    UPDATE cadence SET state = 'published';
    UPDATE segment SET state = 'published', position = 1;
    UPDATE policy SET state = 'published', decided_by = NULL, decided_by_id = NULL, decided_at = NULL;
"""


@pytest_asyncio.fixture(autouse=True)
async def policies_as_shipped(empty_database: str) -> AsyncIterator[None]:
    """Tests elsewhere rely on the shipped policy, which no fixture empties."""
    yield
    async with await psycopg.AsyncConnection.connect(empty_database, autocommit=True) as connection:
        await connection.execute(AS_SHIPPED)
