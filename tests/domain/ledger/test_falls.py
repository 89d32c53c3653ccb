"""Falls: what a ledger file took off without saying why is told later by a person, and no cent moves but by a right."""

import asyncio
from datetime import date, timedelta
from typing import Any

import pytest

from domain.commitments import judging, promises
from domain.commitments.models import Promise
from domain.commitments.parties import Source
from domain.kernel.actor import SHELL, Actor
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.kernel.refusals import NotAllowed
from domain.ledger import falls, statements
from domain.ledger.csv_import import Lowered
from domain.ledger.falls import Cause
from domain.ledger.import_events import FallDecided
from domain.ledger.models import Credit, Invoice, Payment
from domain.ledger.refusals import EntryUnusable, NothingLowered
from domain.people.refusals import OwnWork
from tests.clocks import StandingClock
from tests.domain.ledger.csv_import.files import imported
from tests.domain.ledger.csv_import.test_causes import a_file, an_invoice, true
from tests.domain.ledger.people import CORA, MAX, OPAL, VERA
from tests.domain.pay_links.payers import queued, told


def euros(minor: int) -> Money:
    """Return an amount."""
    return Money(minor, "EUR")


async def a_fall(core: Core, *, left: str = "60.00", lowered: Lowered = Lowered.UNKNOWN) -> None:
    """Import an invoice of 100.00 EUR, and a day later one that is open by less."""
    await imported(core, a_file(an_invoice("1", "100.00")))
    await imported(core, a_file(an_invoice("1", left)), lowered=lowered)


async def decided(
    core: Core, cause: Cause, *, actor: Actor = CORA, amount: int | None = None, **more: Any
) -> FallDecided:
    """Tell what it was."""
    money = None if amount is None else euros(amount)
    more.setdefault("reason", "they told us")
    return await falls.decide(core, invoice_number="INV-1", cause=cause, amount=money, actor=actor, **more)


async def standing(core: Core) -> tuple[int, str, list[tuple[str, str, int]]]:
    """Return balance and state of the invoice, and its credits that count, by cause and reason."""
    invoice = await Invoice.get(number="INV-1")
    rows = await Credit.filter(state="approved").order_by("amount_minor")
    return invoice.open_minor, invoice.state, [(each.cause, each.reason, each.amount_minor) for each in rows]


async def test_what_was_a_payment_becomes_one_of_the_day_of_the_fall_and_the_balance_stays(core: Core) -> None:
    await a_fall(core)

    event = await falls.decide(core, invoice_number="inv-1", cause=Cause.PAYMENT, actor=OPAL)

    payment = await Payment.get()
    assert (payment.amount, payment.received_on, payment.for_invoice_id) == (
        euros(4_000), core.clock.now().date(), (await Invoice.get()).id,
    )  # fmt: skip
    assert await standing(core) == (6_000, "open", [])
    assert event.told() == "40.00 EUR that the books took off was a payment; 60.00 EUR left to pay"
    assert await queued(core, "write_letter") == 0
    await true(core)


async def test_an_invoice_that_was_settled_by_it_stays_settled(core: Core) -> None:
    await a_fall(core, left="0.00")

    await decided(core, Cause.PAYMENT, received_on=date(2026, 3, 1))

    assert await standing(core) == (0, "settled", [])
    assert (await Payment.get()).received_on == date(2026, 3, 1)
    await true(core)


async def test_what_was_a_credit_is_called_so_on_the_statement(core: Core) -> None:
    await a_fall(core)

    await decided(core, Cause.CREDIT, actor=MAX)

    assert await standing(core) == (6_000, "open", [("credit", "they told us", 4_000)])
    account = (await Invoice.get()).account_id
    [book] = (await statements.of_account(core, account_id=account, since=date(2025, 1, 1))).books
    assert [line.kind for line in book.lines] == ["invoice", "credit"]
    await true(core)


async def test_what_was_a_mistake_of_the_books_is_owed_again_and_reminders_go_on(core: Core) -> None:
    await a_fall(core, left="0.00")
    await core.database.execute("DELETE FROM procrastinate_jobs")

    await decided(core, Cause.CORRECTION)

    assert await standing(core) == (10_000, "open", [])
    assert await queued(core, "plan_reminders") == 1
    await true(core)


async def test_a_part_may_be_told_and_the_rest_stays_unknown(core: Core) -> None:
    await a_fall(core)

    await decided(core, Cause.PAYMENT, amount=1_000)
    await decided(core, Cause.CORRECTION, amount=500)

    assert await standing(core) == (6_500, "open", [(falls.UNTOLD, falls.REASON, 2_500)])
    [line] = (await falls.waiting(core, actor=VERA)).lines
    assert (line.invoice_number, line.amount, line.balance) == ("INV-1", euros(2_500), euros(6_500))
    await true(core)


async def test_it_is_told_once_however_often_it_is_clicked(core: Core) -> None:
    await a_fall(core)

    results = await asyncio.gather(*(decided(core, Cause.CORRECTION) for _ in range(3)), return_exceptions=True)

    assert sorted(type(each).__name__ for each in results) == ["FallDecided", "NothingLowered", "NothingLowered"]
    assert (await Invoice.get()).open_minor == 10_000
    assert (await falls.waiting(core, actor=VERA)).found == 0


@pytest.mark.parametrize(
    ("cause", "actor"),
    [(Cause.PAYMENT, VERA), (Cause.CREDIT, OPAL), (Cause.CORRECTION, OPAL), (Cause.CORRECTION, MAX)],
)
async def test_it_needs_the_right_that_it_needs_elsewhere(core: Core, cause: Cause, actor: Actor) -> None:
    await a_fall(core)

    with pytest.raises(NotAllowed):
        await decided(core, cause, actor=actor)

    assert (await standing(core))[2] == [(falls.UNTOLD, falls.REASON, 4_000)]


@pytest.mark.parametrize("cause", [Cause.CREDIT, Cause.CORRECTION])
async def test_whoever_imported_the_file_gives_nothing_up_and_claims_nothing_again(core: Core, cause: Cause) -> None:
    await a_fall(core)

    with pytest.raises(OwnWork):
        await decided(core, cause, actor=SHELL)

    assert (await standing(core))[0] == 6_000


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"amount": 4_001}, "name at most that"),
        ({"amount": 0}, "name at most that"),
        ({"cause": Cause.CORRECTION, "reason": " "}, "Say how you know"),
        ({"reason": "x" * 501}, "at most 500"),
        ({"received_on": date(2027, 1, 1)}, "has not come yet"),
    ],
)
async def test_what_does_not_fit_is_refused_and_changes_nothing(core: Core, more: dict[str, Any], said: str) -> None:
    await a_fall(core)

    with pytest.raises(EntryUnusable, match=said):
        await decided(core, **({"cause": Cause.PAYMENT} | more))

    assert (await standing(core))[2] == [(falls.UNTOLD, falls.REASON, 4_000)]


async def test_what_the_importer_said_is_not_asked_again(core: Core) -> None:
    await a_fall(core, lowered=Lowered.CREDIT)

    with pytest.raises(NothingLowered):
        await decided(core, Cause.PAYMENT)

    assert (await falls.waiting(core, actor=VERA)).lines == ()


async def promised(core: Core, minor: int, *, on: date) -> Promise:
    """Store a promise."""
    event = await promises.make(
        core, invoice_number="INV-1", amount=euros(minor), on=on, source=Source.OPERATOR, actor=OPAL
    )
    return await Promise.get(id=event.promise_id)


async def test_a_promise_is_withdrawn_at_a_fall_that_may_have_been_its_money(core: Core, clock: StandingClock) -> None:
    await imported(core, a_file(an_invoice("1", "100.00")))
    promise = await promised(core, 4_000, on=clock.now().date() + timedelta(days=1))
    await imported(core, a_file(an_invoice("1", "60.00")))
    clock.advance(days=10)

    for _ in range(2):
        await judging.judge_commitments(core)

    assert (await Promise.get(id=promise.id)).state == "withdrawn"
    [fact] = await told(core, "promise.withdrawn")
    assert "nobody knows whether that was the payment" in str(fact["reason"])
    assert await told(core, "promise.broken") == []


@pytest.mark.parametrize(
    ("cause", "state"), [(Cause.PAYMENT, "kept"), (Cause.CREDIT, "broken"), (Cause.CORRECTION, "broken")]
)
async def test_what_a_person_tells_of_the_fall_decides_the_promise(
    core: Core, clock: StandingClock, cause: Cause, state: str
) -> None:
    await imported(core, a_file(an_invoice("1", "100.00")))
    promise = await promised(core, 4_000, on=clock.now().date() + timedelta(days=1))
    await imported(core, a_file(an_invoice("1", "60.00")))
    await decided(core, cause)
    clock.advance(days=10)

    await judging.judge_commitments(core)

    assert (await Promise.get(id=promise.id)).state == state


async def test_a_promise_that_was_made_after_the_fall_is_not_kept_by_it(core: Core, clock: StandingClock) -> None:
    await a_fall(core)
    clock.advance(hours=1)
    promise = await promised(core, 4_000, on=clock.now().date() + timedelta(days=1))
    await decided(core, Cause.PAYMENT)
    clock.advance(days=10)

    await judging.judge_commitments(core)

    assert (await Promise.get(id=promise.id)).state == "broken"


async def test_a_fall_smaller_than_what_is_missing_saves_no_promise(core: Core, clock: StandingClock) -> None:
    await imported(core, a_file(an_invoice("1", "100.00")))
    promise = await promised(core, 4_000, on=clock.now().date() + timedelta(days=1))
    await imported(core, a_file(an_invoice("1", "60.01")))
    clock.advance(days=10)

    await judging.judge_commitments(core)

    assert (await Promise.get(id=promise.id)).state == "broken"


async def test_one_fall_withdraws_one_promise_and_not_two(core: Core, clock: StandingClock) -> None:
    await imported(core, a_file(an_invoice("1", "100.00")))
    today = clock.now().date()
    early = await promised(core, 4_000, on=today + timedelta(days=1))
    late = await promised(core, 4_000, on=today + timedelta(days=3))
    await imported(core, a_file(an_invoice("1", "60.00")))
    clock.advance(days=12)

    await judging.judge_commitments(core)

    assert [(await Promise.get(id=each.id)).state for each in (early, late)] == ["withdrawn", "broken"]


async def test_what_the_books_call_a_credit_is_no_payment_that_was_promised(core: Core, clock: StandingClock) -> None:
    await imported(core, a_file(an_invoice("1", "100.00")))
    promise = await promised(core, 4_000, on=clock.now().date() + timedelta(days=1))
    await imported(core, a_file(an_invoice("1", "60.00")), lowered=Lowered.CREDIT)
    clock.advance(days=10)

    await judging.judge_commitments(core)

    assert (await Promise.get(id=promise.id)).state == "broken"
