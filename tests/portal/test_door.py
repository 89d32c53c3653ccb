"""Looking at a link changes nothing; its button binds one browser; every dead link gets the same page."""

import asyncio
import re
from uuid import uuid4

import pytest
from aiohttp.test_utils import TestServer

from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.ledger.models import Invoice
from domain.pay_links import links, tokens
from domain.pay_links.models import PayLink, PortalSession
from tests.builders import an_invoice
from tests.clocks import StandingClock
from tests.domain.pay_links.payers import a_link, told
from tests.portal.browsers import Answer, Browser, a_browser


async def a_path(core: Core, number: str = "INV-1042") -> str:
    link = await a_link(core, await an_invoice(core, number))
    return f"/l/{tokens.issue(core.keys, link.id)}"


def same(answer: Answer) -> tuple[int, str, dict[str, str]]:
    """Return all of an answer but its request id and the moment."""
    request_id = answer.headers["X-Request-ID"]
    headers = {name: value for name, value in answer.headers.items() if name not in ("X-Request-ID", "Date")}
    return answer.status, answer.text.replace(request_id, "REQUEST"), headers


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_looking_never_consumes_nor_refreshes_the_link(
    core: Core, browser: Browser, clock: StandingClock, method: str
) -> None:
    path = await a_path(core)
    before = await PayLink.get()
    clock.advance(days=1)

    for _ in range(3):
        answer = await browser.get(path, method=method)

    assert answer.status == 200
    after = await PayLink.get()
    assert (after.state, after.last_active_at) == ("active", before.last_active_at)
    assert await PortalSession.all().count() == 0
    assert await told(core, "link.entered") == []


async def test_the_page_of_the_button_is_the_same_for_every_token(core: Core, browser: Browser) -> None:
    real = await browser.get(await a_path(core))
    made_up = await browser.get("/l/" + "A" * 44)

    assert same(real) == same(made_up)
    assert "INV-1042" not in real.text
    assert "125" not in real.text
    assert "<script" not in real.text


async def test_the_button_enters_and_no_token_stands_in_any_later_address(core: Core, browser: Browser) -> None:
    path = await a_path(core)

    entered = await browser.press(path)

    assert (entered.status, entered.location) == (303, "/i")
    assert (await browser.get("/i")).title == "Invoice INV-1042"


async def test_the_same_browser_may_come_back_through_the_link(core: Core, browser: Browser) -> None:
    path = await a_path(core)
    await browser.press(path)

    assert (await browser.press(path)).status == 303


async def test_a_browser_may_go_back_and_forth_between_two_invoices(core: Core, browser: Browser) -> None:
    first, second = await a_path(core, "INV-1"), await a_path(core, "INV-2")
    await browser.press(first)
    await browser.press(second)
    assert (await browser.get("/i")).title == "Invoice INV-2"

    await browser.press(first)

    assert (await browser.get("/i")).title == "Invoice INV-1"


async def test_a_double_click_does_not_lock_the_payer_out(core: Core, browser: Browser) -> None:
    path = await a_path(core)
    await browser.get(path)

    answers = await asyncio.gather(*(browser.post(path) for _ in range(4)))

    assert [each.status for each in answers] == [303] * 4
    assert (await browser.get("/i")).status == 200
    assert len(await told(core, "link.entered")) == 1


async def test_another_browser_is_turned_away(core: Core, browser: Browser, other_browser: Browser) -> None:
    path = await a_path(core)
    await browser.press(path)

    turned_away = await other_browser.press(path)

    assert (turned_away.status, turned_away.title) == (404, "This link does not work any more")
    assert (await other_browser.get("/i")).status == 404
    assert (await browser.get("/i")).status == 200


async def test_a_regenerated_link_kills_the_session_at_once(core: Core, browser: Browser) -> None:
    path = await a_path(core)
    await browser.press(path)
    assert (await browser.get("/i")).status == 200

    await links.regenerate(core, invoice_number="INV-1042", actor=SHELL)

    assert (await browser.get("/i")).status == 404
    assert (await browser.post(path)).status == 404


async def test_expired_used_replaced_and_made_up_links_are_one_page_byte_for_byte(
    core: Core, server: TestServer, browser: Browser, clock: StandingClock
) -> None:
    used, replaced = await a_path(core, "INV-1"), await a_path(core, "INV-2")
    await browser.press(used)
    await links.regenerate(core, invoice_number="INV-2", actor=SHELL)
    settled = await a_path(core, "INV-3")
    await PayLink.all().update(last_active_at=clock.now())
    expired = await a_path(core, "INV-4")
    expired_link = await PayLink.filter(invoice_id=(await Invoice.get(number="INV-4")).id).get()
    await PayLink.filter(id=expired_link.id).update(last_active_at=clock.now().replace(year=2025))
    [closed] = await PayLink.filter(invoice_id=(await Invoice.get(number="INV-3")).id)
    await closed.move("close")
    forged = tokens.issue(core.keys, uuid4())
    made_up = (f"/l/{forged}", "/l/" + "A" * 44, "/l/x", "/l/%FF%00%7B%2F", "/l/" + "x" * 10_000)

    async with a_browser(server) as stranger:
        answers = [await stranger.press(path) for path in (used, replaced, settled, expired, *made_up)]

    assert len({str(same(each)) for each in answers}) == 1
    assert answers[0].status == 404
    assert re.search(r"ar@northwind\.example", answers[0].text)
    assert answers[0].headers["X-Request-ID"] in answers[0].text


async def test_a_browser_without_cookies_does_not_use_the_link_up(core: Core, server: TestServer) -> None:
    path = await a_path(core)
    async with a_browser(server) as without_cookies:
        answer = await without_cookies.post(path)

    assert (answer.status, answer.title) == (400, "Your browser does not accept cookies")
    assert (await PayLink.get()).state == "active"


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "https://pay.northwind.example"},
    ],
)
async def test_a_form_from_elsewhere_does_nothing(core: Core, browser: Browser, headers: dict[str, str]) -> None:
    path = await a_path(core)
    await browser.get(path)

    answer = await browser.post(path, headers=headers)

    assert answer.status == 403
    assert (await PayLink.get()).state == "active"


@pytest.mark.parametrize("headers", [{}, {"Origin": "null"}, {"Origin": "https://pay.northwind.example"}])
async def test_an_old_browser_is_judged_by_its_origin(core: Core, browser: Browser, headers: dict[str, str]) -> None:
    path = await a_path(core)
    await browser.get(path)

    assert (await browser.post(path, headers=headers)).status == 303


async def test_a_fresh_link_can_be_asked_for_and_the_answer_is_always_the_same(
    core: Core, browser: Browser, other_browser: Browser
) -> None:
    path = await a_path(core)
    await browser.press(path)

    real = await other_browser.post(path, {"ask": "fresh"})
    made_up = await other_browser.post("/l/" + "A" * 44, {"ask": "fresh"})

    assert real.status == 200
    assert same(real) == same(made_up)
    assert len(await told(core, "link.regenerated")) == 1
    assert "a…@acme" not in real.text


async def test_a_stranger_who_asks_for_a_fresh_link_puts_no_reader_out(
    core: Core, browser: Browser, other_browser: Browser
) -> None:
    path = await a_path(core)
    await browser.press(path)

    asked = await other_browser.post(path, {"ask": "fresh"})

    assert asked.status == 200
    assert (await browser.get("/i")).title == "Invoice INV-1042"
    assert (await browser.press(path)).status == 303


async def test_the_reader_is_out_once_the_fresh_link_is_entered_elsewhere(
    core: Core, browser: Browser, other_browser: Browser
) -> None:
    path = await a_path(core)
    await browser.press(path)
    await other_browser.post(path, {"ask": "fresh"})

    entered = await other_browser.press(f"/l/{tokens.issue(core.keys, (await PayLink.get(state='active')).id)}")

    assert entered.status == 303
    assert (await browser.get("/i")).status == 404
    assert (await browser.press(path)).status == 404


async def test_a_dead_session_can_ask_for_a_fresh_link_too(core: Core, browser: Browser, clock: StandingClock) -> None:
    await browser.press(await a_path(core))
    clock.advance(days=8)
    dead = await browser.get("/i")
    assert 'action="./i/fresh"' in dead.text

    answer = await browser.post("/i/fresh")

    assert answer.status == 200
    assert len(await told(core, "link.regenerated")) == 1


async def test_too_many_presses_of_one_link_are_asked_to_wait(core: Core, browser: Browser) -> None:
    path = await a_path(core)
    await browser.get(path)

    answers = [await browser.post(path) for _ in range(11)]

    assert [each.status for each in answers] == [303] * 10 + [429]
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 60
    assert answers[-1].headers["X-Request-ID"] in answers[-1].text


async def test_a_stranger_who_guesses_locks_nobody_out_of_their_own_link(
    core: Core, server: TestServer, browser: Browser
) -> None:
    path = await a_path(core)
    async with a_browser(server) as stranger:
        for _ in range(15):
            await stranger.press("/l/" + "A" * 44)

    assert (await browser.press(path)).status == 303


async def test_the_session_cookie_is_the_browsers_alone(core: Core, browser: Browser) -> None:
    entered = await browser.press(await a_path(core))

    [cookie] = entered.headers.getall("Set-Cookie")
    assert cookie.startswith("plixo=")
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= {part.strip() for part in cookie.split(";")}
    assert "Domain" not in cookie


async def test_a_huge_form_is_refused(core: Core, browser: Browser) -> None:
    path = await a_path(core)
    await browser.get(path)

    assert (await browser.post(path, {"x": "y" * 20_000})).status == 413
    assert (await browser.post(path, {f"f{n}": "" for n in range(100)})).status == 413
    assert (await PayLink.get()).state == "active"
