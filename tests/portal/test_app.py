"""Every answer has its headers and its request id, whatever happens, and no line of the log holds a token."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace

import aiohttp
import psycopg
import pytest
import structlog
from aiohttp import web
from aiohttp.test_utils import TestServer
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from domain.kernel.core import Core
from domain.pay_links import tokens
from portal import app, rim
from portal.askers import Proxies
from portal.looks import STYLE, look
from portal.no_gateway import NoGateway
from portal.rates import Rates
from tests.builders import an_invoice
from tests.domain.pay_links.payers import a_link
from tests.portal.browsers import Browser, a_browser
from tests.portal.fake_gateway import FakeGateway
from tests.portal.payers import a_payer

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self' https://checkout.test;"
    " base-uri 'none'; frame-ancestors 'none'"
)

EVERYWHERE = {
    "Content-Security-Policy": POLICY,
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
    "Cross-Origin-Opener-Policy": "same-origin",
}


@asynccontextmanager
async def serving(built: web.Application) -> AsyncIterator[TestServer]:
    server = TestServer(built)
    await server.start_server()
    try:
        yield server
    finally:
        await server.close()


@contextmanager
def log_lines() -> Iterator[list[str]]:
    """Collect every line that any library or our own code logs, at every level, with all that it carries."""
    lines: list[str] = []

    class Collector(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(f"{record.name} {record.getMessage()} {record.__dict__}")

    collector, root = Collector(level=logging.DEBUG), logging.getLogger()
    before = root.level
    root.addHandler(collector)
    root.setLevel(logging.DEBUG)
    with structlog.testing.capture_logs() as own:
        try:
            yield lines
        finally:
            root.removeHandler(collector)
            root.setLevel(before)
            lines.extend(str(each) for each in own)


async def test_every_answer_has_the_headers_errors_included(core: Core, server: TestServer, browser: Browser) -> None:
    await a_payer(core, browser)
    async with a_browser(server) as stranger:
        answers = [
            await browser.get("/i"),
            await browser.post("/i/pay", {}),
            await browser.pay(),
            await browser.get("/i/return"),
            await stranger.get("/l/x"),
            await stranger.get("/l/x", method="HEAD"),
            await stranger.post("/l/x"),
            await stranger.post("/l/x", headers={"Sec-Fetch-Site": "cross-site"}),
            await stranger.get("/i"),
            await stranger.get("/nothing/here"),
            await stranger.get("/l/" + "x" * 10_000),
            await stranger.get("/i", method="DELETE"),
            await stranger.get("/healthz"),
            await stranger.get("/robots.txt"),
            await stranger.post("/stripe/webhook"),
        ]

    for answer in answers:
        assert {name: answer.headers.get(name) for name in EVERYWHERE} == EVERYWHERE, answer.path
        assert answer.headers["X-Request-ID"]
        assert "aiohttp" not in answer.headers["Server"]
        assert "Permissions-Policy" in answer.headers
    assert {each.status for each in answers} == {200, 303, 400, 403, 404}


async def test_style_and_icon_may_be_kept_since_they_are_named_by_their_content(browser: Browser) -> None:
    files = look(None)
    style, icon = [await browser.get(f"/static/{each.name}") for each in (files.style, files.icon)]

    assert style.body == STYLE
    for answer in (style, icon):
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer.headers["Content-Security-Policy"] == POLICY


async def test_robots_and_health_answer(browser: Browser) -> None:
    assert (await browser.get("/healthz")).text == "ok\n"
    assert (await browser.get("/robots.txt")).text == "User-agent: *\nDisallow: /\n"


async def test_over_https_the_cookies_cannot_be_planted_by_a_neighbour(core: Core, gateway: FakeGateway) -> None:
    built = app.build(core, gateway, checkout_origin="https://checkout.stripe.com", secure_cookies=True)
    async with serving(built) as server, a_browser(server) as browser:
        answer = await browser.get("/l/x")

    [cookie] = answer.headers.getall("Set-Cookie")
    assert cookie.startswith("__Host-plixo-browser=")
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= {part.strip() for part in cookie.split(";")}
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"


async def test_no_line_of_any_log_holds_a_token_a_cookie_or_an_address(
    core: Core, server: TestServer, gateway: FakeGateway
) -> None:
    link = await a_link(core, await an_invoice(core))
    token = tokens.issue(core.keys, link.id)
    with log_lines() as lines:
        async with a_browser(server) as browser, a_browser(server) as stranger:
            await browser.press(f"/l/{token}")
            await stranger.press(f"/l/{token}")
            await stranger.post(f"/l/{token}", {"ask": "fresh"})
            await browser.press(f"/l/{token}")
            secrets = list(browser.cookies.values()) + list(stranger.cookies.values())
            await browser.get("/i")
    written = "\n".join(lines)

    assert "route" in written
    for secret in (token, token[22:], "anna@acme.example", *secrets):
        assert secret not in written


async def test_a_bug_is_said_without_its_inside(core: Core, gateway: FakeGateway, browser: Browser) -> None:
    async def broken(_: rim.Portal, __: web.Request) -> web.Response:
        raise ZeroDivisionError("secret inside")

    built = web.Application()
    portal = app._portal(core, gateway, "https://checkout.test", True, Rates(), False)
    built.router.add_get("/broken", rim.served(portal, "broken", broken))
    async with serving(built) as server, a_browser(server) as visitor:
        answer = await visitor.get("/broken")

    assert (answer.status, answer.title) == (500, "Something went wrong on our side")
    assert "secret" not in answer.text
    assert answer.headers["X-Request-ID"] in answer.text
    assert answer.headers["Content-Security-Policy"] == POLICY


@contextmanager
def database_down(address: str) -> Iterator[None]:
    """Cut every connection to the test's database and let no new one in."""
    name = str(conninfo_to_dict(address)["dbname"])
    admin = psycopg.conninfo.make_conninfo(address, dbname="postgres")
    with psycopg.connect(admin, autocommit=True) as connection:
        allow = sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}")
        connection.execute(allow.format(sql.Identifier(name), sql.SQL("false")))
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
        try:
            yield
        finally:
            connection.execute(allow.format(sql.Identifier(name), sql.SQL("true")))


@pytest.mark.fault
async def test_without_a_database_pages_and_webhook_say_try_later_with_a_request_id(
    core: Core, empty_database: str, server: TestServer, browser: Browser
) -> None:
    await a_payer(core, browser)
    await asyncio.sleep(0.1)
    with database_down(empty_database):
        page = await browser.get("/i")
        door = await browser.get("/l/x")
        alive = await browser.get("/healthz")

    assert (page.status, page.title) == (503, "We cannot reach our records")
    assert page.headers["X-Request-ID"] in page.text
    assert page.headers["Retry-After"] == "30"
    assert (door.status, alive.status) == (200, 200)


@pytest.mark.fault
async def test_without_a_database_stripe_is_asked_to_send_the_event_again(
    core: Core, empty_database: str, server: TestServer
) -> None:
    from tests.portal.test_stripe_webhook import an_event, deliver, signed  # its cases, on a fallen database

    body = an_event()
    with database_down(empty_database):
        status, text = await deliver(server, body, signed(body))

    assert (status, text) == (503, "not stored, send it again")


async def test_other_routes_can_join_the_same_server(core: Core, gateway: FakeGateway) -> None:
    async def slack(_: web.Request) -> web.Response:
        return web.Response(text="from Slack")

    built = app.build(core, gateway, checkout_origin="https://checkout.test", secure_cookies=False)
    built.router.add_post("/slack/events", slack)
    async with serving(built) as server, a_browser(server) as browser:
        joined = await browser.post("/slack/events")
        other = await browser.get("/slack/events")

    assert (joined.status, joined.text) == (200, "from Slack")
    assert "Content-Security-Policy" not in joined.headers
    assert other.status == 404


async def test_without_pages_there_is_only_a_sign_of_life(core: Core, gateway: FakeGateway) -> None:
    built = app.build(core, gateway, checkout_origin="https://x.test", secure_cookies=False, pages=False)
    async with serving(built) as server, aiohttp.ClientSession() as session:
        statuses = [
            (await session.get(server.make_url(path))).status for path in ("/healthz", "/i", "/l/x", "/stripe/webhook")
        ]

    assert statuses == [200, 404, 404, 404]


async def test_without_a_provider_the_page_says_whom_to_ask(core: Core) -> None:
    built = app.build(core, NoGateway(), checkout_origin="https://x.test", secure_cookies=False)
    async with serving(built) as server, a_browser(server) as browser:
        await a_payer(core, browser)
        page = await browser.get("/i")

    assert "This amount cannot be paid online" in page.text


async def test_the_host_header_is_never_believed(core: Core, gateway: FakeGateway, browser: Browser) -> None:
    await a_payer(core, browser)
    evil = {"Host": "evil.example", "X-Forwarded-Host": "evil.example"}

    pages = [await browser.get("/i", headers=evil), await browser.get("/l/x", headers=evil)]
    await browser.pay()

    assert all("evil.example" not in page.text for page in pages)
    assert gateway.latest.order.success_url.startswith("https://pay.northwind.example/")


async def test_a_hostile_merchant_name_is_text(core: Core, gateway: FakeGateway) -> None:
    merchant = replace(core.merchant, name='<b>"Acme" & {{x}}</b>', contact="+49 30 1234")
    built = app.build(replace(core, merchant=merchant), gateway, checkout_origin="https://x.test", secure_cookies=False)
    async with serving(built) as server, a_browser(server) as browser:
        page = await browser.get("/l/x")

    assert "<b>" not in page.text
    assert "+49 30 1234" in page.text
    assert "mailto:" not in page.text


@pytest.mark.parametrize(
    ("proxies", "forwarded", "seen"),
    [
        (0, "203.0.113.9", "127.0.0.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "10.0.0.1, 203.0.113.9", "203.0.113.9"),
        (2, "198.51.100.1, 203.0.113.9", "198.51.100.1"),
        (1, "", "127.0.0.1"),
        (1, "not an address", "127.0.0.1"),
        (1, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
    ],
)
async def test_who_asks_is_told_by_our_own_proxies_only(proxies: int, forwarded: str, seen: str) -> None:
    rates = Rates(proxies=Proxies(proxies))

    async def who(request: web.Request) -> web.Response:
        return web.Response(text=rates.address(request))

    built = web.Application()
    built.router.add_get("/", who)
    async with serving(built) as server, a_browser(server) as browser:
        assert (await browser.get("/", headers={"X-Forwarded-For": forwarded})).text == seen
