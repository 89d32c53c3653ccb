"""A webhook is believed only with a fresh signature over its very bytes, and answered only when it is stored."""

import asyncio
import json
import time
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import stripe
from aiohttp.test_utils import TestServer

from domain.kernel.core import Core
from domain.pay_links.models import ProviderEvent
from portal import stripe_events
from tests.domain.pay_links.payers import queued
from tests.portal.conftest import NEXT_WEBHOOK_SECRET, WEBHOOK_SECRET


def an_event(event_id: str = "evt_1", **also: Any) -> bytes:
    event = {
        "id": event_id,
        "object": "event",
        "api_version": stripe.api_version,
        "livemode": False,
        "type": "checkout.session.completed",
        "data": {"object": {"id": "cs_test_1", "object": "checkout.session", "payment_intent": "pi_1"}},
    }
    return json.dumps(event | also).encode()


def signed(body: bytes, *, secret: str = WEBHOOK_SECRET, age_seconds: int = 0) -> str:
    made = stripe.WebhookSignature.generate_signature_header
    return str(made(body.decode(), secret, int(time.time()) - age_seconds))


async def deliver(server: TestServer, body: bytes, signature: str | None) -> tuple[int, str]:
    headers = {} if signature is None else {"Stripe-Signature": signature}
    async with (
        aiohttp.ClientSession() as session,
        session.post(server.make_url("/stripe/webhook"), data=body, headers=headers) as answer,
    ):
        assert answer.headers["X-Request-ID"]
        return answer.status, await answer.text()


async def test_a_signed_event_is_stored_as_it_came_and_answered(core: Core, server: TestServer) -> None:
    body = an_event()

    assert await deliver(server, body, signed(body)) == (200, "stored")

    event = await ProviderEvent.get()
    assert (event.event_id, event.kind, event.object_id) == ("evt_1", "checkout.session.completed", "cs_test_1")
    assert bytes(event.body) == body
    assert await queued(core, "work_provider_event") == 1


async def test_a_replay_is_answered_and_kept_once(core: Core, server: TestServer) -> None:
    body = an_event()

    answers = await asyncio.gather(*(deliver(server, body, signed(body)) for _ in range(5)))

    assert sorted(answers) == [(200, "known")] * 4 + [(200, "stored")]
    assert await queued(core, "work_provider_event") == 1


async def test_both_secrets_are_valid_while_one_is_rotated(core: Core, server: TestServer) -> None:
    body = an_event()

    assert (await deliver(server, body, signed(body, secret=NEXT_WEBHOOK_SECRET)))[0] == 200


@pytest.mark.parametrize(
    "signature",
    [
        None,
        "",
        "t=1,v1=é",
        "t=1,v1=" + "0" * 64,
        "v1=abc",
        "t=x,v1=abc",
        "t,v1",
        "=" * 100,
        "t=" + "9" * 4000 + ",v1=" + "0" * 64,
        "x" * 20_000,
    ],
)
async def test_a_malformed_signature_is_refused(core: Core, server: TestServer, signature: str | None) -> None:
    status, _ = await deliver(server, an_event(), signature)

    assert status == 400
    assert await ProviderEvent.all().count() == 0


async def test_a_forged_a_stale_and_a_moved_signature_are_refused(core: Core, server: TestServer) -> None:
    body, other = an_event(), an_event("evt_2")
    attempts = [
        (body, signed(body, secret="whsec_of_somebody_else")),
        (body, signed(body, age_seconds=400)),
        (other, signed(body)),
        (body + b" ", signed(body)),
    ]

    assert [(await deliver(server, *each))[0] for each in attempts] == [400] * 4
    assert await ProviderEvent.all().count() == 0


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b"{}",
        b"[" * 100_000,
        an_event(id=None),
        an_event(id="x" * 300),
        an_event(id="evt\x00"),
        an_event(type=7),
        an_event(data={}),
        an_event(data={"object": []}),
        an_event(data={"object": {"id": ""}}),
    ],
)
async def test_a_signed_body_that_is_no_event_is_refused(core: Core, server: TestServer, body: bytes) -> None:
    assert (await deliver(server, body, signed(body)))[0] == 400
    assert await ProviderEvent.all().count() == 0


async def test_bytes_that_are_no_text_are_refused(server: TestServer) -> None:
    assert (await deliver(server, b"\xff\xfe\x00", signed(b"x")))[0] == 400


async def test_a_body_over_the_limit_is_refused_before_it_is_verified(server: TestServer) -> None:
    body = an_event(padding="x" * 300_000)

    assert (await deliver(server, body, signed(body)))[0] == 413


async def test_a_thin_event_is_taken_too(core: Core, server: TestServer) -> None:
    body = json.dumps(
        {
            "id": "evt_thin",
            "object": "v2.core.event",
            "type": "v1.checkout.session.completed",
            "livemode": False,
            "related_object": {"id": "cs_test_9", "type": "checkout.session", "url": "/v1/…"},
        }
    ).encode()

    assert (await deliver(server, body, signed(body)))[0] == 200

    event = await ProviderEvent.get()
    assert (event.kind, event.object_id) == ("checkout.session.completed", "cs_test_9")


OF_SHEET = [
    "checkout.session.completed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.async_payment_failed",
    "checkout.session.expired",
    "payment_intent.processing",
    "payment_intent.payment_failed",
    "payment_intent.canceled",
    "payment_intent.requires_action",
    "charge.refunded",
    "refund.created",
    "refund.updated",
    "refund.failed",
    "charge.dispute.created",
    "charge.dispute.updated",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.funds_reinstated",
    "charge.dispute.closed",
    "radar.early_fraud_warning.created",
]
"""Every kind of event by which money, or the chance of it, moves."""

ABOUT = {
    "checkout.session": ("cs_1", "cs_1"),
    "payment_intent": ("pi_1", "pi_1"),
    "charge": ("ch_1", "pi_1"),
    "refund": ("re_1", "pi_1"),
    "charge.dispute": ("du_1", "pi_1"),
    "radar.early_fraud_warning": ("issfr_1", "issfr_1"),
}
"""The object of such an event, and what a whole one is filed under."""


@pytest.mark.parametrize("kind", OF_SHEET)
async def test_each_kind_that_moves_money_is_asked_for_and_taken_whole_and_thin(
    core: Core, server: TestServer, kind: str
) -> None:
    of = kind.rpartition(".")[0]
    name, filed = ABOUT[of]
    about = {"id": name, "object": of.removeprefix("charge."), "payment_intent": "pi_1"}
    related = {"id": name, "type": of, "url": "/v1/…"}
    whole = an_event(event_id="evt_whole", type=kind, data={"object": about})
    thin = an_event(event_id="evt_thin", object="v2.core.event", type=f"v1.{kind}", related_object=related, data=None)

    answers = [await deliver(server, body, signed(body)) for body in (whole, thin)]

    assert kind in stripe_events.KINDS
    assert answers == [(200, "stored"), (200, "stored")]
    events = {each.event_id: (each.kind, each.object_id) for each in await ProviderEvent.all()}
    assert events == {"evt_whole": (kind, filed), "evt_thin": (kind, name)}


def test_nothing_else_is_asked_for() -> None:
    assert sorted(stripe_events.KINDS) == sorted(OF_SHEET)


def test_the_merchant_can_read_which_kinds_to_ask_for() -> None:
    told = (Path(__file__).parents[2] / "docs" / "cash.md").read_text()

    assert f"API version `{stripe.api_version}`" in told
    assert [f"| `{kind}` | {why} |" in told for kind, why in stripe_events.KINDS.items()] == [True] * len(OF_SHEET)


async def test_an_event_about_a_charge_names_its_payment(core: Core, server: TestServer) -> None:
    charge = {"id": "ch_1", "object": "charge", "payment_intent": "pi_7"}
    body = an_event(type="charge.refunded", data={"object": charge})

    await deliver(server, body, signed(body))

    assert (await ProviderEvent.get()).object_id == "pi_7"


async def test_an_event_of_another_api_version_is_taken_since_the_checkout_is_read_anew(server: TestServer) -> None:
    body = an_event(api_version="2020-08-27")

    assert (await deliver(server, body, signed(body)))[0] == 200


async def test_without_a_secret_nothing_is_believed(core: Core, server: TestServer) -> None:
    body = an_event()

    assert (await deliver(server, body, signed(body, secret="x")))[0] == 400


async def test_only_post_is_taken(server: TestServer) -> None:
    async with aiohttp.ClientSession() as session, session.get(server.make_url("/stripe/webhook")) as answer:
        assert answer.status == 404


async def test_a_signature_from_the_future_is_refused_and_a_clock_that_is_a_little_ahead_is_not(
    core: Core, server: TestServer
) -> None:
    body = an_event()

    assert (await deliver(server, body, signed(body, age_seconds=-3_600)))[0] == 400
    assert (await deliver(server, body, signed(body, age_seconds=-60)))[0] == 200
    assert await ProviderEvent.all().count() == 1


async def test_an_event_of_another_version_is_kept_as_one_that_does_not_fit(server: TestServer) -> None:
    body = an_event(api_version="2020-08-27")

    assert (await deliver(server, body, signed(body)))[0] == 200

    assert (await ProviderEvent.get()).fits is False


async def test_a_flood_of_forged_webhooks_is_noted_once(core: Core, server: TestServer) -> None:
    for _ in range(5):
        await deliver(server, an_event(), signed(an_event(), secret="whsec_wrong"))

    row = await core.database.row("SELECT count(*) AS n, max(times) AS times FROM provider_mark")
    assert row == {"n": 1, "times": 1}
