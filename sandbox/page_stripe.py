"""The page's Stripe part: payments with their buttons, webhooks with their weather."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from aiohttp import web

from sandbox import stripe_currency
from sandbox.store import Json
from sandbox.stripe_books import SUBSCRIBED
from sandbox.stripe_errors import StripeRefusal
from sandbox.stripe_payments import NotPossibleNow
from sandbox.stripe_webhooks import Signing
from sandbox.stripe_world import StripeWorld

MOST_PAYMENTS, MOST_EVENTS = 40, 30


@dataclass(frozen=True, slots=True)
class Payment:
    """A checkout session as the page shows it."""

    session: Json
    title: str
    state: str
    tone: str
    trouble: str
    acts: tuple[tuple[str, str, str], ...]
    """Name, words and style of each button."""
    refundable: bool
    ids: tuple[str, ...]


def pane(stripe: StripeWorld, *, webhook_url: str) -> Json:
    """Return what the pane shows."""
    deliveries = {each["id"]: each for each in stripe.books.store.find("stripe.delivery", limit=200)}
    events = stripe.books.store.find("stripe.event", limit=MOST_EVENTS)
    return {
        "payments": [_payment(stripe, each) for each in stripe.sessions()[:MOST_PAYMENTS]],
        "events": [(event, deliveries.get(event["id"])) for event in events],
        "subscribed": len(SUBSCRIBED),
        "webhook_url": webhook_url,
        "weather": stripe.webhooks.weather,
        "signings": list(Signing),
        "pending": stripe.books.store.count("stripe.delivery", part="pending"),
        "delivered": stripe.books.store.count("stripe.delivery", part="delivered"),
    }


def _payment(stripe: StripeWorld, session: Json) -> Payment:
    books = stripe.books
    intent = books.find("intent", session["payment_intent"] or "")
    charge = books.find("charge", intent["latest_charge"] or "") if intent else None
    disputes = [each for each in books.all("dispute") if charge and each["charge"] == charge["id"]]
    items = books.hidden(session["id"]).get("items", [])
    state, tone, acts = _state(session, intent, charge, disputes)
    error = intent["last_payment_error"] if intent else None
    paid = charge is not None and charge["status"] == "succeeded"
    return Payment(
        session,
        items[0]["description"] if items else "Checkout",
        state,
        tone,
        f"Last try: {error['message']} ({error['decline_code'] or error['code']})" if error else "",
        acts,
        paid and charge is not None and not charge["disputed"] and charge["amount_refunded"] < charge["amount"],
        tuple(each["id"] for each in (intent, charge, *disputes) if each),
    )


def _state(
    session: Json, intent: Json | None, charge: Json | None, disputes: list[Json]
) -> tuple[str, str, tuple[tuple[str, str, str], ...]]:
    """Return words, tone and buttons for where a payment stands."""
    if session["status"] == "open":
        return "open", "warn", (("open", "Open checkout", "primary"), ("expire", "Expire", ""))
    if session["status"] == "complete" and intent is not None and intent["status"] == "requires_action":
        return "bank account to be confirmed", "warn", (("confirm", "Payer confirms", "primary"),)
    if session["status"] == "complete" and intent is not None and intent["status"] == "canceled":
        return "debit called off", "bad", ()
    if session["status"] == "complete" and charge is None:
        return "failed", "bad", ()
    if session["status"] == "expired" or intent is None or charge is None:
        return "expired", "", ()
    if intent["status"] == "processing":
        return (
            "bank debit in processing",
            "warn",
            (
                ("settle", "Settle", "primary"),
                ("fail", "Fail: no funds", "danger"),
                ("fail-closed", "Fail: account closed", "danger"),
                ("cancel", "Call off", ""),
            ),
        )
    if disputes and disputes[0]["status"] == "warning_needs_response":
        return (
            "paid, the bank asks",
            "warn",
            (("answer", "Question ends", ""), ("escalate", "Becomes a dispute", "danger")),
        )
    if disputes and disputes[0]["status"] == "needs_response":
        return "disputed", "bad", (("win", "Merchant wins", ""), ("lose", "Merchant loses", "danger"))
    if disputes and disputes[0]["status"] != "warning_closed":
        return f"dispute {disputes[0]['status']}", "bad" if disputes[0]["status"] == "lost" else "good", ()
    if charge["status"] == "failed":
        return "failed", "bad", ()
    if charge["refunded"]:
        return "refunded", "", ()
    bank = charge["payment_method_details"]["type"] == "us_bank_account"
    back = ("return", "Late return", "danger") if bank else ("dispute", "Dispute", "danger")
    asks = () if bank else (("inquire", "Bank asks", ""), ("fraud", "Fraud warning", ""))
    words = "partly refunded" if charge["amount_refunded"] else "paid"
    return words, "good", (("refund", "Refund all", ""), back, *asks)


class StripePage:
    """Serve the buttons."""

    def __init__(self, stripe: StripeWorld) -> None:
        self._stripe = stripe

    def add_to(self, app: web.Application) -> None:
        """Add the routes."""
        app.router.add_post("/page/stripe/weather", self._weather)
        app.router.add_post("/page/stripe/release", self._release)
        app.router.add_post("/page/stripe/resend/{id}", self._resend)
        app.router.add_post("/page/stripe/{id}/{act}", self._act)

    async def _weather(self, request: web.Request) -> web.StreamResponse:
        asked, weather = await _json(request), self._stripe.webhooks.weather
        try:
            weather.signing = Signing(str(asked.get("signing", Signing.GOOD)))
        except ValueError:
            return _told("There is no such signature.", ok=False)
        for name in ("twice", "two_events", "held", "dropped"):
            setattr(weather, name, bool(asked.get(name)))
        if not weather.held:
            self._stripe.webhooks.wake()
        return _told("Webhooks are sent so from now on.")

    async def _release(self, request: web.Request) -> web.StreamResponse:
        asked = await _json(request)
        count = await self._stripe.webhooks.release(newest_first=asked.get("order") == "newest")
        return _told(f"{count} webhooks were sent.")

    async def _resend(self, request: web.Request) -> web.StreamResponse:
        try:
            taken = await self._stripe.webhooks.resend(request.match_info["id"])
        except StripeRefusal as no:
            return _told(no.message, ok=False)
        return _told("Sent once more." if taken else "The product did not take it.", ok=taken)

    async def _act(self, request: web.Request) -> web.StreamResponse:
        session_id, act = request.match_info["id"], request.match_info["act"]
        asked = await _json(request)
        acts: dict[str, Callable[[], object]] = {
            "expire": lambda: self._stripe.expire(session_id),
            "settle": lambda: self._stripe.settle(session_id),
            "fail": lambda: self._stripe.fail(session_id, code="insufficient_funds"),
            "fail-closed": lambda: self._stripe.fail(session_id, code="account_closed"),
            "confirm": lambda: self._stripe.confirm(session_id),
            "cancel": lambda: self._stripe.cancel(session_id),
            "inquire": lambda: self._stripe.inquire(session_id),
            "fraud": lambda: self._stripe.warn_of_fraud(session_id),
            "answer": lambda: self._answer(session_id, escalated=False),
            "escalate": lambda: self._answer(session_id, escalated=True),
            "refund": lambda: self._stripe.refund(session_id),
            "refund-part": lambda: self._stripe.refund(
                session_id, amount=self._minor(session_id, str(asked.get("amount", "")))
            ),
            "dispute": lambda: self._stripe.dispute(session_id),
            "return": lambda: self._stripe.late_return(session_id),
            "win": lambda: self._decide(session_id, won=True),
            "lose": lambda: self._decide(session_id, won=False),
        }
        if act not in acts:
            raise web.HTTPNotFound(text="There is no such button.\n")
        try:
            acts[act]()
        except (NotPossibleNow, StripeRefusal) as no:
            return _told(str(no), ok=False)
        return _told("Done.")

    def _decide(self, session_id: str, *, won: bool) -> None:
        charge = self._stripe.charge_id(session_id)
        open_ones = [
            each
            for each in self._stripe.books.all("dispute")
            if each["charge"] == charge and each["status"] == "needs_response"
        ]
        if not open_ones:
            raise NotPossibleNow("There is no open dispute.")
        self._stripe.close_dispute(open_ones[0]["id"], won=won)

    def _answer(self, session_id: str, *, escalated: bool) -> None:
        charge = self._stripe.charge_id(session_id)
        asked = [
            each
            for each in self._stripe.books.all("dispute")
            if each["charge"] == charge and each["status"] == "warning_needs_response"
        ]
        if not asked:
            raise NotPossibleNow("Nobody asks about this payment.")
        self._stripe.close_inquiry(asked[0]["id"], escalated=escalated)

    def _minor(self, session_id: str, text: str) -> int:
        places = stripe_currency.decimals(self._stripe.session(session_id)["currency"])
        try:
            amount = Decimal(text.strip()).scaleb(places)
        except InvalidOperation:
            raise NotPossibleNow("Write an amount such as 12.50.") from None
        if not amount.is_finite() or amount <= 0 or amount != amount.to_integral_value():
            raise NotPossibleNow("Write an amount such as 12.50.")
        return int(amount)


async def _json(request: web.Request) -> Json:
    try:
        asked = await request.json()
    except ValueError:
        return {}
    return asked if isinstance(asked, dict) else {}


def _told(message: str, *, ok: bool = True) -> web.Response:
    return web.json_response({"ok": ok, "message": message})
