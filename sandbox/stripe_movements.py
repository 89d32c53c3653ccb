"""Stripe's objects for money that moved, and its customers, freshly made."""

from sandbox import stripe_ids
from sandbox.store import Json


def balance_transaction(source: Json, *, amount: int, fee: int, kind: str, created: int) -> Json:
    """Return the movement of the merchant's balance that belongs to *source*."""
    return {
        "id": stripe_ids.new("txn"),
        "object": "balance_transaction",
        "amount": amount,
        "available_on": created + 2 * 24 * 3600,
        "balance_type": "payments",
        "created": created,
        "currency": source["currency"],
        "description": source.get("description"),
        "exchange_rate": None,
        "fee": fee,
        "fee_details": [],
        "net": amount - fee,
        "reporting_category": kind,
        "source": source["id"],
        "status": "pending",
        "type": kind,
    }


def refund(of_charge: Json, *, amount: int, reason: str | None, metadata: Json, status: str, created: int) -> Json:
    """Return a refund of a charge."""
    kind = of_charge["payment_method_details"]["type"]
    return {
        "id": stripe_ids.new("pyr" if kind == "us_bank_account" else "re"),
        "object": "refund",
        "amount": amount,
        "balance_transaction": None,
        "charge": of_charge["id"],
        "created": created,
        "currency": of_charge["currency"],
        "destination_details": {"type": kind, kind: {}},
        "failure_balance_transaction": None,
        "failure_reason": None,
        "metadata": metadata,
        "payment_intent": of_charge["payment_intent"],
        "reason": reason,
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": status,
        "transfer_reversal": None,
    }


def dispute(of_charge: Json, *, reason: str, amount: int, status: str, created: int) -> Json:
    """Return a dispute over a charge."""
    kind = of_charge["payment_method_details"]["type"]
    return {
        "id": stripe_ids.new("du"),
        "object": "dispute",
        "amount": amount,
        "balance_transactions": [],
        "charge": of_charge["id"],
        "created": created,
        "currency": of_charge["currency"],
        "enhanced_eligibility_types": [],
        "evidence": {},
        "evidence_details": {
            "due_by": created + 7 * 24 * 3600 if status == "needs_response" else None,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        "is_charge_refundable": False,
        "livemode": False,
        "metadata": {},
        "payment_intent": of_charge["payment_intent"],
        "payment_method_details": {
            "type": kind,
            "card": {"brand": "visa", "case_type": "chargeback", "network_reason_code": "13.1"},
        }
        if kind == "card"
        else {"type": kind},
        "reason": reason,
        "status": status,
    }


def customer(params: Json, *, created: int) -> Json:
    """Return a customer."""
    return {
        "id": stripe_ids.new("cus", length=14),
        "object": "customer",
        "address": params.get("address"),
        "balance": 0,
        "created": created,
        "currency": None,
        "default_source": None,
        "delinquent": False,
        "description": params.get("description"),
        "discount": None,
        "email": params.get("email"),
        "invoice_prefix": stripe_ids.new("x", length=8)[2:].upper(),
        "invoice_settings": {
            "custom_fields": None,
            "default_payment_method": None,
            "footer": None,
            "rendering_options": None,
        },
        "livemode": False,
        "metadata": params.get("metadata") or {},
        "name": params.get("name"),
        "phone": params.get("phone"),
        "preferred_locales": params.get("preferred_locales", []),
        "shipping": params.get("shipping"),
        "tax_exempt": "none",
        "test_clock": None,
    }
