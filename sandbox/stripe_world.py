"""The Stripe stand-in as a whole: its API, its webhooks, its buttons; for the page and for tests."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress

from aiohttp import web

from sandbox import (
    stripe_calendar,
    stripe_deposits,
    stripe_ids,
    stripe_payments,
    stripe_questions,
    stripe_reversals,
    stripe_sessions,
)
from sandbox.store import Json, Store
from sandbox.stripe_api import StripeApi
from sandbox.stripe_books import Books, Clock
from sandbox.stripe_faults import Faults
from sandbox.stripe_payments import NotPossibleNow
from sandbox.stripe_webhooks import WebhookSender

log = logging.getLogger(__name__)

TICK_SECONDS = 1.0


class StripeWorld:
    """Everything that stands in for Stripe."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        *,
        origin: Callable[[], str],
        api_key: str,
        webhook_secret: str,
        webhook_url: Callable[[], str],
    ) -> None:
        self.books = Books(store, clock, origin, webhook_url)
        self.faults = Faults()
        self.webhooks = WebhookSender(self.books, secret=webhook_secret, address=webhook_url)
        self.api = StripeApi(self.books, api_key=api_key, faults=self.faults)
        self._ticking: asyncio.Task[None] | None = None

    def add_to(self, app: web.Application) -> None:
        """Add the API's routes."""
        self.api.add_to(app)

    async def start(self) -> None:
        """Begin to send webhooks and to let time pass."""
        await self.webhooks.start()
        self._ticking = asyncio.create_task(self._tick(), name="sandbox stripe calendar")

    async def stop(self) -> None:
        """Stop both."""
        if self._ticking is not None:
            self._ticking.cancel()
            with suppress(asyncio.CancelledError):
                await self._ticking
        await self.webhooks.stop()

    def pass_time(self) -> int:
        """Do what has fallen due now; return how many things happened."""
        return stripe_calendar.pass_time(self.books)

    async def _tick(self) -> None:
        while True:
            try:
                self.pass_time()
            except Exception:  # the rim: one odd object must not stop the calendar of all others
                log.exception("the stand-in's calendar stumbled")
            await asyncio.sleep(TICK_SECONDS)

    def sessions(self) -> list[Json]:
        """Return the Checkout Sessions, newest first."""
        return self.books.all("session")

    def session(self, session_id: str) -> Json:
        """Return one session."""
        return self.books.get("session", session_id)

    def pay_by_card(self, session_id: str) -> Json:
        """Pay with a card that works."""
        return stripe_payments.pay_by_card(self.books, session_id)

    def decline(self, session_id: str, *, code: str = "generic_decline") -> Json:
        """Try a card that is declined."""
        return stripe_payments.decline(self.books, session_id, code=code)

    def pay_by_bank(self, session_id: str, *, last4: str = "6789") -> Json:
        """Authorise a debit on one of the test accounts."""
        return stripe_payments.pay_by_bank(self.books, session_id, last4=last4)

    def settle(self, session_id: str) -> Json:
        """Let the bank pay a debit in processing."""
        return stripe_payments.settle(self.books, session_id)

    def fail(self, session_id: str, *, code: str = "insufficient_funds") -> Json:
        """Let the bank refuse a debit in processing."""
        return stripe_payments.fail(self.books, session_id, code=code)

    def confirm(self, session_id: str) -> Json:
        """Let the payer confirm the bank account by its small deposit."""
        return stripe_deposits.confirm(self.books, session_id)

    def cancel(self, session_id: str) -> Json:
        """Call off a debit in processing, as a refund before it has settled does."""
        return stripe_deposits.cancel(self.books, session_id)

    def inquire(self, session_id: str) -> Json:
        """Let the payer's bank ask about the payment; no money moves."""
        return stripe_questions.inquire(self.books, self.charge_id(session_id))

    def close_inquiry(self, dispute_id: str, *, escalated: bool = False) -> Json:
        """Let such a question end, or become a dispute."""
        return stripe_questions.close_inquiry(self.books, dispute_id, escalated=escalated)

    def warn_of_fraud(self, session_id: str) -> Json:
        """Let the card network send an early fraud warning."""
        return stripe_questions.warn_of_fraud(self.books, self.charge_id(session_id))

    def pay_elsewhere(self, *, amount: int, currency: str = "usd", description: str = "") -> Json:
        """Let money come in that no checkout of the product is about."""
        return stripe_questions.pay_elsewhere(self.books, amount=amount, currency=currency, description=description)

    def send_test_event(self) -> Json:
        """Send an event about nothing, as the button in Stripe's dashboard does, so that the product hears of us."""
        event = self.books.emit("customer.created", {"id": stripe_ids.new("cus"), "object": "customer"})
        delivery = {"id": event["id"], "type": event["type"], "state": "pending", "tries": 0, "due": 0.0, "answer": ""}
        self.books.store.put("stripe.delivery", event["id"], delivery, part="pending")
        return event

    def offer_bank_debit(self, *, on: bool) -> None:
        """Switch ACH on or off for the merchant's account."""
        self.books.hide("account", {"no_bank_debit": not on})

    def expire(self, session_id: str) -> Json:
        """End an open session, as its time would."""
        return stripe_sessions.expire(self.books, session_id)

    def refund(self, session_id: str, *, amount: int | None = None) -> Json:
        """Refund what a session brought in, all that is left or a part, as from Stripe's dashboard."""
        wanted = {} if amount is None else {"amount": amount}
        return stripe_reversals.create_refund(self.books, {"charge": self.charge_id(session_id)} | wanted)

    def finish_refund(self, refund_id: str, *, succeeded: bool = True) -> Json:
        """Let the payer's bank take a pending refund or send it back."""
        return stripe_reversals.finish_refund(self.books, refund_id, succeeded=succeeded)

    def dispute(self, session_id: str, *, reason: str = "product_not_received") -> Json:
        """Let the cardholder dispute the payment."""
        return stripe_reversals.open_dispute(self.books, self.charge_id(session_id), reason=reason)

    def late_return(self, session_id: str, *, reason: str = "insufficient_funds") -> Json:
        """Let a settled bank debit come back."""
        return stripe_reversals.late_return(self.books, self.charge_id(session_id), reason=reason)

    def close_dispute(self, dispute_id: str, *, won: bool) -> Json:
        """Decide a dispute."""
        return stripe_reversals.close_dispute(self.books, dispute_id, won=won)

    def charge_id(self, session_id: str) -> str:
        """Return the charge that paid a session.

        Raises:
            NotPossibleNow: There is none.
        """
        session = self.session(session_id)
        intent = self.books.find("intent", session["payment_intent"] or "")
        if intent is None or intent["latest_charge"] is None:
            raise NotPossibleNow("Nobody has paid this session.")
        return str(intent["latest_charge"])
