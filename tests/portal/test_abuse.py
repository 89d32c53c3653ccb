"""Whatever is sent to whichever route, nobody gets in, nothing breaks, and the answers tell guesses from nothing."""

import base64
import os
import re
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
import pytest_asyncio
from aiohttp.test_utils import TestServer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.kernel.core import Core
from domain.ledger.models import Invoice
from domain.pay_links import tokens
from domain.pay_links.models import PayLink
from portal import app, forms
from portal.counters import Counters
from portal.rates import Rates
from tests.builders import an_invoice
from tests.domain.pay_links.payers import a_link
from tests.portal.browsers import FROM_OUR_PAGE, Answer, Browser, a_browser
from tests.portal.fake_gateway import FakeGateway
from tests.portal.payers import a_payer
from tests.portal.test_walk import every_route, filled
from tests.portal.wires import serving

TOKENS = int(os.environ.get("PLIXO_TEST_TOKENS", "400"))
"""Guesses; the goal is shown with 10,000, which take some minutes."""

SLOWER = 3.0
"""How much longer the median answer to one kind of token may take than to another, on a busy machine."""


class Unlimited(Counters):
    """Limits that are never reached, so that what is behind them is tried."""

    async def hit(self, *_: object) -> bool:
        return True


def median(seconds: list[float]) -> float:
    return sorted(seconds)[len(seconds) // 2]


@pytest.mark.timeout(900)
async def test_thousands_of_guesses_get_one_page_in_one_time_and_enter_nothing(
    core: Core, gateway: FakeGateway
) -> None:
    real = tokens.issue(core.keys, (await a_link(core, await an_invoice(core))).id)
    await PayLink.all().update(state="replaced")
    guesses = {
        "random": lambda: base64.urlsafe_b64encode(os.urandom(33)).decode(),
        "our id, another signature": lambda: real[:-6] + base64.urlsafe_b64encode(os.urandom(6)).decode()[:6],
        "dead": lambda: real,
        "too short": lambda: base64.urlsafe_b64encode(os.urandom(12)).decode(),
    }
    took: dict[str, list[float]] = {name: [] for name in guesses}
    shapes = set()
    built = app.build(
        core, gateway, checkout_origin="https://x.test", secure_cookies=False, rates=Rates(counters=Unlimited())
    )
    async with serving(built) as server, a_browser(server) as guesser:
        await guesser.get("/l/x")
        for n in range(TOKENS):
            name = list(guesses)[n % len(guesses)]
            started = time.perf_counter()
            answer = await guesser.post(f"/l/{guesses[name]()}")
            took[name].append(time.perf_counter() - started)
            body = answer.text.replace(answer.headers["X-Request-ID"], "REQUEST")
            shapes.add((answer.status, body, tuple(sorted(set(answer.headers) - {"Set-Cookie"}))))

    assert len(shapes) == 1
    assert next(iter(shapes))[0] == 404
    medians = {name: median(each) for name, each in took.items()}
    assert max(medians.values()) / min(medians.values()) < SLOWER, medians
    assert (await PayLink.get()).state == "replaced"


TRICKS = [
    "/i/../l/x", "/l/x/../../i", "/i/%2e%2e/i", "/%2e%2e/%2e%2e/etc/passwd", "//i", "/i//", "/i/", "/I", "/i;a=b",
    "/i/receipt/..%2f..%2fetc%2fpasswd.pdf", "/i/receipt/%00.pdf", "/i/receipt/R-1.pdf%00.html", "/i\\..\\i",
    "/static/../app.py", "/static/%2e%2e/%2e%2e/app.py", "/static/..%5capp.py", "/static//etc/passwd",
    "/%c0%ae%c0%ae/%c0%ae%c0%ae/etc/passwd", "/l/%c0%af", "/%e0%80%af", "/%u002e%u002e/", "/l/%252e%252e",
    "//i/", "///evil.example/i", "/%2f%2fevil.example/i", "/i%2finvoice.pdf", "/i/invoice.pdf;x=1", "/i;x/pay",
    "/i%00", "/i/invoice.pdf%20", "/i/invoice.pdf.", "/i/invoice.pdf%2e", "/./i", "/%69", "/i%3f", "/i%23",
    "/i/./pay", "/i/%2e%2e%2fl",
    "/.git/config", "/.env", "/l", "/u", "/l/", "/u/", "/i.pdf", "/i?next=https://evil.example",
    "/%0d%0aSet-Cookie:a=b",
    "/l/x%0d%0aLocation:%20https://evil.example", "/\u202e", "/i/invoice.pdf/x", "/healthz/../i", "/?__debugger__=yes",
]  # fmt: skip


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "OPTIONS", "PROPFIND"])
async def test_a_trick_with_the_path_shows_nothing_and_breaks_nothing(server: TestServer, method: str) -> None:
    async with a_browser(server) as stranger:
        for path in TRICKS:
            answer = await stranger._ask(method, quote(path, safe="/%?=&;:\\"), {}, None)
            assert answer.status in {200, 303, 400, 403, 404, 405}, path
            assert "root:" not in answer.text, path
            assert "evil" not in answer.headers.get("Location", ""), path
            assert "a=b" not in str(answer.headers.getall("Set-Cookie", [])), path
            assert "Content-Security-Policy" in answer.headers, path


@pytest.mark.parametrize("host", ["evil.example", "evil.example:443", "", "localhost", "x\u00e9.example", "a" * 300])
async def test_the_host_header_stands_in_no_link_and_no_redirect(core: Core, server: TestServer, host: str) -> None:
    link = await a_link(core, await an_invoice(core))
    path = f"/l/{tokens.issue(core.keys, link.id)}"
    planted = {"Host": host, "X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example;proto=http"}
    headers = {"Sec-Fetch-Site": "same-origin", **planted}
    async with a_browser(server) as browser:
        looked = await browser.get(path, headers=planted)
        entered = await browser.post(path, headers=headers)
        fresh = await browser.post(path, {"ask": "fresh"}, headers=headers)
        invoice = await browser.get("/i", headers=planted)

    for answer in (looked, entered, fresh, invoice):
        assert "evil" not in answer.text
        assert "evil" not in str(answer.headers)
    assert entered.headers.get("Location", "../i") == "../i"


_SOURCES = [*Path(app.__file__).parent.glob("*.py"), *Path(app.__file__).parent.glob("templates/**/*.html")]
_NAMED = re.compile(
    r"""(?:fields\.get\(|fields\[|\.text\(|query\.get\(|(?:amount|day|problem)\(sent, |\bname=)["']([\w-]+)["']"""
)
NAMES = sorted(
    {name for source in _SOURCES for name in _NAMED.findall(source.read_text())} | {"language", "p1", "day-1"}
)
"""Every field of a form and of an address that the pages know, read from their own source."""

HOSTILE = (
    "", "\x00", "0", "-1", "1e9", "9" * 60, "2026-13-45", "<script>alert(1)</script>", "=1+1", "\u202e", "{{ 7*7 }}",
    "%s", "' OR 1=1 --", "../../etc/passwd", "\u0661\u0662", "\U0001d54f" * 3000,
)  # fmt: skip

DEEPER = {"go": "send", "code": "other", "how": "part", "reason": "other", "ask": "enter"}
"""What lets a form be looked at to its end, whatever stands in its other fields."""

TEXT = st.text(st.characters(codec="utf-8"), max_size=200)
FORM = st.dictionaries(
    st.sampled_from(NAMES) | st.text(max_size=20),
    TEXT | st.sampled_from([*HOSTILE, "1", "yes", "enter", "send"]),
    max_size=15,
)

QUICK = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))

PUBLIC_FORMS = ("/l/x", "/u/x", "/support")


@dataclass
class Prey:
    """A payer in a session, before a portal without limits."""

    payer: Browser
    token: str
    forms: list[str]
    pages: list[str]


@pytest_asyncio.fixture
async def prey(core: Core, gateway: FakeGateway) -> AsyncIterator[Prey]:
    """Somebody who has entered, and every address there is."""
    built = app.build(
        core, gateway, checkout_origin="https://x.test", secure_cookies=False, rates=Rates(counters=Unlimited())
    )
    async with serving(built) as server, a_browser(server) as payer:
        await a_payer(core, payer)
        routes = every_route(server)
        forms_there = [filled(path, "R-1") for method, path in routes if method == "POST"]
        pages_there = [filled(path, "R-1") for method, path in routes if method == "GET"]
        yield Prey(payer, forms.token(payer.cookies["plixo"]), [*forms_there, *PUBLIC_FORMS], pages_there)


async def sent(prey: Prey, path: str, fields: dict[str, str]) -> Answer:
    """Send a form; our client's own would refuse some of these names."""
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    body = urlencode(fields).encode()
    return await prey.payer.post(path, body, headers={**FROM_OUR_PAGE, **kind})  # type: ignore[arg-type]


def unharmed(answer: Answer, tried: object) -> None:
    """Check that an answer is one of ours, and that nothing that was sent runs in it."""
    assert answer.status < 500 or answer.title == "Paying does not work at the moment", tried
    assert b"<script>" not in answer.body, tried
    assert b"root:" not in answer.body, tried


def test_the_names_that_are_tried_are_those_of_the_forms() -> None:
    assert {"token", "amount", "description", "name", "email", "text", "reply_to", "on", "code", "about"} <= set(NAMES)
    assert len(NAMES) > 20


async def test_no_form_breaks_whatever_stands_in_any_of_its_fields(core: Core, prey: Prey) -> None:
    for path in prey.forms:
        for value in HOSTILE:
            whole = dict.fromkeys(NAMES, value)
            unharmed(await sent(prey, path, {**whole, "token": prey.token}), (path, value))
            unharmed(await sent(prey, path, {**whole, **DEEPER, "token": prey.token}), (path, value))
        unharmed(await sent(prey, path, dict.fromkeys(NAMES, "1")), path)

    assert len(prey.forms) > 10
    assert (await Invoice.get()).open_minor == 12500


async def test_no_page_breaks_whatever_its_address_and_its_cookies_say(prey: Prey, browser: Browser) -> None:
    open_to_all = ["/l/{}", "/u/{}", "/{}", "/static/{}", "/i/receipt/{}.pdf", "/support?about={}", "/i?language={}"]
    for value in HOSTILE:
        part = quote(value[:300], safe="")
        asked = "&".join(f"{name}={part}" for name in NAMES)
        for path in prey.pages:
            unharmed(await prey.payer.get(f"{path}?{asked}"), (path, value))
        for path in ("/i", *(each.format(part[:60]) for each in open_to_all)):
            cookie = {"Cookie": f"plixo={part}; plixo-browser={part}; plixo-language={part}"}
            unharmed(await browser.get(path, headers=cookie), (path, value))


@QUICK
@given(data=st.data())
async def test_no_form_breaks_whatever_anybody_thinks_of(data: st.DataObject, core: Core, prey: Prey) -> None:
    path = data.draw(st.sampled_from(prey.forms))
    fields = data.draw(FORM) | ({"token": prey.token} if data.draw(st.booleans()) else {})

    unharmed(await sent(prey, path, fields), (path, fields))

    assert (await Invoice.get()).open_minor == 12500


@QUICK
@given(
    value=TEXT | st.binary(max_size=200), place=st.sampled_from(["/{}", "/l/{}", "/u/{}", "/i/{}", "/support?about={}"])
)
async def test_no_address_breaks_a_page(value: str | bytes, place: str, prey: Prey) -> None:
    part = quote(value, safe="")

    unharmed(await prey.payer.get(place.format(part)), part)
    unharmed(await prey.payer.get("/i", headers={"Cookie": f"plixo={part}; plixo-language={part}"}), part)
