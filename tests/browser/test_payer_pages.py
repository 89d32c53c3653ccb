"""Every page of the payer in Chromium: nothing for axe to find, nothing wider than a telephone, all by keyboard."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, Page, ViewportSize

from domain.kernel.core import Core
from portal import app
from portal.texts import LANGUAGES
from tests.browser.payer_pages import Sample, Tour, all_pages, forms
from tests.browser.payer_states import all_states
from tests.browser.windows import DESKTOP, show, violations, window
from tests.clocks import StandingClock
from tests.portal.browsers import a_browser
from tests.portal.fake_gateway import FakeGateway

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

PHONE: ViewportSize = {"width": 390, "height": 844}

NARROW: ViewportSize = {"width": 320, "height": 640}
"""As wide as a window of 1280 pixels at 400 % zoom, and as WCAG asks for."""

ALL_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

OF_THE_LOOK = ["color-contrast", "target-size", "link-in-text-block", "meta-viewport"]
"""What another colour scheme and another width can change."""

IN_EVERY_LOOK = os.environ.get("PLIXO_EVERY_LOOK", "de").split()
"""Languages that are looked at in all four looks, German with its long words among them; the others in two that differ
in both colours and width. `make screenshots` looks at all of them in all four."""

_TABBED = """() => {
    const at = document.activeElement, style = getComputedStyle(at);
    const all = [...document.querySelectorAll("a[href], button, input, select, textarea, summary")];
    return [all.indexOf(at), parseFloat(style.outlineWidth), style.outlineStyle, at.outerHTML.slice(0, 120)];
}"""

_MOVING = """() => [...new Set([...document.querySelectorAll("*")].map((each) => {
    const style = getComputedStyle(each);
    return [style.transitionDuration, style.animationDuration, style.scrollBehavior].join();
}))].map((each) => each.split(","))"""

_TO_REACH = """() => [...document.querySelectorAll("a[href], button, input, select, textarea, summary")]
    .map((each, place) => [each, place])
    .filter(([each]) => each.type !== "hidden" && each.type !== "radio" && each.tabIndex >= 0 && each.checkVisibility())
    .map(([, place]) => place)"""


@pytest_asyncio.fixture
async def tour(core: Core, clock: StandingClock) -> AsyncIterator[Tour]:
    gateway = FakeGateway()
    server = TestServer(app.build(core, gateway, checkout_origin="https://checkout.test", secure_cookies=False))
    await server.start_server()
    async with a_browser(server) as browser:
        yield Tour(core, browser, gateway, clock, "en")
    await server.close()


async def everything(tour: Tour) -> dict[str, Sample]:
    """Return every page and every state of it, by name."""
    found = {each.name: each async for each in all_pages(tour)}
    return found | {each.name: each async for each in all_states(tour)}


@pytest.mark.parametrize("language", LANGUAGES)
async def test_axe_finds_nothing_and_no_page_is_wider_than_the_window(
    tour: Tour, browser: Browser, language: str
) -> None:
    tour.language = language
    samples = await everything(tour)
    found: list[str] = []

    context = await window(browser, samples)
    page = await context.new_page()
    for name, sample in samples.items():
        await page.set_viewport_size(DESKTOP)
        await page.emulate_media(color_scheme="light")
        await show(page, sample)
        found += [f"{name}, light: {each}" for each in await violations(page, ALL_RULES)]
        await page.emulate_media(color_scheme="dark")
        if language in IN_EVERY_LOOK:
            found += [f"{name}, dark: {each}" for each in await violations(page, OF_THE_LOOK)]
        await page.set_viewport_size(NARROW)
        found += [f"{name}, dark, narrow: {each}" for each in await violations(page, OF_THE_LOOK)]
        if language in IN_EVERY_LOOK:
            await page.emulate_media(color_scheme="light")
            found += [f"{name}, light, narrow: {each}" for each in await violations(page, OF_THE_LOOK)]
        if (width := await page.evaluate("document.documentElement.scrollWidth")) > NARROW["width"]:
            found.append(f"{name} is {width} pixels wide")
    await context.close()

    assert not found, "\n".join(found)
    assert len(samples) > 60


async def test_tab_reaches_every_control_in_order_and_shows_where_it_is(tour: Tour, browser: Browser) -> None:
    samples = {each.name: each async for each in forms(tour)}
    context = await window(browser, samples)
    page = await context.new_page()

    for name, sample in samples.items():
        await show(page, sample)
        reached = await _tabbed(page, name)
        assert reached == sorted(reached), f"{name}: in the order of the page"
        assert set(await page.evaluate(_TO_REACH)) <= set(reached), name
    await context.close()


async def _tabbed(page: Page, name: str) -> list[int]:
    """Press Tab through the whole page; return the places of what had the focus."""
    reached: list[int] = []
    for _ in range(120):
        await page.keyboard.press("Tab")
        place, width, style, html = await page.evaluate(_TABBED)
        if reached and (place < 0 or (place == reached[0] and len(reached) > 1)):
            return reached
        if place >= 0 and place not in reached[-1:]:
            assert (width >= 2, style != "none") == (True, True), f"{name}: focus is seen on {html}"
            reached.append(place)
    raise AssertionError(f"{name}: the page has no end for the keyboard")


async def test_what_is_wrong_gets_the_focus_and_leads_to_its_field(tour: Tour, browser: Browser) -> None:
    samples = {each.name: each async for each in forms(tour) if each.name.endswith("-error")}
    context = await window(browser, samples)
    page = await context.new_page()

    for name, sample in samples.items():
        await show(page, sample)
        await page.wait_for_function("document.activeElement.classList.contains('errors')")
        assert (await page.title()).startswith("Error: "), name
        links = await page.locator(".errors a").all()
        assert links, name
        for link in links:
            field = str(await link.get_attribute("href")).removeprefix("#")
            await link.focus()
            await page.keyboard.press("Enter")
            assert await page.evaluate("document.activeElement.id") == field, name
            said = await link.inner_text()
            assert said in await page.locator(f"#{field}-error").inner_text(), name
    await context.close()


async def test_nothing_moves_for_whoever_asks_for_that(tour: Tour, browser: Browser) -> None:
    samples = {each.name: each async for each in forms(tour)} | {"door": await tour.seen("door", "/l/some-token")}
    context = await window(browser, samples)  # it asks for reduced motion
    page = await context.new_page()
    moving: dict[str, object] = {}

    for name, sample in samples.items():
        await show(page, sample)
        if (found := await page.evaluate(_MOVING)) != [["0s", "0s", "auto"]]:
            moving[name] = found

    assert not moving
    await context.close()


@pytest.mark.skipif("PLIXO_SCREENSHOTS" not in os.environ, reason="pictures are taken by `make screenshots`")
@pytest.mark.parametrize("language", os.environ.get("PLIXO_LANGUAGES", " ".join(LANGUAGES)).split())
async def test_pictures_of_every_page(tour: Tour, browser: Browser, language: str) -> None:
    tour.language = language
    samples = await everything(tour)
    folder = Path(os.environ["PLIXO_SCREENSHOTS"]).resolve()  # noqa: ASYNC240 - once, before anything runs

    context = await window(browser, samples)
    page = await context.new_page()
    for size, viewport in (("phone", PHONE), ("desktop", DESKTOP)):
        await page.set_viewport_size(viewport)
        for scheme in ("light", "dark"):
            await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            for name, sample in samples.items():
                await show(page, sample)
                path = folder / f"{language}-{size}-{scheme}" / f"{name}.png"
                await page.screenshot(path=path, full_page=True, animations="disabled")
    await context.close()
