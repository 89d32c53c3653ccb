"""The security checklist of the portal: one test for each line, named after it.

What a line means in all its corners is tested beside the code; here stands that it holds at all.
"""

import re

import pytest
from aiohttp.test_utils import TestServer

from domain.kernel.core import Core
from domain.pay_links import sessions, tokens
from domain.pay_links.models import Checkout, PayLink, PortalSession
from portal import app, forms, rates, stripe_webhook
from portal.cookies import Cookies
from tests.builders import an_invoice
from tests.domain.pay_links.payers import a_link, told
from tests.portal.browsers import Browser, a_browser
from tests.portal.fake_gateway import FakeGateway
from tests.portal.payers import a_payer
from tests.portal.test_walk import every_route
from tests.portal.wires import serving

POLICY = {
    "default-src": "'none'",
    "style-src": "'self'",
    "form-action": "'self' https://checkout.test",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}


async def a_token(core: Core) -> str:
    return tokens.issue(core.keys, (await a_link(core, await an_invoice(core))).id)


async def test_token_and_session_id_have_at_least_128_bits(core: Core, browser: Browser) -> None:
    token = await a_token(core)
    await browser.press(f"/l/{token}")

    assert tokens._SIGNATURE_BYTES * 8 >= 128
    assert len(token) == 44
    assert all(len(value) == 43 for value in browser.cookies.values())  # 256 bits in base64url


async def test_secrets_are_stored_as_hashes_only_and_nothing_stored_opens_a_link(core: Core, browser: Browser) -> None:
    token = await a_token(core)
    await browser.press(f"/l/{token}")
    secret = browser.cookies["plixo"]

    session = await PortalSession.get()
    row = await core.database.row("SELECT row_to_json(l)::text AS said FROM pay_link l")

    assert bytes(session.secret_hash) == sessions.secret_hash(secret)
    assert row is not None
    assert token not in row["said"]
    with pytest.raises(Exception, match="duplicate key"):
        await core.database.execute(
            "INSERT INTO portal_session SELECT gen_random_uuid(), link_id, secret_hash, state, created_at"
            " FROM portal_session"
        )


async def test_a_link_is_bound_to_one_invoice_and_contact_and_every_dead_one_is_one_page(
    core: Core, browser: Browser, other_browser: Browser
) -> None:
    token = await a_token(core)
    await browser.press(f"/l/{token}")

    used, unknown = await other_browser.press(f"/l/{token}"), await other_browser.press("/l/" + "A" * 44)

    link = await PayLink.get()
    assert link.invoice_id
    assert link.contact_id
    assert used.status == unknown.status == 404
    assert len({each.text.replace(each.headers["X-Request-ID"], "") for each in (used, unknown)}) == 1


async def test_the_base_url_comes_from_the_configuration_and_https_is_kept(core: Core, gateway: FakeGateway) -> None:
    built = app.build(core, gateway, checkout_origin="https://checkout.test", secure_cookies=True)
    async with serving(built) as server, a_browser(server) as browser:
        answer = await browser.get("/l/x", headers={"Host": "evil.example"})

    assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")
    assert "evil" not in answer.text
    assert core.merchant.public_url == "https://pay.northwind.example"


async def test_the_headers_stand_on_every_answer_errors_included(server: TestServer, browser: Browser) -> None:
    wanted = {
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Robots-Tag": "noindex, nofollow",
        "Cross-Origin-Opener-Policy": "same-origin",
    }
    for method, path in [*every_route(server), ("GET", "/l/x"), ("GET", "/nothing"), ("POST", "/l/x")]:
        answer = await (browser.get(path) if method == "GET" else browser.post(path, headers={}))
        assert {name: answer.headers.get(name) for name in wanted} == wanted, path
        assert "camera=()" in answer.headers["Permissions-Policy"]


async def test_the_content_policy_lets_in_nothing_of_others(browser: Browser) -> None:
    said = (await browser.get("/l/x")).headers["Content-Security-Policy"]
    policy = dict(each.strip().split(" ", 1) for each in said.split(";"))

    assert POLICY.items() <= policy.items()
    assert "'unsafe" not in said
    assert re.findall(r"https?://[^\s;]+", said) == ["https://checkout.test"]
    assert policy.get("script-src", "'self'") == "'self'"


async def test_no_page_names_anything_of_others(core: Core, browser: Browser) -> None:
    await a_payer(core, browser)
    for path in ("/l/x", "/i", "/i/plan", "/i/forward", "/nothing"):
        page = (await browser.get(path)).text
        loaded = re.findall(r'<(?:script|link|img|iframe|source)[^>]+(?:src|href)="([^"]+)"', page)
        assert not [each for each in loaded if "//" in each], path
        assert not re.search(r"<script(?![^>]*\bsrc=)", page), path
        assert not re.search(r"\son\w+=\"|javascript:|style=\"", page), path


async def test_a_change_needs_a_post_from_our_page_with_the_sessions_token(core: Core, browser: Browser) -> None:
    await a_payer(core, browser)
    good = {"token": forms.token(browser.cookies["plixo"])}

    assert (await browser.post("/i/pay", {"token": "0" * 64})).status == 403
    assert (await browser.post("/i/pay", good, headers={"Sec-Fetch-Site": "cross-site"})).status == 403
    assert (await browser.post("/i/pay", good, headers={"Origin": "https://evil.example"})).status == 403
    assert (await browser.get("/i/pay")).status == 303
    assert await Checkout.exists() is False
    assert (await browser.post("/i/pay", good)).status == 303  # Origin: null, as Chromium sends it


async def test_the_cookie_is_a_host_cookie_and_new_with_each_button(
    core: Core, browser: Browser, other_browser: Browser
) -> None:
    await a_payer(core, browser, "INV-1")
    first = browser.cookies["plixo"]
    planted = await other_browser.post("/l/x", headers={"Sec-Fetch-Site": "same-origin", "Cookie": f"plixo={first}"})
    await a_payer(core, browser, "INV-2")

    assert Cookies(secure=True).session_name == "__Host-plixo"
    assert browser.cookies["plixo"] != first
    assert planted.status in (400, 404)
    assert sessions.ABSOLUTE_LIMIT.days == 30


async def test_limits_answer_429_with_the_wait_and_lock_no_invoice(
    core: Core, server: TestServer, browser: Browser
) -> None:
    token = await a_token(core)
    async with a_browser(server) as stranger:
        answers = [await stranger.press("/l/" + "A" * 44) for _ in range(12)]

    assert answers[-1].status == 429
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert answers[-1].headers["X-Request-ID"] in answers[-1].text
    assert {by for by, _ in rates.RULES["enter"]} == {rates.ADDRESS, rates.KEY, rates.ALL}
    assert (await browser.press(f"/l/{token}")).status == 303


async def test_the_amount_comes_from_the_server(core: Core, browser: Browser, gateway: FakeGateway) -> None:
    await a_payer(core, browser)
    form = {"token": forms.token(browser.cookies["plixo"]), "currency": "JPY", "amount_minor": "1", "price": "0.01"}

    await browser.post("/i/pay", form)

    checkout = await Checkout.get()
    assert (checkout.amount_minor, checkout.currency) == (12500, "EUR")


async def test_the_webhook_is_capped_verified_and_never_redirected(browser: Browser) -> None:
    unsigned = await browser.post("/stripe/webhook", {"a": "b"}, headers={})
    huge = await browser.post("/stripe/webhook", {"a": "b" * (stripe_webhook.MAX_BYTES + 1)}, headers={})

    assert unsigned.status == 400
    assert huge.status == 413
    assert "Location" not in unsigned.headers


async def test_there_is_no_mass_look_up(core: Core, server: TestServer, browser: Browser) -> None:
    await an_invoice(core, "INV-1042")
    for path in ("/INV-1042", "/i/INV-1042", "/l/INV-1042", "/i?invoice=INV-1042", "/support?about=INV-1042"):
        assert "Customer of" not in (await browser.get(path)).text
    keys = {name for _, path in every_route(server) for name in re.findall(r"\{(\w+)\}", path)}
    assert "invoice" not in keys
    assert await told(core, "link.entered") == []


async def test_card_numbers_are_never_asked_for(core: Core, browser: Browser) -> None:
    await a_payer(core, browser)
    for path in ("/i", "/i/plan", "/i/promise", "/i/forward"):
        page = (await browser.get(path)).text
        assert not re.search(r'autocomplete="cc-|name="(card|cvc|iban|account)', page), path
