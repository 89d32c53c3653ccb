"""Checkouts without news are asked about; pages that ask for the wrong thing are ended."""

import pytest

from domain.commitments import disputes
from domain.commitments.dispute_events import DisputeExtended, DisputeFiled
from domain.commitments.events import PlanApproved
from domain.commitments.objections import Filing
from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.kernel.events import Event
from domain.kernel.money import Money
from domain.ledger import entry_events
from domain.ledger.events import CreditApproved, LedgerImported, PaymentReceived, PaymentReversed
from domain.ledger.models import Invoice
from domain.pay_links import checkouts, links, orders, waiting
from domain.pay_links.events import LinkRegenerated, LinkTakenOver
from domain.pay_links.models import Checkout
from plixo import wiring
from tests.clocks import StandingClock
from tests.domain.pay_links.payers import a_visit, told

BALANCE_EVENTS: tuple[type[Event], ...] = (
    PaymentReceived,
    PaymentReversed,
    CreditApproved,
    LedgerImported,
    LinkRegenerated,
    LinkTakenOver,
    DisputeFiled,
    DisputeExtended,
    PlanApproved,
    entry_events.CashPlaced,
    entry_events.AllocationTakenBack,
    entry_events.CreditNoteApplied,
    entry_events.WriteOffApproved,
    entry_events.WriteOffReversed,
    entry_events.VarianceLetGo,
    entry_events.InvoiceVoided,
)


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


async def test_a_page_whose_time_is_over_is_asked_about_five_minutes_later(core: Core, clock: StandingClock) -> None:
    page = await (await a_visit(core)).go_to_pay()
    clock.advance(minutes=55)
    await waiting.to_ask(core)
    clock.advance(minutes=9)
    assert await waiting.to_ask(core) == ()
    clock.advance(minutes=1)

    assert await waiting.to_ask(core) == (page.session_id,)

    assert await waiting.to_ask(core) == ()


async def test_a_page_that_was_opened_before_a_dispute_was_filed_is_to_be_ended(
    core: Core, clock: StandingClock
) -> None:
    visit = await a_visit(core)
    page = await visit.go_to_pay()
    clock.advance(minutes=1)

    filing = Filing("other", "broken on arrival, see photos", amount=Money(2_500, "EUR"))
    await disputes.file(core, invoice_number="INV-1042", filing=filing, actor=SHELL)

    assert await waiting.to_end(core) == (page.session_id,)


async def test_a_page_for_the_whole_that_was_opened_after_the_dispute_may_stay(
    core: Core, clock: StandingClock
) -> None:
    visit = await a_visit(core)
    filing = Filing("other", "broken on arrival, see photos", amount=Money(2_500, "EUR"))
    await disputes.file(core, invoice_number="INV-1042", filing=filing, actor=SHELL)
    clock.advance(minutes=1)

    begun = await orders.start(core, secret=visit.secret, bank_debit=False, whole=True)
    assert isinstance(begun, orders.ToPlace)
    await checkouts.update(core, snapshot=await visit.gateway.open(begun.order))

    assert await waiting.to_end(core) == ()


@pytest.mark.parametrize("event", BALANCE_EVENTS)
def test_whatever_changes_a_balance_or_what_is_asked_for_ends_an_open_page_at_once(event: type[Event]) -> None:
    assert "end_checkout" in {notice.job for notice in wiring.NOTICES[event]}
