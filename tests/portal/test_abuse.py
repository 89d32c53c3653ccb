"""Whatever is sent to whichever route, nobody gets in, nothing breaks, and the answers tell guesses from nothing."""

import base64
import os
import re
import time
from urllib.parse import quote

import pytest
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
from tests.portal.browsers import Browser, a_browser
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


TEXT = st.text(st.characters(codec="utf-8"), max_size=200)
FORM = st.dictionaries(
    st.sampled_from(
        [
            "ask",
            "token",
            "amount",
            "whole",
            "invoice",
            "name",
            "email",
            "note",
            "how",
            "on",
            "text",
            "reason",
            "go",
            "stamp",
            "count",
            "every",
            "part",
            "rows",
            "description",
            "code",
            "replaces",
            "language",
            "back",
            "about",
            "reply_to",
            "from",
            "List-Unsubscribe",
        ]
    )
    | st.text(max_size=20),
    TEXT | st.sampled_from(["1", "0", "-1", "1e9", "yes", "enter", "\x00", "9" * 60, "2026-13-45", "<script>", "=1+1"]),
    max_size=15,
)


@pytest.mark.soak
@pytest.mark.timeout(900)
@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
async def test_whatever_a_form_says_no_route_breaks(data: st.DataObject, core: Core, gateway: FakeGateway) -> None:
    number = f"INV-{os.urandom(4).hex()}"
    built = app.build(
        core, gateway, checkout_origin="https://x.test", secure_cookies=False, rates=Rates(counters=Unlimited())
    )
    async with serving(built) as server, a_browser(server) as payer:
        await a_payer(core, payer, number)
        token = forms.token(payer.cookies["plixo"])
        public = [("POST", "/l/x"), ("POST", "/u/x"), ("POST", "/language"), ("POST", "/support")]
        for method, path in [*every_route(server), *public]:
            if method != "POST":
                continue
            fields = data.draw(FORM) | ({"token": token} if data.draw(st.booleans()) else {})
            answer = await payer.post(filled(path, "R-1"), fields)
            assert answer.status < 500 or answer.title == "Paying does not work at the moment", (path, fields)
            assert "<script>" not in answer.text.replace("&lt;script&gt;", "")

    assert (await Invoice.get(number=number)).open_minor == 12500


@pytest.mark.soak
@pytest.mark.timeout(900)
@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(value=TEXT | st.binary(max_size=200))
async def test_whatever_an_address_or_cookie_says_no_route_breaks(
    value: str | bytes, server: TestServer, browser: Browser
) -> None:
    part = quote(value, safe="")
    cookie = {"Cookie": f"plixo={part}; plixo-browser={part}; language={part}"}
    for method, path in every_route(server):
        if method == "GET":
            filled_in = re.sub(r"\{\w+\}", part[:40], path)
            assert (await browser.get(f"{filled_in}?{part}={part}", headers=cookie)).status < 500
    for path in (f"/l/{part}", f"/u/{part}", f"/{part}", f"/support?about={part}"):
        assert (await browser.get(path, headers=cookie)).status < 500
