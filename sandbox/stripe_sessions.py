"""Checkout Sessions: create, update, expire, by Stripe's rules."""

import re
from urllib.parse import urlsplit

from sandbox import stripe_currency, stripe_objects
from sandbox.store import Json
from sandbox.stripe_books import Books
from sandbox.stripe_errors import StripeRefusal, invalid, missing

SHORTEST, LONGEST = 30 * 60, 24 * 3600
"""A session lives from thirty minutes to a day."""

BANK_DEBIT = "us_bank_account"


def create(books: Books, params: Json) -> Json:
    """Open a session; nothing of the payment exists until the payer submits.

    Raises:
        StripeRefusal: Stripe would not create it.
    """
    _check_texts(params)
    _check_expiry(params, now=books.now())
    currency, total = _priced(params)
    session = stripe_objects.session(
        params,
        created=books.now(),
        currency=currency,
        total=total,
        methods=methods(params, currency, bank_debit=offers_bank_debit(books)),
        origin=books.origin(),
    )
    if params.get("customer"):
        if params.get("customer_email"):
            raise StripeRefusal("You may only specify one of these parameters: customer, customer_email.")
        books.get("customer", params["customer"], param="customer", status=400)
    with books.store.changes():
        books.save("session", session)
        items = [
            stripe_objects.line_item(line, currency=currency, created=session["created"])
            for line in params["line_items"]
        ]
        books.hide(session["id"], {"items": items, "intent": params.get("payment_intent_data", {})})
    return session


def update(books: Books, session_id: str, params: Json) -> Json:
    """Change what may be changed of a session: its metadata, and the data of a payment that is still to come.

    Raises:
        StripeRefusal: No such session, or a parameter of an embedded page.
    """
    session = books.get("session", session_id, param="session")
    beyond = sorted(set(params) - {"metadata", "payment_intent_data"})
    if beyond:
        raise invalid(beyond[0], f"`{beyond[0]}` can only be updated on a Checkout Session of an embedded page.")
    _check_metadata(params.get("metadata") or {}, "metadata")
    with books.store.changes():
        if "metadata" in params:
            session["metadata"] = merged(session["metadata"], params["metadata"])
        if "payment_intent_data" in params:
            _require_open(session)
            hidden = books.hidden(session_id)
            books.hide(session_id, hidden | {"intent": hidden.get("intent", {}) | params["payment_intent_data"]})
        return books.save("session", session)


def merged(old: Json, new: Json | str) -> Json:
    """Return metadata after an update: an empty text unsets a name, an empty whole unsets all."""
    if isinstance(new, str):
        return {}
    return {name: value for name, value in (old | new).items() if value != ""}


def expire(books: Books, session_id: str) -> Json:
    """End an open session.

    Raises:
        StripeRefusal: No such session, or it is complete or expired.
    """
    session = books.get("session", session_id, param="session")
    _require_open(session)
    return end(books, session)


def end(books: Books, session: Json) -> Json:
    """Mark an open session as expired and tell it."""
    with books.store.changes():
        session |= {"status": "expired", "url": None}
        books.save("session", session)
        books.emit("checkout.session.expired", session)
    return session


def _require_open(session: Json) -> None:
    if session["status"] != "open":
        raise StripeRefusal(
            'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of '
            f"`{session['status']}`.",
            kept=True,
        )


def offers_bank_debit(books: Books) -> bool:
    """Tell whether the merchant has switched ACH on."""
    return not books.hidden("account").get("no_bank_debit", False)


def methods(params: Json, currency: str, *, bank_debit: bool = True) -> list[str]:
    """Return what the page will offer: what the account has for the currency, less what the filter leaves out.

    Raises:
        StripeRefusal: Nothing is left.
    """
    eligible = ["card", *([BANK_DEBIT] if currency == "usd" and bank_debit else [])]
    wanted = params.get("allowed_payment_method_types")
    left = [name for name in eligible if not wanted or name in wanted]
    left = [name for name in left if name not in params.get("excluded_payment_method_types", [])]
    if not left:
        raise StripeRefusal(
            "No valid payment method types for this Checkout Session. Please ensure that you have "
            f"activated payment methods compatible with your chosen currency `{currency}`."
        )
    return left


def _priced(params: Json) -> tuple[str, int]:
    """Return currency and total of the line items."""
    if params.get("mode") is None:
        raise missing("mode")
    if params["mode"] != "payment":
        raise invalid("mode", "This stand-in offers `payment` mode only.")
    lines = params.get("line_items")
    if not lines or not isinstance(lines, list):
        raise missing("line_items")
    if len(lines) > 100:
        raise invalid("line_items", "You can add at most 100 line items to a Checkout Session.")
    total, currencies = 0, set()
    for place, line in enumerate(lines):
        at = f"line_items[{place}]"
        if "price_data" not in line:
            raise invalid(f"{at}[price]", f"No such price: '{line.get('price', '')}'", code="resource_missing")
        currency, amount = _line(line, at)
        currencies.add(currency)
        total += amount
    if len(currencies) > 1:
        raise invalid("line_items", "You cannot combine currencies in a single Checkout Session.")
    currency = currencies.pop()
    stripe_currency.check_total(total, currency)
    return currency, total


def _line(line: Json, at: str) -> tuple[str, int]:
    price = line["price_data"]
    currency = stripe_currency.check_currency(price["currency"], param=f"{at}[price_data][currency]")
    if "unit_amount" not in price:
        raise missing(f"{at}[price_data][unit_amount]")
    if "product" not in price and not price.get("product_data"):
        raise missing(f"{at}[price_data][product_data]")
    if "quantity" not in line:
        raise missing(f"{at}[quantity]")
    if line["quantity"] < 1:
        raise invalid(
            f"{at}[quantity]", "This value must be greater than or equal to 1.", code="parameter_invalid_integer"
        )
    stripe_currency.check_unit(price["unit_amount"], currency, param=f"{at}[price_data][unit_amount]")
    return currency, price["unit_amount"] * line["quantity"]


def _check_expiry(params: Json, *, now: int) -> None:
    expires_at = params.get("expires_at")
    if expires_at is None:
        return
    if expires_at - now < SHORTEST:
        raise invalid(
            "expires_at", "The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation."
        )
    if expires_at - now > LONGEST:
        raise invalid(
            "expires_at", "The `expires_at` timestamp must be less than 24 hours from Checkout Session creation."
        )


def _check_texts(params: Json) -> None:
    if params.get("ui_mode", "hosted_page") != "hosted_page":
        raise invalid("ui_mode", "This stand-in offers the hosted page only.")
    if not params.get("success_url"):
        raise missing("success_url")
    for name in ("success_url", "cancel_url"):
        if params.get(name) is not None and not _is_url(params[name]):
            raise invalid(name, "Not a valid URL", code="url_invalid")
    email = params.get("customer_email")
    if email is not None and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s.]+", email):
        raise invalid("customer_email", f"Invalid email address: {email}", code="email_invalid")
    if len(params.get("client_reference_id", "")) > 200:
        raise invalid("client_reference_id", "Invalid string: must be at most 200 characters.")
    _check_metadata(params.get("metadata") or {}, "metadata")
    data = params.get("payment_intent_data", {})
    _check_metadata(data.get("metadata") or {}, "payment_intent_data[metadata]")
    if len(data.get("statement_descriptor_suffix", "")) > 22:
        raise invalid(
            "payment_intent_data[statement_descriptor_suffix]",
            "The statement descriptor suffix must be at most 22 characters.",
        )


def _is_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and len(text) <= 5000


def _check_metadata(metadata: Json | str, at: str) -> None:
    if isinstance(metadata, str):
        return
    if len(metadata) > 50:
        raise invalid(at, "You can set at most 50 metadata keys.")
    for name, value in metadata.items():
        if len(name) > 40:
            raise invalid(at, f"Metadata keys must be at most 40 characters: '{name[:60]}'.")
        if len(value) > 500:
            raise invalid(f"{at}[{name}]", "Metadata values must be at most 500 characters.")
