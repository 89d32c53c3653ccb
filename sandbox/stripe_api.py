"""The API over HTTP: key, idempotency, parameters, work, answer; in the order in which Stripe does it."""

import asyncio
import hmac
import json
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from aiohttp import web

from sandbox import stripe_errors, stripe_ids, stripe_lists, stripe_params
from sandbox.store import Json
from sandbox.stripe_books import API_VERSION, Books, Request, current_request
from sandbox.stripe_errors import StripeRefusal
from sandbox.stripe_faults import Fault, Faults
from sandbox.stripe_forms import nested
from sandbox.stripe_routes import ROUTES, Route

KEYS_LIVE_SECONDS = 24 * 3600
LOGGED_REQUESTS = 500


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back: status and body, and whether it is the kept answer of an earlier try."""

    status: int
    body: Json
    replayed: bool = False


class StripeApi:
    """Serve the routes below ``/stripe``."""

    def __init__(self, books: Books, *, api_key: str, faults: Faults) -> None:
        self._books, self._api_key, self._faults = books, api_key, faults
        self._in_flight: set[str] = set()

    def add_to(self, app: web.Application) -> None:
        """Add the routes."""
        for route in ROUTES:
            app.router.add_route(route.method, f"/stripe{route.path}", self._bound(route), name=None)
        app.router.add_route("*", "/stripe/v1/{rest:.*}", self._unknown)

    def _bound(self, route: Route) -> Any:  # aiohttp's own name for a handler is not public
        async def handler(request: web.Request) -> web.StreamResponse:
            return await self._serve(request, route)

        return handler

    async def _unknown(self, request: web.Request) -> web.StreamResponse:
        return await self._serve(request, None)

    async def _serve(self, request: web.Request, route: Route | None) -> web.StreamResponse:
        key = request.headers.get("Idempotency-Key") if request.method == "POST" else None
        request_id = stripe_ids.new("req", length=14)
        fault = self._faults.take(request.path)
        try:
            if fault is not None:
                self._fail_before(fault.fault)
            self._authenticate(request)
            self._refuse_while_in_flight(key)
            if fault is not None and fault.fault is Fault.SLOW:
                await self._wait(key, fault.seconds)
            pairs = await request.post() if request.method == "POST" else request.query
            params = nested((name, value) for name, value in pairs.items() if isinstance(value, str))
            if route is None:
                raise stripe_errors.unknown_url(request.method, request.path.removeprefix("/stripe"))
            current_request.set(Request(request_id, key))
            answer = self._answer(
                request, route, params, key, broken=fault is not None and fault.fault is Fault.FAILS_FOR_GOOD
            )
        except StripeRefusal as no:
            answer = Answer(no.status, no.body())
        if fault is not None and fault.fault is Fault.FAILS_AFTER:
            answer = Answer(500, stripe_errors.internal().body())
        self._log(request, request_id, key, answer)
        if fault is not None and fault.fault is Fault.HANGS_UP and request.transport is not None:
            request.transport.close()
        return self._response(answer, request_id, key)

    def _fail_before(self, fault: Fault) -> None:
        match fault:
            case Fault.RATE_LIMITED:
                raise stripe_errors.rate_limited()
            case Fault.LOCK_TIMEOUT:
                raise stripe_errors.lock_timeout()
            case Fault.FAILS_BEFORE:
                raise stripe_errors.internal()
            case _:
                return

    def _authenticate(self, request: web.Request) -> None:
        scheme, _, key = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not key:
            raise stripe_errors.no_key()
        if not hmac.compare_digest(key.encode(), self._api_key.encode()):
            raise stripe_errors.wrong_key(key)

    def _refuse_while_in_flight(self, key: str | None) -> None:
        if key in self._in_flight:
            raise StripeRefusal(
                "There is currently another in-progress request using this Idempotent Key.",
                status=409,
                kind="idempotency_error",
                code="idempotency_key_in_use",
            )

    async def _wait(self, key: str | None, seconds: float) -> None:
        """Take long; a second request with the same key meanwhile is told so."""
        if key is not None:
            self._in_flight.add(key)
        try:
            await asyncio.sleep(seconds)
        finally:
            self._in_flight.discard(key or "")

    def _answer(self, request: web.Request, route: Route, params: Json, key: str | None, *, broken: bool) -> Answer:
        """Do the work and keep its answer under the key, in one transaction."""
        if key is None:
            if broken:
                raise stripe_errors.internal()
            return Answer(200, self._worked(request, route, params))
        if len(key) > 255:
            raise StripeRefusal("The idempotency key must be at most 255 characters.", kind="idempotency_error")
        told = sha256(json.dumps([request.method, request.path, params], sort_keys=True).encode()).hexdigest()
        kept = self._books.store.get("stripe.key", key)
        if kept is not None and self._books.now() - kept["at"] < KEYS_LIVE_SECONDS:
            if kept["told"] != told:
                raise stripe_errors.other_parameters(key)
            return Answer(kept["status"], kept["body"], replayed=True)
        with self._books.store.changes():
            try:
                answer = (
                    Answer(500, stripe_errors.internal().body())
                    if broken
                    else Answer(200, self._worked(request, route, params))
                )
            except StripeRefusal as no:
                if not no.kept:
                    raise
                answer = Answer(no.status, no.body())
            self._books.store.put(
                "stripe.key", key, {"at": self._books.now(), "told": told, "status": answer.status, "body": answer.body}
            )
        return answer

    def _worked(self, request: web.Request, route: Route, params: Json) -> Json:
        checked = stripe_params.checked(params, route.shape)
        with self._books.store.changes():
            body = route.work(self._books, request.match_info, checked)
            # a copy, so that what is expanded for this answer is not what events and callers hold
            return stripe_lists.expanded(self._books, json.loads(json.dumps(body)), checked.get("expand", []))

    def _log(self, request: web.Request, request_id: str, key: str | None, answer: Answer) -> None:
        error = answer.body.get("error", {}) if answer.status >= 400 else {}
        self._books.store.put(
            "stripe.request",
            request_id,
            {
                "id": request_id,
                "at": self._books.now(),
                "method": request.method,
                "path": request.path[7:],
                "status": answer.status,
                "version": request.headers.get("Stripe-Version", ""),
                "idempotency_key": key,
                "replayed": answer.replayed,
                "error": error.get("message", ""),
            },
        )
        self._books.store.keep_newest("stripe.request", limit=LOGGED_REQUESTS)

    def _response(self, answer: Answer, request_id: str, key: str | None) -> web.Response:
        headers = {"Request-Id": request_id, "Stripe-Version": API_VERSION}
        if key is not None:
            headers["Idempotency-Key"] = "".join(each for each in key[:255] if each.isprintable())
        if answer.replayed:
            headers["Idempotent-Replayed"] = "true"
        return web.json_response(answer.body, status=answer.status, headers=headers)
