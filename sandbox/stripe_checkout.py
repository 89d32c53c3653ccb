"""The hosted checkout page: where the payer pays by card or bank, is declined, or turns back."""

from urllib.parse import urlsplit

from aiohttp import web

from sandbox import pages, stripe_deposits, stripe_outcomes, stripe_payments
from sandbox.store import Json
from sandbox.stripe_payments import NotPossibleNow
from sandbox.stripe_world import StripeWorld


class CheckoutPage:
    """Serve ``/stripe/pay/{session}``; works without JavaScript."""

    def __init__(self, stripe: StripeWorld, *, merchant: str) -> None:
        self._stripe, self._merchant = stripe, merchant

    def add_to(self, app: web.Application) -> None:
        """Add the routes."""
        app.router.add_get("/stripe/pay/{id}", self._show)
        app.router.add_post("/stripe/pay/{id}", self._submit)
        app.router.add_get("/stripe/pay/{id}/cancel", self._cancel)
        app.router.add_get("/stripe/verify/{id}", self._look)
        app.router.add_post("/stripe/verify/{id}", self._confirm)

    def _session(self, request: web.Request) -> Json:
        session = self._stripe.books.find("session", request.match_info["id"])
        if session is None:
            raise web.HTTPNotFound(text="There is no such checkout session.\n")
        return session

    async def _show(self, request: web.Request) -> web.StreamResponse:
        self._stripe.pass_time()
        return self._page(self._session(request))

    async def _submit(self, request: web.Request) -> web.StreamResponse:
        session = self._session(request)
        form = {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
        name = form.get("name", "").strip() or "Sandbox Payer"
        try:
            if form.get("method") == "us_bank_account":
                stripe_payments.pay_by_bank(self._stripe.books, session["id"], last4=form.get("account", ""), name=name)
            elif form.get("card", "pays") == "pays":
                stripe_payments.pay_by_card(self._stripe.books, session["id"], name=name)
            else:
                intent = stripe_payments.decline(
                    self._stripe.books, session["id"], code=form.get("card", ""), name=name
                )
                return self._page(
                    self._session(request), error=intent["last_payment_error"]["message"], form=form, status=402
                )
        except NotPossibleNow as no:
            again = self._session(request)
            if again["status"] == "complete":  # a second click on the button: the first one has paid
                raise web.HTTPSeeOther(success_address(again)) from None
            return self._page(again, error=str(no), form=form, status=409)
        raise web.HTTPSeeOther(success_address(session))

    async def _cancel(self, request: web.Request) -> web.StreamResponse:
        session = self._session(request)
        if not session["cancel_url"]:
            raise web.HTTPNotFound(text="This session has no way back.\n")
        raise web.HTTPSeeOther(session["cancel_url"])

    async def _look(self, request: web.Request) -> web.StreamResponse:
        return self._page(self._session(request), template="verify.html")

    async def _confirm(self, request: web.Request) -> web.StreamResponse:
        session = self._session(request)
        try:
            stripe_deposits.confirm(self._stripe.books, session["id"])
        except NotPossibleNow as no:
            return self._page(session, error=str(no), status=409, template="verify.html")
        raise web.HTTPSeeOther(success_address(session))

    def _page(
        self,
        session: Json,
        *,
        error: str = "",
        form: dict[str, str] | None = None,
        status: int = 200,
        template: str = "checkout.html",
    ) -> web.Response:
        return pages.page(
            template,
            status=status,
            policy=_policy(session),
            session=session,
            merchant=self._merchant,
            items=self._stripe.books.hidden(session["id"]).get("items", []),
            declines=stripe_outcomes.DECLINES,
            accounts=stripe_outcomes.BANK_ACCOUNTS,
            error=error,
            form=form or {},
            now=self._stripe.books.now(),
            success=success_address(session) if session["status"] == "complete" else "",
        )


def success_address(session: Json) -> str:
    """Return where the payer goes after paying, with the session's id in its place."""
    return str(session["success_url"]).replace("{CHECKOUT_SESSION_ID}", session["id"])


def _policy(session: Json) -> str:
    """Return a policy under which the form may lead back to the merchant's own page."""
    origins = {
        f"{parts.scheme}://{parts.netloc}"
        for parts in (urlsplit(session[name]) for name in ("success_url", "cancel_url") if session[name])
    }
    return (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'; "
        f"form-action 'self' {' '.join(sorted(origins))}"
    )
