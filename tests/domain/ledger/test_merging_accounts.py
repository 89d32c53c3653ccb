"""Merging accounts: everything of one customer becomes the other's, and nothing is forgotten."""

from typing import Any
from uuid import uuid4

import psycopg
import pytest

from domain.casework import claims, tasks
from domain.casework.tasks import TaskKind
from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.kernel.refusals import NotAllowed
from domain.ledger import accounts, merging_accounts, merging_mails
from domain.ledger.models import Account, Contact, Invoice
from domain.ledger.refusals import AccountNotFound, MergeImpossible
from domain.operations import support
from domain.operations.support import Call
from tests.builders import a_contact, an_account, an_invoice, paid
from tests.domain.ledger.csv_import.files import imported
from tests.domain.ledger.people import MAX, OPAL


async def merged(core: Core, kept: Account, other: Account) -> Any:
    """Merge the second into the first."""
    return await merging_accounts.merge(core, kept_id=kept.id, other_id=other.id, actor=MAX)


def test_no_table_that_names_a_customer_is_forgotten(database_address: str) -> None:
    with psycopg.connect(database_address) as connection:
        found = {column: {row[0] for row in connection.execute(
            "SELECT c.table_name FROM information_schema.columns c JOIN information_schema.tables t"
            " USING (table_schema, table_name)"
            " WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE' AND c.column_name = %s", (column,)
        )} for column in ("account_id", "contact_id")}  # fmt: skip

    every = [*merging_accounts.MOVED, *merging_accounts.MOVED_WITH_CARE, *merging_accounts.STAYING]
    contacts = [*merging_accounts.CONTACTS_FOLLOW, *merging_accounts.CONTACTS_CAREFULLY]
    assert sorted(every) == sorted(found["account_id"])
    assert sorted(contacts) == sorted(found["contact_id"])


async def test_what_a_customer_has_follows_it(core: Core) -> None:
    kept, other = await an_account(core, "Acme Ltd"), await an_account(core, "ACME Limited")
    open_one = await an_invoice(core, "INV-1", account=other)
    await paid(core, await an_invoice(core, "INV-2", account=other))
    await a_contact(core, other, "ben@acme.example")

    event = await merged(core, kept, other)

    for table in ("invoice", "payment", "contact"):
        rows = await core.database.rows(f"SELECT DISTINCT account_id FROM {table}")
        assert [row["account_id"] for row in rows] == [kept.id], table
    assert event.moved == {"invoices": 2, "payments": 1, "contacts": 1}
    assert (await Invoice.get(id=open_one.id)).state == "open"
    assert await Account.get(id=other.id).values("state", "merged_into_id") == {
        "state": "merged", "merged_into_id": kept.id}  # fmt: skip


async def test_it_stands_in_both_histories(core: Core) -> None:
    kept, other = await an_account(core, "Acme Ltd"), await an_account(core, "ACME Limited")

    await merged(core, kept, other)

    rows = await core.database.rows("SELECT kind, account_id FROM timeline_entry ORDER BY id")
    assert [(row["kind"], row["account_id"]) for row in rows] == [
        ("account.joined", other.id), ("account.merged", kept.id)]  # fmt: skip


async def test_contacts_with_one_address_become_one(core: Core) -> None:
    kept, other = await an_account(core, "Acme Ltd"), await an_account(core, "ACME Limited")
    stays, goes = await a_contact(core, kept), await a_contact(core, other)
    invoice = await an_invoice(core, "INV-1", account=other)
    await core.database.execute(
        "INSERT INTO pay_link (id, invoice_id, contact_id, state, issued_at, last_active_at)"
        " VALUES (gen_random_uuid(), %s, %s, 'active', now(), now())",
        (invoice.id, goes.id),
    )

    event = await merged(core, kept, other)

    assert event.contacts_joined == 1
    assert [each.id for each in await Contact.filter(account_id=kept.id, state="active")] == [stays.id]
    assert await core.database.rows("SELECT contact_id FROM pay_link") == [{"contact_id": stays.id}]


async def test_the_wish_of_a_joined_contact_is_the_other_ones(core: Core) -> None:
    kept, other = await an_account(core, "Acme Ltd"), await an_account(core, "ACME Limited")
    stays, goes = await a_contact(core, kept), await a_contact(core, other)
    invoice = await an_invoice(core, "INV-1", account=other)
    await core.database.execute(
        "INSERT INTO forwarding (id, invoice_id, asked_by, name, email, email_key, state, created_at)"
        " VALUES (gen_random_uuid(), %s, %s, 'Ben', 'ben@acme.example', 'ben@acme.example', 'asked', now())",
        (invoice.id, goes.id),
    )

    await merged(core, kept, other)

    assert await core.database.rows("SELECT asked_by FROM forwarding") == [{"asked_by": stays.id}]


async def test_a_call_for_help_of_a_page_that_was_read_before_is_the_kept_ones(core: Core) -> None:
    kept, other = await an_account(core, "Acme Ltd"), await an_account(core, "ACME Limited")
    await merged(core, kept, other)

    await support.ask(core, call=Call("It does not open", account_id=other.id), actor=SHELL)

    assert await core.database.rows("SELECT account_id FROM support_request") == [{"account_id": kept.id}]


async def a_mail(core: Core, invoice: Invoice, contact: Contact, *, state: str) -> Any:
    """Store a reminder with one item."""
    row = await core.database.row(
        "INSERT INTO mailing (id, unique_key, letter, invoice_id, account_id, contact_id, address, address_key,"
        " message_id, asks, state, queued_at) VALUES (%(id)s, %(id)s::text, 'reminder-due', %(invoice)s, %(account)s,"
        " %(contact)s, 'a@b.example', 'a@b.example', %(id)s::text, true, %(state)s, now()) RETURNING id",
        {"id": uuid4(), "invoice": invoice.id, "account": contact.account_id, "contact": contact.id, "state": state},
    )
    assert row is not None
    await _an_item(core, row["id"], invoice, contact)
    return row["id"]


async def test_a_mail_of_the_joined_contact_becomes_the_other_ones(core: Core) -> None:
    kept, other = await an_account(core, "Acme Ltd"), await an_account(core, "ACME Limited")
    stays, goes = await a_contact(core, kept), await a_contact(core, other)
    invoice = await an_invoice(core, "INV-1", account=other)
    await a_mail(core, invoice, goes, state="queued")

    await merged(core, kept, other)

    [mail] = await core.database.rows("SELECT contact_id, account_id FROM mailing")
    [item] = await core.database.rows("SELECT contact_id, unique_key FROM mailing_item")
    assert mail == {"contact_id": stays.id, "account_id": kept.id}
    assert item == {"contact_id": stays.id, "unique_key": f"step:{invoice.id}:1:{stays.id}"}


@pytest.mark.parametrize(
    ("states", "becomes"),
    [(("queued", "queued"), "queued"), (("drafted", "queued"), "drafted"), (("queued", "drafted"), "drafted")],
)
async def test_two_waiting_mails_to_one_contact_become_one_that_asks_for_both_invoices(
    core: Core, states: tuple[str, str], becomes: str
) -> None:
    kept, other = await an_account(core, "Acme Ltd"), await an_account(core, "ACME Limited")
    stays, goes = await a_contact(core, kept), await a_contact(core, other)
    first = await a_mail(core, await an_invoice(core, "INV-1", account=kept), stays, state=states[0])
    second = await a_mail(core, await an_invoice(core, "INV-2", account=other), goes, state=states[1])

    await merged(core, kept, other)

    mails = await core.database.rows("SELECT id, state, contact_id FROM mailing")
    assert {row["id"]: (row["state"], row["contact_id"]) for row in mails} == {
        first: (becomes, stays.id), second: ("withheld", stays.id)}  # fmt: skip
    items = await core.database.rows("SELECT mailing_id, contact_id, state FROM mailing_item")
    assert [(row["mailing_id"], row["contact_id"], row["state"]) for row in items] == [
        (first, stays.id, "included")] * 2  # fmt: skip


async def test_what_has_no_room_in_the_joined_mail_is_due_again(core: Core) -> None:
    kept, other = await an_account(core, "Acme Ltd"), await an_account(core, "ACME Limited")
    stays, goes = await a_contact(core, kept), await a_contact(core, other)
    first = await a_mail(core, await an_invoice(core, "INV-1", account=kept), stays, state="queued")
    for number in range(2, merging_mails.MOST_IN_MAIL + 1):
        await _an_item(core, first, await an_invoice(core, f"INV-{number}", account=kept), stays)
    late = await an_invoice(core, "INV-99", account=other)
    second = await a_mail(core, late, goes, state="queued")
    enrolment = uuid4()
    await core.database.execute(
        "INSERT INTO enrolment (id, invoice_id, cadence_id, segment, state, last_position, created_at)"
        " SELECT %s, %s, id, 'everyone', 'running', 2, now() FROM cadence",
        (enrolment, late.id),
    )
    await core.database.execute(
        "UPDATE mailing_item SET enrolment_id = %s, step = 2, step_before = 1 WHERE mailing_id = %s",
        (enrolment, second),
    )

    await merged(core, kept, other)

    items = await core.database.rows("SELECT mailing_id, state, count(*) AS count FROM mailing_item GROUP BY 1, 2")
    assert {(row["mailing_id"], row["state"]): row["count"] for row in items} == {
        (first, "included"): merging_mails.MOST_IN_MAIL, (second, "dropped"): 1}  # fmt: skip
    assert await core.database.row("SELECT last_position, next_action_at FROM enrolment") == {
        "last_position": 1, "next_action_at": core.clock.now()}  # fmt: skip


async def _an_item(core: Core, mailing_id: Any, invoice: Invoice, contact: Contact) -> None:
    await core.database.execute(
        "INSERT INTO mailing_item (id, mailing_id, invoice_id, contact_id, unique_key, letter, tone, severity, state,"
        " reason, created_at) VALUES (gen_random_uuid(), %s, %s, %s, %s, 'reminder-due', 'Neutral', 0, 'included', '',"
        " now())",
        (mailing_id, invoice.id, contact.id, f"step:{invoice.id}:1:{contact.id}"),
    )


async def test_the_same_task_and_claim_of_both_become_one(core: Core) -> None:
    kept, other = await an_account(core, "Acme Ltd"), await an_account(core, "ACME Limited")
    await an_invoice(core, "INV-1", account=kept)
    await an_invoice(core, "INV-2", account=other)
    for account in (kept, other):
        await core.database.execute(
            "INSERT INTO task (id, kind, account_id, state, reason, created_at)"
            " VALUES (gen_random_uuid(), 'review', %s, 'open', 'why', now())",
            (account.id,),
        )
    await tasks.add(core, kind=TaskKind.CALL, invoice_number="INV-2", reason="call them", actor=SHELL)
    for number, name in (("INV-1", "Anna"), ("INV-2", "Ben")):
        person = uuid4()
        await core.database.execute("INSERT INTO person (id, slack_id, name, created_at) VALUES (%s, %s, %s, now())",
                                    (person, f"U{name}", name))  # fmt: skip
        await core.database.execute(
            "INSERT INTO claim (id, account_id, person_id, state, until, created_at)"
            " SELECT gen_random_uuid(), account_id, %s, 'active', now(), now() FROM invoice WHERE number = %s",
            (person, number),
        )

    await merged(core, kept, other)

    found = await core.database.rows("SELECT kind, state, account_id FROM task ORDER BY kind, state")
    assert [(row["kind"], row["state"]) for row in found] == [
        ("call", "open"), ("review", "dropped"), ("review", "open")]  # fmt: skip
    assert {row["account_id"] for row in found} == {kept.id}
    active = await core.database.rows(
        "SELECT p.name FROM claim c JOIN person p ON p.id = c.person_id WHERE c.state = 'active'"
    )
    assert [row["name"] for row in active] == ["Anna"]
    assert claims.LIVE


async def test_names_that_both_have_paid_by_are_counted_together(core: Core) -> None:
    kept, other = await an_account(core, "Acme Ltd"), await an_account(core, "ACME Limited")
    for account, key, times in ((kept, "name:acme", 2), (other, "name:acme", 3), (other, "name:acme holding", 1)):
        await core.database.execute(
            "INSERT INTO payer_alias (id, account_id, key, times, last_at)"
            " VALUES (gen_random_uuid(), %s, %s, %s, now())",
            (account.id, key, times),
        )

    await merged(core, kept, other)

    rows = await core.database.rows("SELECT account_id, key, times FROM payer_alias ORDER BY key")
    assert [(row["account_id"], row["key"], row["times"]) for row in rows] == [
        (kept.id, "name:acme", 5), (kept.id, "name:acme holding", 1)]  # fmt: skip


async def test_a_customer_without_reminders_brings_that_along(core: Core) -> None:
    kept, other = await an_account(core, "Acme Ltd"), await an_account(core, "ACME Limited")
    await other.move("exclude")

    event = await merged(core, kept, other)

    assert (event.excluded, (await Account.get(id=kept.id)).state) == (True, "excluded")


HEADER = "Invoice Number,Customer Number,Customer,Email,Due Date,Amount,Currency\n"


@pytest.mark.parametrize("numbers", [("", ""), ("7", ""), ("", "8"), ("7", "8")])
async def test_the_next_file_with_the_old_spelling_brings_no_customer_and_no_duplicate(
    core: Core, numbers: tuple[str, str]
) -> None:
    content = (f"{HEADER}INV-1,{numbers[0]},Acme Ltd,a@acme.example,2026-03-31,1.00,EUR\n"
               f"INV-2,{numbers[1]},ACME Limited,a@acme.example,2026-03-31,2.00,EUR\n")  # fmt: skip
    await imported(core, content)
    kept, other = await Account.get(name="Acme Ltd"), await Account.get(name="ACME Limited")
    await merged(core, kept, other)

    event = await imported(core, content + f"INV-3,{numbers[1]},ACME Limited,b@acme.example,2026-03-31,3.00,EUR\n")

    assert (event.new, event.unchanged, event.conflicting, event.customers_new, event.rejected) == (1, 2, 0, 0, 0)
    assert {each.account_id for each in await Invoice.all()} == {kept.id}
    assert await Account.all().count() == 2
    assert (await Account.get(id=kept.id)).name == "Acme Ltd"
    assert sorted([each.email for each in await Contact.filter(account_id=kept.id, state="active")]) == [
        "a@acme.example", "b@acme.example"]  # fmt: skip


async def test_a_merged_customer_is_found_as_the_kept_one(core: Core) -> None:
    kept, other = await an_account(core, "Acme Ltd"), await an_account(core, "ACME Limited")

    await merged(core, kept, other)

    assert (await accounts.find(core.database, text="acme limited")).id == kept.id
    assert (await accounts.find(core.database, text=str(other.id))).name == "Acme Ltd"
    assert (await accounts.find(core.database, text="acme")).id == kept.id


async def test_chains_are_never_longer_than_one(core: Core) -> None:
    one, two, three = [await an_account(core, name) for name in ("Acme Ltd", "ACME Limited", "Acme Inc")]
    await merged(core, two, three)

    await merged(core, one, two)

    assert {each.merged_into_id for each in await Account.filter(state="merged")} == {one.id}


async def test_a_preview_counts_and_changes_nothing(core: Core) -> None:
    kept, other = await an_account(core, "Acme Ltd"), await an_account(core, "ACME Limited")
    await an_invoice(core, "INV-1", account=other)
    await a_contact(core, kept)
    await a_contact(core, other)

    found = await merging_accounts.preview(core, kept_id=kept.id, other_id=other.id, actor=OPAL)

    assert (found.moves, found.contacts_joined) == ((("invoices", 1), ("contacts", 1)), 1)
    assert (await Account.get(id=other.id)).state == "active"


async def test_what_cannot_be_merged_is_refused(core: Core) -> None:
    kept, other = await an_account(core, "Acme Ltd"), await an_account(core, "ACME Limited")

    with pytest.raises(NotAllowed):
        await merging_accounts.merge(core, kept_id=kept.id, other_id=other.id, actor=OPAL)
    with pytest.raises(MergeImpossible):
        await merged(core, kept, kept)
    with pytest.raises(AccountNotFound):
        await merging_accounts.merge(core, kept_id=kept.id, other_id=uuid4(), actor=MAX)
    await merged(core, kept, other)
    with pytest.raises(MergeImpossible):
        await merged(core, kept, other)
