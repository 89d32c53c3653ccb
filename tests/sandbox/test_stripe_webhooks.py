"""Webhooks: signed so that the SDK believes them, repeated until they are taken, spoilt when a test wants it."""

import pytest
import stripe

from sandbox.app import Sandbox
from sandbox.stripe_webhooks import Signing
from tests.sandbox.conftest import API_KEY, WEBHOOK_SECRET, an_order
from tests.sandbox.product import Product, Taken


def read(taken: Taken) -> stripe.Event:
    event: stripe.Event = stripe.Webhook.construct_event(taken.body, taken.headers["Stripe-Signature"], WEBHOOK_SECRET)
    return event


async def a_paid_session(client: stripe.StripeClient, sandbox: Sandbox) -> str:
    session = await client.v1.checkout.sessions.create_async(an_order())
    sandbox.stripe.pay_by_card(session.id)
    return session.id


async def test_a_payment_is_told_with_a_signature_that_the_sdk_accepts(
    client: stripe.StripeClient, sandbox: Sandbox, product: Product
) -> None:
    session_id = await a_paid_session(client, sandbox)
    await sandbox.stripe.webhooks.settled()

    events = [read(taken) for taken in product.webhooks]

    assert [event.type for event in events] == ["checkout.session.completed"]
    assert events[0].data.object["id"] == session_id
    assert (events[0].api_version, events[0].livemode) == (stripe.api_version, False)


async def test_kinds_that_nobody_subscribed_to_are_listed_and_not_sent(
    client: stripe.StripeClient, sandbox: Sandbox, product: Product
) -> None:
    await a_paid_session(client, sandbox)
    await sandbox.stripe.webhooks.settled()

    listed = {event.type for event in (await client.v1.events.list_async({"limit": 20})).data}

    assert {"charge.succeeded", "payment_intent.succeeded"} < listed
    assert len(product.webhooks) == 1


async def test_a_webhook_is_repeated_until_it_is_taken(
    client: stripe.StripeClient, sandbox: Sandbox, product: Product
) -> None:
    product.webhook_answers = [503, 500]

    await a_paid_session(client, sandbox)
    await sandbox.stripe.webhooks.settled()

    assert len({read(taken).id for taken in product.webhooks}) == 1
    assert len(product.webhooks) == 3


async def test_what_is_pending_is_sent_after_a_restart(
    client: stripe.StripeClient, sandbox: Sandbox, product: Product
) -> None:
    sandbox.stripe.webhooks.weather.held = True
    session_id = await a_paid_session(client, sandbox)
    await sandbox.stop()

    again = Sandbox(sandbox.settings)
    await again.start()
    await again.stripe.webhooks.settled()
    await again.stop()

    assert [read(taken).data.object["id"] for taken in product.webhooks] == [session_id]


async def test_each_can_come_twice(client: stripe.StripeClient, sandbox: Sandbox, product: Product) -> None:
    sandbox.stripe.webhooks.weather.twice = True

    await a_paid_session(client, sandbox)
    await sandbox.stripe.webhooks.settled()

    assert [read(taken).id for taken in product.webhooks] == [read(product.webhooks[0]).id] * 2


async def test_one_change_can_make_two_events(client: stripe.StripeClient, sandbox: Sandbox, product: Product) -> None:
    sandbox.stripe.webhooks.weather.two_events = True

    await a_paid_session(client, sandbox)
    await sandbox.stripe.webhooks.settled()

    first, second = (read(taken) for taken in product.webhooks)
    assert first.id != second.id
    assert first.data.object["id"] == second.data.object["id"]


async def test_held_events_leave_in_reverse_order(
    client: stripe.StripeClient, sandbox: Sandbox, product: Product
) -> None:
    sandbox.stripe.webhooks.weather.held = True
    session_id = await a_paid_session(client, sandbox)
    sandbox.stripe.refund(session_id, amount=500)

    await sandbox.stripe.webhooks.release(newest_first=True)

    assert [read(taken).type for taken in product.webhooks] == [
        "charge.refunded",
        "refund.created",
        "checkout.session.completed",
    ]


async def test_lost_events_can_still_be_listed(client: stripe.StripeClient, sandbox: Sandbox, product: Product) -> None:
    sandbox.stripe.webhooks.weather.dropped = True

    await a_paid_session(client, sandbox)
    await sandbox.stripe.webhooks.settled()

    undelivered = await client.v1.events.list_async({"delivery_success": False})
    assert product.webhooks == []
    assert [event.type for event in undelivered.data] == ["checkout.session.completed"]


@pytest.mark.parametrize("signing", [Signing.WRONG, Signing.OLD, Signing.MISSING])
async def test_a_spoilt_signature_is_seen_by_the_sdk(
    client: stripe.StripeClient, sandbox: Sandbox, product: Product, signing: Signing
) -> None:
    sandbox.stripe.webhooks.weather.signing = signing
    await a_paid_session(client, sandbox)
    await sandbox.stripe.webhooks.settled()
    taken = product.webhooks[0]

    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(taken.body, taken.headers.get("Stripe-Signature"), WEBHOOK_SECRET)


async def test_two_secrets_are_signed_while_one_is_rotated(
    client: stripe.StripeClient, sandbox: Sandbox, product: Product
) -> None:
    sandbox.stripe.webhooks.weather.signing = Signing.ROTATED

    await a_paid_session(client, sandbox)
    await sandbox.stripe.webhooks.settled()

    assert read(product.webhooks[0]).type == "checkout.session.completed"


async def test_an_event_can_be_sent_again_by_hand(
    client: stripe.StripeClient, sandbox: Sandbox, product: Product
) -> None:
    await a_paid_session(client, sandbox)
    await sandbox.stripe.webhooks.settled()

    taken = await sandbox.stripe.webhooks.resend(read(product.webhooks[0]).id)

    assert taken
    assert len(product.webhooks) == 2


async def test_nothing_of_the_keys_is_in_the_state_file(client: stripe.StripeClient, sandbox: Sandbox) -> None:
    await a_paid_session(client, sandbox)

    kept = b"".join(file.read_bytes() for file in sandbox.settings.state_folder.iterdir())

    assert API_KEY.encode() not in kept
    assert WEBHOOK_SECRET.encode() not in kept
