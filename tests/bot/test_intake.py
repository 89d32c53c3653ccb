"""What comes in is noted once, many at once by one statement, and other work waits for it, but not for ever."""

import asyncio

import psycopg
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from slack_bolt.app.async_app import AsyncApp

from bot import door, intake
from bot.background import Background
from bot.door import Door
from bot.intake import Intake
from domain.kernel.core import Core
from domain.operations import seen_requests


@pytest.fixture
def coming(core: Core) -> Intake:
    """An intake on the test's database."""
    return Intake(core, give_up=Background().give_up)


async def test_of_many_at_once_each_key_is_new_for_one(coming: Intake) -> None:
    keys = [f"command:{number % 40}" for number in range(120)]

    new = await asyncio.gather(*(coming.first_time(key) for key in keys))

    assert sum(new) == 40
    assert await asyncio.gather(*(coming.first_time(key) for key in keys[:40])) == [False] * 40


async def test_of_two_bots_one_takes_each_request(core: Core) -> None:
    both = [Intake(core, give_up=Background().give_up) for _ in range(2)]
    keys = [f"event:{number}" for number in range(60)]

    new = await asyncio.gather(
        *(both[0].first_time(key) for key in keys), *(both[1].first_time(key) for key in reversed(keys))
    )

    assert sum(new) == 60


@pytest.mark.parametrize("key", ["command:\x00", "command:\ud800", "event:" + "x" * 5_000, "view:\u202e"])
async def test_a_key_of_any_signs_is_noted_and_spoils_nobody_elses(coming: Intake, key: str) -> None:
    new = await asyncio.gather(coming.first_time(key), coming.first_time("event:E1"))
    again = await coming.first_time(key)

    assert (list(new), again) == ([True, True], False)


async def test_a_database_that_hangs_is_given_up_and_the_next_request_is_noted(
    coming: Intake, empty_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "TAKE_SECONDS", 0.3)
    async with await psycopg.AsyncConnection.connect(empty_database) as other:
        await other.execute("INSERT INTO seen_request (key, at) VALUES ('event:E1', now())")
        with pytest.raises(TimeoutError):
            await coming.first_time("event:E1")

        monkeypatch.setattr(intake, "TAKE_SECONDS", 30.0)
        assert await coming.first_time("event:E2")


async def test_work_waits_until_every_request_was_acknowledged(coming: Intake) -> None:
    order = []

    async def work() -> None:
        await coming.over()
        order.append("work")

    with coming.taking(), coming.taking():
        waiting = asyncio.create_task(work())
        await coming.first_time("event:E1")
        order.append("acknowledged")
    await waiting

    assert order == ["acknowledged", "work"]


async def test_a_request_that_is_answered_by_its_work_keeps_nobody_waiting(
    coming: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "RUSH_SECONDS", 3600.0)

    with coming.taking():
        coming.taken()
        async with asyncio.timeout(30):
            await coming.over()


async def test_a_body_that_never_ends_keeps_no_work_waiting(coming: Intake) -> None:
    began = asyncio.Event()
    closed = Door(AsyncApp(token="xoxb-1", signing_secret="s"), coming)

    async def receive(request: web.Request) -> web.Response:
        began.set()
        return await closed.receive(request)

    app = web.Application()
    app.router.add_post(door.PATH, receive)
    async with TestServer(app) as server:
        _, writer = await asyncio.open_connection(server.host, server.port)
        writer.write(f"POST {door.PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{{".encode())
        await began.wait()

        assert coming._calm.is_set()

        writer.close()


async def test_work_goes_on_among_requests_that_never_end(coming: Intake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "RUSH_SECONDS", 0.05)

    with coming.taking():
        async with asyncio.timeout(30):
            await coming.over()


async def test_what_one_statement_takes_is_taken_for_single_ones_too(core: Core) -> None:
    assert await seen_requests.first_times(core, ["a", "b"]) == {"a", "b"}
    assert not await seen_requests.first_time(core, "a")
    assert await seen_requests.first_times(core, ["b", "c"]) == {"c"}
