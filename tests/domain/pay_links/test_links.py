"""Links are issued, kept, replaced and closed as product and payer expect."""

import asyncio
from uuid import uuid4

import pytest

from domain.kernel.actor import SHELL, Actor, ActorKind
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.kernel.refusals import NotAllowed
from domain.ledger.models import Account, Contact, Invoice
from domain.ledger.refusals import InvoiceNotFound, NothingToPay
from domain.pay_links import links, orders, queries, sessions, tokens
from domain.pay_links.models import PayLink, PortalSession
from domain.pay_links.refusals import LinkNotFound, NoContact
from tests.builders import a_contact, an_invoice
from tests.clocks import StandingClock
from tests.domain.commitments.commitments_made import a_dispute, a_plan
from tests.domain.pay_links.payers import a_link, a_visit, entered, queued, told

VIEWER = Actor(ActorKind.PERSON, "Vera", frozenset(), roles=("Viewer",))


def token(core: Core, link: PayLink) -> str:
    return tokens.issue(core.keys, link.id)


# For a mailing --------------------------------------------------------------------------------------


async def test_the_next_reminder_carries_the_same_link_while_it_is_unused(core: Core, clock: StandingClock) -> None:
    invoice = await an_invoice(core)
    first = await a_link(core, invoice)
    clock.advance(days=6)

    second = await a_link(core, invoice)

    assert second.id == first.id
    assert second.last_active_at == clock.now()


async def test_a_link_that_lay_idle_for_seven_days_is_replaced(core: Core, clock: StandingClock) -> None:
    invoice = await an_invoice(core)
    first = await a_link(core, invoice)
    clock.advance(days=7)

    second = await a_link(core, invoice)

    assert second.id != first.id
    assert (await PayLink.get(id=first.id)).state == "replaced"


async def test_a_used_link_is_left_alone_by_the_next_reminder(core: Core) -> None:
    visit = await a_visit(core)

    second = await a_link(core, await visit.invoice())

    assert second.id != visit.link.id
    assert (await queries.page(core, secret=visit.secret)).invoice_number == "INV-1042"


async def test_every_contact_has_a_link_of_their_own(core: Core) -> None:
    invoice = await an_invoice(core)
    bob = await a_contact(core, await Account.get(id=invoice.account_id), "bob@acme.example")

    assert (await a_link(core, invoice)).id != (await a_link(core, invoice, bob)).id


async def test_the_address_is_below_the_configured_one_and_names_the_link(core: Core) -> None:
    link = await a_link(core, await an_invoice(core))

    address = links.address(core, link.id)

    assert address == f"https://pay.northwind.example/l/{token(core, link)}"


# Regenerate -----------------------------------------------------------------------------------------


async def test_a_regenerated_link_kills_the_old_one_and_its_session_at_once(core: Core) -> None:
    visit = await a_visit(core)

    event = await links.regenerate(core, invoice_number="inv-1042", actor=SHELL)

    assert event.replaced_link_ids == (visit.link.id,)
    assert event.link_id != visit.link.id
    with pytest.raises(LinkNotFound):
        await queries.page(core, secret=visit.secret)
    with pytest.raises(LinkNotFound):
        await entered(core, visit.link)


async def test_a_regenerated_link_is_mailed_told_and_ends_the_open_checkout(core: Core) -> None:
    await a_visit(core)
    before = {job: await queued(core, job) for job in ("tell_operators", "write_letter", "end_checkout")}

    await links.regenerate(core, invoice_number="INV-1042", actor=SHELL)

    after = {job: await queued(core, job) for job in before}
    assert {job: after[job] - before[job] for job in before} == dict.fromkeys(before, 1)


async def test_a_regenerated_link_names_what_is_asked_for_now_and_the_balance_beside_it(core: Core) -> None:
    planned = await an_invoice(core, "INV-1", email="a@one.example")
    await a_plan(core, planned, (5000, 7500), first=3, every=30)
    disputed = await an_invoice(core, "INV-2", email="a@two.example")
    await a_dispute(core, disputed, 2500)
    await an_invoice(core, "INV-3", email="a@three.example")

    events = [
        await links.regenerate(core, invoice_number=number, actor=SHELL) for number in ("INV-1", "INV-2", "INV-3")
    ]

    assert [(each.amount_due.minor, each.balance) for each in events] == [
        (5000, Money(12500, "EUR")), (10000, Money(12500, "EUR")), (12500, Money(12500, "EUR"))
    ]  # fmt: skip
    assert [each.asks for each in events] == ["50.00 EUR of 125.00 EUR", "100.00 EUR of 125.00 EUR", "125.00 EUR"]
    assert events[0].told() == (
        "New payment link over 50.00 EUR of 125.00 EUR for a…@one.example; every earlier one stopped working"
    )


async def test_the_new_link_goes_to_whoever_used_one_last(core: Core, clock: StandingClock) -> None:
    invoice = await an_invoice(core)
    bob = await a_contact(core, await Account.get(id=invoice.account_id), "bob@acme.example")
    await a_link(core, invoice)
    clock.advance(minutes=1)
    await a_link(core, invoice, bob)

    event = await links.regenerate(core, invoice_number="INV-1042", actor=SHELL)

    assert (event.contact_id, event.sent_to) == (bob.id, "b…@acme.example")


async def test_regenerating_for_one_contact_leaves_the_others_links_alone(core: Core) -> None:
    invoice = await an_invoice(core)
    bob = await a_contact(core, await Account.get(id=invoice.account_id), "bob@acme.example")
    annas, bobs = await a_link(core, invoice), await a_link(core, invoice, bob)

    event = await links.regenerate(core, invoice_number="INV-1042", actor=SHELL, contact_id=bob.id)

    assert event.replaced_link_ids == (bobs.id,)
    assert await entered(core, annas)


async def test_a_person_without_the_right_regenerates_nothing(core: Core) -> None:
    link = await a_link(core, await an_invoice(core))

    with pytest.raises(NotAllowed):
        await links.regenerate(core, invoice_number="INV-1042", actor=VIEWER)

    assert await entered(core, link)


async def test_an_unknown_invoice_a_settled_one_and_a_missing_contact_are_refused(core: Core) -> None:
    settled = await an_invoice(core, "INV-1")
    await settled.move("settle", open_minor=0)
    lonely = await an_invoice(core, "INV-2")
    await Contact.filter(account_id=lonely.account_id).delete()

    with pytest.raises(InvoiceNotFound):
        await links.regenerate(core, invoice_number="INV-0", actor=SHELL)
    with pytest.raises(NothingToPay):
        await links.regenerate(core, invoice_number="INV-1", actor=SHELL)
    with pytest.raises(NoContact):
        await links.regenerate(core, invoice_number="INV-2", actor=SHELL)


async def test_the_contact_of_another_customer_is_no_contact(core: Core) -> None:
    await an_invoice(core)
    stranger = await Contact.get(account_id=(await an_invoice(core, "INV-2", email="x@other.example")).account_id)

    with pytest.raises(NoContact):
        await links.regenerate(core, invoice_number="INV-1042", actor=SHELL, contact_id=stranger.id)


# A fresh one, asked for by the payer ----------------------------------------------------------------


async def test_a_payer_with_a_used_link_gets_a_fresh_one_at_the_address_on_file(core: Core) -> None:
    visit = await a_visit(core)

    await links.request_fresh(core, token=token(core, visit.link))

    [fact] = await told(core, "link.regenerated")
    assert fact["sent_to"] == "a…@acme.example"
    assert fact["actor_kind"] == "payer"


async def test_asking_again_while_the_fresh_link_is_on_its_way_kills_nothing(core: Core, clock: StandingClock) -> None:
    visit = await a_visit(core)
    await links.request_fresh(core, token=token(core, visit.link))
    clock.advance(minutes=4)

    await links.request_fresh(core, token=token(core, visit.link))

    assert len(await told(core, "link.regenerated")) == 1
    clock.advance(minutes=2)
    await links.request_fresh(core, token=token(core, visit.link))
    assert len(await told(core, "link.regenerated")) == 2


async def test_an_asked_for_link_ends_the_open_page_only_when_it_is_entered(core: Core) -> None:
    visit = await a_visit(core)
    await links.request_fresh(core, token=token(core, visit.link))
    assert await queries.page(core, secret=visit.secret)

    secret = await entered(core, await PayLink.get(state="active"), browser="another browser")

    assert await queries.page(core, secret=secret)
    with pytest.raises(LinkNotFound):
        await queries.page(core, secret=visit.secret)
    [fact] = await told(core, "link.taken_over")
    assert fact["replaced_link_ids"] == [str(visit.link.id)]


async def test_an_asked_for_link_that_is_never_entered_changes_nothing(core: Core, clock: StandingClock) -> None:
    visit = await a_visit(core)
    await links.request_fresh(core, token=token(core, visit.link))
    clock.advance(minutes=10)
    await links.request_fresh(core, token=token(core, visit.link))
    clock.advance(days=6)

    assert await entered(core, visit.link) == visit.secret
    clock.advance(days=2)
    assert await queries.page(core, secret=visit.secret)
    assert await told(core, "link.taken_over") == []


async def test_the_second_of_two_asked_for_links_takes_over_and_the_first_opens_nothing(
    core: Core, clock: StandingClock
) -> None:
    visit = await a_visit(core)
    await links.request_fresh(core, token=token(core, visit.link))
    first = await PayLink.get(state="active")
    clock.advance(minutes=10)
    await links.request_fresh(core, token=token(core, visit.link))
    second = await PayLink.get(state="active")

    with pytest.raises(LinkNotFound):
        await entered(core, first)
    assert await entered(core, second)
    with pytest.raises(LinkNotFound):
        await queries.page(core, secret=visit.secret)


async def test_a_colleagues_open_page_outlives_the_payers_fresh_link(core: Core) -> None:
    visit = await a_visit(core)
    colleague = await a_contact(core, await Account.get(), "bob@acme.example")
    secret = await entered(core, await a_link(core, await visit.invoice(), colleague))
    await links.request_fresh(core, token=token(core, visit.link))

    await entered(core, await PayLink.get(state="active"))

    assert await queries.page(core, secret=secret)


async def test_an_operators_new_link_ends_the_page_at_once_though_one_was_asked_for(core: Core) -> None:
    visit = await a_visit(core)
    await links.request_fresh(core, token=token(core, visit.link))

    await links.regenerate(core, invoice_number="INV-1042", actor=SHELL)

    with pytest.raises(LinkNotFound):
        await queries.page(core, secret=visit.secret)
    assert await told(core, "link.taken_over") == []


async def test_entering_an_asked_for_link_and_making_a_new_one_at_once_leave_one_order_of_things(core: Core) -> None:
    visit = await a_visit(core)
    await links.request_fresh(core, token=token(core, visit.link))
    asked_for = await PayLink.get(state="active")

    await asyncio.gather(
        entered(core, asked_for, browser="another browser"),
        links.regenerate(core, invoice_number="INV-1042", actor=SHELL),
        orders.start(core, secret=visit.secret, bank_debit=False),
        return_exceptions=True,
    )

    assert await PayLink.filter(state__in=("active", "used")).count() == 1
    assert await PortalSession.filter(state="active").count() == 0


async def test_a_token_that_we_did_not_sign_sends_nothing(core: Core) -> None:
    await a_visit(core)

    for made_up in ("", "A" * 44, token(core, PayLink(id=uuid4())), "A" * 10_000):
        await links.request_fresh(core, token=made_up)

    assert await told(core, "link.regenerated") == []


async def test_a_settled_invoice_or_a_removed_contact_gets_no_fresh_link(core: Core) -> None:
    visit = await a_visit(core)
    contact = await Contact.get(id=visit.link.contact_id)
    await contact.move("remove")
    await links.request_fresh(core, token=token(core, visit.link))
    other = await a_visit(core, "INV-2")
    await (await other.invoice()).move("settle", open_minor=0)

    await links.request_fresh(core, token=token(core, other.link))

    assert await told(core, "link.regenerated") == []


async def test_a_browser_with_a_dead_session_can_ask_too(core: Core, clock: StandingClock) -> None:
    visit = await a_visit(core)
    clock.advance(days=8)

    await sessions.request_fresh(core, secret=visit.secret)
    await sessions.request_fresh(core, secret="made up")

    assert len(await told(core, "link.regenerated")) == 1


# Close ----------------------------------------------------------------------------------------------


async def settle_entry(core: Core, invoice: Invoice) -> int:
    row = await core.database.row("SELECT id FROM timeline_entry WHERE invoice_id = %s LIMIT 1", (invoice.id,))
    assert row is not None
    return int(row["id"])


async def test_links_of_a_settled_invoice_close_and_its_session_may_still_read(core: Core) -> None:
    visit = await a_visit(core)
    await (await visit.invoice()).move("settle", open_minor=0)
    entry_id = await settle_entry(core, await visit.invoice())

    await links.close(core, entry_id=entry_id)
    await links.close(core, entry_id=entry_id)

    assert (await PayLink.get(id=visit.link.id)).state == "closed"
    assert len(await told(core, "link.closed")) == 1
    assert (await queries.page(core, secret=visit.secret)).banner is queries.Banner.PAID
    assert await entered(core, visit.link) == visit.secret


async def test_links_of_an_invoice_that_is_open_again_stay(core: Core) -> None:
    visit = await a_visit(core)

    await links.close(core, entry_id=await settle_entry(core, await visit.invoice()))

    assert (await PayLink.get(id=visit.link.id)).state == "used"
