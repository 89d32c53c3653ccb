"""Windows: Chromium before pages that were fetched already, with axe at hand and nothing from the network."""

from collections.abc import Mapping, Sequence
from importlib.resources import files
from urllib.parse import urlsplit

from playwright.async_api import Browser, BrowserContext, Page, Route, ViewportSize

from portal.looks import look
from tests.browser.payer_pages import Sample

AXE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")

SITE = "http://payer.test"

DESKTOP: ViewportSize = {"width": 1280, "height": 900}

_FIND = """async (rules) => {
    const found = await axe.run(document, {runOnly: rules, resultTypes: ["violations"]});
    return found.violations.flatMap((rule) => rule.nodes.map(
        (node) => `${rule.id}: ${node.html.slice(0, 200)} (${node.failureSummary.slice(0, 300)})`
    ));
}"""


async def window(browser: Browser, samples: Mapping[str, Sample]) -> BrowserContext:
    """Open a window that gets the samples, and the files of their look, from nowhere but here."""
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


async def show(page: Page, sample: Sample) -> None:
    """Open one sample where the portal has it."""
    await page.goto(f"{SITE}{sample.path.partition('?')[0]}?{sample.name}")


async def violations(page: Page, rules: Sequence[str]) -> list[str]:
    """Return what axe finds, as lines that say where."""
    found: list[str] = await page.evaluate(_FIND, rules)
    return found
