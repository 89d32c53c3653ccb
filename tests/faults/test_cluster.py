"""Many processes over one database: a replacement loses no request, a kill loses no mail, and nothing is done twice."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import psycopg
import pytest
import pytest_asyncio

from plixo.cluster import Cluster
from plixo.demo import DemoPlaces
from plixo.part import Part
from tests import databases
from tests.flows.stage import free_port, until
from tests.inbound_mail.test_kill import Storm

pytestmark = [pytest.mark.fault, pytest.mark.timeout(900)]

SMALL = {Part.PORTAL: 2, Part.BOT: 1, Part.INBOUND_MAIL: 2, Part.SCHEDULER: 2, Part.WORKER: 2}

MAILS = 80

UNBOUNDED = {"inbound_connections_a_minute": 100_000, "inbound_mails_a_minute": 100_000}

_UNREAD = "SELECT 1 FROM inbound_mail WHERE state = 'stored' LIMIT 1"

_NUMBERS = r"SELECT substring(convert_from(body, 'UTF8') FROM 'Subject: mail (\d+)')::int FROM inbound_mail ORDER BY 1"


@pytest_asyncio.fixture
async def cluster(tmp_path: Path) -> AsyncIterator[Cluster]:
    async with databases.of_its_own() as address:
        places = DemoPlaces(tmp_path, free_port(), free_port(), free_port(), address)
        made = Cluster(places, topology=SMALL, sample=False, **UNBOUNDED)
        try:
            await made.start()
            yield made
        finally:
            await made.stop()


async def asked(cluster: Cluster, query: str) -> list[tuple[object, ...]]:
    """Return what the cluster's database answers."""
    address = cluster.settings.database_url
    assert address is not None
    async with await psycopg.AsyncConnection.connect(address.get_secret_value()) as connection:
        return [tuple(row) for row in await (await connection.execute(query)).fetchall()]


async def everything_read(cluster: Cluster) -> bool | None:
    return not await asked(cluster, _UNREAD) or None


async def test_a_rolling_replacement_loses_no_request_and_kills_in_a_storm_lose_no_mail(cluster: Cluster) -> None:
    answers, over = [], asyncio.Event()

    async def asking() -> None:
        async with aiohttp.ClientSession() as session:
            while not over.is_set():
                async with session.get(f"http://127.0.0.1:{cluster.places.portal_port}/healthz") as answer:
                    answers.append(answer.status)
                await asyncio.sleep(0.02)

    async with aiohttp.ClientSession() as session:
        for member in cluster.members:
            async with session.get(f"http://127.0.0.1:{member.metrics_port}/metrics") as figures:
                assert "plixo_build_info" in await figures.text(), member.name

    portals = cluster.of(Part.PORTAL)
    before = [each.pid for each in portals]
    callers = [asyncio.create_task(asking()) for _ in range(3)]
    for each in portals:
        await cluster.replace(each)
        async with asyncio.timeout(120):
            await cluster.http.everybody_ready.wait()
    over.set()
    await asyncio.gather(*callers)
    assert set(answers) == {200}
    assert not set(before) & {each.pid for each in portals}

    storm = Storm("postmaster@mail.northwind.example", MAILS)
    storming = asyncio.create_task(storm.blow([cluster.places.smtp_port]))
    async with asyncio.timeout(600):
        for place, member in enumerate((*cluster.of(Part.INBOUND_MAIL), *cluster.of(Part.WORKER)), start=1):
            await storm.reached(MAILS * place // 6)
            cluster.kill(member)
        await storming
        await asyncio.gather(*(each.ready.wait() for each in cluster.members))
        await until(lambda: everything_read(cluster), missing="a mail was never read")
    assert storm.refused == []
    assert [row[0] for row in await asked(cluster, _NUMBERS)] == list(range(MAILS))
    assert [each.starts for each in cluster.of(Part.INBOUND_MAIL)] == [2, 2]
