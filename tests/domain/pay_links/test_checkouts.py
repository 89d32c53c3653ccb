"""News of a checkout may come twice, late, or in any order: money is booked once, and old news moves nothing back."""

import asyncio
from dataclasses import replace
from uuid import uuid4

import pytest

from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.kernel.ports import Alert, CheckoutSnapshot, CheckoutStatus, Decline
from domain.ledger.models import Payment
from domain.pay_links import checkouts, links, orders
from domain.pay_links.models import Checkout
from domain.pay_links.refusals import CheckoutNotFound
from domain.pay_links.states import CheckoutState
from tests.clocks import StandingClock
from tests.domain.pay_links.payers import Visit, a_visit, queued, told
from tests.portal.fake_gateway import Page


async def paying(core: Core, number: str = "INV-1042") -> tuple[Visit, Page]:
    visit = await a_visit(core, number)
    return visit, await visit.go_to_pay()


async def test_a_card_payment_settles_the_invoice(core: Core) -> None:
    visit, page = await paying(core)
    visit.gateway.pay(page)

    standing = await visit.hear(page)

    assert standing.state is CheckoutState.PAID
    assert (await visit.invoice()).state == "settled"
    [fact] = await told(core, "payment.received")
    assert (fact["method"], fact["contact_id"]) == ("card ending 4242", str(visit.link.contact_id))


async def test_the_same_news_from_webhook_page_and_polling_at_once_books_once(core: Core) -> None:
    visit, page = await paying(core)
    visit.gateway.pay(page)

    await asyncio.gather(*(visit.hear(page) for _ in range(6)))

    assert await Payment.all().count() == 1
    assert len(await told(core, "payment.received")) == 1
    assert len(await told(core, "invoice.settled")) == 1


async def test_news_that_was_read_before_the_payment_moves_nothing_back(core: Core) -> None:
    visit, page = await paying(core)
    old = await visit.gateway.fetch(page.session_id)
    visit.gateway.pay(page)
    await visit.hear(page)

    standing = await checkouts.update(core, snapshot=old)

    assert standing.state is CheckoutState.PAID
    assert (await visit.invoice()).state == "settled"


async def test_a_decline_is_told_once_each_and_the_page_stays_open(core: Core) -> None:
    visit, page = await paying(core)
    visit.gateway.decline(page, "insufficient_funds")
    first = await visit.gateway.fetch(page.session_id)
    await checkouts.update(core, snapshot=first)
    visit.gateway.decline(page, "expired_card")
    await visit.hear(page)

    for old in (first, await visit.gateway.fetch(page.session_id), first):
        await checkouts.update(core, snapshot=old)

    assert [fact["code"] for fact in await told(core, "payment.declined")] == ["insufficient_funds", "expired_card"]
    assert (await Checkout.get(session_id=page.session_id)).state == "open"


async def test_a_payer_may_pay_after_a_decline(core: Core) -> None:
    visit, page = await paying(core)
    visit.gateway.decline(page)
    await visit.hear(page)
    visit.gateway.pay(page)

    await visit.hear(page)

    assert (await visit.invoice()).state == "settled"


async def test_a_bank_debit_is_processing_for_days_and_then_settles(core: Core, clock: StandingClock) -> None:
    visit, page = await paying(core)
    visit.gateway.debit(page)
    await visit.hear(page)
    await visit.hear(page)
    assert (await visit.invoice()).state == "open"
    clock.advance(days=4)
    visit.gateway.pay(page, method="bank debit")

    await visit.hear(page)

    assert len(await told(core, "payment.processing")) == 1
    assert (await visit.invoice()).state == "settled"


async def test_a_bank_debit_that_comes_back_leaves_the_invoice_open_and_names_the_code(core: Core) -> None:
    visit, page = await paying(core)
    visit.gateway.debit(page)
    await visit.hear(page)
    visit.gateway.bounce(page, "account_closed")
    await visit.hear(page)

    await visit.hear(page)

    [fact] = await told(core, "payment.failed")
    assert fact["code"] == "account_closed"
    assert (await visit.invoice()).balance == Money(12500, "EUR")
    assert await visit.go_to_pay()


async def test_a_page_that_was_left_ends_with_its_reason(core: Core, clock: StandingClock) -> None:
    visit, page = await paying(core)
    clock.advance(hours=2)
    visit.gateway.close(page)

    await visit.hear(page)

    assert [fact["reason"] for fact in await told(core, "checkout.ended")] == ["the payer did not finish in time"]


async def test_a_page_ended_for_a_new_link_says_so(core: Core) -> None:
    visit, page = await paying(core)
    await links.regenerate(core, invoice_number="INV-1042", actor=SHELL)

    await checkouts.update(core, snapshot=await visit.gateway.expire(page.session_id))

    assert [fact["reason"] for fact in await told(core, "checkout.ended")] == ["a new link was made"]


async def test_a_payment_in_the_moment_in_which_the_page_was_ended_is_taken(core: Core) -> None:
    visit, page = await paying(core)
    expired = replace(await visit.gateway.fetch(page.session_id), status=CheckoutStatus.EXPIRED)
    await checkouts.update(core, snapshot=expired)
    visit.gateway.pay(page)

    await visit.hear(page)

    assert (await visit.invoice()).state == "settled"


async def test_a_second_payment_for_one_invoice_becomes_unapplied_cash(core: Core) -> None:
    visit, page = await paying(core)
    await checkouts.update(
        core, snapshot=replace(await visit.gateway.fetch(page.session_id), status=CheckoutStatus.EXPIRED)
    )
    second = await visit.go_to_pay()
    for each in (second, page):
        visit.gateway.pay(each)
        await visit.hear(each)

    [fact] = await told(core, "payment.surplus")

    assert fact["surplus"] == {"minor": 12500, "currency": "EUR"}
    assert await Payment.all().count() == 2


@pytest.mark.parametrize(
    "wrong",
    [{"amount": Money(12400, "EUR")}, {"amount": Money(12500, "USD")}, {"checkout_id": None}, {"checkout_id": uuid4()}],
)
async def test_money_that_is_not_what_we_ordered_is_told_and_never_booked(core: Core, wrong: dict[str, object]) -> None:
    visit, page = await paying(core)
    visit.gateway.pay(page)
    snapshot: CheckoutSnapshot = replace(await visit.gateway.fetch(page.session_id), **wrong)  # type: ignore[arg-type]

    for _ in range(2):
        standing = await checkouts.update(core, snapshot=snapshot)

    assert standing.state is CheckoutState.MISMATCHED
    assert await Payment.all().count() == 0
    [fact] = await told(core, "payment.mismatched")
    assert fact["object_id"] == page.charge_id


async def test_a_session_of_somebody_else_is_refused(core: Core) -> None:
    visit, page = await paying(core)
    foreign = replace(await visit.gateway.fetch(page.session_id), session_id="cs_foreign", checkout_id=uuid4())

    with pytest.raises(CheckoutNotFound):
        await checkouts.update(core, snapshot=foreign)


async def test_news_may_come_before_our_own_call_has_stored_its_answer(core: Core) -> None:
    visit = await a_visit(core)
    begun = await orders.start(core, secret=visit.secret, bank_debit=False)
    assert isinstance(begun, orders.ToPlace)
    answer = await visit.gateway.open(begun.order)
    visit.gateway.pay(visit.gateway.latest)
    await visit.hear(visit.gateway.latest)

    standing = await checkouts.update(core, snapshot=answer)

    assert standing.state is CheckoutState.PAID
    assert (await visit.invoice()).state == "settled"


async def test_an_order_that_the_provider_refuses_is_told_with_the_reason(core: Core) -> None:
    visit = await a_visit(core)
    begun = await orders.start(core, secret=visit.secret, bank_debit=False)
    assert isinstance(begun, orders.ToPlace)

    for _ in range(2):
        await checkouts.refused(core, checkout_id=begun.order.checkout_id, reason="no such key")

    assert [fact["reason"] for fact in await told(core, "checkout.ended")] == [
        "the payment provider refused the order: no such key"
    ]
    assert (await Checkout.get(id=begun.order.checkout_id)).state == "failed"


async def test_a_settled_invoice_asks_for_a_receipt_and_for_its_links_to_close(core: Core) -> None:
    visit, page = await paying(core)
    visit.gateway.pay(page)

    await visit.hear(page)

    assert await queued(core, "write_letter") == 1
    assert await queued(core, "close_links") == 1


async def test_a_bank_account_that_is_to_be_confirmed_is_told_and_then_the_debit(core: Core) -> None:
    visit, page = await paying(core)
    visit.gateway.debit(page)
    page.verify_url = "https://payments.stripe.test/confirm"
    for _ in range(2):
        await visit.hear(page)
    waiting_for = (await Checkout.get()).verify_url
    page.verify_url = None

    for _ in range(2):
        await visit.hear(page)

    assert waiting_for == "https://payments.stripe.test/confirm"
    assert (await Checkout.get()).verify_url is None
    assert len(await told(core, "payment.to_verify")) == 1
    assert len(await told(core, "payment.processing")) == 1


async def test_all_codes_of_a_decline_are_kept(core: Core) -> None:
    visit, page = await paying(core)
    page.decline = Decline("card_declined", "insufficient_funds", "51", "try_again_later")
    page.attempt_id = "ch_1"

    await visit.hear(page)

    [fact] = await told(core, "payment.declined")
    codes = ("code", "error_code", "network_code", "advice_code")
    assert [fact[each] for each in codes] == ["insufficient_funds", "card_declined", "51", "try_again_later"]


async def test_a_warning_about_a_payment_is_told_to_the_operators_once(core: Core) -> None:
    visit, page = await paying(core)
    visit.gateway.pay(page)
    await visit.hear(page)
    warning = Alert("issfr_1", "early fraud warning", Money(12_500, "EUR"), "unauthorized use of card")

    for _ in range(2):
        await checkouts.alert(core, session_id=page.session_id, alert=warning)

    assert [fact["what"] for fact in await told(core, "charge.questioned")] == ["early fraud warning"]
    with pytest.raises(CheckoutNotFound):
        await checkouts.alert(core, session_id="cs_of_somebody", alert=warning)
