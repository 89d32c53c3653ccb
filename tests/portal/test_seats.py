"""Places for files: nobody holds them all, words alone need none, and whoever finds none reads when to come again."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from uuid import UUID, uuid4

from aiohttp import web
from aiohttp.test_utils import TestServer
from obstore.store import MemoryStore

from domain.casework.models import Question
from domain.commitments.models import Document
from domain.kernel.core import Core
from domain.operations.models import SupportRequest
from plixo.file_store import Files
from portal import app, rim, seats, uploads, wire
from portal.rates import Rates
from portal.seats import Crowded, Seats, Sender
from tests.portal.browsers import Browser, a_browser
from tests.portal.fake_gateway import FakeGateway
from tests.portal.forms_sent import send_files, token
from tests.portal.payers import a_payer
from tests.portal.wires import listening, serving

FILES = [("file-other", "o.pdf", b"%PDF-1.7\nwhat it is about")]


def payer(number: int, customer: UUID | None = None) -> Sender:
    return Sender("192.0.2.1", f"session {number}", customer or UUID(int=number))


def stranger(number: int) -> Sender:
    return Sender(f"192.0.2.{number}")


async def held(places: Seats, *senders: Sender) -> AsyncExitStack:
    """Take a place for each of them; they are given back with the stack."""
    stack = AsyncExitStack()
    for sender in senders:
        await (await stack.enter_async_context(places.at(sender))).take()
    return stack


async def admitted(places: Seats, sender: Sender) -> bool:
    try:
        async with await held(places, sender):
            return True
    except Crowded:
        return False


async def test_strangers_of_however_many_addresses_keep_no_payer_out() -> None:
    places = Seats(wait_seconds=0.01)

    async with await held(places, *(stranger(n) for n in range(seats.MOST_OF_STRANGERS))):
        assert not await admitted(places, stranger(99))
        assert await admitted(places, payer(1))


async def test_payers_keep_no_stranger_out() -> None:
    places = Seats(wait_seconds=0.01)

    async with await held(places, *(payer(n) for n in range(seats.MOST_AT_ONCE))):
        assert await admitted(places, stranger(1))


async def test_one_session_and_one_customer_hold_a_few_places_and_the_next_customer_finds_one() -> None:
    places, customer = Seats(wait_seconds=0.01), uuid4()
    many = [payer(n, customer) for n in range(seats.MOST_OF_CUSTOMER)]

    async with await held(places, *[payer(1)] * seats.MOST_OF_SESSION):
        assert not await admitted(places, payer(1))
    async with await held(places, *many):
        assert not await admitted(places, payer(99, customer))
        assert await admitted(places, payer(100))
    assert await admitted(places, payer(99, customer))


async def test_one_address_of_strangers_holds_half_of_their_places() -> None:
    places = Seats(wait_seconds=0.01)

    async with await held(places, *[stranger(1)] * seats.MOST_OF_ADDRESS):
        assert not await admitted(places, stranger(1))
        assert await admitted(places, stranger(2))


async def test_whoever_waits_gets_the_next_place_in_the_order_of_arrival() -> None:
    places, order = Seats(most=1, wait_seconds=60), []

    async def sends(number: int) -> None:
        async with await held(places, payer(number)):
            order.append(number)

    async with await held(places, payer(1)):
        waiting = [asyncio.create_task(sends(number)) for number in (2, 3, 4)]
        await asyncio.sleep(0)
    await asyncio.gather(*waiting)

    assert order == [2, 3, 4]


async def test_whoever_goes_away_while_waiting_leaves_nothing_behind() -> None:
    places = Seats(most=1, wait_seconds=60)

    async with await held(places, payer(1)):
        waiting = [asyncio.create_task(held(places, payer(2))) for _ in range(seats.MOST_WAITING_OF_ONE)]
        await asyncio.sleep(0)
        assert not await admitted(places, payer(2))  # as many as may wait do
        for each in waiting:
            each.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)

    assert await admitted(places, payer(2))


async def test_a_place_that_comes_while_one_goes_away_is_not_lost() -> None:
    places = Seats(most=1, wait_seconds=60)

    stack = await held(places, payer(1))
    waiting = asyncio.create_task(held(places, payer(2)))
    await asyncio.sleep(0)
    await stack.aclose()  # it is given to the one who waits, who goes in the same moment
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)

    assert await admitted(places, payer(3))


async def test_whoever_has_all_of_ones_own_waits_for_them_and_holds_up_nobody_else() -> None:
    places = Seats(wait_seconds=60)

    async with await held(places, *[payer(1)] * seats.MOST_OF_SESSION):
        third = asyncio.create_task(held(places, payer(1)))
        await asyncio.sleep(0)
        assert await admitted(places, payer(2))
        assert not third.done()

    async with await third:
        assert await admitted(places, payer(2))


async def test_a_line_that_is_too_long_is_not_joined() -> None:
    places = Seats(most=1, wait_seconds=60)

    async with await held(places, payer(1)):
        waiting = [asyncio.create_task(held(places, payer(n))) for n in range(10, 10 + seats.MOST_WAITING)]
        await asyncio.sleep(0)
        assert not await admitted(places, payer(2))
        for each in waiting:
            each.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)


@asynccontextmanager
async def crowded(core: Core, gateway: FakeGateway) -> AsyncIterator[TestServer]:
    """Serve a portal all of whose places for files are taken."""
    portal = replace(
        app._portal(core, gateway, "https://checkout.test", False, Rates(), False), seats=Seats(most=1, wait_seconds=0)
    )
    built = web.Application()
    app.add_pages(built, portal)
    others = [payer(1), *(stranger(n) for n in range(seats.MOST_OF_STRANGERS))]
    async with await held(portal.seats, *others), serving(built) as server:
        yield server


async def test_a_payer_who_finds_no_place_gets_the_words_back_and_reads_when_to_come_again(
    core: Core, gateway: FakeGateway
) -> None:
    async with crowded(core, gateway) as server, a_browser(server) as browser:
        await a_payer(core, browser)
        fields = {"token": await token(browser, "/i/question"), "text": "Which order was it?"}
        with_file = await send_files(browser, "/i/question", fields, FILES)
        without = await send_files(browser, "/i/question", fields, [("file-other", "", b"")])

    assert with_file.status == 503
    assert with_file.headers["Retry-After"] == str(seats.AGAIN_SECONDS)
    assert f"again in {seats.AGAIN_SECONDS} seconds" in with_file.text
    assert "Which order was it?" in with_file.text
    assert without.status == 303
    assert await Question.all().count() == 1
    assert await Document.all().count() == 0


async def test_a_stranger_who_finds_no_place_can_ask_for_help_without_files(core: Core, gateway: FakeGateway) -> None:
    async with crowded(core, gateway) as server, a_browser(server) as browser:
        with_file = await send_files(browser, "/support", {"text": "It hangs."}, FILES)
        without = await send_files(browser, "/support", {"text": "It hangs."}, [("file-other", "", b"")])

    assert with_file.status == 503
    assert f"again in {seats.AGAIN_SECONDS} seconds" in with_file.text
    assert "It hangs." in with_file.text
    assert without.status == 303
    assert await SupportRequest.all().count() == 1


class Slow(Files):
    """A store that takes its time."""

    def __init__(self) -> None:
        """Begin to wait."""
        super().__init__(MemoryStore())
        self.asked, self.may_go_on = asyncio.Event(), asyncio.Event()

    async def put(self, key: str, body: bytes) -> None:
        self.asked.set()
        await self.may_go_on.wait()
        await super().put(key, body)


async def test_a_place_is_held_until_the_files_are_kept_and_is_free_then(core: Core, gateway: FakeGateway) -> None:
    store = Slow()
    portal = replace(
        app._portal(replace(core, files=store), gateway, "https://checkout.test", False, Rates(), False),
        seats=Seats(most=1, wait_seconds=0.1),
    )
    built = web.Application()
    app.add_pages(built, portal)

    async with serving(built) as server, a_browser(server) as browser:
        await a_payer(core, browser)
        fields = {"token": await token(browser, "/i/question"), "text": "Which order?"}
        first = asyncio.create_task(send_files(browser, "/i/question", fields, FILES))
        await store.asked.wait()
        second = await send_files(browser, "/i/question", fields, FILES)
        store.may_go_on.set()
        statuses = (await first).status, second.status
        third = await send_files(browser, "/i/question", {**fields, "text": "And which day?"}, FILES)

    assert statuses == (303, 503)
    assert third.status == 303


async def test_a_file_that_comes_too_slowly_gives_its_place_back(core: Core, gateway: FakeGateway) -> None:
    portal = app._portal(core, gateway, "https://checkout.test", False, Rates(), False)
    why: list[str] = []

    async def impatient(_: rim.Portal, request: web.Request) -> web.Response:
        async with portal.seats.at(payer(1)) as seat:
            try:
                await uploads.read(request, seat=seat, grace_seconds=0.3)
            except uploads.FilesUnread as no:
                assert seat.taken
                why.append(f"{type(no.why).__name__} {no.fields}")
        return web.Response(status=400)

    built = web.Application(handler_args=wire.limits())
    built.router.add_post("/up", rim.served(portal, "impatient", impatient))
    kind = b"Content-Type: multipart/form-data; boundary=b\r\n"
    head = b"POST /up HTTP/1.1\r\nHost: x\r\n" + kind + b"Content-Length: 99999\r\n\r\n"
    text = b'--b\r\nContent-Disposition: form-data; name="text"\r\n\r\nMy words\r\n'
    file = b'--b\r\nContent-Disposition: form-data; name="file-other"; filename="a.pdf"\r\n\r\n%PDF-'
    async with listening(built) as port, asyncio.timeout(60):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(head + text + file)
        while not why:
            writer.write(b"a")
            await asyncio.sleep(0.02)
        assert b" 400 " in await reader.readline()
        writer.close()

    assert why == ["UploadBroken {'text': 'My words'}"]
    assert await admitted(portal.seats, payer(1))


async def test_a_session_that_ended_gets_its_words_back_through_a_place_of_strangers(
    core: Core, browser: Browser, server: TestServer
) -> None:
    await a_payer(core, browser)
    fields = {"token": await token(browser, "/i/question"), "text": "Long and thoughtful words."}
    await core.database.execute("UPDATE portal_session SET state = 'ended'")

    answer = await send_files(browser, "/i/question", fields, FILES)

    assert answer.status == 404
    assert "Long and thoughtful words." in answer.text
    assert re.search(r"i/fresh", answer.text)
    assert await Question.all().count() == 0
