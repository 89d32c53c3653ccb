"""Stripe's own SDK against the stand-in: it says yes and no where Stripe does."""

from datetime import timedelta

import pytest
import stripe

from sandbox.app import Sandbox
from sandbox.stripe_faults import Fault
from tests.sandbox.conftest import API_KEY, an_order, in_currency
from tests.sandbox.product import Product


async def test_a_new_session_is_open_and_has_no_payment_yet(client: stripe.StripeClient, sandbox: Sandbox) -> None:
    session = await client.v1.checkout.sessions.create_async(an_order())

    assert session.id.startswith("cs_test_")
    assert (session.status, session.payment_status, session.amount_total) == ("open", "unpaid", 12500)
    assert session.payment_intent is None
    assert session.url == f"{sandbox.url}/stripe/pay/{session.id}"
    assert session.payment_method_types == ["card"]


async def test_bank_debit_is_offered_for_dollars_only(client: stripe.StripeClient) -> None:
    session = await client.v1.checkout.sessions.create_async(in_currency("usd", 900))

    assert session.payment_method_types == ["card", "us_bank_account"]


async def test_a_filter_that_leaves_nothing_is_refused(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="No valid payment method types"):
        await client.v1.checkout.sessions.create_async(an_order(allowed_payment_method_types=["us_bank_account"]))


@pytest.mark.parametrize(
    ("changes", "param"),
    [
        ({"payment_method_types": ["card"]}, "payment_method_types"),
        ({"payment_intent_data": {"recipt": "x"}}, "payment_intent_data[recipt]"),
        ({"line_items": [{"quantity": 1, "price_data": {"currency": "eur", "unit_amonut": 5}}]}, "line_items[0]"),
    ],
)
async def test_parameters_that_the_sdk_does_not_know_are_refused(
    client: stripe.StripeClient, changes: dict[str, object], param: str
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await client.v1.checkout.sessions.create_async(an_order(**changes))

    assert refused.value.code == "parameter_unknown"
    assert refused.value.param is not None
    assert refused.value.param.startswith(param)


@pytest.mark.parametrize(
    ("currency", "amount", "words"),
    [
        ("eur", 49, "at least 0.50 EUR"),
        ("gbp", 29, "at least 0.30 GBP"),
        ("jpy", 49, "at least 50 JPY"),
        ("kwd", 5001, "last digit must be 0"),
        ("isk", 50050, "last two digits must be 0"),
        ("usd", 100_000_000, "no more than 999,999.99 USD"),
        ("xyz", 500, "Invalid currency"),
    ],
)
async def test_amounts_that_stripe_cannot_charge_are_refused(
    client: stripe.StripeClient, currency: str, amount: int, words: str
) -> None:
    with pytest.raises(stripe.InvalidRequestError, match=words):
        await client.v1.checkout.sessions.create_async(in_currency(currency, amount))


@pytest.mark.parametrize("minutes", [29, 24 * 60 + 1])
async def test_a_session_lives_from_half_an_hour_to_a_day(
    client: stripe.StripeClient, sandbox: Sandbox, minutes: int
) -> None:
    ends = sandbox.clock.now() + timedelta(minutes=minutes)

    with pytest.raises(stripe.InvalidRequestError, match="expires_at"):
        await client.v1.checkout.sessions.create_async(an_order(expires_at=int(ends.timestamp())))


@pytest.mark.parametrize("missing", ["mode", "line_items", "success_url"])
async def test_what_a_session_needs_is_asked_for(client: stripe.StripeClient, missing: str) -> None:
    order = {name: value for name, value in an_order().items() if name != missing}

    with pytest.raises(stripe.InvalidRequestError) as refused:
        await client.v1.checkout.sessions.create_async(order)  # type: ignore[arg-type]

    assert (refused.value.code, refused.value.param) == ("parameter_missing", missing)


async def test_the_same_key_gives_the_same_session(client: stripe.StripeClient, sandbox: Sandbox) -> None:
    first = await client.v1.checkout.sessions.create_async(an_order(), {"idempotency_key": "attempt-1"})

    again = await client.v1.checkout.sessions.create_async(an_order(), {"idempotency_key": "attempt-1"})

    assert again.id == first.id
    assert len(sandbox.stripe.sessions()) == 1


async def test_the_same_key_with_other_parameters_is_an_error(client: stripe.StripeClient) -> None:
    await client.v1.checkout.sessions.create_async(an_order(), {"idempotency_key": "attempt-1"})

    with pytest.raises(stripe.IdempotencyError):
        await client.v1.checkout.sessions.create_async(an_order(locale="de"), {"idempotency_key": "attempt-1"})


async def test_a_refused_request_leaves_its_key_free(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        await client.v1.checkout.sessions.create_async(in_currency("eur", 1), {"idempotency_key": "attempt-1"})

    session = await client.v1.checkout.sessions.create_async(an_order(), {"idempotency_key": "attempt-1"})

    assert session.status == "open"


async def test_a_key_is_forgotten_after_a_day(client: stripe.StripeClient, sandbox: Sandbox) -> None:
    first = await client.v1.checkout.sessions.create_async(an_order(), {"idempotency_key": "attempt-1"})
    await sandbox.clock.move(timedelta(hours=25))

    again = await client.v1.checkout.sessions.create_async(an_order(), {"idempotency_key": "attempt-1"})

    assert again.id != first.id


async def test_an_open_session_can_be_expired_and_a_complete_one_not(
    client: stripe.StripeClient, sandbox: Sandbox
) -> None:
    idle = await client.v1.checkout.sessions.create_async(an_order())
    paid = await client.v1.checkout.sessions.create_async(an_order())
    sandbox.stripe.pay_by_card(paid.id)

    ended = await client.v1.checkout.sessions.expire_async(idle.id)
    with pytest.raises(stripe.InvalidRequestError, match="complete"):
        await client.v1.checkout.sessions.expire_async(paid.id)

    assert (ended.status, ended.url) == ("expired", None)


async def test_a_paid_session_shows_its_payment_when_expanded(client: stripe.StripeClient, sandbox: Sandbox) -> None:
    session = await client.v1.checkout.sessions.create_async(an_order())
    sandbox.stripe.pay_by_card(session.id)

    found = await client.v1.checkout.sessions.retrieve_async(
        session.id, {"expand": ["payment_intent.latest_charge.refunds", "line_items"]}
    )

    assert (found.status, found.payment_status, found.url) == ("complete", "paid", None)
    intent = found.payment_intent
    assert isinstance(intent, stripe.PaymentIntent)
    assert (intent.status, intent.amount_received, intent.metadata["invoice"]) == ("succeeded", 12500, "INV-1")
    charge = intent.latest_charge
    assert isinstance(charge, stripe.Charge)
    assert charge.payment_method_details is not None
    assert charge.payment_method_details.card is not None
    assert (charge.paid, charge.payment_method_details.card.last4) == (True, "4242")
    assert charge.refunds is not None
    assert charge.refunds.data == []
    assert found.line_items is not None
    assert found.line_items.data[0].description == "Invoice INV-1"


async def test_a_path_that_leads_nowhere_cannot_be_expanded(client: stripe.StripeClient) -> None:
    session = await client.v1.checkout.sessions.create_async(an_order())

    with pytest.raises(stripe.InvalidRequestError, match="cannot be expanded"):
        await client.v1.checkout.sessions.retrieve_async(session.id, {"expand": ["nothing"]})


async def test_events_can_be_read_from_both_ends(client: stripe.StripeClient, sandbox: Sandbox) -> None:
    for _ in range(3):
        session = await client.v1.checkout.sessions.create_async(an_order())
        sandbox.stripe.expire(session.id)

    page = await client.v1.events.list_async({"types": ["checkout.session.expired"], "limit": 2})
    older = await client.v1.events.list_async({"starting_after": page.data[-1].id, "limit": 2})
    newer = await client.v1.events.list_async({"ending_before": older.data[-1].id, "limit": 1})

    assert [page.has_more, older.has_more, newer.has_more] == [True, False, True]
    assert newer.data[0].id == page.data[-1].id
    assert page.data[0].api_version == stripe.api_version


async def test_a_wrong_key_is_refused_and_not_shown(sandbox: Sandbox) -> None:
    http = stripe.AIOHTTPClient()
    stranger = stripe.StripeClient(
        "sk_test_somebody_else_1234", http_client=http, base_addresses={"api": sandbox.stripe_api_url}
    )

    with pytest.raises(stripe.AuthenticationError) as refused:
        await stranger.v1.checkout.sessions.list_async()
    await http.close_async()  # type: ignore[no-untyped-call]

    assert "somebody_else" not in str(refused.value)


async def test_what_is_not_there_is_missing(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError, match=r"No such checkout\.session") as refused:
        await client.v1.checkout.sessions.retrieve_async("cs_test_nothing")

    assert (refused.value.http_status, refused.value.code) == (404, "resource_missing")


async def test_an_endpoint_that_is_not_here_says_so(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="Unrecognized request URL"):
        await client.v1.subscriptions.list_async()


async def test_the_webhook_endpoint_is_of_the_sdks_version(client: stripe.StripeClient, product: Product) -> None:
    endpoint = (await client.v1.webhook_endpoints.list_async()).data[0]

    assert (endpoint.url, endpoint.api_version) == (f"{product.url}/stripe/webhook", stripe.api_version)
    assert "checkout.session.completed" in endpoint.enabled_events


async def test_the_version_of_each_request_is_noted(client: stripe.StripeClient, sandbox: Sandbox) -> None:
    await client.v1.checkout.sessions.list_async()

    noted = sandbox.store.find("stripe.request", limit=1)[0]
    assert (noted["version"], noted["status"]) == (stripe.api_version, 200)


async def test_a_lost_answer_is_found_again_under_its_key(sandbox: Sandbox) -> None:
    http = stripe.AIOHTTPClient()
    client = stripe.StripeClient(
        API_KEY, http_client=http, max_network_retries=2, base_addresses={"api": sandbox.stripe_api_url}
    )
    for fault in (Fault.FAILS_AFTER, Fault.HANGS_UP):
        sandbox.stripe.faults.plan(fault)

        session = await client.v1.checkout.sessions.create_async(an_order(), {"idempotency_key": fault.name})

        assert session.status == "open"
    await http.close_async()  # type: ignore[no-untyped-call]

    assert len(sandbox.stripe.sessions()) == 2


async def test_too_many_requests_is_said_once_for_each_that_was_planned(
    client: stripe.StripeClient, sandbox: Sandbox
) -> None:
    sandbox.stripe.faults.plan(Fault.RATE_LIMITED, path="/checkout/sessions")

    with pytest.raises(stripe.RateLimitError):
        await client.v1.checkout.sessions.list_async()

    assert (await client.v1.checkout.sessions.list_async()).data == []


async def test_a_failure_for_good_is_the_same_failure_again(client: stripe.StripeClient, sandbox: Sandbox) -> None:
    sandbox.stripe.faults.plan(Fault.FAILS_FOR_GOOD)

    for _ in range(2):
        with pytest.raises(stripe.APIError):
            await client.v1.checkout.sessions.create_async(an_order(), {"idempotency_key": "attempt-1"})

    assert sandbox.stripe.sessions() == []


async def test_everything_is_there_after_a_restart(client: stripe.StripeClient, sandbox: Sandbox) -> None:
    session = await client.v1.checkout.sessions.create_async(an_order(), {"idempotency_key": "attempt-1"})
    await sandbox.stop()

    again = Sandbox(sandbox.settings)
    await again.start()
    http = stripe.AIOHTTPClient()
    other = stripe.StripeClient(API_KEY, http_client=http, base_addresses={"api": again.stripe_api_url})
    found = await other.v1.checkout.sessions.create_async(an_order(), {"idempotency_key": "attempt-1"})
    await http.close_async()  # type: ignore[no-untyped-call]
    await again.stop()

    assert found.id == session.id
