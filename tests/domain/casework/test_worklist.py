"""The list behind the queue: never older than what is known, whatever happens at the same time."""

import asyncio
import random
from dataclasses import replace
from datetime import datetime, time, timedelta
from decimal import Decimal

import pytest

from domain.casework import queue, snoozes, tasks, worklist
from domain.commitments import judging, promises
from domain.commitments.models import Plan, Promise
from domain.commitments.parties import Source
from domain.deliverability.models import Suppression
from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.ledger import contacts
from domain.ledger.models import Account, Contact, Invoice
from domain.outreach import planner
from tests.builders import a_contact, an_account, an_invoice
from tests.clocks import START, StandingClock
from tests.domain.casework.operators import (
    a_hold,
    a_settled,
    a_suppression,
    euros,
    listed,
    rebuilt,
    stale,
)
from tests.domain.commitments.commitments_made import a_payment, a_plan, a_promise, a_refund


async def test_looking_twice_judges_nothing_twice(core: Core) -> None:
    await an_invoice(core)
    first = await worklist.refresh(core)

    second = await worklist.refresh(core)

    assert first > 0
    assert second == 0


async def test_an_invoice_that_is_settled_leaves_the_list(core: Core) -> None:
    invoice = await an_invoice(core)
    await worklist.refresh_all(core)
    await a_payment(core, invoice, 12500)

    await worklist.refresh_all(core)

    assert await listed(core) == []


async def test_a_bounded_look_takes_the_rest_another_time(core: Core) -> None:
    account = await an_account(core)
    for number in range(7):
        await an_invoice(core, f"INV-{number}", account=account)
    await worklist.refresh_all(core)
    await a_contact(core, account)

    looks = [await worklist.refresh(core, limit=3) for _ in range(4)]

    assert looks == [3, 3, 1, 0]
    assert await listed(core) == await rebuilt(core)


@pytest.mark.parametrize(
    ("days", "moves"), [(1, False), (6, True), (22, True), (23, True), (24, False), (53, True), (83, True)]
)
async def test_the_calendar_alone_moves_an_invoice_at_the_merchants_midnight(
    core: Core, clock: StandingClock, days: int, moves: bool
) -> None:
    await an_invoice(core, days_past_due=7)
    evening = datetime.combine(START.date() + timedelta(days=days), time(23, 59), core.merchant.zone)
    clock.advance(seconds=(evening - clock.now()).total_seconds())
    await worklist.refresh_all(core)
    before = await listed(core)
    clock.advance(minutes=2)

    await worklist.refresh_all(core)

    after = await listed(core)
    assert after == await rebuilt(core)
    assert (before[0]["score"] != after[0]["score"]) is moves


async def test_a_thousand_invoices_at_once_are_listed_by_the_job(core: Core) -> None:
    account = await an_account(core)
    await a_contact(core, account)
    await core.database.execute(
        "INSERT INTO invoice (id, number, number_key, account_id, currency, total_minor, open_minor, due_on, state,"
        " created_at) SELECT gen_random_uuid(), 'N' || n, 'n' || n, %(account)s, 'EUR', n, n, %(day)s, 'open', %(now)s"
        " FROM generate_series(1, 1234) n",
        {"account": account.id, "day": core.clock.now().date(), "now": core.clock.now()},
    )
    await core.database.execute("DELETE FROM stale_case WHERE account_id IS NOT NULL")
    seen = await queue.page(core, actor=SHELL)

    done = await worklist.refresh_all(core)

    assert seen.total == 0
    assert done >= 1234
    assert (await queue.page(core, actor=SHELL)).total == 1234
    assert await core.database.rows("SELECT 1 FROM stale_case") == []


async def test_history_that_arrives_later_changes_what_is_usual(core: Core) -> None:
    account = await an_account(core)
    await a_contact(core, account)
    await an_invoice(core, account=account, days_past_due=20)
    await worklist.refresh_all(core)
    for number in range(3):
        await a_settled(core, account, f"OLD-{number}", late=2)

    await worklist.refresh_all(core)

    assert await listed(core) == await rebuilt(core)


async def test_a_change_that_commits_during_a_refresh_is_not_lost(core: Core) -> None:
    invoice = await an_invoice(core)
    await worklist.refresh_all(core)
    seen, go_on = asyncio.Event(), asyncio.Event()

    async def change() -> None:
        async with core.transaction() as tx:
            await tx.execute("INSERT INTO stale_case (invoice_id) VALUES (%s)", (invoice.id,))
            await tx.execute("UPDATE invoice SET due_on = due_on - 60 WHERE id = %s", (invoice.id,))
            seen.set()
            await go_on.wait()

    changing = asyncio.create_task(change())
    await seen.wait()
    await core.database.execute("INSERT INTO stale_case (invoice_id) VALUES (%s)", (invoice.id,))
    await worklist.refresh_all(core)
    before = await listed(core)
    go_on.set()
    await changing
    await worklist.refresh_all(core)

    assert before != await listed(core)
    assert await listed(core) == await rebuilt(core)


async def test_other_rates_judge_everything_anew(core: Core) -> None:
    await an_invoice(core, amount=Money(10_000, "JPY"))
    await worklist.refresh_all(core)
    (before,) = await listed(core)
    rated = replace(core, limits=replace(core.limits, rates={"JPY": Decimal("0.006")}))

    await worklist.refresh_all(rated)

    (after,) = await listed(core)
    assert (before["open_major"], after["open_major"]) == (10_000, 60)
    assert await worklist.refresh_all(rated) == 0


async def test_many_refreshes_and_changes_at_once_end_with_the_truth(core: Core) -> None:
    invoices = [await an_invoice(core, f"INV-{number}", email=f"a{number}@acme.example") for number in range(12)]

    async def pay(invoice: Invoice) -> None:
        for _ in range(3):
            await a_payment(core, invoice, 100)

    async def look() -> None:
        for _ in range(10):
            await worklist.refresh(core, limit=5)

    await asyncio.gather(*(pay(each) for each in invoices), look(), look(), look())
    await worklist.refresh_all(core)

    assert await listed(core) == await rebuilt(core)


@pytest.mark.parametrize("seed", range(5))
async def test_whatever_happens_the_list_is_what_it_would_be_if_it_were_made_anew(
    core: Core, clock: StandingClock, seed: int
) -> None:
    chance = random.Random(seed)
    accounts = [await an_account(core, f"Customer {number}") for number in range(3)]
    for number, account in enumerate(accounts):
        await a_contact(core, account, f"a{number}@acme.example")
    for number in range(6):
        await an_invoice(core, f"INV-{number}", account=accounts[number % 3], days_past_due=chance.randrange(-5, 100))

    for _ in range(14):
        still = await Invoice.filter(state="open").order_by("number")
        if still:
            await chance.choice(HAPPENINGS)(core, chance, chance.choice(still))
        clock.advance(hours=chance.choice((1, 5, 30, 24 * 9)))
        await worklist.refresh_all(core)

        assert await listed(core) == await rebuilt(core)


async def _paid(core: Core, chance: random.Random, invoice: Invoice) -> None:
    await a_payment(core, invoice, chance.choice((100, invoice.open_minor)))


async def _paid_and_refunded(core: Core, chance: random.Random, invoice: Invoice) -> None:
    paid = await a_payment(core, invoice, invoice.open_minor)
    await a_refund(core, invoice, paid.payment_id, chance.randrange(1, 100))


async def _promised(core: Core, chance: random.Random, invoice: Invoice) -> None:
    if not await Promise.exists(invoice_id=invoice.id):
        on = core.clock.now().date() + timedelta(days=chance.randrange(1, 12))
        await promises.make(
            core, invoice_number=invoice.number, amount=euros(min(5000, invoice.open_minor)), on=on, actor=SHELL,
            source=Source.OPERATOR,
        )  # fmt: skip


async def _planned(core: Core, chance: random.Random, invoice: Invoice) -> None:
    if not await Plan.exists(invoice_id=invoice.id):
        await a_plan(core, invoice, (invoice.open_minor,), first=chance.randrange(30))
        await stale(core, invoice)


async def _judged(core: Core, chance: random.Random, invoice: Invoice) -> None:
    await judging.judge_commitments(core)


async def _bounced(core: Core, chance: random.Random, invoice: Invoice) -> None:
    contact = await Contact.filter(account_id=invoice.account_id).order_by("created_at").first()
    assert contact is not None
    if not await Suppression.exists(address_key=contact.email_key):
        await a_suppression(core, contact.email)


async def _contact_found(core: Core, chance: random.Random, invoice: Invoice) -> None:
    account = await Account.get(id=invoice.account_id)
    await contacts.add(core, account=account.name, email=f"b{chance.random()}@acme.example", actor=SHELL)


async def _snoozed(core: Core, chance: random.Random, invoice: Invoice) -> None:
    until = core.clock.now() + timedelta(days=chance.randrange(1, 9))
    await snoozes.snooze(core, invoice_number=invoice.number, until=until, reason="next week", actor=SHELL)


async def _reminded(core: Core, chance: random.Random, invoice: Invoice) -> None:
    await planner.plan(core)


async def _held(core: Core, chance: random.Random, invoice: Invoice) -> None:
    await a_hold(core, invoice, until=core.clock.now() + timedelta(days=3), whole=chance.random() < 0.5)


async def _to_be_called(core: Core, chance: random.Random, invoice: Invoice) -> None:
    await tasks.add(core, kind=tasks.TaskKind.CALL, invoice_number=invoice.number, reason="call them", actor=SHELL)


async def _excluded(core: Core, chance: random.Random, invoice: Invoice) -> None:
    account = await Account.get(id=invoice.account_id)
    await account.move("exclude" if account.state == "active" else "include")


HAPPENINGS = (
    _paid, _paid_and_refunded, _promised, _planned, _judged, _bounced, _contact_found, _snoozed, _reminded, _held,
    _to_be_called, _excluded,
)  # fmt: skip


async def test_a_promise_moves_its_invoice_out_and_back_in_by_itself(core: Core, clock: StandingClock) -> None:
    await a_promise(core, await an_invoice(core), 12500, days=5)

    shown = []
    for _ in range(10):
        shown.append((await queue.page(core, actor=SHELL)).total)
        clock.advance(days=1)

    assert shown == [0, 0, 0, 0, 0, 1, 1, 1, 1, 1]
