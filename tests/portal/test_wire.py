"""Between the socket and the first route: what proxies read in two ways is refused, slow clients are cut off."""

import asyncio
import time

import pytest
from aiohttp import web
from structlog.testing import capture_logs

from domain.kernel.core import Core
from portal import app, forms, rim, wire
from portal.rates import Rates
from tests.portal.fake_gateway import FakeGateway
from tests.portal.wires import listening, said

SECRET = "plixo-secret-of-this-test"

HEAD = b"Host: x\r\nCookie: plixo=" + SECRET.encode() + b"\r\n"


@pytest.fixture
def built(core: Core, gateway: FakeGateway) -> web.Application:
    """The portal's application."""
    return app.build(core, gateway, checkout_origin="https://checkout.test", secure_cookies=True)


def post(*lines: bytes, body: bytes = b"", path: bytes = b"/l/x") -> bytes:
    return b"POST " + path + b" HTTP/1.1\r\n" + HEAD + b"".join(each + b"\r\n" for each in lines) + b"\r\n" + body


CHUNKED = b"Transfer-Encoding: chunked"
SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n"

TWO_READINGS = {
    "length and chunks": post(b"Content-Length: 4", CHUNKED, body=b"0\r\n\r\n" + SMUGGLED),
    "chunks and length": post(CHUNKED, b"Content-Length: 60", body=b"0\r\n\r\n" + SMUGGLED),
    "two lengths": post(b"Content-Length: 0", b"Content-Length: 36", body=SMUGGLED),
    "one length twice": post(b"Content-Length: 2", b"Content-Length: 2", body=b"ab"),
    "lengths in a list": post(b"Content-Length: 2, 2", body=b"ab"),
    "a length with a sign": post(b"Content-Length: +2", body=b"ab"),
    "a negative length": post(b"Content-Length: -2", body=b"ab"),
    "a length in hexadecimal": post(b"Content-Length: 0x2", body=b"ab"),
    "a length with a blank": post(b"Content-Length: 1 2", body=b"ab"),
    "a blank before the colon": post(b"Transfer-Encoding : chunked", body=b"0\r\n\r\n"),
    "a folded header": post(b"X-A: b\r\n Transfer-Encoding: chunked", body=b"0\r\n\r\n"),
    "a header without a colon": post(b"Transfer-Encoding chunked", body=b"0\r\n\r\n"),
    "chunks that are not last": post(b"Transfer-Encoding: chunked, identity", body=b"0\r\n\r\n"),
    "another encoding": post(b"Transfer-Encoding: xchunked", body=b"0\r\n\r\n"),
    "a vertical tab": post(b"Transfer-Encoding: \x0bchunked", body=b"0\r\n\r\n"),
    "a null byte in a header": post(b"X-A: b\x00c"),
    "a bare line feed": b"GET /l/x HTTP/1.1\nHost: x\n\n",
    "a bare line feed between headers": post(b"X-A: b\nContent-Length: 2", body=b"ab"),
    "a bare carriage return": post(b"X-A: b\rContent-Length: 2", body=b"ab"),
    "a line feed in a chunk extension": post(CHUNKED, body=b"3;a\nb\r\nabc\r\n0\r\n\r\n"),
    "a chunk size with a prefix": post(CHUNKED, body=b"0x3\r\nabc\r\n0\r\n\r\n"),
    "a chunk size that overflows": post(CHUNKED, body=b"1" + b"0" * 40 + b"\r\nabc\r\n0\r\n\r\n"),
    "a chunk that is longer than it says": post(CHUNKED, body=b"2\r\nabc\r\n0\r\n\r\n"),
    "no host": b"GET /l/x HTTP/1.1\r\n\r\n",
    "two hosts": b"GET /l/x HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    "a null byte in the path": b"GET /l/\x00 HTTP/1.1\r\n" + HEAD + b"\r\n",
    "too large a header": post(b"X-A: " + b"a" * (wire.LONGEST_LINE + 1)),
    "too many headers": post(*(b"X-%d: a" % n for n in range(wire.MOST_HEADERS + 1))),
    "too long a line": b"GET /" + b"a" * (wire.LONGEST_LINE + 1) + b" HTTP/1.1\r\n\r\n",
    "another protocol": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 64,
    "chunks twice": post(CHUNKED, CHUNKED, body=b"0\r\n\r\n" + SMUGGLED),
    "chunks in a list twice": post(b"Transfer-Encoding: chunked, chunked", body=b"0\r\n\r\n"),
    "chunks and another encoding": post(CHUNKED, b"Transfer-Encoding: identity", body=b"0\r\n\r\n" + SMUGGLED),
    "chunks in quotation marks": post(b'Transfer-Encoding: "chunked"', body=b"0\r\n\r\n"),
    "chunks with a parameter": post(b"Transfer-Encoding: chunked;q=1", body=b"0\r\n\r\n"),
    "chunks of HTTP/1.0": post(CHUNKED, b"Content-Length: 5", body=b"0\r\n\r\n").replace(b"HTTP/1.1", b"HTTP/1.0"),
    "a length in another script": post("Content-Length: \u0662".encode(), body=b"ab"),
    "a length with a comma": post(b"Content-Length: 2,", body=b"ab"),
    "a length that overflows": post(b"Content-Length: " + b"9" * 40, body=b"ab"),
    "an empty length": post(b"Content-Length: ", body=b"ab"),
    "a chunk size with a sign": post(CHUNKED, body=b"+3\r\nabc\r\n0\r\n\r\n"),
    "a negative chunk size": post(CHUNKED, body=b"-3\r\nabc\r\n0\r\n\r\n"),
    "a chunk size with an underscore": post(CHUNKED, body=b"1_0\r\nabc\r\n0\r\n\r\n"),
    "an empty chunk size": post(CHUNKED, body=b"\r\nabc\r\n0\r\n\r\n"),
    "a chunk that ends in a bare line feed": post(CHUNKED, body=b"3\r\nabc\n0\r\n\r\n"),
    "a chunk size that ends in a bare line feed": post(CHUNKED, body=b"3\nabc\r\n0\r\n\r\n"),
    "a bare carriage return in a chunk extension": post(CHUNKED, body=b"3;a\rb\r\nabc\r\n0\r\n\r\n"),
    "a folded length": post(b"Content-Length:\r\n 2", body=b"ab"),
    "a header that begins with a blank": b"GET /l/x HTTP/1.1\r\n Host: x\r\n\r\n",
    "a header without a name": post(b": chunked"),
    "a null byte in the name of a header": post(b"X\x00A: b"),
    "a blank in the name of a header": post(b"Content Length: 2", body=b"ab"),
    "a tab in the first line": b"GET\t/l/x\tHTTP/1.1\r\n" + HEAD + b"\r\n",
    "a blank in the path": b"GET /l/x y HTTP/1.1\r\n" + HEAD + b"\r\n",
    "a version that is none": b"GET /l/x HTTP/1.10\r\n" + HEAD + b"\r\n",
    "a method that is none": b"G@T /l/x HTTP/1.1\r\n" + HEAD + b"\r\n",
    "a host with a path": b"GET /l/x HTTP/1.1\r\nHost: a/b\r\nHost: x\r\n\r\n",
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
}


@pytest.mark.parametrize("name", TWO_READINGS)
async def test_what_two_programs_could_read_in_two_ways_is_refused_and_ends_the_connection(
    built: web.Application, name: str
) -> None:
    with capture_logs() as lines:
        async with listening(built) as port:
            answer = await said(port, TWO_READINGS[name])

    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.split(b" ")[1] in (b"400", b"408"), answer[:200]
    assert answer.count(b"HTTP/1.") == 1  # what was smuggled behind it is not answered
    assert b"smuggled" not in body
    assert SECRET.encode() not in answer
    assert not any(SECRET in str(line) or "/l/x" in str(line) for line in lines)


async def test_a_refusal_of_the_wire_has_every_header_and_tells_nothing_of_what_was_sent(
    built: web.Application, caplog: pytest.LogCaptureFixture
) -> None:
    async with listening(built) as port:
        answer = await said(port, b"GET /l/THE-TOKEN\x00 HTTP/1.1\r\n" + HEAD + b"\r\n")

    for header in (b"Content-Security-Policy", b"Referrer-Policy: no-referrer", b"Cache-Control: no-store"):
        assert header in answer
    assert b"Strict-Transport-Security" in answer
    assert b"Server: Plixo" in answer
    assert b"aiohttp" not in answer
    assert b"TOKEN" not in answer
    assert "TOKEN" not in caplog.text
    assert SECRET not in caplog.text


@pytest.mark.parametrize(
    "sent",
    [
        post(CHUNKED, body=b"3;a=b\r\nx=y\r\n0\r\n\r\n"),  # an extension means nothing, and one reading is left
        post(CHUNKED, body=b"3\r\nx=y\r\n0\r\nX-Trailer: a\r\n\r\n"),
        b"GET http://evil.example/l/x HTTP/1.1\r\n" + HEAD + b"\r\n",
        b"GET  /l/x HTTP/1.1\r\n" + HEAD + b"\r\n",
        b"GET /i HTTP/1.1\r\nContent-Length: 3\r\n" + HEAD + b"\r\nabc",  # a body where nobody reads one
        b"GET /l/x HTTP/1.1\r\nContent_Length: 3\r\n" + HEAD + b"\r\n",  # another header, whatever proxies make of it
        b"GET http://x@evil.example:99/i HTTP/1.1\r\n" + HEAD + b"\r\n",
        b"GET //evil.example/i HTTP/1.1\r\n" + HEAD + b"\r\n",
        b"OPTIONS * HTTP/1.1\r\n" + HEAD + b"\r\n",
        b"CONNECT evil.example:443 HTTP/1.1\r\n" + HEAD + b"\r\n",
        b"TRACE / HTTP/1.1\r\n" + HEAD + b"\r\n",
        b"GET /l/x HTTP/1.1\r\nUpgrade: h2c\r\nHTTP2-Settings: AAAA\r\n" + HEAD + b"\r\n",
        b"GET /l/x HTTP/1.1\r\nExpect: 200-ok\r\n" + HEAD + b"\r\n",
    ],
)
async def test_what_has_one_reading_gets_a_page_of_ours_or_a_refusal_with_every_header(
    built: web.Application, sent: bytes
) -> None:
    async with listening(built) as port:
        answer = await said(port, sent.replace(b"Host: x\r\n", b"Host: x\r\nConnection: close\r\n", 1))

    assert answer.startswith(b"HTTP/1.1 ")
    assert int(answer[9:12]) < 500
    assert b"Content-Security-Policy" in answer
    assert b"aiohttp" not in answer
    assert SECRET.encode() not in answer
    assert b"evil" not in answer


async def test_a_request_without_a_version_is_answered_once_and_ends_the_connection(built: web.Application) -> None:
    async with listening(built) as port:
        answer = await said(port, b"GET /l/x\r\n\r\n" + SMUGGLED)

    assert answer.count(b"Content-Security-Policy") == 1
    assert answer.startswith((b"HTTP/1.0 400 ", b"HTTP/1.1 400 ", b"HTTP/1.0 200 "))
    assert SECRET.encode() not in answer


async def test_two_requests_in_one_packet_are_two_answers_in_their_order(built: web.Application) -> None:
    async with listening(built) as port:
        answer = await said(
            port,
            b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET /robots.txt HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        )

    assert answer.index(b"ok\n") < answer.index(b"Disallow")


@pytest.mark.parametrize("begun", [b"", b"GET /healthz HT", b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-A: b"])
async def test_a_client_that_sends_its_head_slowly_is_cut_off(built: web.Application, begun: bytes) -> None:
    started = time.monotonic()
    async with listening(built, head_seconds=0.3) as port:
        answer = await said(port, begun)

    assert answer == b""
    assert time.monotonic() - started >= 0.25


async def test_a_client_that_drips_its_head_is_cut_off_however_busy_it_looks(built: web.Application) -> None:
    async with listening(built, head_seconds=0.5) as port, asyncio.timeout(30):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-A: ")
        ended = asyncio.create_task(reader.read())
        while not ended.done():
            writer.write(b"a")
            await asyncio.sleep(0.02)
        writer.close()

    assert ended.exception() is not None or ended.result() == b""


async def test_a_connection_in_use_is_not_cut_off(built: web.Application) -> None:
    async with listening(built, head_seconds=0.3) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for _ in range(2):
            writer.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            head = await reader.readuntil(b"\r\n\r\n")
            assert await reader.readexactly(3) == b"ok\n"
            await asyncio.sleep(0.5)  # idle, which is longer than a head may take
        writer.close()

    assert b" 200 " in head


async def test_a_body_that_does_not_come_is_answered_and_ends_the_connection(core: Core, gateway: FakeGateway) -> None:
    async def impatient(_: rim.Portal, request: web.Request) -> web.Response:
        return web.Response(body=await forms.body(request, limit=100, seconds=0.3))

    portal = app._portal(core, gateway, "https://checkout.test", True, Rates(), False)
    built = web.Application()
    built.router.add_post("/l/x", rim.served(portal, "impatient", impatient))
    async with listening(built) as port:
        answer = await said(port, post(b"Content-Length: 10", body=b"ask="))

    assert b" 408 " in answer.partition(b"\r\n")[0]
    assert b"The form did not arrive" in answer


async def test_a_body_that_never_ends_is_not_read_to_its_end(built: web.Application) -> None:
    async with listening(built) as port:
        endless = post(CHUNKED, b"Sec-Fetch-Site: same-origin", body=b"4000\r\n" + b"a" * 0x4000 + b"\r\n")
        answer = await said(port, endless, b"4000\r\n" + b"a" * 0x4000 + b"\r\n")

    assert b" 413 " in answer.partition(b"\r\n")[0]


async def test_a_process_that_stops_says_so_and_ends_each_connection_with_its_answer(
    core: Core, gateway: FakeGateway
) -> None:
    standing = wire.Standing()
    built = app.build(core, gateway, checkout_origin="https://x.test", secure_cookies=False, standing=standing)
    async with listening(built) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n")
        ready = await reader.readuntil(b"ready\n")
        standing.stopping = True
        writer.write(b"GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n")
        stopping = await reader.read()
        writer.close()

    assert b" 200 " in ready.partition(b"\r\n")[0]
    assert b" 503 " in stopping.partition(b"\r\n")[0]
    assert b"Connection: close" in stopping
