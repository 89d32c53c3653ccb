"""Every one of Stripe's ACH test accounts, from the payer's click to the last word of the bank."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.ledger.models import Payment
from domain.pay_links.models import Checkout
from tests.clocks import StandingClock
from tests.domain.pay_links.payers import told
from tests.portal.scenes import DOLLARS, Scene, a_scene


@pytest_asyncio.fixture
async def scene(core: Core, tmp_path: Path, clock: StandingClock) -> AsyncIterator[Scene]:
    async with a_scene(core, tmp_path, clock) as scene:
        yield scene


async def debited(scene: Scene, account: str) -> str:
    session = await scene.paying()
    scene.stripe.world.pay_by_bank(session, last4=account)
    await scene.heard()
    return session


async def test_6789_is_processing_for_days_and_then_settles(scene: Scene) -> None:
    await debited(scene, "6789")
    meanwhile = (await scene.invoice()).state, (await scene.browser.get("/i")).banner
    await scene.passing(days=3, minutes=1)

    assert meanwhile == ("open", "Payment processing")
    assert (await scene.invoice()).state == "settled"
    assert (await Payment.get()).method == "bank debit, account ending 6789"


@pytest.mark.parametrize(
    ("account", "code", "said"),
    [
        ("1113", "account_closed", "The bank account is closed."),
        ("1116", "no_account", "The bank account could not be found."),
        ("2227", "insufficient_funds", "There was not enough money in the account."),
        ("3335", "debit_not_authorized", "The bank says that the debit was not authorised."),
        ("4440", "invalid_currency", "The card or account cannot be used for this payment."),
        ("7771", "charge_exceeds_source_limit", "The payment is above a limit of the card or account."),
    ],
)
async def test_each_account_that_fails_reopens_the_invoice_with_its_code_and_a_sentence_for_the_payer(
    scene: Scene, account: str, code: str, said: str
) -> None:
    await debited(scene, account)
    await scene.passing(days=3, minutes=1)

    page = await scene.browser.get("/i")
    assert [fact["code"] for fact in await told(scene.core, "payment.failed")] == [code]
    assert (page.banner, said in page.text) == ("Payment failed", True)
    assert (await scene.invoice()).balance == DOLLARS
    assert await Payment.all().count() == 0


async def test_5559_settles_and_comes_back_as_a_dispute_that_cannot_be_won(scene: Scene) -> None:
    await debited(scene, "5559")
    await scene.passing(days=3, minutes=1)
    settled = (await scene.invoice()).state
    await scene.passing(days=1, minutes=1)

    assert settled == "settled"
    assert (await scene.invoice()).balance == DOLLARS
    assert [each.kind for each in await Payment.all().order_by("created_at")] == ["payment", "chargeback"]


async def test_0009_stays_in_processing_and_nothing_else_can_be_paid_meanwhile(scene: Scene) -> None:
    await debited(scene, "0009")
    await scene.passing(days=6)
    page = await scene.browser.get("/i")
    await scene.passing(days=24)

    assert page.banner == "Payment processing"
    assert (await Checkout.get()).state == "processing"


async def test_6661_to_which_no_deposit_can_be_sent_fails_and_says_so(scene: Scene) -> None:
    await debited(scene, "6661")
    asked = (await scene.browser.get("/i")).banner
    await scene.passing(days=1, minutes=1)

    assert asked == "Please confirm your bank account"
    assert "The bank account could not be confirmed." in (await scene.browser.get("/i")).text
    assert [fact["code"] for fact in await told(scene.core, "payment.failed")] == ["payment_method_microdeposit_failed"]


async def test_an_account_is_confirmed_by_its_small_deposit_and_then_debited(scene: Scene) -> None:
    session = await debited(scene, "6789 by deposit")
    page = await scene.browser.get("/i")
    scene.stripe.world.confirm(session)
    await scene.heard()
    confirmed = (await scene.browser.get("/i")).banner
    await scene.passing(days=3, minutes=1)

    assert (page.banner, f"/stripe/verify/{session}" in page.text) == ("Please confirm your bank account", True)
    assert confirmed == "Payment processing"
    assert (await scene.invoice()).state == "settled"


async def test_a_deposit_that_is_not_confirmed_within_ten_days_gives_the_invoice_free(scene: Scene) -> None:
    await debited(scene, "6789 by deposit")
    await scene.passing(days=10, minutes=1)

    assert (await Checkout.get()).state == "failed"
    assert (await scene.invoice()).balance == DOLLARS


async def test_after_two_debits_that_came_back_only_cards_are_offered(scene: Scene) -> None:
    await debited(scene, "2227")
    await scene.passing(days=3, minutes=1)
    second = await scene.paying_again()
    scene.stripe.world.pay_by_bank(second, last4="1113")
    await scene.heard()
    await scene.passing(days=3, minutes=1)

    third = await scene.paying_again()

    assert scene.stripe.world.session(second)["payment_method_types"] == ["card", "us_bank_account"]
    assert scene.stripe.world.session(third)["payment_method_types"] == ["card"]


async def test_a_debit_that_is_called_off_before_it_settled_takes_nothing(scene: Scene) -> None:
    session = await debited(scene, "6789")
    scene.stripe.world.cancel(session)
    await scene.heard()

    assert "The bank payment was called off" in (await scene.browser.get("/i")).text
    assert (await scene.invoice()).balance == DOLLARS


async def test_a_refund_of_a_debit_is_pending_and_then_booked_and_one_that_fails_comes_back(scene: Scene) -> None:
    session = await debited(scene, "6789")
    await scene.passing(days=3, minutes=1)
    first = scene.stripe.world.refund(session, amount=900)
    await scene.heard()
    pending = (await scene.invoice()).balance
    scene.stripe.world.finish_refund(first["id"])
    await scene.heard()
    second = scene.stripe.world.refund(session, amount=1_000)
    scene.stripe.world.finish_refund(second["id"], succeeded=False)
    await scene.heard()

    assert pending == Money(0, "USD")
    assert (await scene.invoice()).balance == Money(900, "USD")


async def test_a_refund_and_a_late_return_that_both_pay_out_are_both_booked(scene: Scene) -> None:
    session = await debited(scene, "6789")
    await scene.passing(days=3, minutes=1)
    refund = scene.stripe.world.refund(session)
    scene.stripe.world.finish_refund(refund["id"])
    scene.stripe.world.late_return(session)
    await scene.heard()

    assert {each.kind for each in await Payment.all()} == {"payment", "refund", "chargeback"}
    assert (await scene.invoice()).balance == DOLLARS


async def test_a_page_without_the_bank_debit_that_was_ordered_is_noticed(scene: Scene) -> None:
    scene.stripe.world.offer_bank_debit(on=False)

    await scene.paying()

    assert not await scene.stripe.gateway.offers_bank_debit()
    row = await scene.core.database.row("SELECT value FROM provider_mark WHERE name = 'bank debit'")
    assert row == {"value": "not offered"}
