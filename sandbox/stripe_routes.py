"""Every endpoint of the stand-in: method, path, the SDK's parameter type, and the function that does the work."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from stripe import params as shapes
from stripe.params import checkout as checkout_shapes
from stripe.params import radar as radar_shapes

from sandbox import stripe_lists, stripe_movements, stripe_reversals, stripe_sessions
from sandbox.store import Json
from sandbox.stripe_books import API_VERSION, ENDPOINT_ID, SUBSCRIBED, Books
from sandbox.stripe_errors import StripeRefusal, invalid
from sandbox.stripe_payments import NotPossibleNow

Work: TypeAlias = Callable[[Books, Mapping[str, str], Json], Json]
"""Books, names from the path and checked parameters in; the answer's body out."""


@dataclass(frozen=True, slots=True)
class Route:
    """One endpoint."""

    method: str
    path: str
    shape: type[Any]
    work: Work


def _read(kind: str) -> Work:
    def work(books: Books, names: Mapping[str, str], _: Json) -> Json:
        return books.get(kind, names["id"])

    return work


def _list(kind: str, path: str, *filters: str) -> Work:
    def work(books: Books, _: Mapping[str, str], params: Json) -> Json:
        return stripe_lists.listed(books.all(kind), params, url=path, fits=stripe_lists.same(params, *filters))

    return work


def _update(kind: str) -> Work:
    """Return the update of an object of which only plain fields and metadata can be changed here."""

    def work(books: Books, names: Mapping[str, str], params: Json) -> Json:
        found = books.get(kind, names["id"])
        changed = {name: value for name, value in params.items() if name not in {"expand", "metadata"}}
        beyond = sorted(set(changed) - set(found))
        if beyond:
            raise invalid(beyond[0], f"This stand-in cannot change `{beyond[0]}`.")
        found |= {name: None if value == "" else value for name, value in changed.items()}
        found["metadata"] = stripe_sessions.merged(found["metadata"], params.get("metadata", {}))
        return books.save(kind, found)

    return work


def _create_customer(books: Books, _: Mapping[str, str], params: Json) -> Json:
    with books.store.changes():
        customer = books.save("customer", stripe_movements.customer(params, created=books.now()))
        books.emit("customer.created", customer)
    return customer


def _line_items(books: Books, names: Mapping[str, str], params: Json) -> Json:
    session = books.get("session", names["id"], param="session")
    return stripe_lists.listed(
        books.hidden(session["id"]).get("items", []),
        params,
        url=f"/v1/checkout/sessions/{session['id']}/line_items",
        fits=lambda _: True,
    )


def _sessions(books: Books, _: Mapping[str, str], params: Json) -> Json:
    wanted = params.get("customer_details", {}).get("email")
    same = stripe_lists.same(params, "status", "customer", "payment_intent", "subscription", "payment_link")
    return stripe_lists.listed(
        books.all("session"),
        params,
        url="/v1/checkout/sessions",
        fits=lambda row: same(row) and (wanted is None or row["customer_email"] == wanted),
    )


def _events(books: Books, _: Mapping[str, str], params: Json) -> Json:
    if len(params.get("types", [])) > 20:
        raise invalid("types", "You can pass at most 20 types.")
    if "type" in params and "types" in params:
        raise StripeRefusal("You may only specify one of these parameters: type, types.")

    def fits(row: Json) -> bool:
        kind = row["type"]
        if "type" in params and not _matches(kind, params["type"]):
            return False
        if "types" in params and kind not in params["types"]:
            return False
        return "delivery_success" not in params or (row["pending_webhooks"] == 0) == params["delivery_success"]

    return stripe_lists.listed(books.all("event"), params, url="/v1/events", fits=fits)


def _matches(kind: str, pattern: str) -> bool:
    return kind == pattern or (pattern.endswith("*") and kind.startswith(pattern[:-1]))


def _close_dispute(books: Books, names: Mapping[str, str], _: Json) -> Json:
    books.get("dispute", names["id"])
    try:
        return stripe_reversals.close_dispute(books, names["id"], won=False)
    except NotPossibleNow as no:
        raise StripeRefusal(str(no), kept=True) from None


def _refunds_of(books: Books, names: Mapping[str, str], params: Json) -> Json:
    charge = books.get("charge", names["id"])
    return stripe_lists.listed(
        books.all("refund"),
        params,
        url=f"/v1/charges/{charge['id']}/refunds",
        fits=lambda row: bool(row["charge"] == charge["id"]),
    )


def _account(books: Books, _: Mapping[str, str], __: Json) -> Json:
    return {
        "id": "acct_1SandboxMerchant",
        "object": "account",
        "business_type": "company",
        "charges_enabled": True,
        "country": "US",
        "created": books.now(),
        "default_currency": "usd",
        "details_submitted": True,
        "capabilities": {"card_payments": "active", "us_bank_account_ach_payments": "active"},
        "email": "billing@northwind.example",
        "metadata": {},
        "payouts_enabled": True,
        "type": "standard",
        "settings": {"dashboard": {"display_name": "Sandbox merchant", "timezone": "Etc/UTC"}},
    }


def _balance(books: Books, _: Mapping[str, str], __: Json) -> Json:
    sums: dict[str, int] = {}
    for row in books.all("balance"):
        sums[row["currency"]] = sums.get(row["currency"], 0) + row["net"]
    pending = [
        {"amount": amount, "currency": currency, "source_types": {"card": amount}}
        for currency, amount in sorted(sums.items())
    ]
    return {"object": "balance", "available": [], "livemode": False, "pending": pending}


def _endpoints(books: Books, __: Mapping[str, str], ___: Json) -> Json:
    return {
        "object": "list",
        "has_more": False,
        "url": "/v1/webhook_endpoints",
        "data": [
            {
                "id": ENDPOINT_ID,
                "object": "webhook_endpoint",
                "api_version": API_VERSION,
                "application": None,
                "created": 1735689600,
                "description": "Plixo",
                "enabled_events": sorted(SUBSCRIBED),
                "livemode": False,
                "metadata": {},
                "status": "enabled",
                "url": books.webhook_url(),
            }
        ],
    }


def _method_configurations(books: Books, __: Mapping[str, str], ___: Json) -> Json:
    on = {"available": True, "display_preference": {"overridable": None, "preference": "on", "value": "on"}}
    off = {"available": False, "display_preference": {"overridable": None, "preference": "off", "value": "off"}}
    return {
        "object": "list",
        "has_more": False,
        "url": "/v1/payment_method_configurations",
        "data": [
            {
                "id": "pmc_1SandboxDefault",
                "object": "payment_method_configuration",
                "active": True,
                "application": None,
                "is_default": True,
                "livemode": False,
                "name": "Default",
                "parent": None,
                "card": on,
                "us_bank_account": on if stripe_sessions.offers_bank_debit(books) else off,
            }
        ],
    }


ROUTES: tuple[Route, ...] = (
    Route(
        "POST",
        "/v1/checkout/sessions",
        checkout_shapes.SessionCreateParams,
        lambda books, _, params: stripe_sessions.create(books, params),
    ),
    Route("GET", "/v1/checkout/sessions", checkout_shapes.SessionListParams, _sessions),
    Route("GET", "/v1/checkout/sessions/{id}", checkout_shapes.SessionRetrieveParams, _read("session")),
    Route(
        "POST",
        "/v1/checkout/sessions/{id}",
        checkout_shapes.SessionUpdateParams,
        lambda books, names, params: stripe_sessions.update(books, names["id"], params),
    ),
    Route(
        "POST",
        "/v1/checkout/sessions/{id}/expire",
        checkout_shapes.SessionExpireParams,
        lambda books, names, _: stripe_sessions.expire(books, names["id"]),
    ),
    Route("GET", "/v1/checkout/sessions/{id}/line_items", checkout_shapes.SessionLineItemListParams, _line_items),
    Route(
        "GET", "/v1/payment_intents", shapes.PaymentIntentListParams, _list("intent", "/v1/payment_intents", "customer")
    ),
    Route("GET", "/v1/payment_intents/{id}", shapes.PaymentIntentRetrieveParams, _read("intent")),
    Route("POST", "/v1/payment_intents/{id}", shapes.PaymentIntentUpdateParams, _update("intent")),
    Route(
        "GET",
        "/v1/charges",
        shapes.ChargeListParams,
        _list("charge", "/v1/charges", "customer", "payment_intent", "transfer_group"),
    ),
    Route("GET", "/v1/charges/{id}", shapes.ChargeRetrieveParams, _read("charge")),
    Route("GET", "/v1/charges/{id}/refunds", shapes.RefundListParams, _refunds_of),
    Route(
        "POST",
        "/v1/refunds",
        shapes.RefundCreateParams,
        lambda books, _, params: stripe_reversals.create_refund(books, params),
    ),
    Route("GET", "/v1/refunds", shapes.RefundListParams, _list("refund", "/v1/refunds", "charge", "payment_intent")),
    Route("GET", "/v1/refunds/{id}", shapes.RefundRetrieveParams, _read("refund")),
    Route("POST", "/v1/refunds/{id}", shapes.RefundUpdateParams, _update("refund")),
    Route(
        "GET", "/v1/disputes", shapes.DisputeListParams, _list("dispute", "/v1/disputes", "charge", "payment_intent")
    ),
    Route("GET", "/v1/disputes/{id}", shapes.DisputeRetrieveParams, _read("dispute")),
    Route("POST", "/v1/disputes/{id}/close", shapes.DisputeCloseParams, _close_dispute),
    Route("POST", "/v1/customers", shapes.CustomerCreateParams, _create_customer),
    Route("GET", "/v1/customers", shapes.CustomerListParams, _list("customer", "/v1/customers", "email")),
    Route("GET", "/v1/customers/{id}", shapes.CustomerRetrieveParams, _read("customer")),
    Route("POST", "/v1/customers/{id}", shapes.CustomerUpdateParams, _update("customer")),
    Route("GET", "/v1/events", shapes.EventListParams, _events),
    Route("GET", "/v1/events/{id}", shapes.EventRetrieveParams, _read("event")),
    Route(
        "GET",
        "/v1/balance_transactions",
        shapes.BalanceTransactionListParams,
        _list("balance", "/v1/balance_transactions", "source", "type", "currency"),
    ),
    Route("GET", "/v1/balance_transactions/{id}", shapes.BalanceTransactionRetrieveParams, _read("balance")),
    Route(
        "GET",
        "/v1/radar/early_fraud_warnings",
        radar_shapes.EarlyFraudWarningListParams,
        _list("warning", "/v1/radar/early_fraud_warnings", "charge", "payment_intent"),
    ),
    Route("GET", "/v1/radar/early_fraud_warnings/{id}", radar_shapes.EarlyFraudWarningRetrieveParams, _read("warning")),
    Route("GET", "/v1/balance", shapes.BalanceRetrieveParams, _balance),
    Route("GET", "/v1/account", shapes.AccountRetrieveCurrentParams, _account),
    Route("GET", "/v1/webhook_endpoints", shapes.WebhookEndpointListParams, _endpoints),
    Route(
        "GET", "/v1/payment_method_configurations", shapes.PaymentMethodConfigurationListParams, _method_configurations
    ),
)
