"""The Stripe gateway: Checkout in the merchant's own account, through Stripe's SDK."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from typing import Any

import aiohttp
import stripe

from domain.kernel import watch
from domain.kernel.money import CurrencyUnknown
from domain.kernel.ports import (
    Alert,
    CheckoutOrder,
    CheckoutSnapshot,
    Collectable,
    GatewayRefused,
    GatewayUnavailable,
    Known,
    MovementPage,
    ProviderNews,
)
from portal import stripe_amounts, stripe_events, stripe_movements, stripe_reading
from portal.pace import Pace

TIMEOUT_SECONDS = 12
"""For one try; Stripe answers in well under a second."""

PATIENCE_SECONDS = 30
"""For one call with its retries: a payer does not look at a blank page for longer."""

RETRIES = 2

CALLS_A_SECOND = 20.0
"""Stripe bears 25 on a test account and more on a live one; the SDK's own retries need some of them."""

PAGE = 100
"""Lines of one list that are asked for at once; Stripe gives no more."""

_EXPAND = ["payment_intent.latest_charge.refunds"]

_EXPAND_REFUNDS = ["data.failure_balance_transaction"]
"""It says when a refund that failed came back; the refund itself only says when it was made."""

_LANGUAGES = (
    "bg cs da de el en en-GB es es-419 et fi fil fr fr-CA hi-IN hr hu id it ja ko lt lv ms mt nb nl pl pt pt-BR ro ru"
    " sk sl sv th tr vi zh zh-HK zh-TW"
)
"""Of Stripe's page."""

stripe.enable_telemetry = False
"""Else the SDK keeps an id in the user's folder and sends it along."""


class StripeGateway:
    """Hosted checkout at Stripe. *api_base* names another address than Stripe's own, such as the sandbox's."""

    def __init__(self, *, api_key: str, api_base: str | None = None, calls_a_second: float = CALLS_A_SECOND) -> None:
        self._pace = Pace(calls_a_second)
        self._http = stripe.AIOHTTPClient(timeout=aiohttp.ClientTimeout(total=TIMEOUT_SECONDS))
        self._client = stripe.StripeClient(
            api_key,
            http_client=self._http,
            max_network_retries=RETRIES,
            base_addresses={"api": api_base.rstrip("/")} if api_base else None,
        )
        self.live = "_live_" in api_key
        """Whether the key moves real money."""

    async def close(self) -> None:
        """Close the connections."""
        await self._http.close_async()  # type: ignore[no-untyped-call]

    async def reachable(self) -> None:
        """Ask for one session; whoever calls learns whether the key works.

        Raises:
            GatewayUnavailable: Stripe does not answer.
            GatewayRefused: Stripe refuses the key, or the key lacks a right.
        """
        async with self._called("reachable"):
            await self._client.v1.checkout.sessions.list_async({"limit": 1})

    def collectable(self, currency: str) -> Collectable | None:
        """Return which amounts of a currency Stripe can collect."""
        return stripe_amounts.collectable(currency)

    async def open(self, order: CheckoutOrder) -> CheckoutSnapshot:
        """Create the session; the same order is the same session, since its number is the idempotency key."""
        params = _params(order)
        async with self._called("open"):
            session = await self._client.v1.checkout.sessions.create_async(
                params, {"idempotency_key": str(order.checkout_id)}
            )
            return stripe_reading.snapshot(session)

    async def fetch(self, session_id: str) -> CheckoutSnapshot:
        """Read the session with its payment and whatever went back."""
        async with self._called("fetch"):
            session = await self._client.v1.checkout.sessions.retrieve_async(session_id, {"expand": _EXPAND})
            _, charge = stripe_reading.payment(session)
            return stripe_reading.snapshot(
                session, refunds=await self._refunds(charge), disputes=await self._disputes(charge)
            )

    async def expire(self, session_id: str) -> CheckoutSnapshot:
        """End the session if it is open, and say how it stands."""
        async with self._called("expire"):
            with suppress(stripe.InvalidRequestError):  # complete or expired already; reading it says which
                await self._client.v1.checkout.sessions.expire_async(session_id)
        return await self.fetch(session_id)

    async def find(self, object_id: str) -> str | None:
        """Return the session behind a session's, payment's, charge's, refund's or dispute's id."""
        if object_id.startswith("cs_"):
            return object_id
        async with self._called("find"):
            intent_id = await self._intent_of(object_id)
            if intent_id is None:
                return None
            found = await self._client.v1.checkout.sessions.list_async({"payment_intent": intent_id, "limit": 1})
            return next((each.id for each in found.data if _id(each.payment_intent) == intent_id), None)

    async def news(self, since: datetime) -> AsyncIterator[Sequence[ProviderNews]]:
        """Yield the events that matter to us since then by pages; Stripe keeps them for thirty days."""
        for kinds in stripe_events.in_lists():
            after: str | None = None
            while True:
                wanted: Any = {"types": kinds, "created": {"gte": int(since.timestamp())}, "limit": PAGE}
                async with self._called("news"):
                    page = await self._client.v1.events.list_async(
                        wanted | ({"starting_after": after} if after else {})
                    )
                yield [stripe_events.read(json.dumps(each.to_dict(), default=str).encode()) for each in page.data]
                if not page.has_more or not page.data:
                    break
                after = page.data[-1].id

    async def movements(self, of: str, *, since: datetime, after: str | None) -> MovementPage:
        """Return a page of what the merchant's account shows, whoever caused it."""
        lists: dict[str, Any] = {
            "payments": self._client.v1.charges.list_async,
            "refunds": self._client.v1.refunds.list_async,
            "disputes": self._client.v1.disputes.list_async,
        }
        wanted: Any = {"created": {"gte": int(since.timestamp())}, "limit": PAGE}
        if of == "refunds":
            wanted["expand"] = _EXPAND_REFUNDS
        async with self._called("movements"):
            page = await lists[of](wanted | ({"starting_after": after} if after else {}))
            found = tuple(each for line in page.data for each in stripe_movements.READERS[of](line))
        return MovementPage(found, page.data[-1].id if page.has_more and page.data else None)

    async def known(self, object_id: str) -> Known | None:
        """Return what Stripe has under that id; nothing has an id of a kind that none of the lists holds."""
        of = stripe_movements.list_of(object_id)
        if of is None:
            return None
        async with self._called("known"):
            try:
                line = await self._read(of, object_id)
            except stripe.InvalidRequestError as error:
                if error.code != "resource_missing":
                    raise
                return None
            return Known(str(line.status), tuple(stripe_movements.READERS[of](line)))

    async def alert(self, object_id: str) -> tuple[str, Alert] | None:
        """Return the session and the early fraud warning of that id."""
        async with self._called("alert"):
            warning = await self._client.v1.radar.early_fraud_warnings.retrieve_async(object_id, {"expand": ["charge"]})
        charge = warning.charge
        session_id = await self.find(_id(warning.payment_intent) or _id(charge) or "")
        if session_id is None or isinstance(charge, str):
            return None
        amount = stripe_amounts.money(charge.amount, charge.currency)
        return session_id, Alert(object_id, "early fraud warning", amount, warning.fraud_type.replace("_", " "))

    async def offers_bank_debit(self) -> bool | None:
        """Tell whether the account's default configuration offers ACH; None when the key may not ask."""
        try:
            async with self._called("offers_bank_debit"):
                found = await self._client.v1.payment_method_configurations.list_async({"limit": PAGE})
        except GatewayRefused:
            return None
        default = next((each for each in found.data if each.is_default and each.active), None)
        debit = getattr(default, "us_bank_account", None)
        return bool(debit and debit.available and debit.display_preference.value == "on")

    @asynccontextmanager
    async def _called(self, call: str) -> AsyncIterator[None]:
        """Wait for a turn, and turn whatever goes wrong at Stripe into one of our two words: come again, or never."""
        await self._pace.turn()
        with watch.work("stripe", call):
            async with _translated():
                yield

    async def _intent_of(self, object_id: str) -> str | None:
        if object_id.startswith("pi_"):
            return object_id
        of = stripe_movements.list_of(object_id)
        return None if of is None else _id(getattr(await self._read(of, object_id), "payment_intent", None))

    async def _read(self, of: str, object_id: str) -> Any:
        v1 = self._client.v1
        readers: dict[str, Any] = {
            "payments": v1.charges.retrieve_async,
            "refunds": v1.refunds.retrieve_async,
            "disputes": v1.disputes.retrieve_async,
        }
        return await readers[of](object_id)

    async def _refunds(self, charge: Any) -> list[stripe.Refund]:
        """Return every refund of the charge: those that come with it, or a page when there are more or one failed."""
        if charge is None:
            return []
        shown = getattr(charge, "refunds", None)
        if shown is not None and not shown.has_more and all(each.status != "failed" for each in shown.data):
            return list(shown.data)
        wanted: Any = {"charge": charge.id, "limit": PAGE, "expand": _EXPAND_REFUNDS}
        return list((await self._client.v1.refunds.list_async(wanted)).data)

    async def _disputes(self, charge: Any) -> list[stripe.Dispute]:
        """Return the disputes of a paid charge; Stripe does not say whether an inquiry counts as one on the charge."""
        if charge is None or charge.status != "succeeded":
            return []
        return list((await self._client.v1.disputes.list_async({"charge": charge.id, "limit": 100})).data)


def _params(order: CheckoutOrder) -> Any:
    """Return what Stripe is told; a session's own page, one line, no customer object, nothing kept for later."""
    units = stripe_amounts.units(order.amount)
    if units is None:
        raise GatewayRefused(f"{order.amount} is not an amount that Stripe can collect")
    marks = {"checkout_id": str(order.checkout_id), "invoice_number": order.invoice_number[:500]}
    return {
        "mode": "payment",
        "line_items": [
            {
                "quantity": 1,
                "price_data": {
                    "currency": order.amount.currency.lower(),
                    "unit_amount": units,
                    "product_data": {"name": order.title[:250]},
                },
            }
        ],
        "allowed_payment_method_types": [stripe_reading.METHODS[method] for method in order.methods],
        "customer_email": order.payer_email,
        "customer_creation": "if_required",
        "client_reference_id": str(order.checkout_id),
        "metadata": marks,
        "payment_intent_data": {"description": order.title[:500], "metadata": marks},
        "adaptive_pricing": {"enabled": False},
        "locale": _locale(order.locale),
        "expires_at": int(order.expires_at.timestamp()),
        "success_url": order.success_url,
        "cancel_url": order.cancel_url,
    }


def _locale(ours: str) -> str:
    """Return the language for Stripe's page: the region's if it has one, else the language's, else the browser's."""
    tag = ours.replace("_", "-")
    return next((each for each in (tag, tag.partition("-")[0]) if each in _LANGUAGES.split()), "auto")


def _id(value: Any) -> str | None:
    """Return the id of what Stripe gives as an id or, when expanded, as the object."""
    return value if isinstance(value, str) or value is None else str(value.id)


@asynccontextmanager
async def _translated() -> AsyncIterator[None]:
    """Turn whatever goes wrong at Stripe into one of our two words: come again, or never."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            yield
    except TimeoutError:
        raise GatewayUnavailable(f"no answer from Stripe within {PATIENCE_SECONDS} seconds") from None
    except (stripe.APIConnectionError, stripe.RateLimitError, aiohttp.ClientError) as error:
        raise GatewayUnavailable(type(error).__name__) from error
    except stripe.StripeError as error:
        status = error.http_status or 500
        if status >= 500 or status == 409:
            raise GatewayUnavailable(f"Stripe answered {status}") from error
        raise GatewayRefused(_said(error)) from error
    except (ValueError, CurrencyUnknown) as error:
        raise GatewayRefused(f"Stripe reports an amount that cannot be read: {error}") from error


def _said(error: stripe.StripeError) -> str:
    """Return what Stripe says, for operators; its texts name parameters and ids, never a secret."""
    return f"{type(error).__name__}: {error.user_message or error.code or 'no reason given'}"[:300]
