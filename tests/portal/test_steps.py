"""Looks are counted without a write each, and never for what only fetches ahead or guesses."""

import pytest
from aiohttp.test_utils import TestServer

from domain.kernel.core import Core
from portal.app import LOOKS
from portal.steps import Steps
from tests.portal.browsers import Browser
from tests.portal.payers import a_payer


async def kept(core: Core) -> list[tuple[str, int]]:
    rows = await core.database.rows("SELECT step, count(*) AS links FROM portal_step GROUP BY step ORDER BY step")
    return [(row["step"], row["links"]) for row in rows]


@pytest.fixture
def steps(server: TestServer) -> Steps:
    """What the portal has yet to keep."""
    return server.app[LOOKS]


async def test_the_first_look_at_each_page_counts(core: Core, browser: Browser, steps: Steps) -> None:
    payer = await a_payer(core, browser)
    for path in (payer.path, payer.path, "/i", "/i/plan", "/i/plan", "/i/question"):
        await browser.get(path)

    await steps.keep()

    assert await kept(core) == [("opened", 1), ("plan", 1), ("question", 1)]


async def test_what_fetches_ahead_only_asks_or_guesses_does_not(core: Core, browser: Browser, steps: Steps) -> None:
    payer = await a_payer(core, browser)
    await steps.keep()
    await core.database.execute("DELETE FROM portal_step")

    await browser.get(payer.path, method="HEAD")
    await browser.get(payer.path, headers={"Sec-Purpose": "prefetch"})
    await browser.get("/l/made-up")
    await steps.keep()

    assert await kept(core) == []
