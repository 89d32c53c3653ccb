"""Merging customers while money, mails and people are at work on them: whoever comes second finds one customer."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import pytest

from domain.casework import conversations
from domain.cash_application import decisions
from domain.commitments import promises
from domain.commitments.parties import Source
from domain.deliverability import inbound, return_paths
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.kernel.transactions import Transaction
from domain.ledger import audit, contacts, merging_accounts, payments
from domain.ledger.models import Account, Contact, Invoice, Payment
from domain.ledger.refusals import ContactKnown
from domain.pay_links import waiting
from domain.people.models import Person
from tests.builders import a_contact, an_account, an_invoice
from tests.clocks import START
from tests.domain.cash_application.lines import CLERK, a_bank_line
from tests.domain.deliverability.mailings_made import a_letter, a_mailing
from tests.domain.deliverability.test_inbound import ReaderHere
from tests.domain.ledger.people import MAX, OPAL
from tests.domain.pay_links.payers import a_visit

TODAY = START.date()


def euros(minor: int) -> Money:
    """Return an amount."""
    return Money(minor, "EUR")


async def merge(core: Core, kept: Account, other: Account) -> Any:
    """Merge the second into the first."""
    return await merging_accounts.merge(core, kept_id=kept.id, other_id=other.id, actor=MAX)


async def two(core: Core) -> tuple[Account, Account]:
    """Store two customers."""
    return await an_account(core, "Acme Ltd"), await an_account(core, "ACME Limited")


async def somebody_waits(tx: Transaction) -> None:
    """Wait until another connection wants a lock that this one has."""
    async with asyncio.timeout(60):
        while not await tx.row(
            "SELECT 1 AS one FROM pg_stat_get_activity(NULL) a WHERE pg_backend_pid() = ANY(pg_blocking_pids(a.pid))"
        ):
            await tx.execute("SELECT pg_stat_clear_snapshot()")
            await asyncio.sleep(0.02)


async def receive(core: Core, tx: Transaction, invoice: Invoice) -> None:
    """Book a payment as the news of a provider does."""
    await payments.receive(
        core, tx, invoice=invoice, amount=euros(500), source="stripe", object_id="ch_1", method="card",
        received_on=TODAY, actor=OPAL,
    )  # fmt: skip


async def test_a_payment_that_is_being_booked_is_moved_by_the_merger_that_waits_for_it(core: Core) -> None:
    kept, other = await two(core)
    await an_invoice(core, "INV-1", account=other)
    held = asyncio.Event()

    async def booking() -> None:
        async with core.transaction() as tx:
            invoice = await Invoice.locked(number="INV-1")
            assert invoice is not None
            held.set()
            await somebody_waits(tx)
            await receive(core, tx, invoice)

    async def merging() -> None:
        await held.wait()
        await merge(core, kept, other)

    await asyncio.gather(booking(), merging())

    assert (await Payment.get()).account_id == kept.id
    assert (await audit.run(core)).differing == 0


async def while_merging(core: Core, kept: Account, other: Account, work: Callable[[], Awaitable[Any]]) -> Any:
    """Begin the work when the merger has all its locks but one, and return what came of it when both are done."""
    contact = await a_contact(core, other, "in-the-way@acme.example")
    await a_contact(core, kept, "in-the-way@acme.example")
    held, waits = asyncio.Event(), asyncio.Event()

    async def in_the_way() -> None:
        async with core.transaction() as tx:
            await tx.execute("SELECT FROM contact WHERE id = %s FOR UPDATE", (contact.id,))
            held.set()
            await somebody_waits(tx)  # the merger has all but this one
            waits.set()
            while await tx.row(
                "SELECT 1 AS one WHERE NOT EXISTS (SELECT FROM pg_stat_get_activity(NULL) a, pg_stat_get_activity(NULL)"
                " m WHERE m.pid = ANY(pg_blocking_pids(a.pid)) AND pg_backend_pid() = ANY(pg_blocking_pids(m.pid)))"
            ):
                await tx.execute("SELECT pg_stat_clear_snapshot()")
                await asyncio.sleep(0.02)

    async def merging() -> None:
        await held.wait()
        await merge(core, kept, other)

    async def working() -> Any:
        await waits.wait()
        return await work()

    done = await asyncio.wait_for(asyncio.gather(in_the_way(), merging(), working()), timeout=100)
    return done[-1]


async def test_a_payment_that_waits_for_the_merger_is_the_kept_customers(core: Core) -> None:
    kept, other = await two(core)
    await an_invoice(core, "INV-1", account=other)

    async def booking() -> None:
        async with core.transaction() as tx:  # a bank line without an invoice: only the customer is known
            split = await payments.receive_split(
                core, tx, account_id=other.id, parts=(), amount=euros(500), source="bank", object_id="bank:1",
                method="bank transfer", received_on=TODAY, actor=OPAL,
            )  # fmt: skip
            assert split is not None

    await while_merging(core, kept, other, booking)

    assert (await Payment.get()).account_id == kept.id
    loose = await core.database.rows("SELECT account_id, amount_minor FROM unapplied_cash")
    assert loose == [{"account_id": kept.id, "amount_minor": 500}]
    assert (await audit.run(core)).differing == 0


async def test_a_contact_that_is_added_in_the_moment_of_a_merger_is_the_kept_customers(core: Core) -> None:
    kept, other = await two(core)

    added = await while_merging(
        core, kept, other, lambda: contacts.add(core, account=str(other.id), email="new@acme.example", actor=OPAL)
    )

    assert (added.account_id, added.account_name) == (kept.id, kept.name)
    assert (await Contact.get(email_key="new@acme.example")).account_id == kept.id


async def test_a_contact_that_the_kept_customer_has_is_refused_in_the_moment_of_a_merger(core: Core) -> None:
    kept, other = await two(core)
    await a_contact(core, kept, "new@acme.example")

    with pytest.raises(ContactKnown):
        await while_merging(
            core, kept, other, lambda: contacts.add(core, account=str(other.id), email="new@acme.example", actor=OPAL)
        )


ROWS = {
    "contact": "(id, account_id, email, email_key, state, created_at)"
    " VALUES (gen_random_uuid(), %(account)s, 'x@y.example', 'x@y.example', 'active', now())",
    "claim": "(id, account_id, person_id, state, until, created_at)"
    " VALUES (gen_random_uuid(), %(account)s, %(person)s, 'active', now(), now())",
    "payer_alias": "(id, account_id, key, times, last_at) VALUES (gen_random_uuid(), %(account)s, 'k', 1, now())",
    "bank_line": "(id, batch_id, line, key, booked_on, currency, amount_minor, account_id, state, created_at)"
    " VALUES (gen_random_uuid(), %(batch)s, 1, 'k', now(), 'EUR', 1, %(account)s, 'unapplied', now())",
    "remittance": "(id, source, file_name, content_type, sha256, body, account_id, state, created_at)"
    " VALUES (gen_random_uuid(), 'file', 'x', 'text/csv', 'x', 'x', %(account)s, 'read', now())",
    "stray_movement": "(id, object_id, kind, currency, amount_minor, happened_at, charge_id, note, account_id, state,"
    " found_at) VALUES (gen_random_uuid(), 'ch', 'payment', 'EUR', 1, now(), 'ch', '', %(account)s, 'open', now())",
}


@pytest.mark.parametrize("table", ROWS)
async def test_what_is_written_in_the_moment_of_a_merger_names_the_kept_customer(core: Core, table: str) -> None:
    kept, other = await two(core)
    person = await Person.create(id=uuid4(), slack_id="U7", name="Opal", created_at=START)
    batch = uuid4()
    await core.database.execute(
        "INSERT INTO import_batch (id, kind, file_name, sha256, counts, actor, created_at)"
        " VALUES (%s, 'bank', '', '', '{}', '', now())",
        (batch,),
    )
    values = {"account": other.id, "person": person.id, "batch": batch}

    await while_merging(core, kept, other, lambda: core.database.execute(f"INSERT INTO {table} {ROWS[table]}", values))

    left = await core.database.rows(
        f"SELECT id FROM {table} WHERE account_id = %s" + (" AND state = 'active'" if table == "contact" else ""),
        (other.id,),
    )
    assert left == []


async def test_a_line_that_is_kept_for_a_customer_in_the_moment_of_a_merger_is_the_kept_ones(core: Core) -> None:
    kept, other = await two(core)
    line = await a_bank_line(core, "", euros(500))

    await while_merging(
        core, kept, other, lambda: decisions.keep_unapplied(core, line_id=line.id, account=str(other.id), actor=CLERK)
    )

    assert await core.database.rows("SELECT account_id FROM bank_line") == [{"account_id": kept.id}]
    assert await core.database.rows("SELECT account_id FROM unapplied_cash") == [{"account_id": kept.id}]


async def test_a_promise_and_a_merger_at_once_leave_nothing_with_the_merged_customer(core: Core) -> None:
    kept, other = await two(core)
    await an_invoice(core, "INV-1", account=other)

    await asyncio.gather(
        merge(core, kept, other),
        promises.make(core, invoice_number="INV-1", amount=euros(100), on=TODAY, source=Source.OPERATOR, actor=CLERK),
    )

    assert await core.database.rows("SELECT account_id FROM promise") == [{"account_id": kept.id}]


async def test_two_mergers_crosswise_leave_one_customer(core: Core) -> None:
    kept, other = await two(core)
    await an_invoice(core, "INV-1", account=other)
    await an_invoice(core, "INV-2", account=kept)

    results = await asyncio.gather(merge(core, kept, other), merge(core, other, kept), return_exceptions=True)

    assert sum(isinstance(each, Exception) for each in results) == 1
    assert {each.account_id for each in await Invoice.all()} == {(await Account.get(state="active")).id}


async def test_the_open_page_of_a_merged_customer_is_ended_and_another_ones_is_not(core: Core) -> None:
    visit, stays = await a_visit(core), await a_visit(core, "INV-2")
    stays.gateway = visit.gateway
    page = await visit.go_to_pay()
    await stays.go_to_pay()
    other = (await Invoice.get(id=visit.invoice_id)).account_id
    kept = (await Invoice.get(id=stays.invoice_id)).account_id
    assert await waiting.to_end(core) == ()

    await merging_accounts.merge(core, kept_id=kept, other_id=other, actor=MAX)

    assert await waiting.to_end(core) == (page.session_id,)
    jobs = await core.database.rows("SELECT task_name FROM procrastinate_jobs WHERE task_name = 'end_checkout'")
    assert jobs


async def test_a_page_that_is_paid_while_customers_are_merged_is_booked_for_the_kept_one(core: Core) -> None:
    visit = await a_visit(core)
    page = await visit.go_to_pay()
    kept = await an_account(core, "Acme Limited")
    other = await Account.get(id=(await Invoice.get(id=visit.invoice_id)).account_id)
    visit.gateway.pay(page)

    await asyncio.gather(merge(core, kept, other), visit.hear(page))

    payment = await Payment.get()
    assert payment.account_id == kept.id
    assert (await Invoice.get(id=visit.invoice_id)).open_minor == 0
    assert (await audit.run(core)).differing == 0


async def test_a_mail_that_is_planned_while_customers_are_merged_is_never_lost(core: Core) -> None:
    kept, other = await two(core)
    invoice = await an_invoice(core, "INV-1", account=other)
    contact = await a_contact(core, other)

    async def planned() -> None:
        async with core.transaction() as tx:
            await tx.execute(
                "INSERT INTO mailing (id, unique_key, letter, invoice_id, account_id, contact_id, address, address_key,"
                " message_id, asks, state, queued_at) VALUES (%(id)s, %(id)s::text, 'reminder-due', %(invoice)s,"
                " %(account)s, %(contact)s, 'a@b.example', 'a@b.example', %(id)s::text, true, 'queued', now())",
                {"id": uuid4(), "invoice": invoice.id, "account": other.id, "contact": contact.id},
            )

    await asyncio.gather(merge(core, kept, other), planned())

    assert await core.database.rows("SELECT account_id FROM mailing") == [{"account_id": kept.id}]


@pytest.mark.parametrize("by", ["reading", "person"])
async def test_a_mail_that_is_placed_while_customers_are_merged_is_the_kept_ones(core: Core, by: str) -> None:
    mailing = await a_mailing(core)
    kept, other = await an_account(core, "Acme Limited"), await Account.get(id=mailing.account_id)
    to = return_paths.reply_address(core, mailing_id=mailing.id, day=TODAY)
    mail_id = await inbound.store(core, envelope_from="anna@acme.example", sent_to=[to], body=a_letter(to))
    held = asyncio.Event()

    async def merging() -> None:
        async with core.transaction() as tx:
            await tx.execute("SELECT FROM invoice FOR UPDATE")
            await Account.locked(id=other.id)
            held.set()
            await somebody_waits(tx)
            for table in ("inbound_mail", "mailing", "invoice"):
                await tx.execute(f"UPDATE {table} SET account_id = %s WHERE account_id = %s", (kept.id, other.id))
            await tx.execute(
                "UPDATE account SET state = 'merged', merged_into_id = %s WHERE id = %s", (kept.id, other.id)
            )

    async def placing() -> None:
        await held.wait()
        if by == "reading":
            await inbound.read_stored(core, mail_id=str(mail_id), reader=ReaderHere())
        else:
            await conversations.assign(core, mail_id=mail_id, invoice_number="INV-1042", actor=OPAL)

    await asyncio.gather(merging(), placing())

    assert await core.database.rows("SELECT account_id FROM inbound_mail") == [{"account_id": kept.id}]
