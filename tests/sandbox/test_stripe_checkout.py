"""The hosted page: pay, be declined, turn back; nothing of the payer's text becomes markup."""

import aiohttp
import pytest
import stripe

from sandbox.app import Sandbox
from tests.sandbox.conftest import an_order, in_currency


async def posted(url: str, **form: str) -> tuple[int, str, str]:
    async with aiohttp.ClientSession() as http, http.post(url, data=form, allow_redirects=False) as answer:
        return answer.status, answer.headers.get("Location", ""), await answer.text()


async def shown(url: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as http, http.get(url) as answer:
        return answer.status, await answer.text()


async def test_paying_leads_to_the_success_page_with_the_sessions_id(client: stripe.StripeClient) -> None:
    session = await client.v1.checkout.sessions.create_async(an_order())
    assert session.url is not None

    status, place, _ = await posted(session.url, method="card", card="pays")

    assert (status, place) == (303, f"https://pay.example/done?s={session.id}")
    assert (await client.v1.checkout.sessions.retrieve_async(session.id)).payment_status == "paid"


async def test_a_second_click_pays_nothing_and_leads_to_the_same_page(
    client: stripe.StripeClient, sandbox: Sandbox
) -> None:
    session = await client.v1.checkout.sessions.create_async(an_order())
    assert session.url is not None

    answers = [await posted(session.url, method="card", card="pays") for _ in range(2)]

    assert answers[0][:2] == answers[1][:2]
    assert sandbox.store.count("stripe.charge") == 1


async def test_a_decline_stays_on_the_page_and_says_why(client: stripe.StripeClient) -> None:
    session = await client.v1.checkout.sessions.create_async(an_order())
    assert session.url is not None

    status, _, page = await posted(session.url, method="card", card="insufficient_funds")

    assert status == 402
    assert "Your card has insufficient funds." in page
    assert "12,500" not in page
    assert "125.00 EUR" in page


async def test_a_bank_debit_leads_on_before_the_money_has_come(client: stripe.StripeClient) -> None:
    session = await client.v1.checkout.sessions.create_async(in_currency("usd", 12500))
    assert session.url is not None

    status, _, _ = await posted(session.url, method="us_bank_account", account="6789")

    found = await client.v1.checkout.sessions.retrieve_async(session.id)
    assert (status, found.status, found.payment_status) == (303, "complete", "unpaid")


async def test_bank_debit_is_not_offered_where_the_session_does_not_allow_it(client: stripe.StripeClient) -> None:
    session = await client.v1.checkout.sessions.create_async(an_order())
    assert session.url is not None

    status, _, page = await posted(session.url, method="us_bank_account", account="6789")

    assert status == 409
    assert "takes no bank debit" in page


async def test_the_way_back_leads_to_the_merchant(client: stripe.StripeClient) -> None:
    session = await client.v1.checkout.sessions.create_async(an_order())

    async with (
        aiohttp.ClientSession() as http,
        http.get(f"{session.url}/cancel", allow_redirects=False) as answer,
    ):
        assert (answer.status, answer.headers["Location"]) == (303, "https://pay.example/i")


async def test_an_expired_session_takes_no_money(client: stripe.StripeClient, sandbox: Sandbox) -> None:
    session = await client.v1.checkout.sessions.create_async(an_order())
    assert session.url is not None
    sandbox.stripe.expire(session.id)

    status, _, _ = await posted(session.url, method="card", card="pays")

    assert status == 409
    assert "has expired" in (await shown(session.url))[1]


async def test_a_title_with_markup_stays_text(client: stripe.StripeClient) -> None:
    order = an_order()
    order["line_items"][0]["price_data"]["product_data"]["name"] = "<script>alert(1)</script>"
    session = await client.v1.checkout.sessions.create_async(order)
    assert session.url is not None

    _, page = await shown(session.url)

    assert "<script>" not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize("path", ["/stripe/pay/cs_test_nothing", "/stripe/pay/..%2f..%2fetc"])
async def test_an_unknown_session_is_not_found(sandbox: Sandbox, path: str) -> None:
    assert (await shown(sandbox.url + path))[0] == 404
