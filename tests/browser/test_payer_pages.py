"""Every page of the payer in Chromium: nothing for axe to find, nothing wider than a telephone, in all languages."""

import os
from collections.abc import AsyncIterator, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, BrowserContext, Page, Route

from domain.kernel.core import Core
from portal import app
from portal.looks import look
from portal.texts import LANGUAGES
from tests.browser.payer_pages import Sample, Tour, all_pages
from tests.clocks import StandingClock
from tests.portal.browsers import a_browser
from tests.portal.fake_gateway import FakeGateway

pytestmark = pytest.mark.browser

AXE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")

SITE = "http://payer.test"

PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1280, "height": 900}

NARROW = {"width": 320, "height": 640}
"""As wide as a window of 1280 pixels at 400 % zoom, and as WCAG asks for."""

ALL_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

OF_THE_LOOK = ["color-contrast", "target-size", "link-in-text-block", "meta-viewport"]
"""What another colour scheme and another width can change."""

_FIND = """async (rules) => {
    const found = await axe.run(document, {runOnly: rules, resultTypes: ["violations"]});
    return found.violations.flatMap((rule) => rule.nodes.map(
        (node) => `${rule.id}: ${node.html.slice(0, 200)} (${node.failureSummary.slice(0, 300)})`
    ));
}"""


@pytest_asyncio.fixture
async def tour(core: Core, clock: StandingClock) -> AsyncIterator[Tour]:
    gateway = FakeGateway()
    server = TestServer(app.build(core, gateway, checkout_origin="https://checkout.test", secure_cookies=False))
    await server.start_server()
    async with a_browser(server) as browser:
        yield Tour(core, browser, gateway, clock, "en")
    await server.close()


async def context(browser: Browser, samples: Mapping[str, Sample]) -> BrowserContext:
    """Open a window that gets the samples from nowhere but here."""
    opened = await browser.new_context(viewport=DESKTOP, reduced_motion="reduce")  # else colours are still on their way
    assets = look(None).files

    async def answer(route: Route) -> None:
        address = urlsplit(route.request.url)
        name = address.path.rpartition("/")[2]
        if name in assets:
            await route.fulfill(body=assets[name].body, content_type=assets[name].content_type)
        else:
            await route.fulfill(body=samples[address.query].html, content_type="text/html; charset=utf-8")

    await opened.route("**/*", answer)
    await opened.add_init_script(AXE)
    return opened


async def opened(page: Page, sample: Sample) -> None:
    await page.goto(f"{SITE}{sample.path.partition('?')[0]}?{sample.name}")


async def violations(page: Page, rules: Sequence[str]) -> list[str]:
    """Return what axe finds, as lines that say where."""
    found: list[str] = await page.evaluate(_FIND, rules)
    return found


@pytest.mark.timeout(600)
@pytest.mark.parametrize("language", LANGUAGES)
async def test_axe_finds_nothing_and_no_page_is_wider_than_the_window(
    tour: Tour, browser: Browser, language: str
) -> None:
    tour.language = language
    samples = {each.name: each async for each in all_pages(tour)}
    found: list[str] = []

    window = await context(browser, samples)
    page = await window.new_page()
    for name, sample in samples.items():
        await page.set_viewport_size(DESKTOP)
        await page.emulate_media(color_scheme="light")
        await opened(page, sample)
        found += [f"{name}, light: {each}" for each in await violations(page, ALL_RULES)]
        await page.set_viewport_size(NARROW)
        await page.emulate_media(color_scheme="dark")
        found += [f"{name}, dark, narrow: {each}" for each in await violations(page, OF_THE_LOOK)]
        if (width := await page.evaluate("document.documentElement.scrollWidth")) > NARROW["width"]:
            found.append(f"{name} is {width} pixels wide")
    await window.close()

    assert not found, "\n".join(found)
    assert len(samples) > 30


@pytest.mark.skipif("PLIXO_SCREENSHOTS" not in os.environ, reason="pictures are taken by `make screenshots`")
@pytest.mark.timeout(600)
@pytest.mark.parametrize("language", os.environ.get("PLIXO_LANGUAGES", " ".join(LANGUAGES)).split())
async def test_pictures_of_every_page(tour: Tour, browser: Browser, language: str) -> None:
    tour.language = language
    samples = {each.name: each async for each in all_pages(tour)}
    folder = Path(os.environ["PLIXO_SCREENSHOTS"]).resolve()  # noqa: ASYNC240 - once, before anything runs

    window = await context(browser, samples)
    page = await window.new_page()
    for size, viewport in (("phone", PHONE), ("desktop", DESKTOP)):
        await page.set_viewport_size(viewport)
        for scheme in ("light", "dark"):
            await page.emulate_media(color_scheme=scheme)
            for name, sample in samples.items():
                await opened(page, sample)
                path = folder / f"{language}-{size}-{scheme}" / f"{name}.png"
                await page.screenshot(path=path, full_page=True, animations="disabled")
    await window.close()
