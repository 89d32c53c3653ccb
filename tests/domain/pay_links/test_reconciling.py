"""The provider's lists of money are compared with the ledger: what is missing is booked, what fits nothing waits."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.kernel.ports import Movement
from domain.ledger.models import Payment
from domain.pay_links import reconciling
from domain.pay_links.models import Checkout, StrayMovement
from tests.builders import an_invoice
from tests.clocks import START, StandingClock
from tests.domain.pay_links.payers import Visit, a_visit, told
from tests.portal.fake_gateway import Page

ALL = Money(12_500, "EUR")


def moved(object_id: str, kind: str = "payment", amount: Money = ALL, *, charge: str = "", about: str = "") -> Movement:
    return Movement(object_id, kind, amount, START, charge or object_id, about=about)


async def paid(core: Core) -> tuple[Visit, Page, str]:
    visit = await a_visit(core)
    page = await visit.go_to_pay()
    visit.gateway.pay(page)
    await visit.hear(page)
    assert page.charge_id
    return visit, page, page.charge_id


async def test_what_is_in_the_ledger_already_is_left_alone(core: Core) -> None:
    _, _, charge = await paid(core)

    found = await reconciling.compare(core, movements=[moved(charge)])

    assert found == reconciling.Compared((), (), 0, 0)


async def test_a_payment_with_our_mark_names_the_session_to_read(core: Core) -> None:
    visit = await a_visit(core)
    page = await visit.go_to_pay()

    found = await reconciling.compare(core, movements=[replace(moved("ch_lost"), checkout_id=page.order.checkout_id)])

    assert (found.sessions, found.charges, found.strays) == ((page.session_id,), (), 0)


async def test_a_checkout_whose_session_was_never_stored_is_looked_for_by_its_charge(core: Core) -> None:
    visit = await a_visit(core)
    page = await visit.go_to_pay()
    await Checkout.all().update(session_id=None)

    found = await reconciling.compare(core, movements=[replace(moved("ch_lost"), checkout_id=page.order.checkout_id)])

    assert found.charges == ("ch_lost",)


async def test_a_refund_of_a_payment_that_we_know_is_booked_once(core: Core) -> None:
    visit, _, charge = await paid(core)
    refund = moved("re_1", "refund", Money(2_500, "EUR"), charge=charge)

    found = [await reconciling.compare(core, movements=[refund]) for _ in range(2)]

    assert [each.booked for each in found] == [1, 0]
    assert (await visit.invoice()).balance == Money(2_500, "EUR")


async def test_a_dispute_that_was_won_before_we_heard_of_it_ends_settled(core: Core) -> None:
    visit, _, charge = await paid(core)

    await reconciling.compare(
        core, movements=[moved("du_1", "chargeback", charge=charge), moved("du_1", "reinstated", charge=charge)]
    )

    assert (await visit.invoice()).balance == Money(0, "EUR")
    assert await Payment.all().count() == 3


async def test_a_refund_that_failed_before_we_heard_of_it_is_nothing(core: Core) -> None:
    _, _, charge = await paid(core)

    found = await reconciling.compare(core, movements=[moved("re_1", "reinstated", charge=charge)])

    assert (found.booked, found.strays) == (0, 0)


async def test_money_that_fits_nothing_waits_once_and_names_its_invoice(core: Core) -> None:
    invoice = await an_invoice(core, "INV-77")
    elsewhere = moved("ch_terminal", about="Invoice INV-77, by telephone")

    found = [await reconciling.compare(core, movements=[elsewhere]) for _ in range(2)]

    assert [each.strays for each in found] == [1, 0]
    [stray] = await StrayMovement.all()
    assert (stray.invoice_id, stray.amount, stray.state) == (invoice.id, ALL, "open")


async def test_an_amount_that_differs_from_the_ledgers_waits_for_a_person(core: Core) -> None:
    _, _, charge = await paid(core)

    await reconciling.compare(core, movements=[moved(charge, amount=Money(12_400, "EUR"))])

    [stray] = await StrayMovement.all()
    assert stray.note == "in the ledger it is 125.00 EUR"


async def test_on_a_shared_account_only_what_names_an_invoice_is_asked_about(core: Core) -> None:
    shared = replace(core, limits=replace(core.limits, stripe_shared=True))
    await an_invoice(core, "INV-77")

    found = await reconciling.compare(
        shared, movements=[moved("ch_shop", about="Order 4711"), moved("ch_ours", about="INV-77")]
    )

    assert found.strays == 1


async def test_a_night_s_strays_are_told_together_and_once(core: Core, clock: StandingClock) -> None:
    await reconciling.compare(core, movements=[moved(f"ch_{each}") for each in range(7)])

    told_of = [await reconciling.tell_strays(core) for _ in range(2)]
    clock.advance(days=1)
    await reconciling.compare(core, movements=[moved("ch_late"), moved("ch_1")])
    told_of.append(await reconciling.tell_strays(core))

    assert told_of == [7, 0, 1]
    assert [fact["count"] for fact in await told(core, "stray.found")] == [7, 1]


async def test_a_stray_whose_news_came_after_all_is_closed(core: Core) -> None:
    visit = await a_visit(core)
    page = await visit.go_to_pay()
    visit.gateway.pay(page)
    assert page.charge_id
    await reconciling.compare(core, movements=[moved(page.charge_id)])
    await visit.hear(page)

    assert await reconciling.tell_strays(core) == 0

    assert (await StrayMovement.get()).state == "booked"


async def test_an_interrupted_comparison_goes_on_where_it_stood_and_the_next_night_begins_anew(
    core: Core, clock: StandingClock
) -> None:
    await reconciling.reached(core, of="payments", after="ch_200")
    await reconciling.reached(core, of="refunds", after=None)

    places = {each.of: each.after for each in await reconciling.to_compare(core)}
    clock.advance(days=1)
    tomorrow = {each.of: each.after for each in await reconciling.to_compare(core)}

    assert places == {"payments": "ch_200", "disputes": None}
    assert tomorrow == {"payments": None, "refunds": None, "disputes": None}


async def test_a_page_of_other_peoples_money_takes_one_look_at_the_ledger(core: Core) -> None:
    _, _, charge = await paid(core)
    page = [moved(charge), *(moved(f"ch_{each}", about=f"Order {each}") for each in range(99))]

    found = await reconciling.compare(core, movements=page)

    assert found.strays == 99
    assert await StrayMovement.filter(object_id=charge).count() == 0


async def test_a_mark_that_is_none_of_ours_makes_a_stray(core: Core) -> None:
    found = await reconciling.compare(core, movements=[replace(moved("ch_1"), checkout_id=uuid4())])

    assert (found.sessions, found.strays) == ((), 1)


def test_every_list_reaches_back_beyond_a_bank_debits_days() -> None:
    assert min(reconciling.LISTS.values()) > timedelta(days=7)
