"""A promise is a word on an amount and a day: what may be promised, moved and taken back."""

import asyncio
from datetime import timedelta

import pytest

from domain.commitments import pauses, promises
from domain.commitments.events import PromiseMade
from domain.commitments.models import Promise
from domain.commitments.parties import Source
from domain.commitments.refusals import (
    AmountNotPositive,
    NotTheirs,
    OtherCurrency,
    PromiseDayOver,
    PromiseInPast,
    PromiseNotFound,
    PromiseRepeated,
    PromiseTooFar,
    PromiseTooLarge,
    TextTooLong,
)
from domain.kernel import references
from domain.kernel.actor import Actor
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.kernel.refusals import MoveRefused, NotAllowed, Refusal
from domain.ledger.models import Contact, Invoice
from domain.ledger.refusals import NothingToPay
from tests.builders import a_contact, an_account, an_invoice, paid
from tests.clocks import StandingClock
from tests.domain.commitments.commitments_made import TODAY, a_dispute, a_payment, a_plan
from tests.domain.commitments.people import BEN, VERA, payer_of, stranger
from tests.domain.pay_links.payers import queued, told


async def promised(
    core: Core, minor: int = 10000, *, days: int = 5, actor: Actor = BEN, currency: str = "EUR", note: str = ""
) -> PromiseMade:
    """Promise so much of INV-1042."""
    return await promises.make(
        core,
        invoice_number="INV-1042",
        amount=Money(minor, currency),
        on=TODAY + timedelta(days=days),
        actor=actor,
        source=Source.OPERATOR,
        note=note,
    )


async def test_an_operator_notes_a_promise_and_its_payer_hears_of_it(core: Core) -> None:
    invoice = await an_invoice(core)

    made = await promised(core, note="rang back")

    assert (made.amount, made.pauses_until) == (Money(10000, "EUR"), TODAY + timedelta(days=7))
    about = references.promise(made.promise_id)
    assert (
        made.told() == f"Promise: 100.00 EUR by 15 Mar 2026 ({about}); reminders for this part pause until 17 Mar 2026"
    )
    assert (await Promise.get(id=made.promise_id)).note == "rang back"
    assert await queued(core, "write_letter") == 1
    assert (await pauses.of(core.database, invoice_id=invoice.id, today=TODAY)).chaseable == Money(2500, "EUR")


async def test_a_payer_promises_for_their_own_invoice_only(core: Core) -> None:
    invoice = await an_invoice(core)
    theirs = await payer_of(invoice)
    other = await a_contact(core, await an_account(core, "Other"), "o@other.example")

    made = await promised(core, actor=theirs)

    assert made.contact_id == theirs.id
    with pytest.raises(NotTheirs):
        await promised(core, 1, actor=stranger())
    with pytest.raises(NotTheirs):
        await promises.make(
            core,
            invoice_number="INV-1042",
            amount=Money(1, "EUR"),
            on=TODAY,
            actor=BEN,
            source=Source.OPERATOR,
            contact_id=other.id,
        )


async def test_a_contact_who_has_left_promises_nothing_more(core: Core) -> None:
    invoice = await an_invoice(core)
    theirs = await payer_of(invoice)
    await (await Contact.get(id=theirs.id)).move("remove")

    with pytest.raises(NotTheirs):
        await promised(core, actor=theirs)


async def test_a_viewer_notes_no_promise(core: Core) -> None:
    await an_invoice(core)

    with pytest.raises(NotAllowed):
        await promised(core, actor=VERA)


@pytest.mark.parametrize(
    ("minor", "days", "currency", "refusal"),
    [
        (100, -1, "EUR", PromiseInPast),
        (100, 61, "EUR", PromiseTooFar),
        (12501, 5, "EUR", PromiseTooLarge),
        (0, 5, "EUR", AmountNotPositive),
        (-5, 5, "EUR", AmountNotPositive),
        (100, 5, "USD", OtherCurrency),
    ],
)
async def test_what_cannot_be_promised_is_refused(
    core: Core, minor: int, days: int, currency: str, refusal: type[Refusal]
) -> None:
    await an_invoice(core)

    with pytest.raises(refusal):
        await promised(core, minor, days=days, currency=currency)

    assert await Promise.all().count() == 0


async def test_today_and_the_last_day_can_be_promised(core: Core) -> None:
    await an_invoice(core)

    await promised(core, 100, days=0)
    await promised(core, 100, days=60)

    assert await Promise.all().count() == 2


async def test_a_note_has_an_end_and_no_characters_that_break_the_database(core: Core) -> None:
    await an_invoice(core)

    with pytest.raises(TextTooLong):
        await promised(core, note="x" * 2001)
    made = await promised(core, note=" a\x00b\ud800 ")

    assert made.note == "ab?"


async def test_no_more_can_be_promised_than_is_left_to_ask_for(core: Core) -> None:
    invoice = await an_invoice(core, amount=Money(50000, "EUR"))
    await promised(core, 20000)
    await a_dispute(core, invoice, 15000)

    with pytest.raises(PromiseTooLarge) as no:
        await promised(core, 15001, days=6)

    assert "at most 150.00 EUR" in str(no.value)
    assert "150.00 EUR is disputed; a promise over 200.00 EUR runs until 17 Mar 2026" in str(no.value)
    await promised(core, 15000, days=6)


async def test_a_plan_on_schedule_leaves_nothing_to_promise(core: Core) -> None:
    invoice = await an_invoice(core)
    await a_plan(core, invoice, (6000, 6500), first=3)

    with pytest.raises(PromiseTooLarge):
        await promised(core, 1)


async def test_a_paid_invoice_needs_no_promise(core: Core) -> None:
    invoice = await an_invoice(core)
    await paid(core, invoice)

    with pytest.raises(NothingToPay):
        await promised(core)


async def test_a_double_click_is_one_promise(core: Core) -> None:
    await an_invoice(core)

    outcomes = await asyncio.gather(promised(core, 5000), promised(core, 5000), return_exceptions=True)

    assert sorted(type(each).__name__ for each in outcomes) == ["PromiseMade", "PromiseRepeated"]
    assert await Promise.all().count() == 1


async def test_a_promise_moved_in_time_is_replaced_and_not_broken(core: Core, clock: StandingClock) -> None:
    await an_invoice(core)
    first = await promised(core, 12500, days=1)
    clock.advance(days=1)

    second = await promises.replace(
        core,
        promise_id=first.promise_id,
        amount=Money(12000, "EUR"),
        on=TODAY + timedelta(days=9),
        actor=BEN,
        source=Source.OPERATOR,
    )

    assert (second.replaces_id, second.replaced_on) == (first.promise_id, TODAY + timedelta(days=1))
    states = {each.id: each.state for each in await Promise.all()}
    assert states == {first.promise_id: "replaced", second.promise_id: "running"}
    assert await told(core, "promise.broken") == []


async def test_a_promise_moved_after_its_day_is_broken_and_a_new_one_stands(core: Core, clock: StandingClock) -> None:
    await an_invoice(core)
    first = await promised(core, 12500, days=1)
    clock.advance(days=2)

    await promises.replace(
        core,
        promise_id=first.promise_id,
        amount=Money(12500, "EUR"),
        on=TODAY + timedelta(days=9),
        actor=BEN,
        source=Source.OPERATOR,
    )

    assert (await Promise.get(id=first.promise_id)).state == "broken"
    assert len(await told(core, "promise.broken")) == 1


async def test_a_promise_that_does_not_change_is_not_moved(core: Core) -> None:
    await an_invoice(core)
    first = await promised(core)

    with pytest.raises(PromiseRepeated):
        await promises.replace(
            core, promise_id=first.promise_id, amount=first.amount, on=first.promised_on, actor=BEN, source=Source.MAIL
        )

    assert (await Promise.get(id=first.promise_id)).state == "running"


async def test_a_refused_move_leaves_the_old_promise_standing(core: Core) -> None:
    await an_invoice(core)
    first = await promised(core)

    with pytest.raises(PromiseTooLarge):
        await promises.replace(
            core,
            promise_id=first.promise_id,
            amount=Money(12501, "EUR"),
            on=first.promised_on,
            actor=BEN,
            source=Source.OPERATOR,
        )

    assert (await Promise.get(id=first.promise_id)).state == "running"


async def test_a_promise_is_withdrawn_in_time_and_once(core: Core) -> None:
    await an_invoice(core)
    made = await promised(core)

    await promises.withdraw(core, promise_id=made.promise_id, reason="they cannot", actor=BEN)

    assert await queued(core, "resume_reminders") == 1
    with pytest.raises(MoveRefused):
        await promises.withdraw(core, promise_id=made.promise_id, reason="again", actor=BEN)


async def test_after_its_day_a_promise_is_judged_and_not_withdrawn(core: Core, clock: StandingClock) -> None:
    await an_invoice(core)
    made = await promised(core, days=1)
    clock.advance(days=2)

    with pytest.raises(PromiseDayOver):
        await promises.withdraw(core, promise_id=made.promise_id, reason="sorry", actor=BEN)


async def test_another_customers_promise_is_not_theirs_to_take_back(core: Core) -> None:
    invoice = await an_invoice(core)
    other = await an_invoice(core, "INV-2", email="bo@other.example")
    made = await promised(core, actor=await payer_of(invoice))

    with pytest.raises(NotTheirs):
        await promises.withdraw(core, promise_id=made.promise_id, reason="x", actor=await payer_of(other))
    with pytest.raises(PromiseNotFound):
        await promises.withdraw(core, promise_id=other.id, reason="x", actor=BEN)


async def test_an_invoices_promises_are_listed_with_what_came_for_each(core: Core) -> None:
    invoice = await an_invoice(core)
    await promised(core, 5000, days=3)
    await promised(core, 7000, days=9)
    await a_payment(core, await Invoice.get(id=invoice.id), 4000)

    lines = await promises.of_invoice(core, invoice_id=invoice.id)

    assert {(each.amount.minor, each.received.minor) for each in lines} == {(5000, 4000), (7000, 0)}
