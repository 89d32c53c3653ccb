"""Machines that open links before their reader does cost the reader at most one click, and never the access."""

import re

import pytest
from aiohttp.test_utils import TestServer

from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.ledger.models import Contact
from domain.pay_links import links, tokens
from domain.pay_links.models import PayLink, PortalSession
from tests.builders import an_invoice
from tests.clocks import StandingClock
from tests.domain.pay_links.payers import a_link, told
from tests.portal.browsers import Answer, Browser, a_browser

CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0 Safari/537.36"


async def a_path(core: Core) -> str:
    """Mail a link and return its path."""
    return path_of(core, await a_link(core, await an_invoice(core, "INV-1042")))


def path_of(core: Core, link: PayLink) -> str:
    return f"/l/{tokens.issue(core.keys, link.id)}"


async def the_fresh_path(core: Core) -> str:
    """Return the link that was mailed last."""
    return path_of(core, await PayLink.get(state="active"))


async def untouched(core: Core) -> bool:
    return (await PayLink.get()).state == "active" and not await PortalSession.exists()


async def entered(browser: Browser, path: str) -> Answer:
    """Press the button and look at the invoice."""
    assert (await browser.press(path)).status == 303
    return await browser.get("/i")


async def pressing(server: TestServer, path: str) -> list[int]:
    """Open a link as a scanner that runs the page and presses each of its buttons."""
    seen = []
    async with a_browser(server) as scanner:
        await scanner.get(path, headers={"User-Agent": CHROME})
        seen.append((await scanner.post(path)).status)
        seen.append((await scanner.post(path, {"ask": "fresh"})).status)
    return seen


async def test_safe_links_whose_script_submits_the_form_uses_nothing_up(
    core: Core, server: TestServer, browser: Browser
) -> None:
    path = await a_path(core)
    async with a_browser(server) as scanner:
        await scanner.get(path, headers={"User-Agent": CHROME})
        answer = await scanner.post(path, {"": ""})  # form.submit() sends no button

    assert answer.status == 200
    assert 'name="ask" value="enter"' in answer.text
    assert await untouched(core)
    assert (await entered(browser, path)).title == "Invoice INV-1042"


async def test_safe_links_that_presses_the_button_costs_the_payer_one_click(
    core: Core, server: TestServer, browser: Browser
) -> None:
    path = await a_path(core)
    await pressing(server, path)
    assert (await browser.press(path)).status == 404

    await browser.post(path, {"ask": "fresh"})  # the one click
    fresh = await the_fresh_path(core)
    scanned = await pressing(server, fresh)  # … and the scanner comes before the payer again

    assert scanned[0] == 404
    assert (await entered(browser, fresh)).title == "Invoice INV-1042"


async def test_the_scanners_own_session_ends_when_the_payer_enters_by_the_fresh_link(
    core: Core, server: TestServer, browser: Browser
) -> None:
    path = await a_path(core)
    async with a_browser(server) as scanner:
        await scanner.press(path)
        assert (await scanner.get("/i")).status == 200

        await browser.press(path)
        await browser.post(path, {"ask": "fresh"})
        await entered(browser, await the_fresh_path(core))

        assert (await scanner.get("/i")).status == 404


async def test_a_payer_who_opens_the_asked_for_link_on_another_device_gets_in_minutes_later(
    core: Core, browser: Browser, other_browser: Browser, clock: StandingClock
) -> None:
    path = await a_path(core)
    clock.advance(days=8)
    await browser.press(path)
    await browser.post(path, {"ask": "fresh"})
    fresh = await the_fresh_path(core)
    early = await other_browser.press(fresh)
    assert (await PayLink.get(state="active")).kept_for is not None

    clock.advance(seconds=links.KEPT.total_seconds())

    assert (early.status, "after five minutes" in early.text) == (404, True)
    assert (await entered(other_browser, fresh)).status == 200


async def test_a_payer_who_asks_on_the_other_device_as_well_gets_in_there_at_once(
    core: Core, browser: Browser, other_browser: Browser, clock: StandingClock
) -> None:
    path = await a_path(core)
    clock.advance(days=8)
    await browser.press(path)
    await browser.post(path, {"ask": "fresh"})
    fresh = await the_fresh_path(core)
    assert (await other_browser.press(fresh)).status == 404

    await other_browser.post(fresh, {"ask": "fresh"})

    assert (await entered(other_browser, fresh)).status == 200
    assert len(await told(core, "link.regenerated")) == 1


async def test_a_link_that_an_operator_sends_is_kept_for_nobody(core: Core, browser: Browser) -> None:
    await a_path(core)
    await links.regenerate(core, invoice_number="INV-1042", actor=SHELL)

    assert (await entered(browser, await the_fresh_path(core))).status == 200


@pytest.mark.parametrize(
    ("name", "method", "headers"),
    [
        ("Mimecast", "GET", {"User-Agent": CHROME, "Accept": "*/*"}),
        ("Mimecast, asking first", "HEAD", {"User-Agent": CHROME}),
        ("Slack", "GET", {"User-Agent": "Slackbot-LinkExpanding 1.0", "Range": "bytes=0-32768"}),
        ("Teams", "GET", {"User-Agent": "SkypeUriPreview Preview/0.5", "Range": "bytes=0-32767"}),
        ("a prefetching browser", "GET", {"User-Agent": CHROME, "Sec-Purpose": "prefetch"}),
        ("a prerendering browser", "GET", {"User-Agent": CHROME, "Sec-Purpose": "prefetch;prerender"}),
        ("an old prefetching browser", "GET", {"User-Agent": CHROME, "Purpose": "prefetch"}),
        ("Outlook's preview", "GET", {"User-Agent": CHROME, "X-Purpose": "preview"}),
        ("a range of nothing", "GET", {"Range": "bytes=5-2"}),
    ],
)  # fmt: skip
async def test_whoever_only_looks_uses_nothing_up_and_reads_nothing(
    core: Core, server: TestServer, browser: Browser, name: str, method: str, headers: dict[str, str]
) -> None:
    path = await a_path(core)
    async with a_browser(server) as machine:
        looked = [await machine.get(path, method=method, headers=headers) for _ in range(3)]

    assert {each.status for each in looked} == {200}, name
    assert all(len(each.body) < 32 * 1024 for each in looked)
    assert not re.search(rb"INV-1042|125|Customer of", looked[0].body)
    assert await untouched(core)
    assert (await entered(browser, path)).status == 200


@pytest.mark.parametrize("header", ["Sec-Purpose", "Purpose", "X-Moz"])
async def test_a_form_that_is_sent_ahead_of_its_user_uses_nothing_up(core: Core, browser: Browser, header: str) -> None:
    path = await a_path(core)
    await browser.get(path)

    answer = await browser.post(path, headers={"Sec-Fetch-Site": "same-origin", header: "prefetch"})

    assert answer.status == 200
    assert await untouched(core)


async def test_the_second_device_is_turned_away_and_gets_a_link_of_its_own(
    core: Core, browser: Browser, other_browser: Browser
) -> None:
    path = await a_path(core)
    await entered(browser, path)
    turned_away = await other_browser.press(path)

    await other_browser.post(path, {"ask": "fresh"})

    assert turned_away.status == 404
    assert (await entered(other_browser, await the_fresh_path(core))).status == 200
    assert (await browser.get("/i")).status == 404


async def test_the_back_button_leads_to_the_door_and_through_it_again(core: Core, browser: Browser) -> None:
    path = await a_path(core)
    await entered(browser, path)

    back = await browser.get(path)

    assert back.headers["Cache-Control"] == "no-store"
    assert (await entered(browser, path)).status == 200
    assert len(await told(core, "link.entered")) == 1


async def test_a_browser_that_refuses_cookies_is_told_so_and_uses_nothing_up(core: Core, server: TestServer) -> None:
    path = await a_path(core)
    async with a_browser(server) as refusing:
        await refusing.get(path)
        refusing.forget()
        answer = await refusing.post(path)

    assert (answer.status, answer.title) == (400, "Your browser does not accept cookies")
    assert "ar@northwind.example" in answer.text
    assert await untouched(core)


async def test_a_removed_contact_is_sent_no_fresh_link(core: Core, browser: Browser, clock: StandingClock) -> None:
    path = await a_path(core)
    clock.advance(days=8)
    await Contact.all().update(state="removed")

    answer = await browser.post(path, {"ask": "fresh"})

    assert answer.status == 200
    assert await told(core, "link.regenerated") == []
