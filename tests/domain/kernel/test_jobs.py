"""Jobs are kept or dropped with their transaction, run after it, again after a failure, and once more after a crash."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest
import pytest_asyncio

from domain.kernel import request_ids
from domain.kernel.core import Core
from domain.kernel.jobs import Jobs, TryLater
from tests.domain.kernel.kinds import KINDS

BLOCKED = """
    SELECT FROM pg_locks l JOIN pg_stat_activity s ON s.pid = l.pid
    WHERE NOT l.granted AND s.datname = current_database()
"""


class Queue:
    """A queue whose jobs note what they were given, and may be told to fail."""

    def __init__(self, core: Core, jobs: Jobs) -> None:
        self.core, self.jobs = core, jobs
        self.ran: list[dict[str, Any]] = []
        self.fails: list[BaseException] = []
        self.noted = asyncio.Event()

    async def work(self, **arguments: Any) -> None:
        """Note the run, or fail as the test wants it."""
        self.ran.append({**arguments, "request_id": request_ids.current()})
        self.noted.set()
        if self.fails:
            raise self.fails.pop(0)

    async def defer(self, name: str, **arguments: Any) -> None:
        """Queue one job in a transaction of its own."""
        async with self.core.transaction() as tx:
            await self.jobs.defer(tx, name, **arguments)

    async def run_ready(self) -> None:
        """Run what is ready now."""
        async with asyncio.timeout(30):
            await self.jobs.work(concurrency=1, stop=asyncio.Event(), until_idle=True)

    async def waiting(self) -> list[dict[str, Any]]:
        """Return the jobs that are not finished, with the seconds until each is due."""
        return await self.core.database.rows(
            "SELECT task_name, status::text, attempts, queueing_lock,"
            " round(extract(epoch FROM scheduled_at - now()))::int AS due_in FROM procrastinate_jobs"
            " WHERE status IN ('todo', 'doing') ORDER BY id"
        )

    async def time_passes(self) -> None:
        """Make every waiting job due, and every silent worker long silent."""
        await self.core.database.execute("UPDATE procrastinate_jobs SET scheduled_at = now() WHERE status = 'todo'")
        await self.core.database.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour'")


@pytest_asyncio.fixture
async def queue(core: Core, empty_database: str) -> AsyncIterator[Queue]:
    """A queue of its own kinds on the test's database."""
    jobs = Jobs(empty_database, KINDS)
    queue = Queue(core, jobs)
    jobs.bind({kind.name: queue.work for kind in KINDS})
    await jobs.open()
    yield queue
    await jobs.close()


async def test_a_job_runs_once_its_transaction_is_committed(queue: Queue) -> None:
    await queue.defer("note", word="hello")

    await queue.run_ready()

    assert [each["word"] for each in queue.ran] == ["hello"]


async def test_a_rolled_back_transaction_queues_nothing(queue: Queue) -> None:
    async def failing() -> None:
        async with queue.core.transaction() as tx:
            await queue.jobs.defer(tx, "note")
            await queue.jobs.defer(tx, "note_once", key="k")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await failing()
    await queue.run_ready()

    assert (queue.ran, await queue.waiting()) == ([], [])


async def test_a_job_cannot_be_seen_before_its_transaction_is_committed(queue: Queue, empty_database: str) -> None:
    async with queue.core.transaction() as tx:
        await queue.jobs.defer(tx, "note")
        with psycopg.connect(empty_database) as another:
            seen = another.execute("SELECT count(*) FROM procrastinate_jobs").fetchone()

    assert seen == (0,)


async def test_many_jobs_are_queued_in_one_statement(queue: Queue) -> None:
    async with queue.core.transaction() as tx:
        await queue.jobs.defer_many(tx, "note", [{"word": str(number)} for number in range(50)])

    await queue.run_ready()

    assert sorted(int(each["word"]) for each in queue.ran) == list(range(50))


async def test_a_worker_that_waits_is_woken_by_the_commit(queue: Queue) -> None:
    stop = asyncio.Event()
    worker = asyncio.create_task(queue.jobs.work(concurrency=1, stop=stop))
    await asyncio.sleep(0.5)

    await queue.defer("note")
    async with asyncio.timeout(1.5):  # below the interval of polling
        await queue.noted.wait()

    stop.set()
    await worker


async def test_jobs_of_a_queue_of_their_own_follow_each_other_in_order_and_without_a_pause(queue: Queue) -> None:
    stop = asyncio.Event()
    async with queue.core.transaction() as tx:
        await queue.jobs.defer_many(tx, "line", [{"word": str(number)} for number in range(30)])
    worker = asyncio.create_task(queue.jobs.work(concurrency=4, stop=stop))

    async with asyncio.timeout(30):  # with a pause of one polling interval after each it would be a minute
        while len(queue.ran) < 30:
            await queue.noted.wait()
            queue.noted.clear()

    stop.set()
    await worker
    assert [int(each["word"]) for each in queue.ran] == list(range(30))


async def test_a_failure_is_tried_again_later_and_later_until_the_attempts_are_used_up(queue: Queue) -> None:
    queue.fails = [OSError() for _ in range(9)]
    await queue.defer("note")
    delays = []

    while True:
        await queue.run_ready()
        if not (waiting := await queue.waiting()):
            break
        delays.append(waiting[0]["due_in"])
        await queue.time_passes()

    assert delays == [2, 4]
    assert len(queue.ran) == 3


async def test_after_the_last_attempt_a_job_that_tells_of_it_gets_the_same_arguments(queue: Queue) -> None:
    queue.fails = [OSError(), TryLater(timedelta(seconds=1), "away"), OSError()]
    with request_ids.serving("abcdefghjk"):
        await queue.defer("note_or_tell", word="hello")

    for _ in range(4):
        await queue.run_ready()
        await queue.time_passes()

    assert queue.ran == [{"word": "hello", "request_id": "abcdefghjk"}] * 4
    rows = await queue.core.database.rows("SELECT task_name, status::text FROM procrastinate_jobs")
    assert rows == [{"task_name": "note_or_tell", "status": "failed"}]


async def test_a_job_that_asks_to_be_run_later_says_when(queue: Queue) -> None:
    queue.fails = [TryLater(timedelta(minutes=5), "the relay said so")]
    await queue.defer("note")

    await queue.run_ready()

    [waiting] = await queue.waiting()
    assert 295 <= waiting["due_in"] <= 300


async def test_asking_for_later_uses_up_no_attempts(queue: Queue) -> None:
    queue.fails = [*(TryLater(timedelta(seconds=1), "again") for _ in range(6)), OSError(), OSError()]
    await queue.defer("note")

    for _ in range(9):
        await queue.run_ready()
        await queue.time_passes()

    assert len(queue.ran) == 9
    assert await queue.waiting() == []


async def test_a_delayed_job_waits(queue: Queue) -> None:
    async with queue.core.transaction() as tx:
        await queue.jobs.defer(tx, "note", delay=timedelta(hours=1))

    await queue.run_ready()

    assert queue.ran == []
    assert [each["due_in"] for each in await queue.waiting()] == [3600]


async def test_a_second_waiting_job_of_one_queueing_lock_is_not_queued_and_the_transaction_goes_on(
    queue: Queue,
) -> None:
    async with queue.core.transaction() as tx:
        for _ in range(3):
            await queue.jobs.defer(tx, "note_once", key="k")
        await queue.jobs.defer(tx, "note_once", key="another")
        await tx.execute("INSERT INTO seen_request (key, at) VALUES ('kept', now())")

    assert [each["queueing_lock"] for each in await queue.waiting()] == ["once-k", "once-another"]
    assert await queue.core.database.rows("SELECT key FROM seen_request") == [{"key": "kept"}]


async def test_jobs_of_one_lock_run_in_the_order_in_which_they_were_queued(queue: Queue) -> None:
    for number in range(5):
        await queue.defer("note_in_turn", key="a", number=number)

    async with asyncio.timeout(30):
        while await queue.waiting():  # a worker that finds the lock taken takes itself for idle
            await queue.jobs.work(concurrency=4, stop=asyncio.Event(), until_idle=True)

    assert [each["number"] for each in queue.ran] == [0, 1, 2, 3, 4]


async def test_a_worker_that_is_second_at_a_lock_goes_on(queue: Queue, empty_database: str) -> None:
    await queue.defer("note_in_turn", key="a", number=1)
    await queue.defer("note", number=2)
    async with await psycopg.AsyncConnection.connect(empty_database) as another:
        await another.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, lock, args, status)"
            " VALUES ('default', 'note_in_turn', 'turn-a', '{}', 'doing')"
        )
        working = asyncio.create_task(queue.run_ready())
        async with asyncio.timeout(20):
            while not await queue.core.database.rows(BLOCKED):  # noqa: ASYNC110 - nothing tells of a wait in PostgreSQL
                await asyncio.sleep(0.01)
        await another.commit()

    await working
    ran_meanwhile = [each["number"] for each in queue.ran]
    await queue.core.database.execute("DELETE FROM procrastinate_jobs WHERE status = 'doing'")
    await queue.run_ready()

    assert (ran_meanwhile, [each["number"] for each in queue.ran]) == ([2], [2, 1])


async def test_the_request_id_goes_with_the_job(queue: Queue) -> None:
    with request_ids.serving("abcdefghjk"):
        await queue.defer("note")
        await queue.defer("note_once", key="k")

    await queue.run_ready()

    assert [each["request_id"] for each in queue.ran] == ["abcdefghjk"] * 2


async def test_a_job_without_a_request_gets_an_id_of_its_own(queue: Queue) -> None:
    await queue.defer("note")

    await queue.run_ready()

    assert len(queue.ran[0]["request_id"]) == 10


async def test_a_worker_that_is_told_to_stop_lets_its_running_job_end(queue: Queue) -> None:
    started, may_end, stop = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def slow(**arguments: Any) -> None:
        started.set()
        await may_end.wait()
        await queue.work(**arguments)

    queue.jobs.bind({"note": slow})
    await queue.defer("note")
    worker = asyncio.create_task(queue.jobs.work(concurrency=1, stop=stop))
    await started.wait()

    stop.set()
    await asyncio.sleep(0.1)
    may_end.set()
    await worker

    assert len(queue.ran) == 1
    assert await queue.waiting() == []


async def killed_while_working(address: str, name: str, queue: Queue) -> None:
    """Let a process of its own take the job of that name, and kill it in the middle of the work."""
    await queue.defer(name, key="k")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.domain.kernel.worker_that_hangs", address, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    async with asyncio.timeout(30):
        assert await process.stdout.readline() == b"taken\n"
    process.kill()
    await process.wait()


async def test_the_job_of_a_killed_worker_is_given_to_another(queue: Queue, empty_database: str) -> None:
    await killed_while_working(empty_database, "note_in_turn", queue)
    await queue.time_passes()

    rescued = await queue.jobs.rescue_stalled()
    await queue.run_ready()

    assert rescued == 1
    assert len(queue.ran) == 1
    assert await queue.waiting() == []


async def test_the_job_of_a_living_worker_is_left_alone(queue: Queue, empty_database: str) -> None:
    await killed_while_working(empty_database, "note_in_turn", queue)

    rescued = await queue.jobs.rescue_stalled()

    assert rescued == 0


async def test_a_killed_workers_job_whose_successor_waits_already_blocks_nobody(
    queue: Queue, empty_database: str
) -> None:
    await killed_while_working(empty_database, "note_once", queue)
    await queue.defer("note_once", key="k")
    await queue.time_passes()

    await queue.jobs.rescue_stalled()
    await queue.run_ready()

    assert len(queue.ran) == 1
    assert await queue.waiting() == []


async def test_a_failed_job_whose_successor_waits_already_leaves_the_work_to_it(queue: Queue) -> None:
    async def fails_while_another_is_queued(**arguments: Any) -> None:
        if not queue.ran:
            await queue.defer("note_once", key="k")
        await queue.work(**arguments)

    queue.jobs.bind({"note_once": fails_while_another_is_queued})
    queue.fails = [OSError()]
    await queue.defer("note_once", key="k")

    await queue.run_ready()
    await queue.time_passes()
    await queue.jobs.rescue_stalled()
    await queue.run_ready()

    assert len(queue.ran) == 2
    assert await queue.waiting() == []


async def test_two_rescuers_give_a_job_back_once(queue: Queue, empty_database: str) -> None:
    await killed_while_working(empty_database, "note_in_turn", queue)
    await queue.time_passes()

    rescued = await asyncio.gather(*(queue.jobs.rescue_stalled() for _ in range(4)))

    assert sum(rescued) == 1


async def test_looking_for_lines_that_wait_for_one_put_off_does_not_read_every_other_job_for_each(queue: Queue) -> None:
    await queue.core.database.execute(
        "INSERT INTO procrastinate_jobs (queue_name, task_name, lock, args, scheduled_at)"
        " SELECT 'default', 'note_in_turn', 'lock ' || each, '{}'::jsonb, NULL FROM generate_series(1, 3000) each"
        " UNION ALL SELECT 'lines', 'line', 'lines', '{}', CASE each WHEN 1 THEN now() + interval '1 hour' END"
        " FROM generate_series(1, 500) each"
    )
    await queue.core.database.execute("ANALYZE procrastinate_jobs")

    (plan,) = await queue.core.database.rows(
        "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) SELECT procrastinate_fetch_job_v2(ARRAY['lines']::varchar[], NULL)"
    )

    read = plan["QUERY PLAN"][0]["Plan"]
    assert read["Shared Hit Blocks"] + read["Shared Read Blocks"] < 5000, read


_REFUSES = """
    CREATE FUNCTION pg_temp_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'No space left on device' USING ERRCODE = '53100'; END $$;
    CREATE TRIGGER refuse BEFORE DELETE ON procrastinate_jobs FOR EACH ROW EXECUTE FUNCTION pg_temp_refuse();
"""

_TAKES_AGAIN = "DROP TRIGGER IF EXISTS refuse ON procrastinate_jobs; DROP FUNCTION IF EXISTS pg_temp_refuse()"


async def test_a_jobs_end_that_could_not_be_written_down_is_written_when_the_database_is_back(queue: Queue) -> None:
    stop = asyncio.Event()
    await queue.core.database.execute(_REFUSES)
    try:
        await queue.defer("note_in_turn", key="k")
        working = asyncio.create_task(queue.jobs.work(concurrency=1, stop=stop))
        async with asyncio.timeout(60):
            await queue.noted.wait()
            while not queue.jobs.unwritten:  # noqa: ASYNC110 - the queue tells nobody
                await asyncio.sleep(0.02)
        held = [row["status"] for row in await queue.waiting()]
    finally:
        await queue.core.database.execute(_TAKES_AGAIN)
    await queue.defer("note_in_turn", key="k")
    await queue.jobs.rescue_stalled()
    async with asyncio.timeout(60):
        while await queue.waiting():  # noqa: ASYNC110 - the one that waited for the lock runs by itself
            await asyncio.sleep(0.02)
    stop.set()
    await working

    assert held == ["doing"]
    assert len(queue.ran) == 2
