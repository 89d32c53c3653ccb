"""The support page: reached from every page, with the request's id filled in, and arrives with its trail."""

import re

import aiohttp
import pytest

from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.operations import support
from tests.portal.browsers import FROM_OUR_PAGE, Answer, Browser
from tests.portal.forms_sent import send, send_files, token
from tests.portal.payers import a_payer

PNG = b"\x89PNG\r\n\x1a\n a screenshot"


async def sent(browser: Browser, *files: tuple[str, bytes], **fields: str) -> Answer:
    """Fill in the form and send it."""
    page = await browser.get("/support")
    token = re.search(r'name="token" value="(\w+)"', page.text)
    form = aiohttp.FormData()
    for name, value in {**({"token": token[1]} if token else {}), **fields}.items():
        form.add_field(name, value)
    for name, body in files or (("", b""),):
        form.add_field("file-other", body, filename=name, content_type="application/octet-stream")
    return await browser.post_form("/support", form)


async def test_every_page_leads_there_with_its_request_id(core: Core, browser: Browser) -> None:
    missing = await browser.get("/nothing-here")
    link = re.search(r'href="(?:\./)?(support\?about=([a-z0-9]{10}))"', missing.text)
    assert link

    form = await browser.get(f"/{link[1]}")

    assert missing.headers["X-Request-ID"] == link[2]
    assert f'value="{link[2]}"' in form.text


async def test_a_payer_is_known_and_the_files_arrive(core: Core, browser: Browser) -> None:
    payer = await a_payer(core, browser)

    form = await sent(browser, ("screen.png", PNG), text="Nothing happens", about="abcdefghjk")
    answer, reloaded = [await browser.get(form.location) for _ in range(2)]

    (line,) = await support.waiting(core, actor=SHELL)
    card = await support.card(core, support_id=line.support_id, actor=SHELL)
    assert (form.status, answer.status, reloaded.status) == (303, 200, 200)
    assert line.support_id.hex[-8:-4].upper() in answer.text
    assert (card.text, card.request_id, card.invoice_number) == ("Nothing happens", "abcdefghjk", "INV-1042")
    assert [(each.name, each.size_bytes) for each in card.documents] == [("screen.png", len(PNG))]
    assert payer.invoice_id


async def test_a_stranger_may_ask_and_leave_an_address(core: Core, browser: Browser) -> None:
    answer = await sent(browser, text="My link is dead", reply_to="pat@acme.example")

    (line,) = await support.waiting(core, actor=SHELL)
    card = await support.card(core, support_id=line.support_id, actor=SHELL)
    assert (answer.status, card.reply_to, card.invoice_number) == (303, "pat@acme.example", None)


@pytest.mark.parametrize(
    ("fields", "files", "field"),
    [
        ({"text": " "}, (), "text"),
        ({"text": "x" * 3000}, (), "text"),
        ({"text": "help", "reply_to": "nobody"}, (), "reply_to"),
        ({"text": "help"}, (("a.exe", b"MZ"),), "files"),
        ({"text": "help"}, (("a.png", b""),), "files"),
    ],
)
async def test_what_cannot_be_taken_is_said_and_what_was_typed_stays(
    core: Core, browser: Browser, fields: dict[str, str], files: tuple[tuple[str, bytes], ...], field: str
) -> None:
    answer = await sent(browser, *files, about="abcdefghjk", **fields)

    assert answer.status == 422
    assert f'<a href="#{field}">' in answer.text
    assert 'value="abcdefghjk"' in answer.text
    assert await support.waiting(core, actor=SHELL) == ()


async def test_all_that_is_wrong_is_said_at_once_and_a_file_by_its_name(core: Core, browser: Browser) -> None:
    answer = await sent(browser, ("empty.png", b""), text=" ", reply_to="nobody")
    unusable = await sent(browser, ("virus.exe", b"MZ"), text="help")

    assert re.findall(r'<a href="#(\w+)">', answer.text) == ["text", "reply_to", "files"]
    assert "empty.png is empty" in answer.text
    assert "virus.exe was not taken" in unusable.text


@pytest.mark.parametrize("made_up", ["", "?reference=", "?reference=S-1", "?reference=<b>S-1234-5678</b>"])
async def test_a_reference_that_is_none_of_ours_is_not_repeated(browser: Browser, made_up: str) -> None:
    answer = await browser.get(f"/support/sent{made_up}")

    assert (answer.status, answer.location) == (303, "/support")


async def test_another_site_cannot_send_it(core: Core, browser: Browser) -> None:
    foreign = await browser.post("/support", {"text": "x"}, headers={"Sec-Fetch-Site": "cross-site"})
    await a_payer(core, browser)
    without_token = await browser.post("/support", {"text": "x"}, headers=FROM_OUR_PAGE)

    assert (foreign.status, without_token.status) == (403, 403)
    assert await support.waiting(core, actor=SHELL) == ()


async def trail_of(core: Core) -> str:
    (line,) = await support.waiting(core, actor=SHELL)
    card = await support.card(core, support_id=line.support_id, actor=SHELL)
    return "\n".join(each.told for each in card.trail)


async def test_a_stranger_before_a_dead_link_is_known_by_its_request_and_nobody_has_to_ask_back(
    core: Core, browser: Browser, other_browser: Browser
) -> None:
    payer = await a_payer(core, browser)
    dead = await other_browser.press(payer.path)
    await sent(other_browser, text="My link is dead", about=dead.headers["X-Request-ID"])

    trail = await trail_of(core)

    assert dead.status == 404
    assert "The page “press” (POST) answered 404 (no link or session that works)" in trail
    assert "The payer opened the invoice page" in trail
    assert "A link was made; by now it is used and was entered" in trail
    assert "its browser may come back" in trail


async def test_what_a_payer_met_before_stands_in_the_trail(core: Core, browser: Browser) -> None:
    await a_payer(core, browser)
    await send(browser, "/i/promise", how="whole", on="someday")
    await send_files(
        browser, "/i/question", {"token": await token(browser, "/i/question"), "text": "Look"},
        [("file-other", "virus.exe", b"")],
    )  # fmt: skip
    await browser.post("/i/plan", {"token": "of another visit"})
    for _ in range(13):
        often = await browser.pay()
    await sent(browser, text="Nothing works", about=often.headers["X-Request-ID"])

    trail = await trail_of(core)

    assert "“promise” (POST) answered 422 (shown again, with what to correct): on" in trail
    assert "“question” (POST) answered 422 (shown again, with what to correct): file-other, act_file_empty" in trail
    assert "“plan” (POST) answered 403 (the form was of another visit or site): unsent_other" in trail
    assert "“pay” (POST) answered 429 (too often in a short time): TooMany" in trail
    assert "The payer started to pay" in trail
    assert "virus" not in trail
    assert "someday" not in trail


async def test_nobody_elses_doings_stand_in_a_trail(core: Core, browser: Browser, other_browser: Browser) -> None:
    await a_payer(core, other_browser, "INV-2")
    await send(other_browser, "/i/promise", how="whole", on="someday")
    await a_payer(core, browser)
    await sent(browser, text="Help", about="")

    trail = await trail_of(core)

    assert "promise" not in trail


async def test_a_request_that_was_refused_leaves_a_trail_and_one_that_guesses_none(
    core: Core, browser: Browser
) -> None:
    refused = await browser.post("/i/pay", {"token": "x"})
    await browser.get("/i")

    rows = await core.database.rows("SELECT request_id, route, status FROM request_trail")
    assert [(row["request_id"], row["route"], row["status"]) for row in rows] == [
        (refused.headers["X-Request-ID"], "pay", 403)
    ]
