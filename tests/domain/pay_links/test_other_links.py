"""A payer asks for a link to another invoice of theirs, and never gets into anybody else's."""

import asyncio

import pytest

from domain.kernel.core import Core
from domain.ledger.models import Account, Contact, Invoice
from domain.pay_links import companions, other_links, queries
from domain.pay_links.models import PayLink
from domain.pay_links.refusals import LinkNotFound
from tests.builders import a_contact, an_invoice, paid
from tests.clocks import StandingClock
from tests.domain.pay_links.payers import Visit, a_link, a_visit, entered, told


async def of_same_customer(core: Core, visit: Visit, number: str, *, days_past_due: int = 7) -> Invoice:
    account = await Account.get(id=(await visit.invoice()).account_id)
    return await an_invoice(core, number, account=account, days_past_due=days_past_due)


async def links_to(core: Core, number: str) -> list[object]:
    return [fact["sent_to"] for fact in await told(core, "link.regenerated") if fact["invoice_number"] == number]


async def test_the_other_open_invoices_are_listed_by_due_date_and_bounded(core: Core) -> None:
    visit = await a_visit(core)
    for n in range(companions.OTHERS_SHOWN + 3):
        await of_same_customer(core, visit, f"INV-{n:02}", days_past_due=n)
    await paid(core, await of_same_customer(core, visit, "INV-PAID", days_past_due=90))
    await an_invoice(core, "INV-STRANGER", email="eve@other.example")

    listed = (await queries.page(core, secret=visit.secret)).companions

    assert len(listed.others) == companions.OTHERS_SHOWN
    assert listed.further == 3
    assert listed.others[0].number == f"INV-{companions.OTHERS_SHOWN + 2:02}"
    assert not {"INV-1042", "INV-PAID", "INV-STRANGER"} & {each.number for each in listed.others}


async def test_a_link_goes_to_this_very_contact_at_the_address_on_file(core: Core) -> None:
    visit = await a_visit(core)
    other = await of_same_customer(core, visit, "INV-7")
    await a_contact(core, await Account.get(id=other.account_id), "carl@acme.example")

    await other_links.send(core, secret=visit.secret, number="inv-7")

    assert await links_to(core, "INV-7") == ["a…@acme.example"]
    assert (await PayLink.get(invoice_id=other.id)).contact_id == visit.link.contact_id
    assert (await queries.page(core, secret=visit.secret)).invoice_number == "INV-1042"


async def test_a_link_to_a_strangers_invoice_or_a_settled_one_is_never_sent(core: Core) -> None:
    visit = await a_visit(core)
    await an_invoice(core, "INV-STRANGER", email="eve@other.example")
    await paid(core, await of_same_customer(core, visit, "INV-PAID"))

    for number in ("INV-STRANGER", "INV-PAID", "INV-1042", "INV-NONE", "", "' OR 1=1 --", "\u2028" * 50):
        await other_links.send(core, secret=visit.secret, number=number)

    assert await told(core, "link.regenerated") == []


async def test_a_contact_who_gets_no_bills_sees_only_invoices_that_they_had_a_link_to(core: Core) -> None:
    visit = await a_visit(core)
    mine, foreign = await of_same_customer(core, visit, "INV-7"), await of_same_customer(core, visit, "INV-8")
    ben = await a_contact(core, await Account.get(id=mine.account_id), "ben@acme.example")
    await Contact.filter(id=ben.id).update(role="other")
    await a_link(core, mine, ben)
    secret = await entered(core, await a_link(core, await visit.invoice(), ben))

    await other_links.send(core, secret=secret, number=foreign.number)

    assert [each.number for each in (await queries.page(core, secret=secret)).companions.others] == ["INV-7"]
    assert await told(core, "link.regenerated") == []


async def test_asking_again_within_minutes_sends_no_second_link(core: Core, clock: StandingClock) -> None:
    visit = await a_visit(core)
    await of_same_customer(core, visit, "INV-7")

    await asyncio.gather(*(other_links.send(core, secret=visit.secret, number="INV-7") for _ in range(4)))
    soon = len(await links_to(core, "INV-7"))
    clock.advance(minutes=6)
    await other_links.send(core, secret=visit.secret, number="INV-7")

    assert (soon, len(await links_to(core, "INV-7"))) == (1, 2)


async def test_two_payers_who_ask_crosswise_do_not_block_each_other(core: Core) -> None:
    visit = await a_visit(core)
    other = await of_same_customer(core, visit, "INV-7")
    ben = await a_contact(core, await Account.get(id=other.account_id), "ben@acme.example")
    secret = await entered(core, await a_link(core, other, ben))

    async with asyncio.timeout(60):
        await asyncio.gather(
            *(other_links.send(core, secret=visit.secret, number="INV-7") for _ in range(4)),
            *(other_links.send(core, secret=secret, number="INV-1042") for _ in range(4)),
        )

    assert await links_to(core, "INV-7") == ["a…@acme.example"]
    assert await links_to(core, "INV-1042") == ["b…@acme.example"]


async def test_a_dead_session_sends_nothing(core: Core, clock: StandingClock) -> None:
    visit = await a_visit(core)
    await of_same_customer(core, visit, "INV-7")
    clock.advance(days=8)

    with pytest.raises(LinkNotFound):
        await other_links.send(core, secret=visit.secret, number="INV-7")

    assert await told(core, "link.regenerated") == []
