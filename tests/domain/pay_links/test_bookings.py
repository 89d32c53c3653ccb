"""What goes back at the provider reopens the invoice by that much, once, and comes back when a dispute is won."""

import asyncio
from dataclasses import replace
from uuid import uuid4

from domain.casework.models import Task
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.kernel.ports import Alert, Collectable
from domain.pay_links import checkouts, orders
from domain.pay_links.models import Checkout
from plixo.wiring import nothing
from tests.domain.commitments.commitments_made import a_promise
from tests.domain.pay_links.payers import Visit, a_visit, told
from tests.portal.fake_gateway import Page

ALL = Money(12500, "EUR")
PART = Money(2500, "EUR")
NOTHING = Money(0, "EUR")
ANY = Collectable(Money(50, "EUR"), Money(99_999_999, "EUR"), Money(1, "EUR"))


async def paid(core: Core) -> tuple[Visit, Page]:
    visit = await a_visit(core)
    page = await visit.go_to_pay()
    visit.gateway.pay(page)
    await visit.hear(page)
    return visit, page


async def test_a_refund_reopens_the_invoice_by_its_amount_once(core: Core) -> None:
    visit, page = await paid(core)
    visit.gateway.reverse(page, "refund", PART)

    for _ in range(3):
        await visit.hear(page)

    assert (await visit.invoice()).balance == PART
    assert len(await told(core, "payment.reversed")) == 1


async def test_two_refunds_add_up(core: Core) -> None:
    visit, page = await paid(core)
    visit.gateway.reverse(page, "refund", PART)
    await visit.hear(page)
    visit.gateway.reverse(page, "refund", PART)

    await visit.hear(page)

    assert (await visit.invoice()).balance == Money(5000, "EUR")


async def test_a_chargeback_reopens_and_a_won_one_settles_again(core: Core) -> None:
    visit, page = await paid(core)
    dispute = visit.gateway.reverse(page, "chargeback", ALL)
    await visit.hear(page)
    assert (await visit.invoice()).balance == ALL
    visit.gateway.reverse(page, "reinstated", ALL, dispute)

    for _ in range(2):
        await visit.hear(page)

    assert (await visit.invoice()).balance == NOTHING


async def test_a_dispute_that_was_won_before_we_heard_of_it_changes_nothing_in_the_end(core: Core) -> None:
    visit, page = await paid(core)
    dispute = visit.gateway.reverse(page, "chargeback", ALL)
    visit.gateway.reverse(page, "reinstated", ALL, dispute)

    await visit.hear(page)

    assert (await visit.invoice()).balance == NOTHING


async def test_a_refund_that_failed_before_we_heard_of_it_gives_nothing_back(core: Core) -> None:
    visit, page = await paid(core)
    visit.gateway.reverse(page, "reinstated", PART, "re_failed")

    await visit.hear(page)

    assert (await visit.invoice()).balance == NOTHING
    assert len(await told(core, "payment.received")) == 1


async def test_a_payment_and_its_refund_in_one_piece_of_news_are_both_booked(core: Core) -> None:
    visit = await a_visit(core)
    page = await visit.go_to_pay()
    visit.gateway.pay(page)
    visit.gateway.reverse(page, "refund", ALL)

    await visit.hear(page)

    assert (await visit.invoice()).balance == ALL
    assert len(await told(core, "payment.received")) == 1


async def test_a_reversal_in_another_currency_is_told_once_and_not_booked(core: Core) -> None:
    visit, page = await paid(core)
    visit.gateway.reverse(page, "chargeback", Money(100, "USD"))

    for _ in range(2):
        await visit.hear(page)

    assert len(await told(core, "payment.mismatched")) == 1
    assert (await visit.invoice()).balance == NOTHING


async def test_the_invoice_can_be_paid_again_after_a_chargeback(core: Core) -> None:
    visit, page = await paid(core)
    visit.gateway.reverse(page, "chargeback", ALL)
    await visit.hear(page)

    again = await visit.go_to_pay()

    visit.gateway.pay(again)
    await visit.hear(again)
    assert (await visit.invoice()).balance == NOTHING


async def part_paid(core: Core) -> tuple[Visit, Page]:
    visit = await a_visit(core)
    begun = await orders.start(core, secret=visit.secret, bank_debit=False, part=orders.Part(PART, ANY))
    assert isinstance(begun, orders.ToPlace)
    await checkouts.update(core, snapshot=await visit.gateway.open(begun.order))
    visit.gateway.pay(visit.gateway.latest)
    return visit, visit.gateway.latest


async def test_a_part_that_was_paid_leaves_the_rest_and_the_operators_are_asked_to_ask_for_it(core: Core) -> None:
    visit, page = await part_paid(core)

    for _ in range(2):
        await visit.hear(page)

    assert (await visit.invoice()).balance == Money(10_000, "EUR")
    [fact] = await told(core, "payment.remainder")
    assert fact["rest"] == {"minor": 10_000, "currency": "EUR"}


async def test_a_rest_that_was_promised_is_not_asked_about(core: Core) -> None:
    visit, page = await part_paid(core)
    await a_promise(core, await visit.invoice(), 10_000, days=3)

    await visit.hear(page)

    assert await told(core, "payment.remainder") == []


async def test_a_question_about_a_payment_is_told_once_and_moves_nothing(core: Core) -> None:
    visit, page = await paid(core)
    page.alerts.append(Alert("du_1", "inquiry", ALL, "product not received"))

    for _ in range(2):
        await visit.hear(page)

    assert [fact["object_id"] for fact in await told(core, "charge.questioned")] == ["du_1"]
    assert (await visit.invoice()).balance == NOTHING


async def test_a_refund_and_a_chargeback_that_both_pay_out_reopen_no_more_than_was_owed(core: Core) -> None:
    visit, page = await paid(core)
    visit.gateway.reverse(page, "refund", ALL)
    visit.gateway.reverse(page, "chargeback", ALL)

    await visit.hear(page)

    assert (await visit.invoice()).balance == ALL
    assert [fact["reversal"] for fact in await told(core, "payment.reversed")] == ["refund", "chargeback"]


async def test_a_payment_too_many_is_unapplied_cash_with_a_task_that_says_what_to_do(core: Core) -> None:
    visit, page = await paid(core)
    other = await orders_again(visit, page)

    await visit.hear(other)

    core.jobs.bind({"tell_operators": nothing, "write_letter": nothing, "end_checkout": nothing})
    await core.jobs.work(concurrency=2, stop=asyncio.Event(), until_idle=True)
    [task] = await Task.filter(kind="apply cash")
    assert "125.00 EUR more than was open on INV-1042" in task.reason
    assert await core.database.row("SELECT amount_minor FROM unapplied_cash") == {"amount_minor": 12_500}


async def orders_again(visit: Visit, page: Page) -> Page:
    """Return a second page for the same invoice that was paid as well, as a session that outlived its end can be."""
    first = await Checkout.get()
    second = replace(page.order, checkout_id=uuid4())
    await Checkout.create(
        id=second.checkout_id, invoice_id=first.invoice_id, link_id=first.link_id, state="expired",
        amount_minor=first.amount_minor, currency=first.currency, order_terms={}, session_id="cs_second",
        expires_at=first.expires_at, declines=[], created_at=first.created_at, checked_at=first.checked_at,
    )  # fmt: skip
    twice = Page("cs_second", second)
    visit.gateway.pages["cs_second"] = twice
    visit.gateway.pay(twice)
    return twice
