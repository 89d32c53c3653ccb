"""Stripe's objects, freshly made: every field that the product or its SDK may read, and Stripe's defaults elsewhere."""

from typing import Any

from sandbox import stripe_ids
from sandbox.store import Json

EMPTY_ADDRESS: Json = {"city": None, "country": None, "line1": None, "line2": None, "postal_code": None, "state": None}


_UNUSED: Json = {
    "after_expiration": None,
    "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
    "client_secret": None,
    "collected_information": None,
    "consent": None,
    "consent_collection": None,
    "currency_conversion": None,
    "custom_fields": [],
    "custom_text": {
        "after_submit": None,
        "shipping_address": None,
        "submit": None,
        "terms_of_service_acceptance": None,
    },
    "customer_account": None,
    "discounts": [],
    "invoice": None,
    "invoice_creation": {"enabled": False},
    "livemode": False,
    "origin_context": None,
    "payment_link": None,
    "payment_method_collection": "if_required",
    "payment_method_configuration_details": {"id": "pmc_1SandboxDefault", "parent": None},
    "permissions": None,
    "phone_number_collection": {"enabled": False},
    "presentment_details": None,
    "recovered_from": None,
    "saved_payment_method_options": None,
    "setup_intent": None,
    "shipping_address_collection": None,
    "shipping_cost": None,
    "shipping_options": [],
    "subscription": None,
    "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
}
"""What a session has and ours never use."""

_ECHOED = (
    "allow_promotion_codes",
    "allowed_payment_method_types",
    "billing_address_collection",
    "cancel_url",
    "client_reference_id",
    "customer",
    "customer_email",
    "locale",
    "submit_type",
    "success_url",
    "wallet_options",
)
"""Parameters that a session shows as they were given, or as null."""


def session(params: Json, *, created: int, currency: str, total: int, methods: list[str], origin: str) -> Json:
    """Return a Checkout Session that is open."""
    session_id = stripe_ids.new("cs_test_a1", length=56).replace("a1_", "a1", 1)
    return {
        **_UNUSED,
        **{name: params.get(name) for name in _ECHOED},
        "id": session_id,
        "object": "checkout.session",
        "adaptive_pricing": {"enabled": params.get("adaptive_pricing", {}).get("enabled", True)},
        "amount_subtotal": total,
        "amount_total": total,
        "created": created,
        "currency": currency,
        "customer_creation": params.get("customer_creation", "if_required"),
        "customer_details": _customer_details(params.get("customer_email")),
        "expires_at": params.get("expires_at", created + 24 * 3600),
        "metadata": params.get("metadata") or {},
        "mode": "payment",
        "payment_intent": None,
        "payment_method_options": params.get("payment_method_options", {}),
        "payment_method_types": methods,
        "payment_status": "unpaid",
        "status": "open",
        "ui_mode": params.get("ui_mode", "hosted_page"),
        "url": f"{origin}/stripe/pay/{session_id}",
    }


def _customer_details(email: str | None) -> Json | None:
    if email is None:
        return None
    return {"address": None, "email": email, "name": None, "phone": None, "tax_exempt": "none", "tax_ids": None}


def line_item(line: Json, *, currency: str, created: int) -> Json:
    """Return a line item of a session, made from its ``price_data``."""
    price, quantity = line["price_data"], line.get("quantity", 1)
    unit = int(price["unit_amount"])
    product = price.get("product_data", {})
    return {
        "id": stripe_ids.new("li"),
        "object": "item",
        "amount_discount": 0,
        "amount_subtotal": unit * quantity,
        "amount_tax": 0,
        "amount_total": unit * quantity,
        "currency": currency,
        "description": product.get("name"),
        "quantity": quantity,
        "price": {
            "id": stripe_ids.new("price"),
            "object": "price",
            "active": False,
            "billing_scheme": "per_unit",
            "created": created,
            "currency": currency,
            "custom_unit_amount": None,
            "livemode": False,
            "lookup_key": None,
            "metadata": {},
            "nickname": None,
            "product": price.get("product") or stripe_ids.new("prod", length=14),
            "recurring": None,
            "tax_behavior": price.get("tax_behavior", "unspecified"),
            "tiers_mode": None,
            "transform_quantity": None,
            "type": "one_time",
            "unit_amount": unit,
            "unit_amount_decimal": str(unit),
        },
    }


def intent(of_session: Json, data: Json, *, created: int) -> Json:
    """Return the PaymentIntent of a session, as it is when the payer first submits."""
    intent_id = stripe_ids.new("pi")
    return {
        "id": intent_id,
        "object": "payment_intent",
        "amount": of_session["amount_total"],
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "application": None,
        "application_fee_amount": None,
        "automatic_payment_methods": None,
        "canceled_at": None,
        "cancellation_reason": None,
        "capture_method": data.get("capture_method", "automatic_async"),
        "client_secret": f"{intent_id}_secret_{stripe_ids.new('x')[2:]}",
        "confirmation_method": "automatic",
        "created": created,
        "currency": of_session["currency"],
        "customer": of_session["customer"],
        "customer_account": None,
        "description": data.get("description"),
        "last_payment_error": None,
        "latest_charge": None,
        "livemode": False,
        "metadata": data.get("metadata") or {},
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_configuration_details": None,
        "payment_method_options": {},
        "payment_method_types": of_session["payment_method_types"],
        "processing": None,
        "receipt_email": data.get("receipt_email"),
        "review": None,
        "setup_future_usage": None,
        "shipping": None,
        "source": None,
        "statement_descriptor": data.get("statement_descriptor"),
        "statement_descriptor_suffix": data.get("statement_descriptor_suffix"),
        "status": "requires_payment_method",
        "transfer_data": None,
        "transfer_group": data.get("transfer_group"),
    }


def charge(of_intent: Json, *, method: Json, name: str, email: str | None, created: int) -> Json:
    """Return a charge that is pending; whoever makes it decides what becomes of it."""
    prefix = "py" if method["type"] == "us_bank_account" else "ch"
    return {
        "id": stripe_ids.new(prefix),
        "object": "charge",
        "amount": of_intent["amount"],
        "amount_captured": 0,
        "amount_refunded": 0,
        "application": None,
        "application_fee": None,
        "application_fee_amount": None,
        "balance_transaction": None,
        "billing_details": {"address": EMPTY_ADDRESS, "email": email, "name": name, "phone": None, "tax_id": None},
        "calculated_statement_descriptor": None,
        "captured": False,
        "created": created,
        "currency": of_intent["currency"],
        "customer": of_intent["customer"],
        "description": of_intent["description"],
        "disputed": False,
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "fraud_details": {},
        "livemode": False,
        "metadata": of_intent["metadata"],
        "on_behalf_of": None,
        "outcome": None,
        "paid": False,
        "payment_intent": of_intent["id"],
        "payment_method": stripe_ids.new("pm"),
        "payment_method_details": method,
        "receipt_email": of_intent["receipt_email"],
        "receipt_number": None,
        "receipt_url": None,
        "refunded": False,
        "review": None,
        "shipping": None,
        "source": None,
        "source_transfer": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": of_intent["statement_descriptor_suffix"],
        "status": "pending",
        "transfer_data": None,
        "transfer_group": of_intent["transfer_group"],
    }


def card(last4: str) -> Json:
    """Return the ``payment_method_details`` of a card."""
    details: dict[str, Any] = {
        "amount_authorized": None,
        "authorization_code": None,
        "brand": "visa",
        "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"},
        "country": "US",
        "exp_month": 12,
        "exp_year": 2034,
        "fingerprint": f"sandbox{last4}",
        "funding": "credit",
        "installments": None,
        "last4": last4,
        "mandate": None,
        "network": "visa",
        "network_token": {"used": False},
        "network_transaction_id": None,
        "three_d_secure": None,
        "wallet": None,
    }
    return {"type": "card", "card": details}


def bank_account(last4: str) -> Json:
    """Return the ``payment_method_details`` of a US bank account."""
    return {
        "type": "us_bank_account",
        "us_bank_account": {
            "account_holder_type": "company",
            "account_type": "checking",
            "bank_name": "STRIPE TEST BANK",
            "fingerprint": f"sandbox{last4}",
            "last4": last4,
            "mandate": stripe_ids.new("mandate"),
            "payment_reference": None,
            "routing_number": "110000000",
        },
    }
