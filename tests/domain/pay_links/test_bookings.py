"""What goes back at the provider reopens the invoice by that much, once, and comes back when a dispute is won."""

from domain.kernel.core import Core
from domain.kernel.money import Money
from tests.domain.pay_links.payers import Visit, a_visit, told
from tests.portal.fake_gateway import Page

ALL = Money(12500, "EUR")
PART = Money(2500, "EUR")
NOTHING = Money(0, "EUR")


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
