"""Maintenance closes the payers' pages with a friendly word, takes what comes in, and opens them again by itself."""

from datetime import timedelta

import pytest
from aiohttp.test_utils import TestServer

from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.outreach import gates
from domain.outreach.gates import Holds
from portal import closing
from tests.clocks import StandingClock
from tests.portal.browsers import Browser
from tests.portal.payers import a_payer


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the portal ask each time, so that no test waits."""
    monkeypatch.setattr(closing, "KNOWN_SECONDS", 0.0)


async def close(core: Core, *, hours: float | None = 2) -> None:
    until = core.clock.now() + timedelta(hours=hours) if hours else None
    await gates.close(
        core, name=gates.MAINTENANCE, holds=Holds.ALL_MAIL, reason="the bank moves", actor=SHELL, until=until
    )


async def test_pages_say_when_they_are_back_and_why_is_not_told(core: Core, browser: Browser) -> None:
    payer = await a_payer(core, browser)
    await close(core)

    for path in ("/i", payer.path, "/i/plan", "/i/statement.pdf"):
        page = await browser.get(path)
        assert (page.status, page.headers["Retry-After"]) == (503, "3600")
        assert "12:00" in page.text
        assert "the bank moves" not in page.text
    assert (await browser.post(payer.path)).status == 503


async def test_the_end_on_another_day_is_told_with_its_day(core: Core, browser: Browser) -> None:
    await close(core, hours=24)

    page = await browser.get("/l/x", headers={"Accept-Language": "de"})

    assert "Sie sind am 11. März 2026 um 10:00 (CET) wieder da." in page.text


async def test_a_time_that_is_not_known_is_not_made_up(core: Core, browser: Browser) -> None:
    await close(core, hours=None)

    page = await browser.get("/l/x")

    assert (page.status, page.headers["Retry-After"]) == (503, "60")
    assert "shortly" in page.text


async def test_who_wants_no_mail_or_needs_help_is_heard_and_webhooks_are_taken(core: Core, browser: Browser) -> None:
    await close(core)

    assert (await browser.get("/u/x")).status == 200
    assert (await browser.post("/u/x", {"List-Unsubscribe": "One-Click"}, headers={})).status == 200
    assert (await browser.get("/support")).status == 200
    assert (await browser.get("/healthz")).status == 200
    assert (await browser.post("/stripe/webhook", {"x": "y"}, headers={})).status == 400, "read and refused, not closed"


async def test_it_ends_by_itself_and_by_a_person(core: Core, browser: Browser, clock: StandingClock) -> None:
    payer = await a_payer(core, browser)
    await close(core)
    clock.advance(hours=2, seconds=1)
    assert (await browser.get("/i")).status == 200

    await close(core)
    assert (await browser.get(payer.path)).status == 503
    await gates.open(core, name=gates.MAINTENANCE, reason="done", actor=SHELL)
    assert (await browser.get("/i")).status == 200


async def test_the_link_lives_on(core: Core, browser: Browser, other_browser: Browser, server: TestServer) -> None:
    payer = await a_payer(core, browser)
    await close(core)
    await other_browser.press(payer.path)
    await gates.open(core, name=gates.MAINTENANCE, reason="done", actor=SHELL)

    assert (await browser.get("/i")).status == 200
    assert server.port


async def test_pages_ask_the_database_seldom(core: Core, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(closing, "KNOWN_SECONDS", 2.0)
    now = [0.0]
    state = closing.Closing(core, now=lambda: now[0])
    known = [await state.until()]
    await close(core)
    for now[0] in (1.9, 2.0):
        known.append(await state.until())

    assert [closed for closed, _ in known] == [False, False, True]
