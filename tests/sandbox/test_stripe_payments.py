"""What payers and banks do: paid at once, declined, debited days later, sent back."""

from datetime import timedelta

import pytest
import stripe

from sandbox.app import Sandbox
from sandbox.stripe_outcomes import BANK_ACCOUNTS
from sandbox.stripe_payments import NotPossibleNow
from tests.sandbox.conftest import an_order, in_currency


async def an_open_session(client: stripe.StripeClient, **changes: object) -> str:
    return (await client.v1.checkout.sessions.create_async(an_order(**changes))).id


async def a_debit(client: stripe.StripeClient, sandbox: Sandbox, last4: str = "6789") -> str:
    session = await client.v1.checkout.sessions.create_async(in_currency("usd", 12500))
    sandbox.stripe.pay_by_bank(session.id, last4=last4)
    return session.id


async def the_charge(client: stripe.StripeClient, session_id: str) -> stripe.Charge:
    session = await client.v1.checkout.sessions.retrieve_async(session_id, {"expand": ["payment_intent.latest_charge"]})
    assert isinstance(session.payment_intent, stripe.PaymentIntent)
    assert isinstance(session.payment_intent.latest_charge, stripe.Charge)
    return session.payment_intent.latest_charge


def types(sandbox: Sandbox) -> list[str]:
    return [event["type"] for event in sandbox.store.find("stripe.event", oldest_first=True)]


async def test_a_decline_leaves_the_session_open_with_its_reason(client: stripe.StripeClient, sandbox: Sandbox) -> None:
    session_id = await an_open_session(client)

    sandbox.stripe.decline(session_id, code="lost_card")

    session = await client.v1.checkout.sessions.retrieve_async(session_id, {"expand": ["payment_intent"]})
    assert (session.status, session.payment_status) == ("open", "unpaid")
    assert isinstance(session.payment_intent, stripe.PaymentIntent)
    error = session.payment_intent.last_payment_error
    assert error is not None
    assert (error.code, error.decline_code) == ("card_declined", "lost_card")
    assert types(sandbox)[-1] == "payment_intent.payment_failed"


async def test_the_second_try_pays_the_same_intent(client: stripe.StripeClient, sandbox: Sandbox) -> None:
    session_id = await an_open_session(client)
    sandbox.stripe.decline(session_id)

    sandbox.stripe.pay_by_card(session_id)

    intents = await client.v1.payment_intents.list_async()
    charges = await client.v1.charges.list_async({"payment_intent": intents.data[0].id})
    assert len(intents.data) == 1
    assert [charge.status for charge in charges.data] == ["succeeded", "failed"]


async def test_nobody_pays_twice(client: stripe.StripeClient, sandbox: Sandbox) -> None:
    session_id = await an_open_session(client)
    sandbox.stripe.pay_by_card(session_id)

    with pytest.raises(NotPossibleNow, match="complete"):
        sandbox.stripe.pay_by_card(session_id)


async def test_a_debit_settles_after_three_days_of_the_demos_clock(
    client: stripe.StripeClient, sandbox: Sandbox
) -> None:
    session_id = await a_debit(client, sandbox)
    started = await client.v1.checkout.sessions.retrieve_async(session_id)

    await sandbox.clock.move(timedelta(days=3, minutes=1))

    session = await client.v1.checkout.sessions.retrieve_async(session_id)
    assert (started.status, started.payment_status) == ("complete", "unpaid")
    assert session.payment_status == "paid"
    assert (await the_charge(client, session_id)).id.startswith("py_")
    assert types(sandbox)[-1] == "checkout.session.async_payment_succeeded"


@pytest.mark.parametrize(("last4", "code"), [("2227", "insufficient_funds"), ("1113", "account_closed")])
async def test_a_debit_fails_with_the_banks_reason(
    client: stripe.StripeClient, sandbox: Sandbox, last4: str, code: str
) -> None:
    session_id = await a_debit(client, sandbox, last4)

    await sandbox.clock.move(timedelta(days=4))

    charge = await the_charge(client, session_id)
    assert (charge.status, charge.failure_code) == ("failed", code)
    assert types(sandbox)[-1] == "checkout.session.async_payment_failed"


async def test_a_debit_can_come_back_after_it_had_settled(client: stripe.StripeClient, sandbox: Sandbox) -> None:
    session_id = await a_debit(client, sandbox, "5559")
    await sandbox.clock.move(timedelta(days=4))

    await sandbox.clock.move(timedelta(days=1))

    dispute = (await client.v1.disputes.list_async()).data[0]
    assert (dispute.status, dispute.reason, dispute.amount) == ("lost", "insufficient_funds", 12500)
    assert (await the_charge(client, session_id)).disputed
    assert types(sandbox)[-1] == "charge.dispute.closed"


async def test_a_debit_that_never_ends_stays_in_processing(client: stripe.StripeClient, sandbox: Sandbox) -> None:
    session_id = await a_debit(client, sandbox, "0009")

    await sandbox.clock.move(timedelta(days=60))

    assert (await client.v1.checkout.sessions.retrieve_async(session_id)).payment_status == "unpaid"


async def test_a_button_is_faster_than_the_bank(client: stripe.StripeClient, sandbox: Sandbox) -> None:
    session_id = await a_debit(client, sandbox)

    sandbox.stripe.fail(session_id, code="no_account")
    await sandbox.clock.move(timedelta(days=5))

    assert (await the_charge(client, session_id)).failure_code == "no_account"


async def test_a_session_expires_by_the_demos_clock(client: stripe.StripeClient, sandbox: Sandbox) -> None:
    session_id = await an_open_session(client)

    await sandbox.clock.move(timedelta(days=2))

    assert (await client.v1.checkout.sessions.retrieve_async(session_id)).status == "expired"
    with pytest.raises(NotPossibleNow):
        sandbox.stripe.pay_by_card(session_id)


async def test_a_refund_in_parts_adds_up(client: stripe.StripeClient, sandbox: Sandbox) -> None:
    session_id = await an_open_session(client)
    sandbox.stripe.pay_by_card(session_id)
    charge_id = sandbox.stripe.charge_id(session_id)

    part = await client.v1.refunds.create_async({"charge": charge_id, "amount": 2500})
    rest = await client.v1.refunds.create_async({"charge": charge_id})

    charge = await the_charge(client, session_id)
    assert (part.status, rest.amount) == ("succeeded", 10000)
    assert (charge.amount_refunded, charge.refunded) == (12500, True)
    with pytest.raises(stripe.InvalidRequestError, match="already been refunded"):
        await client.v1.refunds.create_async({"charge": charge_id})


async def test_no_more_is_refunded_than_was_paid(client: stripe.StripeClient, sandbox: Sandbox) -> None:
    session_id = await an_open_session(client)
    sandbox.stripe.pay_by_card(session_id)

    with pytest.raises(stripe.InvalidRequestError, match="greater than unrefunded amount"):
        await client.v1.refunds.create_async({"charge": sandbox.stripe.charge_id(session_id), "amount": 12501})


async def test_a_refund_to_a_bank_takes_days_and_may_fail(client: stripe.StripeClient, sandbox: Sandbox) -> None:
    session_id = await a_debit(client, sandbox)
    sandbox.stripe.settle(session_id)
    slow, failing = (sandbox.stripe.refund(session_id, amount=100) for _ in range(2))

    sandbox.stripe.finish_refund(failing["id"], succeeded=False)
    await sandbox.clock.move(timedelta(days=4))

    assert (await client.v1.refunds.retrieve_async(slow["id"])).status == "succeeded"
    assert (await client.v1.refunds.retrieve_async(failing["id"])).status == "failed"
    assert (await the_charge(client, session_id)).amount_refunded == 100


@pytest.mark.parametrize("won", [True, False])
async def test_a_dispute_is_decided_once(client: stripe.StripeClient, sandbox: Sandbox, won: bool) -> None:
    session_id = await an_open_session(client)
    sandbox.stripe.pay_by_card(session_id)
    dispute = sandbox.stripe.dispute(session_id)

    sandbox.stripe.close_dispute(dispute["id"], won=won)

    found = await client.v1.disputes.retrieve_async(dispute["id"])
    assert found.status == ("won" if won else "lost")
    assert ("charge.dispute.funds_reinstated" in types(sandbox)) is won
    with pytest.raises(NotPossibleNow):
        sandbox.stripe.close_dispute(dispute["id"], won=True)
    with pytest.raises(stripe.InvalidRequestError, match="charged back"):
        await client.v1.refunds.create_async({"charge": sandbox.stripe.charge_id(session_id)})


@pytest.mark.parametrize("account", sorted(BANK_ACCOUNTS))
async def test_every_test_account_ends_as_it_says(client: stripe.StripeClient, sandbox: Sandbox, account: str) -> None:
    session_id = await a_debit(client, sandbox, account)
    outcome, deposits = BANK_ACCOUNTS[account].outcome, BANK_ACCOUNTS[account].deposits
    if deposits and outcome == "settle":
        sandbox.stripe.confirm(session_id)

    await sandbox.clock.move(timedelta(days=3, minutes=1))

    session = await client.v1.checkout.sessions.retrieve_async(session_id, {"expand": ["payment_intent"]})
    assert isinstance(session.payment_intent, stripe.PaymentIntent)
    expected = {"settle": "succeeded", "dispute": "succeeded", "never": "processing"}
    assert session.payment_intent.status == expected.get(outcome, "requires_payment_method")
    error = session.payment_intent.last_payment_error
    assert (error.code if error else None) == (None if outcome in expected else outcome)


async def test_an_inquiry_moves_no_money_until_it_becomes_a_dispute(
    client: stripe.StripeClient, sandbox: Sandbox
) -> None:
    session_id = await an_open_session(client)
    sandbox.stripe.pay_by_card(session_id)
    question = sandbox.stripe.inquire(session_id)
    before = (await the_charge(client, session_id)).disputed

    sandbox.stripe.close_inquiry(question["id"], escalated=True)

    assert (before, (await the_charge(client, session_id)).disputed) == (False, True)
    assert types(sandbox)[-1] == "charge.dispute.updated"
