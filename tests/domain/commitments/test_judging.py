"""Money decides: what is kept, broken, missed, completed and in default, once each."""

import asyncio
from datetime import timedelta
from uuid import UUID

from domain.commitments import judging
from domain.commitments.models import Plan, Promise
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.ledger.models import Invoice
from tests.builders import an_invoice
from tests.clocks import StandingClock
from tests.domain.commitments.commitments_made import (
    a_dispute,
    a_payment,
    a_plan,
    a_promise,
    a_refund,
)
from tests.domain.pay_links.payers import queued, told


async def state_of(promise_id: UUID) -> tuple[str, int | None]:
    promise = await Promise.get(id=promise_id)
    return promise.state, promise.received_minor


async def test_a_promise_is_kept_as_soon_as_the_money_is_there(core: Core, clock: StandingClock) -> None:
    invoice = await an_invoice(core, amount=Money(50000, "EUR"))
    promise = await a_promise(core, invoice, 20000, days=9)
    await a_payment(core, invoice, 12000)
    await judging.judge_commitments(core)
    assert await state_of(promise.id) == ("running", None)
    clock.advance(days=1)
    await a_payment(core, invoice, 8000)

    await judging.judge_commitments(core)

    assert await state_of(promise.id) == ("kept", 20000)
    assert len(await told(core, "promise.kept")) == 1


async def test_a_payment_queues_the_judgement_of_its_invoice(core: Core) -> None:
    invoice = await an_invoice(core)
    promise = await a_promise(core, invoice, 12500)

    await a_payment(core, invoice, 12500)

    assert await queued(core, "judge_commitments") == 2  # one for the payment, one for the settled invoice
    entry = await core.database.row("SELECT max(id) AS id FROM timeline_entry")
    assert entry is not None
    await judging.judge_commitments(core, entry_id=entry["id"])
    assert await state_of(promise.id) == ("kept", 12500)


async def test_through_its_grace_a_promise_is_not_judged(core: Core, clock: StandingClock) -> None:
    invoice = await an_invoice(core)
    promise = await a_promise(core, invoice, 10000, days=1)
    clock.advance(days=3)

    await judging.judge_commitments(core)

    assert await state_of(promise.id) == ("running", None)


async def test_after_the_grace_a_promise_without_money_is_broken_and_reminders_resume(
    core: Core, clock: StandingClock
) -> None:
    invoice = await an_invoice(core)
    promise = await a_promise(core, invoice, 10000, days=1)
    clock.advance(days=4)

    await judging.judge_commitments(core)
    await judging.judge_commitments(core)

    assert await state_of(promise.id) == ("broken", 0)
    assert len(await told(core, "promise.broken")) == 1
    assert await queued(core, "resume_reminders") == 1


async def test_after_the_grace_a_part_of_the_money_keeps_a_part(core: Core, clock: StandingClock) -> None:
    invoice = await an_invoice(core)
    promise = await a_promise(core, invoice, 10000, days=1)
    await a_payment(core, invoice, 3999)
    clock.advance(days=4)

    await judging.judge_commitments(core)

    assert await state_of(promise.id) == ("partly_kept", 3999)
    assert await queued(core, "resume_reminders") == 1


async def test_money_that_went_back_keeps_nothing(core: Core, clock: StandingClock) -> None:
    invoice = await an_invoice(core)
    promise = await a_promise(core, invoice, 10000, days=1)
    payment = await a_payment(core, invoice, 10000)
    await a_refund(core, invoice, payment.payment_id, 10000)
    clock.advance(days=4)

    await judging.judge_commitments(core)

    assert await state_of(promise.id) == ("broken", 0)


async def test_two_promises_share_no_cent(core: Core, clock: StandingClock) -> None:
    invoice = await an_invoice(core, amount=Money(50000, "EUR"))
    early = await a_promise(core, invoice, 10000, days=1)
    late = await a_promise(core, invoice, 10000, days=3)
    await a_payment(core, invoice, 12500)
    await judging.judge_commitments(core)
    assert await state_of(early.id) == ("kept", 10000)
    clock.advance(days=6)

    await judging.judge_commitments(core)

    assert await state_of(late.id) == ("partly_kept", 2500)


async def test_money_after_a_broken_promise_counts_for_the_next_one(core: Core, clock: StandingClock) -> None:
    invoice = await an_invoice(core, amount=Money(50000, "EUR"))
    await a_promise(core, invoice, 10000, days=1)
    second = await a_promise(core, invoice, 10000, days=9)
    clock.advance(days=4)
    await judging.judge_commitments(core)
    await a_payment(core, invoice, 10000)

    await judging.judge_commitments(core)

    assert await state_of(second.id) == ("kept", 10000)


async def test_a_promise_whose_invoice_was_credited_away_is_neither_kept_nor_broken(core: Core) -> None:
    invoice = await an_invoice(core)
    promise = await a_promise(core, invoice, 10000, days=1)
    await invoice.move("settle", open_minor=0)

    await judging.judge_commitments(core)

    assert (await state_of(promise.id))[0] == "withdrawn"


async def test_what_is_left_after_a_credit_keeps_a_promise_whole(core: Core) -> None:
    invoice = await an_invoice(core)
    promise = await a_promise(core, invoice, 12500, days=1)
    await Invoice.filter(id=invoice.id).update(open_minor=10000)
    await a_payment(core, invoice, 10000)

    await judging.judge_commitments(core)

    assert await state_of(promise.id) == ("kept", 10000)


async def test_two_judges_at_once_tell_each_thing_once(core: Core, clock: StandingClock) -> None:
    for number in range(6):
        invoice = await an_invoice(core, f"INV-{number}", email=f"a{number}@acme.example")
        await a_promise(core, invoice, 10000, days=1)
    clock.advance(days=4)

    await asyncio.gather(judging.judge_commitments(core), judging.judge_commitments(core))

    assert len(await told(core, "promise.broken")) == 6


async def test_more_invoices_than_a_page_are_all_judged(core: Core, clock: StandingClock) -> None:
    invoice = await an_invoice(core)
    await core.database.execute(
        "INSERT INTO invoice (id, number, number_key, account_id, currency, total_minor, open_minor, due_on, state,"
        " created_at) SELECT gen_random_uuid(), 'N' || n, 'n' || n, %(account)s, 'EUR', 100, 100, %(day)s, 'open',"
        " %(at)s FROM generate_series(1, %(many)s) n",
        {"account": invoice.account_id, "day": invoice.due_on, "at": clock.now(), "many": judging.PAGE + 3},
    )
    await core.database.execute(
        "INSERT INTO promise (id, invoice_id, account_id, currency, amount_minor, promised_on, grace_days, source,"
        " state, made_by, created_at) SELECT gen_random_uuid(), id, account_id, 'EUR', 100, %(day)s, 2, 'operator',"
        " 'running', 'Ben', %(at)s FROM invoice WHERE number LIKE 'N%%'",
        {"day": clock.now().date(), "at": clock.now()},
    )
    clock.advance(days=3)

    await judging.judge_commitments(core)

    assert await Promise.filter(state="broken").count() == judging.PAGE + 3


async def test_a_missed_instalment_flags_the_plan_once_and_resumes_reminders(core: Core, clock: StandingClock) -> None:
    invoice = await an_invoice(core, amount=Money(30000, "EUR"))
    plan = await a_plan(core, invoice, (10000, 10000, 10000), first=1)
    await a_payment(core, invoice, 4000)
    clock.advance(days=4)

    await judging.judge_commitments(core)
    await judging.judge_commitments(core)

    missed = await told(core, "instalment.missed")
    assert [(each["position"], each["of"], each["unpaid"]) for each in missed] == [
        (1, 3, {"minor": 6000, "currency": "EUR"})
    ]
    assert (await Plan.get(id=plan.id)).state == "running"
    assert await queued(core, "resume_reminders") == 1


async def test_an_instalment_paid_within_its_grace_is_not_missed(core: Core, clock: StandingClock) -> None:
    invoice = await an_invoice(core, amount=Money(30000, "EUR"))
    await a_plan(core, invoice, (10000, 20000), first=1)
    clock.advance(days=3)
    await a_payment(core, invoice, 10000)
    clock.advance(days=1)

    await judging.judge_commitments(core)

    assert await told(core, "instalment.missed") == []


async def test_the_second_missed_instalment_is_a_default(core: Core, clock: StandingClock) -> None:
    invoice = await an_invoice(core, amount=Money(30000, "EUR"))
    plan = await a_plan(core, invoice, (10000, 10000, 10000), first=1)
    clock.advance(days=11)

    await judging.judge_commitments(core)

    assert len(await told(core, "instalment.missed")) == 2
    defaulted = await told(core, "plan.defaulted")
    assert [each["reason"] for each in defaulted] == ["2 instalments were missed"]
    assert (await Plan.get(id=plan.id)).state == "defaulted"


async def test_a_missed_instalment_that_was_paid_late_does_not_count_towards_the_default(
    core: Core, clock: StandingClock
) -> None:
    invoice = await an_invoice(core, amount=Money(30000, "EUR"))
    plan = await a_plan(core, invoice, (10000, 10000, 10000), first=1)
    clock.advance(days=4)
    await judging.judge_commitments(core)
    await a_payment(core, invoice, 10000)
    clock.advance(days=7)

    await judging.judge_commitments(core)

    assert len(await told(core, "instalment.missed")) == 2
    assert (await Plan.get(id=plan.id)).state == "running"


async def test_a_disputed_balance_misses_no_instalment(core: Core, clock: StandingClock) -> None:
    invoice = await an_invoice(core, amount=Money(30000, "EUR"))
    await a_plan(core, invoice, (10000, 20000), first=1)
    await a_dispute(core, invoice, 30000)
    clock.advance(days=20)

    await judging.judge_commitments(core)

    assert await told(core, "instalment.missed") == []


async def test_a_plan_is_completed_by_the_last_money_and_a_request_falls_away(core: Core) -> None:
    running = await an_invoice(core)
    plan = await a_plan(core, running, (6000, 6500), first=1)
    asked = await an_invoice(core, "INV-2", email="bo@other.example")
    request = await a_plan(core, asked, (6000, 6500), first=1, state="requested")
    await a_payment(core, running, 12500)
    await a_payment(core, asked, 12500)

    await judging.judge_commitments(core)

    assert (await Plan.get(id=plan.id)).state == "completed"
    assert (await Plan.get(id=request.id)).state == "cancelled"
    assert len(await told(core, "plan.completed")) == 1


async def test_a_written_off_invoice_ends_its_plan_without_completing_it(core: Core) -> None:
    invoice = await an_invoice(core)
    plan = await a_plan(core, invoice, (6000, 6500), first=1)
    await invoice.move("write off", open_minor=0)

    await judging.judge_commitments(core)

    assert (await Plan.get(id=plan.id)).state == "cancelled"


async def test_an_import_that_settles_an_invoice_completes_its_plan_at_the_next_run(core: Core) -> None:
    invoice = await an_invoice(core)
    plan = await a_plan(core, invoice, (6000, 6500), first=1)
    await invoice.move("settle", open_minor=0, settled_on=invoice.due_on + timedelta(days=9))

    await judging.judge_commitments(core)

    assert (await Plan.get(id=plan.id)).state == "completed"
