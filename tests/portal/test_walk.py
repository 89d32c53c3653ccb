"""A walk over every route that there is: without a right to it, each refuses in the same way and changes nothing."""

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from aiohttp.test_utils import TestServer

from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.ledger import receipts
from domain.ledger.models import Invoice, Payment
from domain.pay_links import links
from domain.pay_links.models import PortalSession
from portal import forms
from tests.builders import paid
from tests.clocks import StandingClock
from tests.portal.browsers import Answer, Browser, a_browser
from tests.portal.payers import Payer, a_payer

PUBLIC = {
    "/healthz", "/readyz", "/robots.txt", "/l/{token}", "/u/{token}", "/support", "/support/sent", "/language",
    "/stripe/webhook",
}  # fmt: skip
"""What anybody may ask for; each has tests of its own that it tells nothing of anybody."""

WITHOUT_SESSION = {
    ("POST", "/i/fresh"): {200},  # says the same whatever happened; the link goes to the address on file
    ("GET", "/i/return"): {200},  # thanks whoever comes back from the payment provider, and knows nothing of anybody
    ("GET", "/i/pay"): {303},  # leads whoever reloads a form's address to the page, which refuses
}
"""Whatever else answers a browser without a session by another page than the refusal."""

REFUSED = {403, 404}


def every_route(server: TestServer) -> list[tuple[str, str]]:
    """Return method and path of every route of a session, from the router itself."""
    assert server.app is not None
    found = {
        ("GET" if route.method == "HEAD" else route.method, route.resource.canonical)
        for route in server.app.router.routes()
        if route.resource is not None and route.method != "*"
    }
    return sorted(
        (method, path) for method, path in found if path not in PUBLIC and not path.startswith(("/static/", "/look/"))
    )


def filled(path: str, receipt: str) -> str:
    """Return a path with the values that belong to the victim."""
    return re.sub(r"\{(\w+)\}", lambda part: receipt if part[1] == "number" else "1", path)


async def asked(browser: Browser, method: str, path: str, **fields: str) -> Answer:
    if method == "GET":
        return await browser.get(path)
    return await browser.post(path, {"token": "0" * 64, "amount": "1", "invoice": "typed", **fields})


async def told_so_far(core: Core) -> list[Any]:
    """Return all that a request could have changed, in short."""
    row = await core.database.row(
        "SELECT (SELECT count(*) FROM timeline_entry) AS told, (SELECT count(*) FROM procrastinate_jobs) AS jobs,"
        " (SELECT count(*) FROM checkout) AS checkouts, (SELECT count(*) FROM pay_link) AS links,"
        " (SELECT count(*) FROM forwarding) AS wishes, (SELECT count(*) FROM plan) AS plans,"
        " (SELECT count(*) FROM promise) AS promises, (SELECT count(*) FROM dispute) AS disputes,"
        " (SELECT count(*) FROM document) AS documents, (SELECT count(*) FROM unsent_form) AS unsent"
    )
    assert row is not None
    return sorted(row.items())


class Victim:
    """A payer with a receipt and an open invoice, whose things nobody else may see."""

    def __init__(self, payer: Payer, receipt: str) -> None:
        self.payer, self.receipt = payer, receipt

    @property
    def marks(self) -> tuple[str, ...]:
        """What would tell a stranger something."""
        return ("INV-1042", "Customer of INV-1042", self.receipt, "anna")


@pytest_asyncio.fixture
async def victim(core: Core, browser: Browser) -> AsyncIterator[Victim]:
    """Anna, in her own browser."""
    payer = await a_payer(core, browser)
    await paid(core, await Invoice.get(id=payer.invoice_id))
    issued = await receipts.issued(core, payment_id=(await Payment.get()).id)
    assert issued is not None
    yield Victim(payer, issued.number)


async def bearer(kind: str, core: Core, server: TestServer, clock: StandingClock, stranger: Browser) -> None:
    """Give the stranger's browser a session of that kind, of another invoice."""
    if kind == "none":
        return
    await a_payer(core, stranger, "INV-9")
    if kind == "ended":
        await PortalSession.filter(state="active").update(state="ended")
    if kind == "replaced":
        await links.regenerate(core, invoice_number="INV-9", actor=SHELL)
    if kind == "idle":
        clock.advance(days=8)


@pytest.mark.parametrize("kind", ["none", "ended", "replaced", "idle"])
async def test_every_route_refuses_a_browser_without_a_living_session_in_one_way(
    core: Core, server: TestServer, victim: Victim, clock: StandingClock, kind: str
) -> None:
    async with a_browser(server) as stranger:
        await bearer(kind, core, server, clock, stranger)
        before = await told_so_far(core)
        pages: dict[str, set[str]] = {"GET": set(), "POST": set()}
        for method, path in every_route(server):
            answer = await asked(stranger, method, filled(path, victim.receipt))
            allowed = WITHOUT_SESSION.get((method, path))
            assert answer.status in (allowed or REFUSED), (method, path, answer.status)
            assert not any(mark in answer.text for mark in victim.marks), (method, path)
            if allowed is None:
                pages[method].add(answer.title)
            if (method, path) == ("POST", "/i/fresh"):
                before = await told_so_far(core)

    assert len(pages["GET"]) == 1, pages["GET"]
    assert len(pages["POST"]) <= 2, pages["POST"]  # a plain form, and one whose words are given back
    assert await told_so_far(core) == before


async def test_the_session_of_another_invoice_opens_nothing_of_this_one(
    core: Core, server: TestServer, victim: Victim
) -> None:
    async with a_browser(server) as stranger:
        await a_payer(core, stranger, "INV-9")
        for method, path in every_route(server):
            if method == "GET":
                answer = await asked(stranger, method, filled(path, victim.receipt))
                told = answer.body.decode("latin-1")
                assert not any(mark in told for mark in victim.marks[:3]), path
                assert answer.status in {200, 303, 404}
                if "receipt" in path:
                    assert answer.status == 404


@pytest.mark.parametrize("foreign", ["wrong", "of another session", "missing"])
async def test_no_form_is_taken_without_the_token_of_its_own_session(
    core: Core, server: TestServer, other_browser: Browser, foreign: str
) -> None:
    await a_payer(core, other_browser)
    token = {"wrong": "0" * 64, "of another session": forms.token("x" * 43), "missing": ""}[foreign]
    before = await told_so_far(core)
    for method, path in every_route(server):
        if method == "POST" and (method, path) not in WITHOUT_SESSION:
            answer = await asked(other_browser, method, filled(path, "R-1"), token=token)
            assert answer.status == 403, path

    assert await told_so_far(core) == before


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none"])
async def test_no_form_is_taken_from_another_site_even_with_its_token(
    core: Core, server: TestServer, other_browser: Browser, site: str
) -> None:
    await a_payer(core, other_browser)
    secret = next(value for name, value in other_browser.cookies.items() if name.endswith("plixo"))
    before = await told_so_far(core)
    for method, path in every_route(server):
        if method == "POST":
            fields = {"token": forms.token(secret), "amount": "1", "name": "x", "email": "x@y.example"}
            answer = await other_browser.post(filled(path, "R-1"), fields, headers={"Sec-Fetch-Site": site})
            assert answer.status == 403, path

    assert await told_so_far(core) == before


async def test_the_walk_sees_the_routes(server: TestServer) -> None:
    found = every_route(server)

    assert ("GET", "/i") in found
    assert {("POST", "/i/pay"), ("POST", "/i/forward"), ("POST", "/i/others"), ("POST", "/i/plan")} <= set(found)
    assert all(path == "/i" or path.startswith("/i/") for _, path in found), found
