"""The page says what is owed, what was paid, and what the payer must know first."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest

from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.ledger import contacts, receipts
from domain.ledger.models import Account, Invoice
from domain.pay_links import queries
from domain.pay_links.queries import Banner, PayerPage
from domain.pay_links.refusals import LinkNotFound
from tests.builders import a_contact
from tests.domain.commitments.commitments_made import a_dispute, a_plan
from tests.domain.pay_links.payers import Visit, a_link, a_visit, entered


async def page_of(visit: Visit) -> PayerPage:
    return await queries.page(visit.core, secret=visit.secret)


async def test_the_page_says_what_is_owed_and_since_when(core: Core) -> None:
    page = await page_of(await a_visit(core))

    assert (page.balance, page.total, page.days_past_due) == (Money(12500, "EUR"), Money(12500, "EUR"), 7)
    assert (page.banner, page.payable, page.history) == (Banner.NONE, True, ())
    assert page.address == "a…@acme.example"


async def test_a_paid_invoice_has_its_payment_and_receipt(core: Core) -> None:
    visit = await a_visit(core)
    checkout = await visit.go_to_pay()
    visit.gateway.pay(checkout)
    await visit.hear(checkout)
    [line] = (await page_of(visit)).history
    assert line.payment_id is not None

    receipt = await receipts.issued(core, payment_id=line.payment_id)

    page = await page_of(visit)
    assert (page.banner, page.payable) == (Banner.PAID, False)
    assert [each.receipt_number for each in page.history] == [receipt.number]


async def test_each_standing_of_the_attempt_has_its_banner(core: Core) -> None:
    visit = await a_visit(core, amount=Money(9900, "USD"))
    checkout = await visit.go_to_pay()
    seen = [(await page_of(visit)).banner]
    gateway = visit.gateway
    happenings: tuple[Callable[[], None], ...] = (
        partial(gateway.decline, checkout, "expired_card"),
        partial(gateway.debit, checkout),
        partial(gateway.bounce, checkout),
    )
    for happens in happenings:
        happens()
        await visit.hear(checkout)
        seen.append((await page_of(visit)).banner)

    assert seen == [Banner.LEFT, Banner.FAILED, Banner.PROCESSING, Banner.FAILED]


async def test_a_misfit_is_shown_as_being_looked_at(core: Core) -> None:
    visit = await a_visit(core)
    checkout = await visit.go_to_pay()
    visit.gateway.pay(checkout)
    checkout.order = replace(checkout.order, amount=Money(1, "EUR"))
    await visit.hear(checkout)

    page = await page_of(visit)

    assert (page.banner, page.payable) == (Banner.IN_REVIEW, False)


async def test_an_invoice_that_is_void_needs_no_payment(core: Core) -> None:
    visit = await a_visit(core)
    await (await Invoice.get(id=visit.invoice_id)).move("void", open_minor=0)

    assert (await page_of(visit)).banner is Banner.CLOSED


async def test_a_colleague_sees_my_bank_debit_but_not_my_declined_card(core: Core) -> None:
    visit = await a_visit(core)
    invoice = await visit.invoice()
    bob = await a_contact(core, await Account.get(id=invoice.account_id), "bob@acme.example")
    link = await a_link(core, invoice, bob)
    bobs = replace(visit, link=link, secret=await entered(core, link, "bob's browser"))
    checkout = await visit.go_to_pay()
    visit.gateway.decline(checkout)
    await visit.hear(checkout)
    assert (await page_of(bobs)).banner is Banner.NONE
    visit.gateway.debit(checkout)

    await visit.hear(checkout)

    assert (await page_of(bobs)).banner is Banner.PROCESSING


async def test_the_history_has_what_came_and_what_went_back(core: Core) -> None:
    visit = await a_visit(core)
    checkout = await visit.go_to_pay()
    visit.gateway.pay(checkout)
    visit.gateway.reverse(checkout, "refund", Money(500, "EUR"))
    await visit.hear(checkout)

    page = await page_of(visit)

    assert [(line.kind, line.amount.minor) for line in page.history] == [("received", 12500), ("refund", 500)]
    assert page.balance == Money(500, "EUR")


async def test_the_page_asks_for_the_instalment_and_counts_its_days(core: Core) -> None:
    visit = await a_visit(core)
    await a_plan(core, await visit.invoice(), (6000, 6500), first=-1)

    page = await page_of(visit)

    assert (page.asked.amount, page.asked.position, page.asked.parts) == (Money(6000, "EUR"), 1, 2)
    assert (page.days_past_due, page.balance, page.asked.is_part) == (1, Money(12500, "EUR"), True)


async def test_the_page_does_not_ask_for_what_is_disputed(core: Core) -> None:
    visit = await a_visit(core)
    await a_dispute(core, await visit.invoice(), 2500)

    page = await page_of(visit)

    assert (page.asked.amount, page.asked.disputed) == (Money(10000, "EUR"), Money(2500, "EUR"))
    assert (page.days_past_due, page.asked.position) == (7, None)


async def test_whoever_was_removed_from_the_contacts_sees_nothing_any_more(core: Core) -> None:
    visit = await a_visit(core)
    page = await page_of(visit)

    await contacts.remove(core, account=str(page.account_id), email="anna@acme.example", actor=SHELL)

    with pytest.raises(LinkNotFound):
        await page_of(visit)
