"""Checkouts without news are asked about; pages that ask for the wrong thing are ended."""

from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.ledger.models import Invoice
from domain.pay_links import links, orders, waiting
from domain.pay_links.models import Checkout
from tests.clocks import StandingClock
from tests.domain.pay_links.payers import a_visit, told


async def test_an_open_page_is_asked_about_every_quarter_of_an_hour(core: Core, clock: StandingClock) -> None:
    page = await (await a_visit(core)).go_to_pay()
    assert await waiting.to_ask(core) == ()
    clock.advance(minutes=15)

    assert await waiting.to_ask(core) == (page.session_id,)

    assert await waiting.to_ask(core) == ()


async def test_a_bank_debit_is_asked_about_every_six_hours(core: Core, clock: StandingClock) -> None:
    visit = await a_visit(core)
    page = await visit.go_to_pay()
    visit.gateway.debit(page)
    await visit.hear(page)
    clock.advance(hours=5)
    assert await waiting.to_ask(core) == ()
    clock.advance(hours=1)

    assert await waiting.to_ask(core) == (page.session_id,)


async def test_a_paid_checkout_is_not_asked_about(core: Core, clock: StandingClock) -> None:
    visit = await a_visit(core)
    page = await visit.go_to_pay()
    visit.gateway.pay(page)
    await visit.hear(page)
    clock.advance(days=30)

    assert await waiting.to_ask(core) == ()


async def test_a_page_of_a_replaced_link_is_to_be_ended(core: Core) -> None:
    page = await (await a_visit(core)).go_to_pay()
    assert await waiting.to_end(core) == ()

    await links.regenerate(core, invoice_number="INV-1042", actor=SHELL)

    assert await waiting.to_end(core) == (page.session_id,)


async def test_a_page_with_another_amount_is_to_be_ended(core: Core) -> None:
    visit = await a_visit(core)
    page = await visit.go_to_pay()

    await Invoice.all().update(open_minor=1)

    assert await waiting.to_end(core, invoice_id=visit.invoice_id) == (page.session_id,)


async def test_a_page_of_another_invoice_is_not_touched(core: Core) -> None:
    visit, other = await a_visit(core), await a_visit(core, "INV-2")
    await visit.go_to_pay()
    await links.regenerate(core, invoice_number="INV-1042", actor=SHELL)

    assert await waiting.to_end(core, invoice_id=other.invoice_id) == ()


async def test_an_order_without_an_answer_is_given_up_after_a_while(core: Core, clock: StandingClock) -> None:
    visit = await a_visit(core)
    await orders.start(core, secret=visit.secret, bank_debit=False)
    await waiting.give_up_unanswered(core)
    assert (await Checkout.get()).state == "created"
    clock.advance(minutes=10)

    await waiting.give_up_unanswered(core)

    assert (await Checkout.get()).state == "expired"
    assert len(await told(core, "checkout.ended")) == 1


async def test_an_order_of_a_replaced_link_is_given_up_at_once(core: Core) -> None:
    visit = await a_visit(core)
    await orders.start(core, secret=visit.secret, bank_debit=False)
    await links.regenerate(core, invoice_number="INV-1042", actor=SHELL)

    await waiting.give_up_unanswered(core, invoice_id=visit.invoice_id)

    assert (await Checkout.get()).state == "expired"
