"""Money that fits nothing is booked on an invoice or left out for a reason; each is decided once."""

from uuid import UUID

import pytest

from domain.kernel.actor import SHELL, Actor, ActorKind, Permission
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.kernel.ports import Movement
from domain.kernel.refusals import NotAllowed
from domain.ledger.models import Invoice, Payment
from domain.pay_links import reconciling, strays
from domain.pay_links.models import StrayMovement
from domain.pay_links.refusals import StrayNotFound, StrayUnbookable
from tests.builders import an_invoice, paid
from tests.clocks import START

VIEWER = Actor(ActorKind.PERSON, "Vera", frozenset({Permission.VIEW}))


async def a_stray(
    core: Core, object_id: str = "ch_9", kind: str = "payment", minor: int = 12_500, *, charge: str = "ch_9"
) -> UUID:
    movement = Movement(object_id, kind, Money(minor, "EUR"), START, charge, method="card ending 4242", about="Phone")
    await reconciling.compare(core, movements=[movement])
    return (await StrayMovement.get(object_id=object_id)).id


async def test_a_payment_is_booked_on_the_invoice_that_a_person_names(core: Core) -> None:
    await an_invoice(core, "INV-7")
    stray = await a_stray(core)

    event = await strays.book(core, stray_id=stray, invoice_number="inv-7", actor=SHELL)

    assert event.told() == "Found at Stripe and booked here: payment of 125.00 EUR (ch_9)"
    assert (await Invoice.get()).state == "settled"
    assert (await Payment.get()).object_id == "ch_9"
    assert (await strays.waiting(core, actor=SHELL)).total == 0


async def test_a_refund_goes_back_from_the_payment_that_it_belongs_to(core: Core) -> None:
    await an_invoice(core, "INV-7")
    refund = await a_stray(core, "re_9", "refund", 500)
    with pytest.raises(StrayUnbookable, match="ch_9"):
        await strays.book(core, stray_id=refund, invoice_number="INV-7", actor=SHELL)
    payment = await a_stray(core)
    await strays.book(core, stray_id=payment, invoice_number="INV-7", actor=SHELL)

    await strays.book(core, stray_id=refund, invoice_number="INV-7", actor=SHELL)

    assert (await Invoice.get()).balance == Money(500, "EUR")


async def test_each_is_decided_once(core: Core) -> None:
    await an_invoice(core, "INV-7")
    stray = await a_stray(core)
    await strays.dismiss(core, stray_id=stray, reason="from the web shop", actor=SHELL)

    with pytest.raises(StrayNotFound):
        await strays.book(core, stray_id=stray, invoice_number="INV-7", actor=SHELL)
    with pytest.raises(StrayNotFound):
        await strays.dismiss(core, stray_id=stray, reason="again", actor=SHELL)


async def test_the_refund_of_what_was_left_out_is_left_out_too(core: Core) -> None:
    stray = await a_stray(core)
    await strays.dismiss(core, stray_id=stray, reason="from the web shop", actor=SHELL)

    movement = Movement("re_9", "refund", Money(500, "EUR"), START, "ch_9")
    assert (await reconciling.compare(core, movements=[movement])).strays == 0


async def test_another_currency_and_another_amount_are_refused_with_what_to_do(core: Core) -> None:
    await an_invoice(core, "INV-USD", amount=Money(100, "USD"))
    invoice = await an_invoice(core, "INV-7")
    await paid(core, invoice)
    foreign = await a_stray(core)
    await reconciling.compare(core, movements=[Movement("ch_1", "payment", Money(1, "EUR"), START, "ch_1")])
    other_amount = (await StrayMovement.get(object_id="ch_1")).id

    with pytest.raises(StrayUnbookable, match="in EUR, and INV-USD is in USD"):
        await strays.book(core, stray_id=foreign, invoice_number="INV-USD", actor=SHELL)
    with pytest.raises(StrayUnbookable, match="in the ledger already"):
        await strays.book(core, stray_id=other_amount, invoice_number="INV-7", actor=SHELL)


async def test_it_needs_the_right_and_a_reason(core: Core) -> None:
    await an_invoice(core, "INV-7")
    stray = await a_stray(core)

    with pytest.raises(NotAllowed):
        await strays.book(core, stray_id=stray, invoice_number="INV-7", actor=VIEWER)
    with pytest.raises(NotAllowed):
        await strays.dismiss(core, stray_id=stray, reason="x", actor=VIEWER)
    with pytest.raises(StrayUnbookable):
        await strays.dismiss(core, stray_id=stray, reason="  ", actor=SHELL)


async def test_what_went_back_in_another_currency_than_its_payment_is_refused(core: Core) -> None:
    await an_invoice(core, "INV-USD", amount=Money(12_500, "USD"))
    await paid(core, await an_invoice(core, "INV-7"))
    back = Movement("re_8", "refund", Money(500, "USD"), START, "ch_8")
    await reconciling.compare(core, movements=[back])
    stray = await StrayMovement.get(object_id="re_8")
    await StrayMovement.filter(id=stray.id).update(charge_id=(await Payment.get()).object_id)

    with pytest.raises(StrayUnbookable, match="EUR"):
        await strays.book(core, stray_id=stray.id, invoice_number="INV-USD", actor=SHELL)

    assert await Payment.all().count() == 1
