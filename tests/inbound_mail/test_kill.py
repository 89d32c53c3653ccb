"""Kill −9 while mail arrives: what was answered 250 is there, once, and is read afterwards."""

import asyncio
import os
import random
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from domain.deliverability import inbound, return_paths
from domain.deliverability.models import InboundMail
from domain.deliverability.reading_room import ReadingRoom
from domain.kernel.core import Core
from tests.clocks import START
from tests.inbound_mail.alone import Alone, alone, started
from tests.inbound_mail.talker import Talker

MAILS, KILLS = 200, 3
SOAK_MAILS, SOAK_KILLS = int(os.environ.get("PLIXO_SOAK_MAILS", "10000")), 20
CONNECTIONS = 20
LIMITS: dict[str, Any] = {"connections_a_minute": 1_000_000, "mails_a_minute": 1_000_000}
PATIENCE = 1500.0


class Storm:
    """Senders that deliver numbered mails and offer again what was not answered."""

    def __init__(self, to: str, mails: int) -> None:
        self.to, self.mails = to, mails
        self.answered: set[int] = set()
        self.refused: list[str] = []
        self._more = asyncio.Condition()

    async def reached(self, answered: int) -> None:
        """Wait until so many mails were answered 250."""
        async with self._more:
            await self._more.wait_for(lambda: len(self.answered) >= answered)

    async def blow(self, ports: list[int]) -> None:
        """Deliver all mails, to any of the ports."""
        left = iter(range(self.mails))
        await asyncio.gather(*(self._sender(left, ports) for _ in range(CONNECTIONS)))

    async def _sender(self, left: Iterator[int], ports: list[int]) -> None:
        talker: Talker | None = None
        for number in left:
            while number not in self.answered:
                try:
                    talker = talker or await self._greeted(random.choice(ports))
                    answer = await talker.mail(self.to, body=self._body(number))
                except OSError:
                    answer = ""
                if answer.startswith("250"):
                    self.answered.add(number)
                    async with self._more:
                        self._more.notify_all()
                    continue
                if answer and answer[0] != "4":
                    self.refused.append(answer)
                    return
                if talker is not None:
                    talker.writer.close()
                talker = None
                await asyncio.sleep(0.05)  # as a sender does that was cut off, only sooner
        if talker is not None:
            talker.writer.close()

    async def _greeted(self, port: int) -> Talker:
        talker = Talker(*await asyncio.open_connection("127.0.0.1", port))
        if not (await talker.answer()).startswith("220") or not (await talker.say("EHLO storm.example")):
            talker.writer.close()
            raise ConnectionError
        return talker

    def _body(self, number: int) -> bytes:
        return b"From: a@b.example\r\nSubject: mail %d\r\n\r\n" % number + b"text of it\r\n" * (number % 50)


async def struck(storm: Storm, server: Alone, address: str, kills: int) -> Alone:
    """Kill the server again and again while mails arrive; return the one that is up at the end."""
    port = server.port
    for n in range(1, kills + 1):
        await storm.reached(storm.mails * n // (kills + 1))
        server.kill()
        server = await asyncio.to_thread(started, address, port=port, **LIMITS)
    return server


async def everything_read(core: Core) -> list[str]:
    """Do the jobs that were queued with the mails, four at a time; return the ids of the mails they were for."""
    rows = await core.database.rows(
        "SELECT args->>'mail_id' AS id FROM procrastinate_jobs WHERE task_name = 'read_mail'"
    )
    ids, room = [row["id"] for row in rows], ReadingRoom()
    left = iter(ids)

    async def work() -> None:
        for mail_id in left:
            await inbound.read_stored(core, mail_id=mail_id, reader=room)

    await asyncio.gather(*(work() for _ in range(4)))
    room.close()
    return ids


async def numbers(core: Core) -> list[int]:
    """Return the numbers of all stored mails."""
    rows = await core.database.rows(
        r"SELECT substring(convert_from(body, 'UTF8') FROM 'Subject: mail (\d+)')::int AS number FROM inbound_mail"
    )
    return sorted(row["number"] for row in rows)


@pytest.mark.fault
@pytest.mark.timeout(1800)
@pytest.mark.parametrize(
    ("mails", "kills"), [(MAILS, KILLS), pytest.param(SOAK_MAILS, SOAK_KILLS, marks=pytest.mark.soak)]
)
async def test_every_mail_that_was_answered_250_is_there_once_and_is_read(
    core: Core, empty_database: str, mails: int, kills: int
) -> None:
    storm = Storm(return_paths.bounce_address(core, mailing_id=uuid4(), day=START.date()), mails)
    server = await asyncio.to_thread(started, empty_database, **LIMITS)
    try:
        async with asyncio.timeout(PATIENCE):
            storming = asyncio.create_task(storm.blow([server.port]))
            server = await struck(storm, server, empty_database, kills)
            await storming
    finally:
        server.kill()
    queued = await everything_read(core)

    stored = await numbers(core)
    assert storm.refused == []
    assert storm.answered == set(range(mails))
    assert stored == list(range(mails)), "each once: also those that were committed and whose answer was lost"
    assert sorted(queued) == sorted(str(each) for each in await InboundMail.all().values_list("id", flat=True))
    assert await InboundMail.filter(state="read").count() == mails


@pytest.mark.fault
@pytest.mark.timeout(600)
async def test_two_servers_share_a_database_and_one_that_stops_in_peace_loses_nothing(
    core: Core, empty_database: str
) -> None:
    storm = Storm(return_paths.bounce_address(core, mailing_id=uuid4(), day=START.date()), MAILS)
    with alone(empty_database, **LIMITS) as leaving, alone(empty_database, **LIMITS) as staying:
        ports = [leaving.port, staying.port]
        storming = asyncio.create_task(storm.blow(ports))
        async with asyncio.timeout(PATIENCE):
            await storm.reached(MAILS // 4)
            ports.remove(leaving.port)
            code = await asyncio.to_thread(leaving.stop)
            await storming
        staying_code = await asyncio.to_thread(staying.stop)

    assert (code, staying_code) == (0, 0)
    assert storm.refused == []
    assert await numbers(core) == list(range(MAILS))
