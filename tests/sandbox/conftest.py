"""A sandbox on free ports, a product that it talks to, and the vendors' own SDKs pointed at it."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import stripe
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.app import Sandbox
from sandbox.settings import SandboxSettings
from tests.sandbox.product import Product

TOKEN, SIGNING_SECRET = "xoxb-sandbox-test", "a signing secret"
API_KEY, WEBHOOK_SECRET = "rk_test_sandbox", "whsec_sandbox"


@pytest_asyncio.fixture
async def product() -> AsyncIterator[Product]:
    """A product that answers 200 until it is told otherwise."""
    product = Product()
    await product.start()
    yield product
    await product.stop()


@pytest.fixture
def settings(tmp_path: Path, product: Product) -> SandboxSettings:
    return SandboxSettings(
        state_folder=tmp_path,
        port=0,
        product_url=product.url,
        inbound_port=product.smtp_port,
        slack_bot_token=TOKEN,
        slack_signing_secret=SIGNING_SECRET,
        stripe_api_key=API_KEY,
        stripe_webhook_secret=WEBHOOK_SECRET,
    )


@pytest_asyncio.fixture
async def sandbox(settings: SandboxSettings) -> AsyncIterator[Sandbox]:
    """A sandbox that runs."""
    sandbox = Sandbox(settings)
    await sandbox.start()
    yield sandbox
    await sandbox.stop()


@pytest_asyncio.fixture
async def client(sandbox: Sandbox) -> AsyncIterator[stripe.StripeClient]:
    """Stripe's own SDK, pointed at the sandbox; no retries of its own."""
    http = stripe.AIOHTTPClient()
    yield stripe.StripeClient(API_KEY, http_client=http, base_addresses={"api": sandbox.stripe_api_url})
    await http.close_async()  # type: ignore[no-untyped-call]


@pytest.fixture
def slack(sandbox: Sandbox) -> AsyncWebClient:
    """Slack's own SDK, pointed at the sandbox."""
    return AsyncWebClient(token=TOKEN, base_url=sandbox.slack_api_url)


def an_order(**changes: Any) -> Any:
    """Return the parameters of a checkout session that Stripe takes."""
    order: dict[str, Any] = {
        "mode": "payment",
        "line_items": [
            {
                "quantity": 1,
                "price_data": {"currency": "eur", "unit_amount": 12500, "product_data": {"name": "Invoice INV-1"}},
            }
        ],
        "allowed_payment_method_types": ["card", "us_bank_account"],
        "customer_email": "anna@acme.example",
        "client_reference_id": "attempt-1",
        "metadata": {"invoice": "INV-1"},
        "payment_intent_data": {"description": "Invoice INV-1", "metadata": {"invoice": "INV-1"}},
        "success_url": "https://pay.example/done?s={CHECKOUT_SESSION_ID}",
        "cancel_url": "https://pay.example/i",
    }
    return order | changes


def in_currency(currency: str, amount: int) -> Any:
    """Return the parameters of a session over an amount."""
    line = {"quantity": 1, "price_data": {"currency": currency, "unit_amount": amount, "product_data": {"name": "X"}}}
    return an_order(line_items=[line])
