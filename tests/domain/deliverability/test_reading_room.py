"""The reading room: a mail may do to its reader what it likes."""

import asyncio
import gc
import os
import signal
from collections.abc import AsyncIterator

import psutil
import pytest
import pytest_asyncio

from domain.deliverability.opening import Opened
from domain.deliverability.reading import Kind
from domain.deliverability.reading_room import ReadingRoom, Unreadable
from tests.domain.deliverability.mailings_made import TODAY, a_dsn


@pytest.fixture(autouse=True)
def nobody_else() -> None:
    """End the readers that rooms of earlier tests left waiting."""
    gc.collect()
    for reader in readers():
        reader.kill()
        reader.wait(5)


@pytest_asyncio.fixture
async def room() -> AsyncIterator[ReadingRoom]:
    """A room that is closed after the test."""
    room = ReadingRoom()
    yield room
    room.close()


async def opened(room: ReadingRoom, raw: bytes, sender: str = "") -> Opened:
    """Let a mail be opened that came today."""
    return await room.read(raw, envelope_from=sender, today=TODAY)


def readers() -> list[psutil.Process]:
    """Return the reading processes of this one."""
    alive = [each for each in psutil.Process().children() if each.status() != psutil.STATUS_ZOMBIE]
    return [each for each in alive if "child.serve()" in " ".join(each.cmdline())]


async def test_a_reader_reads_many_mails_one_after_the_other(room: ReadingRoom) -> None:
    found = [await opened(room, a_dsn("x@y.example")) for _ in range(3)]

    assert [each.reading.kind for each in found] == [Kind.BOUNCE] * 3
    assert len(readers()) == 1


async def test_no_more_readers_than_seats_work_at_once(room: ReadingRoom) -> None:
    await asyncio.gather(*(opened(room, a_dsn("x@y.example")) for _ in range(12)))

    assert len(readers()) <= 2


async def test_the_envelope_decides_who_sent_it(room: ReadingRoom) -> None:
    letter = b"From: Anna <a@b.example>\nSubject: hello\nReturn-Path: <a@b.example>\n\nhi"

    assert (await opened(room, letter, "a@b.example")).reading.kind is Kind.HUMAN


async def test_what_a_person_wrote_comes_with_its_text_and_a_report_without(room: ReadingRoom) -> None:
    letter = b"From: Anna <a@b.example>\nSubject: Re: Invoice\n\nWe pay on Friday.\n\n> Please pay.\n"

    answer, report = await opened(room, letter, "a@b.example"), await opened(room, a_dsn("x@y.example"))

    assert answer.reply is not None
    assert (answer.reply.new.strip(), answer.reply.quoted.strip()) == ("We pay on Friday.", "> Please pay.")
    assert report.reply is None


async def test_a_reader_that_died_is_replaced_and_the_mail_read(room: ReadingRoom) -> None:
    await opened(room, b"x")
    for reader in readers():
        os.kill(reader.pid, signal.SIGKILL)

    assert (await opened(room, a_dsn("x@y.example"))).reading.kind is Kind.BOUNCE


async def test_a_reading_that_takes_too_long_is_ended() -> None:
    room = ReadingRoom(seconds=0.001)

    with pytest.raises(Unreadable, match=r"more than 0\.001 s"):
        await opened(room, b"x" * 4_000_000)
    room.close()

    assert readers() == []


async def test_readers_hold_no_secret_of_the_environment(room: ReadingRoom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLIXO_SIGNING_KEYS", "1:00ff")
    await opened(room, b"x")

    assert [each.environ().get("PLIXO_SIGNING_KEYS") for each in readers()] == [None]


async def test_a_room_that_is_forgotten_leaves_no_process_behind() -> None:
    room = ReadingRoom()
    await opened(room, b"x")

    del room
    gc.collect()

    assert readers() == []


async def test_a_caller_that_gives_up_frees_its_seat() -> None:
    room = ReadingRoom(readers=1)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.001):
            await opened(room, b"x" * 4_000_000)

    assert (await opened(room, a_dsn("x@y.example"))).reading.kind is Kind.BOUNCE
    room.close()
