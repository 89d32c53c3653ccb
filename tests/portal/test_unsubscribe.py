"""One click ends the reminders to an address; looking ends nothing, and no answer tells a stranger anything."""

from uuid import uuid4

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

from domain.deliverability import unsubscribes
from domain.deliverability.models import Suppression
from domain.kernel.core import Core
from domain.ledger.models import Invoice
from domain.pay_links.models import PayLink
from tests.clocks import START, StandingClock
from tests.domain.deliverability.mailings_made import a_mailing
from tests.domain.pay_links.payers import told
from tests.portal.browsers import Answer, Browser
from tests.portal.test_door import same

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


async def a_path(core: Core) -> str:
    """Mail a reminder and return the path of its way out."""
    mailing = await a_mailing(core)
    return unsubscribes.page(core, mailing_id=mailing.id, day=START.date()).removeprefix(core.merchant.public_url)


async def suppressed() -> list[tuple[str, str, str]]:
    return [(each.address, each.reason, each.rule) for each in await Suppression.all()]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_a_scanner_that_opens_the_link_stops_nothing(core: Core, browser: Browser, method: str) -> None:
    path = await a_path(core)

    answer = await browser.get(path, method=method)

    assert answer.status == 200
    assert await suppressed() == []


async def test_one_click_of_a_mail_program_stops_reminders(core: Core, server: TestServer) -> None:
    path = await a_path(core)

    async with aiohttp.ClientSession() as mail_program:  # no cookies, no referrer, no origin
        answer = await mail_program.post(server.make_url(path), data=ONE_CLICK)

    assert answer.status == 200
    assert await suppressed() == [("anna@acme.example", "opted out", "one-click")]


async def test_one_click_may_come_as_multipart(core: Core, server: TestServer) -> None:
    path = await a_path(core)
    form = aiohttp.FormData(default_to_multipart=True)
    form.add_field("List-Unsubscribe", "One-Click")

    async with aiohttp.ClientSession() as mail_program:
        answer = await mail_program.post(server.make_url(path), data=form)

    assert answer.status == 200
    assert len(await suppressed()) == 1


async def test_the_button_of_the_page_stops_reminders(core: Core, browser: Browser) -> None:
    path = await a_path(core)
    page = await browser.get(path)

    answer = await browser.post(path, {**ONE_CLICK, "from": "page"})

    assert 'name="List-Unsubscribe" value="One-Click"' in page.text
    assert answer.title == "You will get no more reminders"
    assert await suppressed() == [("anna@acme.example", "opted out", "unsubscribe page")]


async def test_the_invoice_stays_due_and_operators_hear_of_it(core: Core, browser: Browser) -> None:
    await browser.post(await a_path(core), ONE_CLICK)

    assert (await Invoice.get()).state == "open"
    assert len(await told(core, "address.suppressed")) == 1


async def test_twice_is_once(core: Core, browser: Browser) -> None:
    path = await a_path(core)

    answers = [await browser.post(path, ONE_CLICK) for _ in range(3)]

    assert {answer.status for answer in answers} == {200}
    assert len(await suppressed()) == 1
    assert len(await told(core, "address.suppressed")) == 1


async def test_a_post_that_does_not_say_what_it_wants_stops_nothing(core: Core, browser: Browser) -> None:
    answer = await browser.post(await a_path(core), {"hello": "world"})

    assert answer.status == 400
    assert await suppressed() == []


@pytest.mark.parametrize("token", ["A" * 48, "x", "%00", "%C3%A9" * 48, "A" * 4000])
async def test_a_made_up_token_gets_the_same_pages_as_a_real_one(core: Core, browser: Browser, token: str) -> None:
    path = await a_path(core)
    shown = same(await browser.get(path)), same(await browser.get(f"/u/{token}"))
    answered: list[Answer] = [await browser.post(f"/u/{token}", ONE_CLICK)]
    assert await suppressed() == []
    answered.append(await browser.post(path, ONE_CLICK))

    assert shown[0] == shown[1]
    assert same(answered[0]) == same(answered[1])


async def test_whoever_unsubscribes_from_digests_is_told_so_whatever_their_token(core: Core, browser: Browser) -> None:
    path, other = f"{await a_path(core)}?of=digest", f"/u/{'A' * 48}?of=digest"
    shown = [await browser.get(each) for each in (path, other)]
    left = await browser.post(other, ONE_CLICK)

    assert same(shown[0]) == same(shown[1])
    assert "Stop digests by mail" in shown[0].text
    assert "reminder" not in shown[0].text
    assert "no more digests" in left.text


async def test_a_token_of_no_mail_that_we_know_stops_nothing(core: Core, browser: Browser) -> None:
    path = unsubscribes.page(core, mailing_id=uuid4(), day=START.date()).removeprefix(core.merchant.public_url)

    answer = await browser.post(path, ONE_CLICK)

    assert answer.status == 200
    assert await suppressed() == []


async def test_a_token_works_for_a_year_and_not_for_ever(core: Core, browser: Browser, clock: StandingClock) -> None:
    path = await a_path(core)
    clock.advance(days=401)
    await browser.post(path, ONE_CLICK)
    late = await suppressed()
    clock.advance(days=-36)

    await browser.post(path, ONE_CLICK)

    assert late == []
    assert len(await suppressed()) == 1


async def test_a_token_of_another_use_stops_nothing(core: Core, browser: Browser) -> None:
    link = (await a_path(core)).replace("/u/", "/l/")

    answer = await browser.post(link, ONE_CLICK)

    assert answer.status == 200, "the page of the button, as for any post without it"
    assert await suppressed() == []
    assert await PayLink.filter(state="used").count() == 0


async def test_guessing_is_slowed_down(core: Core, browser: Browser) -> None:
    path = await a_path(core)

    answers = [await browser.post(path, ONE_CLICK) for _ in range(11)]

    assert answers[-1].status == 429
    assert int(answers[-1].headers["Retry-After"]) > 0


async def test_the_page_loads_nothing_from_elsewhere_and_is_not_kept(core: Core, browser: Browser) -> None:
    answer = await browser.get(await a_path(core))

    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "<script" not in answer.text
    assert "anna" not in answer.text
