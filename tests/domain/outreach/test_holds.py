"""Holds: put and lifted with a reason, on a customer, an invoice or a contact; a legal one is lifted by few."""

from datetime import timedelta
from typing import Any

import pytest

from domain.deliverability.models import Mailing
from domain.kernel.actor import Actor, ActorKind
from domain.kernel.core import Core
from domain.kernel.refusals import MoveRefused, NotAllowed
from domain.ledger.models import Account, Invoice
from domain.ledger.refusals import ContactNotFound, InvoiceNotFound
from domain.outreach import holds, sending
from domain.outreach.holds import HoldKind
from domain.outreach.models import Hold
from domain.outreach.refusals import HoldNotFound, HoldUnclear, LegalHoldKept, ReasonMissing
from domain.people.roles import Role, permissions
from tests.builders import a_contact, an_account, an_invoice
from tests.clocks import StandingClock
from tests.domain.commitments.people import BEN, CARL, MIA, VERA
from tests.domain.outreach.mails_made import a_reminder

LEA = Actor(ActorKind.PERSON, "Lea", permissions((Role.LEGAL,)), id=CARL.id, roles=(Role.LEGAL.value,))


async def _put(core: Core, **how: Any) -> Hold:
    event = await holds.put(core, **{"kind": HoldKind.PAUSE, "reason": "agreed", "actor": BEN, **how})
    return await Hold.get(id=event.hold_id)


@pytest.mark.parametrize("where", ["invoice", "account", "contact"])
async def test_a_hold_stops_the_reminders_of_its_place(core: Core, where: str) -> None:
    mailing = await a_reminder(core)
    account = await Account.get()
    place = {
        "invoice": {"invoice_number": "inv-1042"},
        "account": {"account": account.name},
        "contact": {"invoice_number": "INV-1042", "email": "Anna@acme.example"},
    }[where]

    await _put(core, **place)

    assert await sending.begin(core, mailing_id=mailing.id) is None
    assert "on hold (pause): agreed" in (await Mailing.get()).reason


async def test_a_hold_on_one_invoice_leaves_the_others_alone(core: Core) -> None:
    account = await an_account(core)
    await a_contact(core, account)
    first, second = await an_invoice(core, "INV-1", account=account), await an_invoice(core, "INV-2", account=account)
    mailing = await a_reminder(core, first, second)
    await _put(core, invoice_number="INV-1")

    mail = await sending.begin(core, mailing_id=mailing.id)

    assert mail is not None
    assert "INV-1" not in mail.letter.text


async def test_a_hold_ends_by_itself(core: Core, clock: StandingClock) -> None:
    mailing = await a_reminder(core)
    await _put(core, invoice_number="INV-1042", until=clock.now() + timedelta(hours=1))
    clock.advance(hours=1)

    assert await sending.begin(core, mailing_id=mailing.id) is not None
    assert await holds.in_force(core) == ()


async def test_lifting_says_so_and_lets_reminders_be_planned_again(core: Core) -> None:
    await an_invoice(core)
    hold = await _put(core, invoice_number="INV-1042")

    event = await holds.lift(core, hold_id=hold.id, reason="they agreed", actor=BEN)

    assert event.told() == "The hold (pause) on INV-1042 was lifted: they agreed"
    jobs = await core.database.rows("SELECT task_name FROM procrastinate_jobs WHERE task_name = 'resume_reminders'")
    assert len(jobs) == 1
    with pytest.raises(HoldNotFound):
        await holds.lift(core, hold_id=hold.id, reason="again", actor=BEN)


async def test_a_second_hold_of_one_kind_takes_the_place_of_the_first(core: Core) -> None:
    await an_invoice(core)
    await _put(core, invoice_number="INV-1042")

    await _put(core, invoice_number="INV-1042", reason="longer")
    await _put(core, invoice_number="INV-1042", kind=HoldKind.REVIEW)

    assert sorted(each.reason for each in await holds.in_force(core)) == ["agreed", "longer"]


@pytest.mark.parametrize(("actor", "lifts"), [(BEN, False), (MIA, False), (LEA, True), (CARL, True)])
async def test_a_legal_hold_is_lifted_by_legal_or_a_controller(core: Core, actor: Actor, lifts: bool) -> None:
    await an_invoice(core)
    hold = await _put(core, invoice_number="INV-1042", kind=HoldKind.LEGAL)

    if lifts:
        await holds.lift(core, hold_id=hold.id, reason="the case is over", actor=actor)
    else:
        with pytest.raises(LegalHoldKept):
            await holds.lift(core, hold_id=hold.id, reason="the case is over", actor=actor)

    assert (await Hold.get()).state == ("lifted" if lifts else "active")


async def test_legal_puts_legal_holds_and_no_others(core: Core) -> None:
    await an_invoice(core)

    await _put(core, invoice_number="INV-1042", kind=HoldKind.LEGAL, actor=LEA)

    with pytest.raises(NotAllowed):
        await _put(core, invoice_number="INV-1042", actor=LEA)
    with pytest.raises(NotAllowed):
        await _put(core, invoice_number="INV-1042", kind=HoldKind.LEGAL, actor=VERA)


@pytest.mark.parametrize(
    ("how", "refusal"),
    [
        ({"invoice_number": "INV-1042", "reason": " "}, ReasonMissing),
        ({}, HoldUnclear),
        ({"invoice_number": "INV-1042", "account": "x"}, HoldUnclear),
        ({"invoice_number": "INV-9"}, InvoiceNotFound),
        ({"invoice_number": "INV-1042", "email": "x@y.example"}, ContactNotFound),
    ],
)
async def test_an_unclear_hold_is_refused(core: Core, how: dict[str, Any], refusal: type[Exception]) -> None:
    await an_invoice(core)

    with pytest.raises(refusal):
        await _put(core, **how)

    assert await Hold.all().count() == 0


async def test_a_hold_ends_in_the_future(core: Core) -> None:
    await an_invoice(core)

    with pytest.raises(HoldUnclear):
        await _put(core, invoice_number="INV-1042", until=core.clock.now())


async def test_holds_that_stop_an_invoice_are_listed_with_it(core: Core) -> None:
    invoice = await an_invoice(core)
    await _put(core, account=(await Account.get()).name)
    await _put(core, invoice_number="INV-1042", email="anna@acme.example", kind=HoldKind.AWAY)
    await an_invoice(core, "INV-2", email="b@b.example")
    await _put(core, invoice_number="INV-2")

    found = await holds.in_force(core, invoice_id=invoice.id)

    assert {(each.kind, each.contact) for each in found} == {("pause", None), ("away", "a…@acme.example")}


async def test_an_excluded_customer_gets_no_reminders_until_included_again(core: Core) -> None:
    mailing = await a_reminder(core)
    name = (await Account.get()).name
    await holds.exclude(core, account=name, reason="autopay", actor=BEN)

    assert await sending.begin(core, mailing_id=mailing.id) is None
    with pytest.raises(MoveRefused):
        await holds.exclude(core, account=name, reason="autopay", actor=BEN)
    await holds.include(core, account=name, reason="no autopay any more", actor=BEN)

    again = await a_reminder(core, await Invoice.get())
    assert await sending.begin(core, mailing_id=again.id) is not None
