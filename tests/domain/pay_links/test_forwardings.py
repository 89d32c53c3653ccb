"""Somebody else gets a link of their own: at once when known, else after a person agreed; never a way past anybody."""

import asyncio
from uuid import uuid4

import pytest

from domain.deliverability.models import Suppression
from domain.kernel.actor import SHELL, Actor, ActorKind, Permission
from domain.kernel.addresses import AddressMalformed
from domain.kernel.core import Core
from domain.kernel.refusals import NotAllowed
from domain.ledger.models import Account, Contact, Invoice
from domain.ledger.refusals import AddressUnmailable, NothingToPay
from domain.pay_links import forwardings, queries
from domain.pay_links.models import Forwarding, PayLink
from domain.pay_links.refusals import (
    ForwardingDecided,
    ForwardingNotFound,
    ForwardingOld,
    ForwardingsWait,
    LinkNotFound,
)
from tests.builders import a_contact, paid
from tests.clocks import StandingClock
from tests.domain.pay_links.payers import Visit, a_visit, told

BEN = {"name": "Ben Okri", "email": "ben@acme.example"}


async def the_wish(core: Core, visit: Visit, **who: str) -> Forwarding:
    await forwardings.ask(core, secret=visit.secret, **(BEN | who))
    return await Forwarding.get()


async def mailed_links(core: Core) -> list[object]:
    return [fact["sent_to"] for fact in await told(core, "link.regenerated")]


async def test_a_new_address_waits_and_nobody_is_written_to(core: Core) -> None:
    visit = await a_visit(core)

    await the_wish(core, visit)

    [asked] = await told(core, "forwarding.asked")
    assert (asked["name"], asked["address"]) == ("Ben Okri", "b…@acme.example")
    assert await mailed_links(core) == []
    assert await Contact.all().count() == 1
    page = await queries.page(core, secret=visit.secret)
    assert [(each.name, each.answer) for each in page.companions.passed] == [("Ben Okri", "")]


async def test_after_approval_the_person_is_a_contact_without_reminders_and_gets_an_own_link(core: Core) -> None:
    visit = await a_visit(core)
    wish = await the_wish(core, visit)

    await forwardings.approve(core, forwarding_id=wish.id, actor=SHELL)

    ben = await Contact.get(email_key="ben@acme.example")
    assert (ben.role, ben.name, ben.state) == ("other", "Ben Okri", "active")
    assert await mailed_links(core) == ["b…@acme.example"]
    assert (await PayLink.get(contact_id=ben.id)).state == "active"
    page = await queries.page(core, secret=visit.secret)  # the payer's own session goes on
    assert [each.answer for each in page.companions.passed] == ["approved"]


async def test_a_denied_wish_writes_to_nobody_and_the_payer_sees_it(core: Core) -> None:
    visit = await a_visit(core)
    wish = await the_wish(core, visit)

    await forwardings.deny(core, forwarding_id=wish.id, actor=SHELL)

    assert await mailed_links(core) == []
    assert await Contact.all().count() == 1
    page = await queries.page(core, secret=visit.secret)
    assert [each.answer for each in page.companions.passed] == ["denied"]


async def test_a_second_click_is_harmless(core: Core) -> None:
    visit = await a_visit(core)
    wish = await the_wish(core, visit)

    await asyncio.gather(*(forwardings.ask(core, secret=visit.secret, **BEN) for _ in range(3)))
    answers = await asyncio.gather(
        *(forwardings.approve(core, forwarding_id=wish.id, actor=SHELL) for _ in range(3)), return_exceptions=True
    )
    with pytest.raises(ForwardingDecided):
        await forwardings.deny(core, forwarding_id=wish.id, actor=SHELL)

    assert sum(isinstance(each, ForwardingDecided) for each in answers) == 2
    assert await Forwarding.all().count() == 1
    assert await mailed_links(core) == ["b…@acme.example"]


async def test_a_known_contact_gets_a_link_at_once_and_the_payer_sees_the_same_as_for_a_new_one(core: Core) -> None:
    visit = await a_visit(core)
    account = await Account.get(id=(await visit.invoice()).account_id)
    await a_contact(core, account, "carl@acme.example")

    await forwardings.ask(core, secret=visit.secret, name="Carl", email="Carl@ACME.example")
    await forwardings.ask(core, secret=visit.secret, **BEN)

    assert await mailed_links(core) == ["c…@acme.example"]
    assert await forwardings.waiting(core) != ()
    page = await queries.page(core, secret=visit.secret)
    assert [each.answer for each in page.companions.passed] == ["", ""]


async def test_ones_own_address_changes_nothing(core: Core) -> None:
    visit = await a_visit(core)

    await forwardings.ask(core, secret=visit.secret, name="Me", email="anna@acme.example")

    assert await Forwarding.all().count() == 0
    assert (await queries.page(core, secret=visit.secret)).invoice_number == "INV-1042"


async def test_a_suppressed_address_stays_suppressed(core: Core) -> None:
    visit = await a_visit(core)
    wish = await the_wish(core, visit)
    await _suppressed(core, "ben@acme.example")

    with pytest.raises(AddressUnmailable):
        await forwardings.approve(core, forwarding_id=wish.id, actor=SHELL)

    assert (await Forwarding.get()).state == "asked"
    assert await Contact.all().count() == 1
    assert await mailed_links(core) == []


async def test_a_wish_that_nobody_answered_lapses_and_may_be_asked_anew(core: Core, clock: StandingClock) -> None:
    visit = await a_visit(core)
    wish = await the_wish(core, visit)
    for _ in range(3):
        clock.advance(days=5)
        await queries.page(core, secret=visit.secret)
        await core.database.execute("UPDATE pay_link SET last_active_at = %s", (clock.now(),))

    with pytest.raises(ForwardingOld):
        await forwardings.approve(core, forwarding_id=wish.id, actor=SHELL)
    assert await forwardings.waiting(core) == ()
    await forwardings.ask(core, secret=visit.secret, **BEN)

    assert sorted(each.state for each in await Forwarding.all()) == ["asked", "lapsed"]


async def test_only_who_may_handle_links_and_work_the_queue_decides(core: Core) -> None:
    wish = await the_wish(core, await a_visit(core))
    for may in ({Permission.VIEW}, {Permission.HANDLE_LINKS}, {Permission.WORK_QUEUE}):
        actor = Actor(ActorKind.PERSON, "Vera", frozenset(may))
        with pytest.raises(NotAllowed):
            await forwardings.approve(core, forwarding_id=wish.id, actor=actor)
        with pytest.raises(NotAllowed):
            await forwardings.deny(core, forwarding_id=wish.id, actor=actor)

    assert (await Forwarding.get()).state == "asked"


async def test_no_more_than_five_wait_for_one_invoice(core: Core) -> None:
    visit = await a_visit(core)
    for n in range(forwardings.MOST_WAITING):
        await forwardings.ask(core, secret=visit.secret, name="X", email=f"x{n}@acme.example")

    with pytest.raises(ForwardingsWait):
        await forwardings.ask(core, secret=visit.secret, **BEN)


async def test_a_paid_invoice_is_passed_on_to_nobody(core: Core) -> None:
    visit = await a_visit(core)
    wish = await the_wish(core, visit)
    await paid(core, await Invoice.get(id=visit.invoice_id))

    with pytest.raises(NothingToPay):
        await forwardings.approve(core, forwarding_id=wish.id, actor=SHELL)
    with pytest.raises(NothingToPay):
        await forwardings.ask(core, secret=visit.secret, name="Dan", email="dan@acme.example")


async def test_a_made_up_wish_a_dead_session_and_a_broken_address_are_refused(core: Core) -> None:
    visit = await a_visit(core)
    with pytest.raises(ForwardingNotFound):
        await forwardings.approve(core, forwarding_id=visit.invoice_id, actor=SHELL)
    with pytest.raises(LinkNotFound):
        await forwardings.ask(core, secret="x" * 43, **BEN)
    with pytest.raises(AddressMalformed):
        await forwardings.ask(core, secret=visit.secret, name="Ben", email="ben@acme.example, eve@evil.example")


async def test_the_list_says_whether_the_customer_is_known_at_that_domain(core: Core) -> None:
    visit = await a_visit(core)
    await forwardings.ask(core, secret=visit.secret, name="Ben\r\nBcc: eve@x", email="ben@acme.example", note="a\nb")
    await forwardings.ask(core, secret=visit.secret, name="Eve", email="eve@evil.example")

    ben, eve = await forwardings.waiting(core)

    assert (ben.known_domain, eve.known_domain) == (True, False)
    assert (ben.name, ben.note) == ("Ben Bcc: eve@x", "a b")


async def test_everybodys_mail_provider_makes_nobody_known(core: Core) -> None:
    visit = await a_visit(core)
    account = await Account.get(id=(await Invoice.get(id=visit.invoice_id)).account_id)
    await a_contact(core, account, "acme.billing@gmail.com")

    await forwardings.ask(core, secret=visit.secret, name="Eve", email="eve@GMail.com")

    [eve] = await forwardings.waiting(core)
    assert not eve.known_domain


async def _suppressed(core: Core, address: str) -> None:
    await Suppression.create(
        id=uuid4(),
        address=address,
        address_key=address,
        state="active",
        reason="hard bounce",
        rule="by hand",
        diagnostic="",
        created_at=core.clock.now(),
    )


async def test_a_colleague_who_has_a_link_does_not_lose_it_to_the_same_wish_again(
    core: Core, clock: StandingClock
) -> None:
    visit = await a_visit(core)
    account = await Account.get(id=(await Invoice.get(id=visit.link.invoice_id)).account_id)
    await a_contact(core, account, "ben@acme.example")

    for minutes in (0, 6, 60):
        clock.advance(minutes=minutes)
        await forwardings.ask(core, secret=visit.secret, **BEN)
    soon = await mailed_links(core)
    clock.advance(days=1)
    await forwardings.ask(core, secret=visit.secret, **BEN)

    assert soon == ["b…@acme.example"]
    assert await mailed_links(core) == ["b…@acme.example"] * 2
    assert await Forwarding.all().count() == 2
