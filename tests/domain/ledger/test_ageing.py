"""Ageing: open balances by currency and bucket, with credit beside them."""

import json
from datetime import date

import pytest

from domain.kernel.actor import SHELL, Actor, ActorKind
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.kernel.refusals import NotAllowed
from domain.ledger import ageing
from tests.builders import an_account, an_invoice, paid
from tests.clocks import StandingClock


def amounts(found: ageing.CurrencyAgeing) -> dict[str, int]:
    """Return the minor units of each bucket that has any."""
    return {each.name: each.amount.minor for each in found.buckets if each.amount}


async def test_invoices_are_counted_by_days_past_the_due_date(core: Core) -> None:
    acme = await an_account(core)
    for days in (-5, 0, 1, 30, 31, 60, 61, 90, 91, 400):
        await an_invoice(core, f"INV-{days}", account=acme, days_past_due=days, amount=Money(100, "EUR"))

    [euros] = (await ageing.now(core, actor=SHELL)).currencies

    assert amounts(euros) == {"current": 200, "1-30": 200, "31-60": 200, "61-90": 200, "91+": 200}
    assert [each.invoices for each in euros.buckets] == [2] * 5
    assert (euros.total.amount, euros.total.invoices) == (Money(1000, "EUR"), 10)


async def test_currencies_are_never_added_up_and_settled_invoices_are_left_out(core: Core) -> None:
    acme = await an_account(core)
    await an_invoice(core, "INV-1", account=acme, amount=Money(100, "EUR"))
    await an_invoice(core, "INV-2", account=acme, amount=Money(7, "JPY"))
    await paid(core, await an_invoice(core, "INV-3", account=acme, amount=Money(50, "EUR")))

    found = await ageing.now(core, actor=SHELL)

    assert [(each.currency, each.total.amount.minor) for each in found.currencies] == [("EUR", 100), ("JPY", 7)]


async def test_what_customers_have_to_their_credit_stands_beside_the_buckets(core: Core) -> None:
    invoice = await an_invoice(core, amount=Money(10_000, "EUR"))
    await core.database.execute(
        "INSERT INTO credit_note (id, number, number_key, account_id, currency, total_minor, open_minor, state,"
        " created_at)"
        " VALUES (gen_random_uuid(), 'CN-1', 'cn-1', %s, 'EUR', 500, 400, 'open', now())",
        (invoice.account_id,),
    )
    payment = await core.database.row(
        "INSERT INTO payment (id, account_id, kind, source, object_id, currency, amount_minor, received_on, method,"
        " created_at) VALUES (gen_random_uuid(), %s, 'payment', 'bank', 'b1', 'EUR', 300, now(), 'transfer', now())"
        " RETURNING id",
        (invoice.account_id,),
    )
    assert payment is not None
    await core.database.execute(
        "INSERT INTO unapplied_cash (payment_id, account_id, currency, amount_minor, since)"
        " VALUES (%s, %s, 'EUR', 300, now())",
        (payment["id"], invoice.account_id),
    )

    [euros] = (await ageing.now(core, actor=SHELL)).currencies

    assert (euros.total.amount, euros.unapplied, euros.credit_notes) == (
        Money(10_000, "EUR"), Money(300, "EUR"), Money(400, "EUR"))  # fmt: skip
    assert euros.net == Money(9_300, "EUR")


async def test_a_day_begins_in_the_merchants_zone(core: Core, clock: StandingClock) -> None:
    await an_invoice(core, days_past_due=0)
    clock.advance(hours=14, minutes=30)  # 23:30 in UTC is the next day in Berlin

    [euros] = (await ageing.now(core, actor=SHELL)).currencies

    assert amounts(euros) == {"1-30": 12_500}


async def test_another_day_may_be_asked_for(core: Core) -> None:
    await an_invoice(core, days_past_due=7)

    found = await ageing.of_day(core.database, as_of=date(2026, 1, 31))

    assert amounts(found.of("EUR")) == {"current": 12_500}
    assert not found.of("USD").total.amount


async def test_open_invoices_are_read_from_the_index_alone(core: Core) -> None:
    acme = await an_account(core)
    await core.database.execute(
        "INSERT INTO invoice (id, number, number_key, account_id, currency, total_minor, open_minor, due_on, state,"
        " created_at) SELECT gen_random_uuid(), 'N' || n, 'n' || n, %s, 'EUR', 100, CASE n %% 10 WHEN 0 THEN 100 ELSE 0"
        " END, date '2026-03-01' + n %% 200, CASE n %% 10 WHEN 0 THEN 'open' ELSE 'settled' END, now()"
        " FROM generate_series(1, 20000) n",
        (acme.id,),
    )
    await core.database.execute("VACUUM ANALYZE invoice")

    rows = await core.database.rows(f"EXPLAIN (FORMAT JSON) {ageing._OPEN.format(mine='')}")

    plan = rows[0]["QUERY PLAN"]
    assert "invoice_open" in (plan if isinstance(plan, str) else json.dumps(plan))


async def test_whoever_may_see_nothing_sees_no_ageing(core: Core) -> None:
    with pytest.raises(NotAllowed):
        await ageing.now(core, actor=Actor(ActorKind.PERSON, "Nobody", frozenset()))
