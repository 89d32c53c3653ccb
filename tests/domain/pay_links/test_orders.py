"""One open payment page per invoice: a second click finds it, a change replaces it, nothing is asked for twice."""

import asyncio
from dataclasses import replace

import pytest

from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.kernel.ports import CheckoutOrder, Collectable, Method
from domain.ledger.models import Account, Invoice
from domain.ledger.refusals import NothingToPay
from domain.pay_links import checkouts, links, orders, waiting
from domain.pay_links.models import Checkout
from domain.pay_links.refusals import (
    AmountNotPossible,
    LinkNotFound,
    PartPaymentsOff,
    PaymentInReview,
    PaymentUnderWay,
)
from tests.builders import a_contact
from tests.clocks import StandingClock
from tests.domain.commitments.commitments_made import a_dispute, a_plan
from tests.domain.pay_links.payers import Visit, a_link, a_visit, entered, told


async def start(visit: Visit) -> orders.ToPlace | orders.PageOpen | orders.PageOutdated:
    return await orders.start(visit.core, secret=visit.secret, bank_debit=True)


async def placed(visit: Visit) -> CheckoutOrder:
    begun = await start(visit)
    assert isinstance(begun, orders.ToPlace)
    return begun.order


async def test_the_order_says_what_is_owed_and_where_to_come_back(core: Core, clock: StandingClock) -> None:
    visit = await a_visit(core)

    order = await placed(visit)

    assert (order.amount, order.title) == (Money(12500, "EUR"), "Invoice INV-1042")
    assert order.payer_email == "anna@acme.example"
    assert order.success_url == "https://pay.northwind.example/i/return"
    assert order.cancel_url == "https://pay.northwind.example/i/left"
    assert order.expires_at - clock.now() == orders.LIFE
    assert len(await told(core, "checkout.started")) == 1


async def test_every_word_of_the_order_is_stored_before_the_provider_hears_it(core: Core, clock: StandingClock) -> None:
    visit = await a_visit(core)
    first = await placed(visit)
    clock.advance(minutes=3)
    await Account.all().update(locale="fr")

    again = await placed(visit)

    assert again == first


async def test_the_page_speaks_as_the_payer_reads(core: Core) -> None:
    visit = await a_visit(core)
    await planned(visit)
    wording = orders.Wording("fr_FR", "Facture INV-1042", "Facture INV-1042, échéance {position} sur {parts}")

    begun = await orders.start(core, secret=visit.secret, bank_debit=False, wording=wording)

    assert isinstance(begun, orders.ToPlace)
    assert (begun.order.locale, begun.order.title) == ("fr_FR", "Facture INV-1042, échéance 1 sur 2")


async def test_a_page_that_is_open_in_another_language_is_opened_anew(core: Core) -> None:
    visit = await a_visit(core)
    page = await visit.go_to_pay()
    same, french = (orders.Wording(locale, "INV-1042", "INV-1042") for locale in (page.order.locale, "fr_FR"))

    found = await orders.start(core, secret=visit.secret, bank_debit=False, wording=same)
    again = await orders.start(core, secret=visit.secret, bank_debit=False, wording=french)

    assert isinstance(found, orders.PageOpen)
    assert again == orders.PageOutdated(page.session_id)


async def test_two_clicks_at_once_are_one_order(core: Core) -> None:
    visit = await a_visit(core)

    one, two = await asyncio.gather(placed(visit), placed(visit))

    assert one == two
    assert await Checkout.all().count() == 1


async def test_a_click_while_the_page_is_open_finds_that_page(core: Core) -> None:
    visit = await a_visit(core)
    page = await visit.go_to_pay()

    assert await start(visit) == orders.PageOpen(f"https://checkout.test/{page.session_id}")


async def test_a_page_that_closes_soon_is_not_handed_out_again(core: Core, clock: StandingClock) -> None:
    visit = await a_visit(core)
    page = await visit.go_to_pay()
    clock.advance(minutes=51)

    assert await start(visit) == orders.PageOutdated(page.session_id)


async def test_a_changed_balance_outdates_the_open_page(core: Core) -> None:
    visit = await a_visit(core)
    page = await visit.go_to_pay()
    await Invoice.all().update(open_minor=5000)

    assert await start(visit) == orders.PageOutdated(page.session_id)


async def test_a_colleagues_page_is_ended_before_mine_opens(core: Core) -> None:
    visit = await a_visit(core)
    page = await visit.go_to_pay()
    invoice = await visit.invoice()
    bob = await a_contact(core, await Account.get(id=invoice.account_id), "bob@acme.example")
    link = await a_link(core, invoice, bob)
    bobs = replace(visit, link=link, secret=await entered(core, link, "bob's browser"))

    assert await start(bobs) == orders.PageOutdated(page.session_id)

    await checkouts.update(core, snapshot=await visit.gateway.expire(page.session_id))
    assert (await placed(bobs)).payer_email == "bob@acme.example"


async def test_an_order_that_got_no_answer_is_repeated_for_ten_minutes_and_then_made_anew(
    core: Core, clock: StandingClock
) -> None:
    visit = await a_visit(core)
    first = await placed(visit)
    clock.advance(minutes=9)
    assert (await placed(visit)).checkout_id == first.checkout_id
    clock.advance(minutes=1)

    assert (await placed(visit)).checkout_id != first.checkout_id

    assert (await Checkout.get(id=first.checkout_id)).state == "expired"


async def test_nothing_is_ordered_for_a_settled_invoice(core: Core) -> None:
    visit = await a_visit(core)
    await (await visit.invoice()).move("settle", open_minor=0)

    with pytest.raises(NothingToPay):
        await start(visit)


async def test_nothing_is_ordered_while_a_bank_debit_is_processed(core: Core) -> None:
    visit = await a_visit(core)
    page = await visit.go_to_pay()
    visit.gateway.debit(page)
    await visit.hear(page)

    with pytest.raises(PaymentUnderWay):
        await start(visit)


async def test_nothing_is_ordered_while_a_misfit_is_looked_at_and_a_new_link_ends_that(core: Core) -> None:
    visit = await a_visit(core)
    page = await visit.go_to_pay()
    visit.gateway.pay(page)
    page.order = replace(page.order, amount=Money(1, "EUR"))
    await visit.hear(page)
    with pytest.raises(PaymentInReview):
        await start(visit)

    event = await links.regenerate(core, invoice_number="INV-1042", actor=SHELL)

    link = await a_link(core, await visit.invoice())
    assert link.id == event.link_id
    assert await placed(replace(visit, link=link, secret=await entered(core, link)))


async def test_a_dead_session_orders_nothing(core: Core) -> None:
    visit = await a_visit(core)
    await links.regenerate(core, invoice_number="INV-1042", actor=SHELL)

    with pytest.raises(LinkNotFound):
        await start(visit)


async def test_ordering_counts_as_activity(core: Core, clock: StandingClock) -> None:
    visit = await a_visit(core)
    clock.advance(days=6)
    await start(visit)
    clock.advance(days=6)

    assert await start(visit)


async def test_bank_debit_is_offered_for_us_dollars_only(core: Core) -> None:
    dollars = await a_visit(core, "INV-1", amount=Money(9900, "USD"))
    euros = await a_visit(core, "INV-2")

    assert (await placed(dollars)).methods == (Method.CARD, Method.BANK_DEBIT)
    assert (await placed(euros)).methods == (Method.CARD,)


async def test_after_two_returned_debits_only_cards_are_offered(core: Core) -> None:
    visit = await a_visit(core, amount=Money(9900, "USD"))
    for _ in range(2):
        page = await visit.go_to_pay(bank_debit=True)
        assert Method.BANK_DEBIT in page.order.methods
        visit.gateway.debit(page)
        await visit.hear(page)
        visit.gateway.bounce(page)
        await visit.hear(page)

    assert (await placed(visit)).methods == (Method.CARD,)


async def planned(visit: Visit) -> None:
    """Let the invoice of 125.00 be paid in two instalments, the first due today."""
    await a_plan(visit.core, await visit.invoice(), (6000, 6500))


async def test_a_plan_makes_the_instalment_that_is_due_the_order(core: Core) -> None:
    visit = await a_visit(core)
    await planned(visit)

    order = await placed(visit)

    assert (order.amount, order.title) == (Money(6000, "EUR"), "Invoice INV-1042, instalment 1 of 2")


async def test_a_paid_instalment_is_booked_and_the_next_one_is_asked_for(core: Core) -> None:
    visit = await a_visit(core)
    await planned(visit)
    page = await visit.go_to_pay()
    visit.gateway.pay(page)

    standing = await visit.hear(page)

    assert standing.state == "paid"
    assert (await visit.invoice()).open_minor == 6500
    assert await told(core, "payment.mismatched") == []
    assert (await placed(visit)).amount == Money(6500, "EUR")


async def test_the_whole_balance_can_be_paid_instead_and_takes_the_place_of_the_instalments_page(core: Core) -> None:
    visit = await a_visit(core)
    await planned(visit)
    page = await visit.go_to_pay()

    assert await orders.start(core, secret=visit.secret, bank_debit=True, whole=True) == orders.PageOutdated(
        page.session_id
    )

    await checkouts.update(core, snapshot=await visit.gateway.expire(page.session_id))
    begun = await orders.start(core, secret=visit.secret, bank_debit=True, whole=True)
    assert isinstance(begun, orders.ToPlace)
    assert (begun.order.amount, begun.order.title) == (Money(12500, "EUR"), "Invoice INV-1042")


async def test_an_instalments_page_lives_until_the_balance_changes(core: Core) -> None:
    visit = await a_visit(core)
    await planned(visit)
    page = await visit.go_to_pay()
    assert await start(visit) == orders.PageOpen(f"https://checkout.test/{page.session_id}")
    assert await waiting.to_end(core) == ()

    await Invoice.all().update(open_minor=12000)

    assert await waiting.to_end(core) == (page.session_id,)
    assert await start(visit) == orders.PageOutdated(page.session_id)


async def test_what_is_disputed_is_not_ordered_unless_the_payer_wants_to(core: Core) -> None:
    visit = await a_visit(core)
    await a_dispute(core, await visit.invoice(), 2500)

    order = await placed(visit)

    assert (order.amount, order.title) == (Money(10000, "EUR"), "Invoice INV-1042")


async def test_who_disputes_everything_may_still_pay_it(core: Core) -> None:
    visit = await a_visit(core)
    await a_dispute(core, await visit.invoice(), 12500)

    assert (await placed(visit)).amount == Money(12500, "EUR")


COLLECTABLE = Collectable(Money(50, "EUR"), Money(99_999_999, "EUR"), Money(1, "EUR"))


def a_part(minor: int) -> orders.Part:
    return orders.Part(Money(minor, "EUR"), COLLECTABLE)


async def test_a_part_of_the_payers_choice_is_ordered_and_knows_what_was_owed(core: Core) -> None:
    visit = await a_visit(core)

    begun = await orders.start(core, secret=visit.secret, bank_debit=False, part=a_part(2_500))

    assert isinstance(begun, orders.ToPlace)
    assert begun.order.amount == Money(2_500, "EUR")
    assert (await Checkout.get()).owed_minor == 12_500


@pytest.mark.parametrize("minor", [0, 49, 12_451, 12_499, 12_501, 10**9])
async def test_a_part_that_cannot_be_collected_is_refused_with_those_that_can(core: Core, minor: int) -> None:
    visit = await a_visit(core)

    with pytest.raises(AmountNotPossible, match=r"0\.50 EUR to 124\.50 EUR, or the whole balance of 125\.00 EUR"):
        await orders.start(core, secret=visit.secret, bank_debit=False, part=a_part(minor))

    assert await Checkout.all().count() == 0


async def test_a_part_that_is_all_that_is_open_is_the_whole(core: Core) -> None:
    visit = await a_visit(core)

    await orders.start(core, secret=visit.secret, bank_debit=False, part=a_part(12_500))

    assert (await Checkout.get()).owed_minor is None


async def test_a_merchant_who_takes_no_parts_is_paid_whole(core: Core) -> None:
    strict = replace(core, limits=replace(core.limits, part_payments=False))
    visit = await a_visit(strict)

    with pytest.raises(PartPaymentsOff):
        await orders.start(strict, secret=visit.secret, bank_debit=False, part=a_part(2_500))


async def test_another_part_ends_the_page_that_is_open(core: Core) -> None:
    visit = await a_visit(core)
    first = await orders.start(core, secret=visit.secret, bank_debit=False, part=a_part(2_500))
    assert isinstance(first, orders.ToPlace)
    await checkouts.update(core, snapshot=await visit.gateway.open(first.order))

    again = await orders.start(core, secret=visit.secret, bank_debit=False, part=a_part(2_500))
    other = await orders.start(core, secret=visit.secret, bank_debit=False, part=a_part(3_000))

    assert isinstance(again, orders.PageOpen)
    assert isinstance(other, orders.PageOutdated)


async def test_a_debit_that_settled_and_came_back_counts_as_returned(core: Core) -> None:
    visit = await a_visit(core, amount=Money(9_900, "USD"))
    for _ in range(2):
        page = await visit.go_to_pay(bank_debit=True)
        visit.gateway.pay(page, method="bank debit, account ending 5559")
        await visit.hear(page)
        visit.gateway.reverse(page, "chargeback", Money(9_900, "USD"))
        await visit.hear(page)

    third = await visit.go_to_pay(bank_debit=True)

    assert third.order.methods == (Method.CARD,)
