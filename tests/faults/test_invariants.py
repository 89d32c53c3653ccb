"""A check that cannot fail proves nothing: each is shown what it is there to find."""

from collections.abc import AsyncIterator

import psycopg
import pytest
import pytest_asyncio

from domain.pay_links import provider_health
from tests.faults import invariants, yard
from tests.faults.yard import Yard

pytestmark = [pytest.mark.fault, pytest.mark.timeout(300)]


@pytest_asyncio.fixture
async def quiet() -> AsyncIterator[Yard]:
    """A yard in which no process runs."""
    if reason := yard.unplayable():
        pytest.skip(reason)
    async with yard.opened() as there:
        there.log.touch()
        yield there


async def test_what_is_planted_is_found_and_nothing_else(quiet: Yard) -> None:
    assert await invariants.broken(quiet) == []
    assert not await provider_health.heard(quiet.core)

    await quiet.rows(
        "WITH job AS (INSERT INTO procrastinate_jobs (queue_name, task_name, status) VALUES"
        " ('default', 'apply_cash', 'failed'), ('chat', 'tell_operators', 'failed')) SELECT 1"
    )
    await quiet.rows(
        "WITH event AS (INSERT INTO provider_event (id, event_id, kind, object_id, body, state, received_at) VALUES"
        " (gen_random_uuid(), 'evt_1', 'charge.refunded', 'ch_1', '', 'stored', now())) SELECT 1"
    )
    quiet.log.write_text('{"event": "look at https://pay.example/l/abcdefghijklmnopqrstuvwxyz"}\n')
    quiet.sandbox.stripe.pay_elsewhere(amount=12_500)
    async with await psycopg.AsyncConnection.connect(quiet.postgres.address, autocommit=True) as holder:
        await holder.execute("SELECT pg_advisory_lock(77)")
        found = await invariants.broken(quiet)

    assert sorted(each.partition(":")[0] for each in found) == ["jobs", "locks", "logs", "stripe", "waiting"]
    assert "1 × apply_cash failed" in str(found)
