"""The reading room: a mail may do to its reader what it likes."""

import asyncio
import gc
import os
import signal
from collections.abc import AsyncIterator, Callable

import psutil
import pytest
import pytest_asyncio

from domain.deliverability import inbound, reading_room
from domain.deliverability.models import InboundMail
from domain.deliverability.opening import Opened
from domain.deliverability.reading import Kind
from domain.deliverability.reading_room import PROGRAM, ReadingRoom, Unreadable
from domain.kernel.core import Core
from tests.domain.deliverability.mailings_made import TODAY, a_dsn
from tests.inbound_mail import bombs


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

    assert len(readers()) <= min(reading_room.MOST_READERS, os.cpu_count() or 1)


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


POISONED = """
import os, signal, sys
sys.path.insert(0, sys.argv[1])
from domain.deliverability.reading import child
answer = child._answer
def poisoned(raw, **head):
    if b"crash" in raw: os.kill(os.getpid(), signal.SIGSEGV)
    while b"loop" in raw: pass
    if b"flood" in raw:
        while True: sys.stdout.buffer.write(b"\\xff" * 65536)
    if b"nonsense" in raw: return b'{"reading": [1, 2]}'
    return answer(raw, **head)
child._answer = poisoned
child.serve()
"""
"""A reader that has every fault a reader can have."""


@pytest.mark.parametrize(
    ("poison", "seconds", "why"),
    [
        (b"crash", 60, "crashed twice"),
        (b"loop", 1, "more than 1 s"),
        (b"flood", 60, "crashed twice"),
        (b"nonsense", 60, "makes no sense"),
    ],
)
async def test_a_poisonous_mail_ends_its_reader_and_the_next_mail_is_read(
    poison: bytes, seconds: float, why: str
) -> None:
    room = ReadingRoom(readers=1, seconds=seconds, program=POISONED)
    with pytest.raises(Unreadable, match=why):
        await opened(room, b"Subject: x\n\n" + poison)
    room.close()
    room = ReadingRoom(readers=1, seconds=60, program=POISONED)

    after = await opened(room, a_dsn("x@y.example"))
    room.close()

    assert after.reading.kind is Kind.BOUNCE


async def test_poisonous_mails_are_put_aside_while_the_others_are_read_and_a_mended_reader_reads_them(
    core: Core,
) -> None:
    texts = [b"first", b"crash", b"second", b"nonsense", b"third"]
    ids = [
        await inbound.store(core, envelope_from="a@b.example", sent_to=["fbl@x"], body=b"Subject: x\n\n" + each)
        for each in texts
    ]
    poisoned, mended = ReadingRoom(readers=2, program=POISONED), ReadingRoom(program=PROGRAM)

    await asyncio.gather(*(inbound.read_stored(core, mail_id=str(each), reader=poisoned) for each in ids))
    states = [(await InboundMail.get(id=each)).state for each in ids]
    for each in ids:
        await inbound.replay(core, mail_id=str(each), reader=mended)
    poisoned.close()
    mended.close()

    assert states == ["read", "quarantined", "read", "quarantined", "read"]
    assert await InboundMail.filter(state="read").count() == len(ids)


async def test_a_reader_whose_room_died_while_it_read_for_ever_ends_by_itself() -> None:
    program = POISONED.replace("child._answer = poisoned", "child._answer = poisoned; child.SECONDS_AT_MOST = 1")
    room = ReadingRoom(readers=1, seconds=60, program=program)

    with pytest.raises(Unreadable, match="crashed twice"):
        await opened(room, b"Subject: x\n\nloop")


@pytest.mark.parametrize("bomb", bombs.ALL)
async def test_no_bomb_takes_its_reader_long_or_more_memory_than_it_may(
    room: ReadingRoom, bomb: Callable[[], bytes]
) -> None:
    (outcome,) = await asyncio.gather(opened(room, bomb()), return_exceptions=True)
    again = await opened(room, a_dsn("x@y.example"))

    assert isinstance(outcome, Opened | Unreadable)
    assert "took" not in str(outcome)[:40]
    assert again.reading.kind is Kind.BOUNCE
