"""Whatever news is missed, late or repeated, the jobs bring each checkout to where the provider has it."""

import asyncio
from dataclasses import replace
from uuid import uuid4

import pytest

from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.kernel.jobs import TryLater
from domain.kernel.ports import CheckoutStatus, ProviderNews
from domain.ledger.models import Invoice, Payment
from domain.pay_links import links, provider_events, tokens
from domain.pay_links.models import Checkout, PayLink, ProviderEvent
from portal import jobs
from tests.clocks import StandingClock
from tests.domain.pay_links.payers import Visit, a_visit, entered, told
from tests.portal.fake_gateway import Page


async def paying(core: Core) -> tuple[Visit, Page]:
    visit = await a_visit(core)
    return visit, await visit.go_to_pay()


async def heard(
    core: Core, object_id: str, *, kind: str = "checkout.session.completed", event_id: str = "evt_1"
) -> str:
    await provider_events.store(core, event_id=event_id, kind=kind, object_id=object_id, body=b"{}")
    return str((await ProviderEvent.get(event_id=event_id)).id)


async def state_of(event_id: str = "evt_1") -> str:
    return str((await ProviderEvent.get(event_id=event_id)).state)


async def entry_of(core: Core, kind: str) -> int:
    row = await core.database.row("SELECT max(id) AS id FROM timeline_entry WHERE kind = %s", (kind,))
    assert row is not None
    return int(row["id"])


async def test_a_stored_event_books_what_the_provider_says_and_not_what_the_event_says(core: Core) -> None:
    visit, page = await paying(core)
    event = await heard(core, page.session_id)

    await jobs.functions(core, visit.gateway)["work_provider_event"](provider_event_id=event)

    assert await Payment.all().count() == 0
    assert await state_of() == "worked"


async def test_an_event_is_worked_once_however_often_its_job_runs(core: Core) -> None:
    visit, page = await paying(core)
    visit.gateway.pay(page)
    event = await heard(core, page.session_id)
    work = jobs.functions(core, visit.gateway)["work_provider_event"]

    await asyncio.gather(work(provider_event_id=event), work(provider_event_id=event))
    await work(provider_event_id=event)

    assert await Payment.all().count() == 1
    assert await state_of() == "worked"


async def test_events_in_the_wrong_order_end_in_the_same_place(core: Core) -> None:
    visit, page = await paying(core)
    visit.gateway.pay(page)
    visit.gateway.reverse(page, "refund", page.order.amount)
    work = jobs.functions(core, visit.gateway)["work_provider_event"]
    assert page.charge_id

    for kind, about in (
        ("charge.refunded", page.charge_id),
        ("checkout.session.completed", page.session_id),
        ("payment_intent.payment_failed", page.charge_id),
    ):
        await work(provider_event_id=await heard(core, about, kind=kind, event_id=kind))

    assert (await visit.invoice()).balance == page.order.amount
    assert await Payment.all().count() == 2


async def test_a_kind_that_means_nothing_to_us_is_ignored_without_asking_the_provider(core: Core) -> None:
    visit, page = await paying(core)
    event = await heard(core, page.session_id, kind="customer.created")
    visit.gateway.calls.clear()

    await jobs.functions(core, visit.gateway)["work_provider_event"](provider_event_id=event)

    assert (await state_of(), visit.gateway.calls) == ("ignored", [])


async def test_a_payment_that_came_about_elsewhere_is_ignored(core: Core) -> None:
    visit, page = await paying(core)
    visit.gateway.pages["cs_other"] = replace(
        page, session_id="cs_other", order=replace(page.order, checkout_id=uuid4())
    )
    work = jobs.functions(core, visit.gateway)["work_provider_event"]

    await work(provider_event_id=await heard(core, "cs_other", event_id="evt_1"))
    await work(provider_event_id=await heard(core, "pi_nobody", event_id="evt_2"))

    assert [await state_of("evt_1"), await state_of("evt_2")] == ["ignored", "ignored"]


async def test_a_silent_provider_makes_the_event_wait(core: Core) -> None:
    visit, page = await paying(core)
    visit.gateway.pay(page)
    event = await heard(core, page.session_id)
    visit.gateway.down = True
    work = jobs.functions(core, visit.gateway)["work_provider_event"]
    with pytest.raises(TryLater):
        await work(provider_event_id=event)
    assert await state_of() == "stored"
    visit.gateway.down = False

    await work(provider_event_id=event)

    assert (await visit.invoice()).state == "settled"


async def test_a_payment_whose_webhook_was_lost_is_found_by_asking(core: Core, clock: StandingClock) -> None:
    visit, page = await paying(core)
    visit.gateway.pay(page)
    clock.advance(minutes=15)

    await jobs.functions(core, visit.gateway)["check_checkouts"]()

    assert (await visit.invoice()).state == "settled"


async def test_a_page_that_closed_unnoticed_is_found_by_asking(core: Core, clock: StandingClock) -> None:
    visit, page = await paying(core)
    clock.advance(hours=2)
    visit.gateway.close(page)

    await jobs.functions(core, visit.gateway)["check_checkouts"]()

    assert (await Checkout.get()).state == "expired"


async def test_an_event_that_was_never_delivered_is_read_from_the_list_and_stored(core: Core) -> None:
    visit, page = await paying(core)
    visit.gateway.missed = [ProviderNews("evt_9", "checkout.session.completed", page.session_id, b"{}")]
    check = jobs.functions(core, visit.gateway)["check_checkouts"]

    await check()
    await check()

    assert await state_of("evt_9") == "stored"
    assert await ProviderEvent.all().count() == 1


async def test_without_any_checkout_the_provider_is_not_asked(core: Core) -> None:
    visit = await a_visit(core)

    await jobs.functions(core, visit.gateway)["check_checkouts"]()

    assert visit.gateway.calls == []


async def test_one_session_that_the_provider_refuses_does_not_keep_the_others_waiting(
    core: Core, clock: StandingClock
) -> None:
    lost, lost_page = await paying(core)
    other = await a_visit(core, "INV-2")
    other.gateway = lost.gateway
    page = await other.go_to_pay()
    other.gateway.pay(page)
    del lost.gateway.pages[lost_page.session_id]
    clock.advance(minutes=15)

    await jobs.functions(core, lost.gateway)["check_checkouts"]()

    assert (await other.invoice()).state == "settled"


async def test_a_regenerated_link_ends_its_open_page_at_the_provider(core: Core) -> None:
    visit, page = await paying(core)
    await links.regenerate(core, invoice_number="INV-1042", actor=SHELL)

    await jobs.functions(core, visit.gateway)["end_checkout"](entry_id=await entry_of(core, "link.regenerated"))

    assert page.status is CheckoutStatus.EXPIRED
    assert [fact["reason"] for fact in await told(core, "checkout.ended")] == ["a new link was made"]


async def test_a_link_that_somebody_asked_for_leaves_an_open_page_alone_until_it_is_entered(core: Core) -> None:
    visit, page = await paying(core)
    await links.request_fresh(core, token=tokens.issue(core.keys, visit.link.id))
    end_checkout = jobs.functions(core, visit.gateway)["end_checkout"]
    await end_checkout(entry_id=await entry_of(core, "link.regenerated"))
    before = page.status

    await entered(core, await PayLink.get(state="active"), browser="another browser")
    await end_checkout(entry_id=await entry_of(core, "link.taken_over"))

    assert (before, page.status) == (CheckoutStatus.OPEN, CheckoutStatus.EXPIRED)


async def test_a_page_that_was_paid_in_the_moment_of_ending_it_is_booked(core: Core) -> None:
    visit, page = await paying(core)
    await links.regenerate(core, invoice_number="INV-1042", actor=SHELL)
    visit.gateway.pay(page)

    await jobs.functions(core, visit.gateway)["end_checkout"](entry_id=await entry_of(core, "link.regenerated"))

    assert (await visit.invoice()).state == "settled"


async def test_an_invoice_that_was_settled_otherwise_ends_its_open_page(core: Core) -> None:
    visit, page = await paying(core)
    await (await Invoice.get()).move("settle", open_minor=0)

    await jobs.functions(core, visit.gateway)["end_checkout"](entry_id=await entry_of(core, "checkout.started"))

    assert page.status is CheckoutStatus.EXPIRED
    assert [fact["reason"] for fact in await told(core, "checkout.ended")] == ["nothing is left to pay"]


async def test_ending_waits_for_a_silent_provider(core: Core) -> None:
    visit, _ = await paying(core)
    await links.regenerate(core, invoice_number="INV-1042", actor=SHELL)
    visit.gateway.down = True

    with pytest.raises(TryLater):
        await jobs.functions(core, visit.gateway)["end_checkout"](entry_id=await entry_of(core, "link.regenerated"))
