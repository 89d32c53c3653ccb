"""Newcomers: every open invoice comes into its segment's cadence, whatever brought it; only new ones are looked at."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

import psycopg
import pytest
import pytest_asyncio

from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.ledger.models import Account, Invoice
from domain.outreach import enrolments, newcomers
from domain.outreach.models import Enrolment
from tests.builders import an_account, an_invoice, paid
from tests.clocks import StandingClock
from tests.domain.outreach.stage import A, a_segment, enrolment, told

NOBODY = '{"currency": ["USD"]}'


@pytest_asyncio.fixture(autouse=True)
async def everyone_as_shipped(core: Core) -> AsyncIterator[None]:
    """Let the shipped segment take everybody again."""
    yield
    await _everyone_is(core, "{}")


async def test_an_invoice_gets_the_cadence_of_the_first_segment_that_takes_it(core: Core) -> None:
    await a_segment(core, "dollars", A(0, "reminder-due"), rule='{"currency": ["USD"]}')
    dollars = await an_invoice(core, "INV-1", amount=Money(100, "USD"), email="a@a.example")
    euros = await an_invoice(core, "INV-2", email="b@b.example")

    added = await newcomers.enrol(core)

    assert added == 2
    assert ((await enrolment(dollars)).segment, (await enrolment(euros)).segment) == ("dollars", "everyone")


async def test_an_invoice_that_no_segment_takes_is_left_out(core: Core) -> None:
    await _everyone_is(core, NOBODY)
    await an_invoice(core)

    assert await newcomers.enrol(core) == 0


async def test_an_excluded_customer_is_left_out(core: Core) -> None:
    invoice = await an_invoice(core)
    await (await Account.get(id=invoice.account_id)).move("exclude")

    assert await newcomers.enrol(core) == 0


async def test_enrolling_at_once_enrols_each_invoice_once(core: Core) -> None:
    for number in range(20):
        await an_invoice(core, f"INV-{number}", email=f"c{number}@a.example")

    added = await asyncio.gather(*(newcomers.enrol(core) for _ in range(4)))
    added.append(await newcomers.enrol(core))

    assert sum(added) == 20
    assert await Enrolment.all().count() == 20


async def test_what_was_looked_at_is_not_looked_at_again(core: Core) -> None:
    await an_invoice(core, "INV-1", email="a@a.example")
    await newcomers.enrol(core)
    await an_invoice(core, "INV-2", email="b@b.example")

    notes = await _notes(core)

    assert len(notes) == 1
    assert await newcomers.enrol(core) == 1
    assert await _notes(core) == []


async def test_an_invoice_of_which_no_note_was_left_is_found_at_night(core: Core, clock: StandingClock) -> None:
    await newcomers.enrol(core)
    await an_invoice(core)
    await core.database.execute("DELETE FROM newcomer WHERE invoice_id IS NOT NULL")
    by_day = await newcomers.enrol(core)

    clock.advance(days=1)

    assert (by_day, await newcomers.enrol(core)) == (0, 1)


async def test_thousands_at_once_leave_one_note(core: Core) -> None:
    account = await an_account(core)
    await core.database.execute(
        "INSERT INTO invoice (id, number, number_key, account_id, currency, total_minor, open_minor, due_on, state,"
        " created_at) SELECT gen_random_uuid(), 'N' || n, 'n' || n, %s, 'EUR', 100, 100, '2026-03-01', 'open', now()"
        " FROM generate_series(1, 1500) n",
        (account.id,),
    )

    notes = await _notes(core)

    assert notes == [(None, None)]
    assert await newcomers.enrol(core) == 1500
    assert await _notes(core) == []


async def test_an_invoice_of_a_customer_who_is_included_again_is_enrolled_by_the_next_pass(core: Core) -> None:
    invoice = await an_invoice(core)
    account = await Account.get(id=invoice.account_id)
    await account.move("exclude")
    meanwhile = await newcomers.enrol(core)

    await account.move("include")

    assert (meanwhile, await newcomers.enrol(core)) == (0, 1)


@pytest.mark.parametrize(
    ("rule", "brought_by"),
    [
        ('{"risk": ["high"]}', "UPDATE account SET risk = 'high'"),
        ('{"tags": {"any": ["key"]}}', "UPDATE account SET tags = ARRAY['key']"),
        ('{"country": ["FR"]}', "UPDATE account SET country = 'FR'"),
        ('{"industry": ["retail"]}', "UPDATE account SET industry = 'retail'"),
        ('{"account": ["C-9"]}', "UPDATE account SET number = 'C-9'"),
    ],
)
async def test_what_no_segment_took_is_enrolled_when_its_customer_changes(
    core: Core, rule: str, brought_by: str
) -> None:
    await _everyone_is(core, rule)
    invoice = await an_invoice(core)
    before = await newcomers.enrol(core)

    await core.database.execute(brought_by)

    assert (before, await newcomers.enrol(core)) == (0, 1)
    assert (await enrolment(invoice)).segment == "everyone"


async def test_what_no_segment_took_is_enrolled_when_another_policy_takes_it(core: Core) -> None:
    await _everyone_is(core, NOBODY)
    invoice = await an_invoice(core)
    assert await newcomers.enrol(core) == 0

    await a_segment(core, "rest", A(0, "reminder-due"), position=2)

    assert await newcomers.enrol(core) == 1
    assert (await enrolment(invoice)).segment == "rest"


async def test_what_no_segment_took_is_looked_at_once_a_day(core: Core, clock: StandingClock) -> None:
    await _everyone_is(core, NOBODY)
    invoice = await an_invoice(core, days_past_due=3)
    assert [await newcomers.enrol(core) for _ in range(2)] == [0, 0]
    waiting = await _notes(core, due=False)
    await _everyone_is(core, "{}")
    await core.database.execute("DELETE FROM newcomer WHERE look_at <= %s", (core.clock.now(),))
    same_day = await newcomers.enrol(core)

    clock.advance(hours=15)  # midnight in Berlin has passed, and the night's look is still to come

    assert waiting == [(invoice.id, None)]
    assert (same_day, await newcomers.enrol(core)) == (0, 1)


async def test_an_invoice_whose_segment_depends_on_its_age_is_enrolled_on_the_day(
    core: Core, clock: StandingClock
) -> None:
    await _everyone_is(core, NOBODY)
    await a_segment(core, "late", A(0, "reminder-due"), position=2, rule='{"days_past_due": {"from": 5}}')
    invoice = await an_invoice(core, days_past_due=4)
    before = await newcomers.enrol(core)

    clock.advance(hours=15)

    assert (before, await newcomers.enrol(core)) == (0, 1)
    assert (await enrolment(invoice)).segment == "late"


async def test_an_invoice_that_was_opened_again_while_its_reminders_were_being_ended_is_enrolled_again(
    core: Core, empty_database: str
) -> None:
    invoice = await an_invoice(core)
    await newcomers.enrol(core)
    await paid(core, invoice)
    async with await psycopg.AsyncConnection.connect(empty_database) as ending:
        await ending.execute("UPDATE enrolment SET state = 'closed'")  # it had seen the invoice settled
        await _opened_again(core, invoice)
        too_early = await newcomers.enrol(core)
        await ending.commit()

    assert (too_early, await newcomers.enrol(core)) == (0, 1)
    assert sorted(each.state for each in await Enrolment.all()) == ["closed", "running"]


async def test_an_invoice_that_is_opened_again_after_its_reminders_ended_is_enrolled_again(core: Core) -> None:
    invoice = await an_invoice(core)
    await newcomers.enrol(core)
    await paid(core, invoice)
    (entry,) = await told(core, "invoice.settled")
    await enrolments.close(core, entry_id=entry["id"])
    settled = await newcomers.enrol(core)

    await _opened_again(core, invoice)

    assert (settled, await newcomers.enrol(core)) == (0, 1)


async def test_an_invoice_that_somebody_holds_is_left_to_the_next_pass(core: Core, empty_database: str) -> None:
    await an_invoice(core, "INV-1", email="a@a.example")
    await an_invoice(core, "INV-2", email="b@b.example")

    async with await psycopg.AsyncConnection.connect(empty_database) as booking:
        await booking.execute("SELECT 1 FROM invoice WHERE number = 'INV-1' FOR UPDATE")
        meanwhile = [await newcomers.enrol(core) for _ in range(2)]

    assert (meanwhile, await newcomers.enrol(core)) == ([1, 0], 1)


async def test_an_invoice_that_goes_to_another_customer_is_looked_at_again(core: Core) -> None:
    invoice = await an_invoice(core)
    await (await Account.get(id=invoice.account_id)).move("exclude")
    assert await newcomers.enrol(core) == 0
    other = await an_account(core, "Bolt")

    await core.database.execute("UPDATE invoice SET account_id = %s", (other.id,))

    assert await newcomers.enrol(core) == 1


async def test_an_import_that_checks_its_keys_by_sets_leaves_the_same_notes(core: Core) -> None:
    invoice = await an_invoice(core, "INV-1")
    await newcomers.enrol(core)
    await paid(core, invoice)
    await core.database.execute("UPDATE enrolment SET state = 'closed'")
    await newcomers.enrol(core)

    async with core.transaction() as tx:
        await tx.execute("SET LOCAL session_replication_role = replica")
        await tx.execute("UPDATE invoice SET state = 'open', open_minor = total_minor, settled_on = NULL")
        await tx.execute("UPDATE account SET risk = 'high'")
        await tx.execute(
            "INSERT INTO invoice (id, number, number_key, account_id, currency, total_minor, open_minor, due_on, state,"
            " created_at) SELECT gen_random_uuid(), 'N', 'n', id, 'EUR', 100, 100, '2026-03-01', 'open', now()"
            " FROM account"
        )

    assert len(await _notes(core)) == 3
    assert await newcomers.enrol(core) == 2


async def test_a_pass_that_is_stopped_loses_no_note(core: Core, empty_database: str) -> None:
    await an_invoice(core)
    async with await psycopg.AsyncConnection.connect(empty_database) as blocking:
        await blocking.execute("LOCK TABLE enrolment IN EXCLUSIVE MODE")
        stopped = asyncio.create_task(newcomers.enrol(core))
        await _about_to_enrol(blocking, stopped)
        stopped.cancel()
        await asyncio.gather(stopped, return_exceptions=True)

    assert await newcomers.enrol(core) == 1


async def _about_to_enrol(other: psycopg.AsyncConnection[tuple[object, ...]], passing: "asyncio.Task[int]") -> None:
    """Return when the pass waits for the table that the other side has locked."""
    while not passing.done():
        found = await other.execute("SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'enrolment'::regclass")
        if await found.fetchone():
            return
        await asyncio.sleep(0.01)


async def _notes(core: Core, *, due: bool = True) -> list[tuple[UUID | None, UUID | None]]:
    """Return the notes, as invoice and account, that the next pass looks at, or those that wait but for the night's."""
    which = "look_at <= %s" if due else "look_at > %s AND invoice_id IS NOT NULL"
    rows = await core.database.rows(
        f"SELECT invoice_id, account_id FROM newcomer WHERE {which} ORDER BY id", (core.clock.now(),)
    )
    return [(row["invoice_id"], row["account_id"]) for row in rows]


async def _everyone_is(core: Core, rule: str) -> None:
    await core.database.execute("UPDATE segment SET rule = %s::jsonb WHERE name = 'everyone'", (rule,))


async def _opened_again(core: Core, invoice: Invoice) -> None:
    await core.database.execute(
        "UPDATE invoice SET state = 'open', open_minor = total_minor, settled_on = NULL WHERE id = %s", (invoice.id,)
    )


async def test_a_change_of_every_customer_does_not_compare_each_with_each(core: Core) -> None:
    await core.database.execute(
        "INSERT INTO account (id, number, name, name_key, state, created_at)"
        " SELECT gen_random_uuid(), 'K' || n, 'K' || n, 'k' || n, 'active', now() FROM generate_series(1, 20000) n"
    )
    async with core.transaction() as tx:
        await tx.execute("UPDATE account SET locale = 'de' WHERE number = 'K1'")  # its plan would be kept
        await tx.execute("SET LOCAL statement_timeout = '30s'")  # each with each: some minutes

        await tx.execute("UPDATE account SET locale = 'de'")

        assert await tx.row("SELECT count(*) AS notes FROM newcomer") == {"notes": 0}
