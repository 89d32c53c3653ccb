"""Every message and window of the bot, drawn as the sandbox shows Slack: taken by it, drawn whole, nothing cut off."""

import os
from datetime import UTC, datetime
from inspect import unwrap
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page

from bot.blocks import Message
from domain.kernel import speech
from domain.kernel.speech import Reader
from sandbox import pages, slack_chat, slack_views
from sandbox.pages import FOLDER
from sandbox.settings import Person
from sandbox.slack_show import Screen
from sandbox.slack_workspace import Workspace
from sandbox.store import Store
from tests.bot.views_made import every_view
from tests.bot.windows_made import every_window

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

ANNA = Person("U0ANNA", "anna", "Anna Brandt", "A/R Operator", "anna@northwind.example")

LOOK = "\n".join((FOLDER / "static" / name).read_text(encoding="utf-8") for name in ("page.css", "blocks.css"))

_WIDER = """(root) => [...root.querySelectorAll("*")]
    .filter((each) => each.clientWidth > 0 && each.scrollWidth > each.clientWidth + 2)
    .filter((each) => getComputedStyle(each).overflowX === "visible")
    .map((each) => each.className || each.tagName)"""

_OUTSIDE = """(root) => {
    const place = root.getBoundingClientRect()
    return place.left < 0 || place.top < 0 || place.right > document.documentElement.clientWidth
}"""

_WHOLE = """
    .veil { display: none }
    form.modal { position: static; inset: auto; transform: none; translate: none; max-height: none; margin: 0 }
    .modal-body { max-height: none; overflow: visible }
"""
"""A window is drawn in full height, not as much of it as a screen holds."""

LANGUAGES = os.environ.get("PLIXO_LANGUAGES", "en").split()
"""Of the readers. Sentences are checked elsewhere in all languages; here long words are, where somebody asks."""


class StillClock:
    """The same moment, always."""

    def now(self) -> datetime:
        """Return it."""
        return datetime(2026, 3, 10, 9, tzinfo=UTC)


def workspace(folder: Path) -> Workspace:
    """Return a workspace in which nothing was said yet."""
    return Workspace(Store(folder / "store.db"), StillClock(), people=[ANNA], channel="C0OPS")


def message_html(there: Workspace, message: Message) -> str:
    """Post a message and return how it is drawn."""
    posted = slack_chat.post_message(
        there, {"channel": "C0OPS", "text": message.text, "blocks": list(message.blocks), "unfurl_links": False}
    )
    screen = Screen(there, ANNA.slack_id)
    (row,) = [each for each in screen.channel("C0OPS") if each["ts"] == posted["ts"]]
    return pages.rendered("message.html", row=row, screen=screen, people=[], channels=[])


async def drawn(page: Page, html: str, *, picture: Path | None, of: str) -> list[str]:
    """Draw HTML on a page, keep a picture, and return what is wider than its place."""
    await page.set_content(
        f"<!doctype html><style>{LOOK}{_WHOLE}</style><main style='padding:16px;max-width:720px'>{html}</main>"
    )
    shown = page.locator(of).first
    await shown.wait_for()
    wider: list[str] = await shown.evaluate(_WIDER)
    if await shown.evaluate(_OUTSIDE):
        wider.append("it is drawn beside the page")
    if picture is not None:
        picture.parent.mkdir(parents=True, exist_ok=True)
        await shown.screenshot(path=picture)
    return wider


def picture(language: str, name: str) -> Path | None:
    """Return where a picture is kept; None when none is wanted."""
    folder = os.environ.get("PLIXO_SCREENSHOTS")
    return Path(folder) / "slack" / language / f"{name.replace(' ', '-').replace(',', '')}.png" if folder else None


@pytest.mark.parametrize("language", LANGUAGES)
async def test_pictures_of_every_message(browser: Browser, tmp_path: Path, language: str) -> None:
    there, cut = workspace(tmp_path), {}
    page = await browser.new_page(viewport={"width": 760, "height": 900})
    with speech.spoken_to(Reader.of(language, language)):
        messages = unwrap(every_view)()
    for name, message in messages.items():
        cut[name] = await drawn(page, message_html(there, message), picture=picture(language, name), of="article")

    assert {name: wider for name, wider in cut.items() if wider} == {}


@pytest.mark.parametrize("language", LANGUAGES)
async def test_pictures_of_every_window(browser: Browser, tmp_path: Path, language: str) -> None:
    there, cut = workspace(tmp_path), {}
    page = await browser.new_page(viewport={"width": 760, "height": 900})
    with speech.spoken_to(Reader.of(language, language)):
        windows = unwrap(every_window)()
    for name, modal in windows.items():
        slack_views.open_view(there, {"trigger_id": there.new_trigger(ANNA.slack_id), "view": modal.view()})
        screen = Screen(there, ANNA.slack_id)
        html = pages.rendered("modal.html", modal=screen.modal(), screen=screen, people=[], channels=[])
        cut[name] = await drawn(page, html, picture=picture(language, f"window {name}"), of=".modal")

    assert {name: wider for name, wider in cut.items() if wider} == {}
