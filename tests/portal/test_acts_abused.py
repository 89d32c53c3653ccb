"""Whatever is sent to the forms beside paying: never an error of ours, never a word that runs, never something kept."""

from collections.abc import AsyncIterator
from urllib.parse import quote

import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestServer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.commitments.models import Dispute, Promise
from domain.kernel.core import Core
from domain.pay_links.models import PortalSession
from portal import app
from portal.rates import RULES, Rates
from tests.portal.browsers import FROM_OUR_PAGE, Browser
from tests.portal.fake_gateway import FakeGateway
from tests.portal.forms_sent import send_files, token
from tests.portal.payers import a_payer

PAGES = ("/i/plan", "/i/dispute", "/i/promise", "/i/question")

FIELDS = (
    "go", "own", "first", "count", "frequency", "reason", "stamp", "day-1", "amount-1", "day-2", "amount-2", "code",
    "how", "amount", "description", "on", "note", "replaces", "text",
)  # fmt: skip

WORDS = st.one_of(
    st.text(max_size=80),
    st.sampled_from(
        ["send", "check", "accept", "row", "own", "yes", "part", "whole", "other", "poor_quality", "2026-04-01",
         "9999-12-31", "1.4.2026", "100", "0", "-1", "1e9", "12,50", "١٢", "∞", "\x00", "\ud800", "{{ 7*7 }}", "%s",
         "<script>alert(1)</script>", "' OR 1=1 --", "\u202e", "a" * 5000, "𝕏" * 3000],
    ),
)  # fmt: skip

QUICK = settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))


class Unlimited(Rates):
    """Limits that let one payer send as often as a test needs."""

    async def count(self, what: str, request: web.Request, *, key: str = "") -> None:
        """Let everything pass that the table knows."""
        assert what in RULES


@pytest_asyncio.fixture
async def server(core: Core, gateway: FakeGateway) -> AsyncIterator[TestServer]:
    """The portal, listening, without limits."""
    built = app.build(core, gateway, checkout_origin="https://checkout.test", secure_cookies=False, rates=Unlimited())
    server = TestServer(built)
    await server.start_server()
    yield server
    await server.close()


@QUICK
@given(st.sampled_from(PAGES), st.dictionaries(st.sampled_from(FIELDS), WORDS, max_size=8))
async def test_no_form_breaks(core: Core, browser: Browser, page: str, fields: dict[str, str]) -> None:
    if not await PortalSession.exists():
        await a_payer(core, browser)
    known = await token(browser, "/i/question")

    answer = await browser.post(page, {name: _sendable(value) for name, value in fields.items()} | {"token": known})

    assert answer.status in (200, 303, 409, 413, 422), answer.text[:500]
    assert "<script" not in answer.text
    await Promise.all().delete()  # so that each round finds something to promise


@QUICK
@given(st.sampled_from(PAGES), st.text(max_size=60))
async def test_no_query_breaks_a_page(core: Core, browser: Browser, page: str, text: str) -> None:
    if not await PortalSession.exists():
        await a_payer(core, browser)

    for name in ("code", "again", "own"):
        answer = await browser.get(f"{page}?{name}={quote(text, errors='replace')}")

        assert answer.status == 200


@QUICK
@given(
    st.binary(max_size=400),
    st.text(st.characters(exclude_categories=("Cc", "Cs"), exclude_characters='"'), max_size=40),
)
async def test_no_upload_breaks(core: Core, browser: Browser, body: bytes, name: str) -> None:
    if not await PortalSession.exists():
        await a_payer(core, browser)
    known = await token(browser, "/i/dispute?code=other")

    raw = await browser.post(
        "/i/dispute",
        b"--x\r\n" + body,  # type: ignore[arg-type]
        headers={**FROM_OUR_PAGE, "Content-Type": "multipart/form-data; boundary=x"},
    )
    file = [("file-other", name or "x", body)]
    form = await send_files(browser, "/i/dispute", {"token": known, "code": "other", "description": ""}, file)

    assert raw.status in (400, 403)
    assert form.status in (400, 422)
    assert await Dispute.all().count() == 0


@pytest.mark.parametrize("page", PAGES)
async def test_without_a_session_nothing_is_told_and_nothing_done(core: Core, browser: Browser, page: str) -> None:
    await a_payer(core, browser)

    for headers in ({}, {"Sec-Fetch-Site": "cross-site"}):
        assert (await browser.post(page, {"token": "x" * 64}, headers=headers)).status == 403
    assert (await browser.post(page, {"token": "x" * 64, "text": "a", "reason": "a"})).status == 403


@pytest.mark.parametrize("page", PAGES)
async def test_a_stranger_is_shown_the_one_page_of_dead_links(browser: Browser, page: str) -> None:
    assert (await browser.get(page)).status == 404


@pytest.mark.parametrize("page", PAGES)
async def test_a_body_without_end_is_refused(core: Core, browser: Browser, page: str) -> None:
    await a_payer(core, browser)

    answer = await browser.post(page, {"token": await token(browser, "/i/question"), "text": "x" * 200_000})

    assert answer.status == 413


def _sendable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()
