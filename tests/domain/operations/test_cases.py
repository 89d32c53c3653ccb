"""Cases: the whole of an invoice, true at this moment, in a handful of queries."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from domain.deliverability.models import Mailing
from domain.kernel import addresses
from domain.kernel.actor import SHELL, SYSTEM
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.kernel.transactions import Database, Params, Row
from domain.ledger import payments
from domain.ledger.models import Contact, Invoice
from domain.ledger.refusals import InvoiceNotFound
from domain.operations import cases, searches
from domain.operations.cases import CaseContact, LinkStanding
from domain.outreach.models import Enrolment
from domain.pay_links import links
from domain.pay_links.models import Checkout, PayLink
from tests.builders import a_contact, an_account, an_invoice
from tests.clocks import StandingClock

CADENCE = "00000000-0000-4000-8000-000000000001"


class Counting(Database):
    """A database that counts what it is asked."""

    def __init__(self) -> None:
        self.asked = 0

    async def rows(self, sql: str, params: Params = None, *, prepare: bool | None = None) -> list[Row]:
        self.asked += 1
        return await super().rows(sql, params, prepare=prepare)


async def paid(core: Core, invoice: Invoice, minor: int) -> None:
    """Book a payment."""
    async with core.transaction() as tx:
        locked = await Invoice.locked(id=invoice.id)
        assert locked is not None
        await payments.receive(
            core, tx, invoice=locked, amount=Money(minor, "EUR"), source="stripe", object_id=f"ch_{uuid4()}",
            method="card", received_on=core.clock.now().date(), actor=SYSTEM,
        )  # fmt: skip


async def suppressed(core: Core, address: str, reason: str = "hard bounce") -> None:
    """Suppress an address."""
    await core.database.execute(
        "INSERT INTO suppression (id, address, address_key, reason, state, rule, diagnostic, created_at)"
        " VALUES (%s, %s, %s, %s, 'active', 'dsn', '', %s)",
        (uuid4(), address, addresses.key(address), reason, core.clock.now()),
    )


async def test_a_case_is_found_by_number_however_it_is_spelt_and_by_id(core: Core) -> None:
    invoice = await an_invoice(core, "INV-1042")

    by_number = await cases.case(core, invoice_number=" inv-1042 ")
    by_id = await cases.case(core, invoice_id=invoice.id)

    assert by_number == by_id
    assert (by_id.invoice_number, by_id.account_name) == ("INV-1042", "Customer of INV-1042")
    assert (by_id.balance, by_id.total) == (Money(12500, "EUR"), Money(12500, "EUR"))
    assert (by_id.days_past_due, by_id.due_on) == (7, date(2026, 3, 3))


@pytest.mark.parametrize("which", [{"invoice_number": "INV-404"}, {"invoice_id": uuid4()}, {"invoice_number": ""}])
async def test_an_unknown_invoice_is_refused(core: Core, which: dict[str, Any]) -> None:
    with pytest.raises(InvoiceNotFound):
        await cases.case(core, **which)


@pytest.mark.parametrize(("days", "words"), [(7, ("open", "overdue")), (0, ("open", "due today")), (-3, ("open",))])
async def test_what_the_calendar_says_is_told(core: Core, days: int, words: Sequence[str]) -> None:
    await an_invoice(core, days_past_due=days)

    assert (await cases.case(core, invoice_number="INV-1042")).words == words


async def test_a_part_payment_shows_balance_and_word(core: Core) -> None:
    await paid(core, await an_invoice(core), 2500)

    case = await cases.case(core, invoice_number="INV-1042")

    assert case.balance == Money(10000, "EUR")
    assert "partly paid" in case.words


async def test_a_settled_invoice_is_settled_and_nothing_else(core: Core) -> None:
    await paid(core, await an_invoice(core), 12500)

    case = await cases.case(core, invoice_number="INV-1042")

    assert (case.words, case.is_open, case.balance) == (("settled",), False, Money(0, "EUR"))


async def test_a_bank_debit_under_way_is_told(core: Core) -> None:
    invoice = await an_invoice(core)
    contact = await Contact.get(account_id=invoice.account_id)
    link = await PayLink.create(
        id=uuid4(), invoice_id=invoice.id, contact_id=contact.id, state="used", issued_at=core.clock.now(),
        last_active_at=core.clock.now(),
    )  # fmt: skip
    await Checkout.create(
        id=uuid4(), invoice_id=invoice.id, link_id=link.id, state="processing", amount_minor=1, currency="EUR",
        order_terms={}, expires_at=core.clock.now(), created_at=core.clock.now(), checked_at=core.clock.now(),
    )  # fmt: skip

    assert "payment processing" in (await cases.case(core, invoice_number="INV-1042")).words


async def test_contacts_are_masked_and_suppressed_ones_are_named(core: Core, clock: StandingClock) -> None:
    account = await an_account(core)
    for name in "abcdefg":
        await a_contact(core, account, f"{name}nna@acme.example")
        clock.advance(seconds=1)
    await suppressed(core, "BNNA@acme.example")
    await an_invoice(core, account=account)

    case = await cases.case(core, invoice_number="INV-1042")

    assert CaseContact("b…@acme.example", "hard bounce") in case.contacts
    assert CaseContact("a…@acme.example", None) in case.contacts
    assert (len(case.contacts), case.contacts_more) == (5, 2)


async def test_a_link_is_unused_then_used_then_expired(core: Core, clock: StandingClock) -> None:
    await an_invoice(core)
    await links.regenerate(core, invoice_number="INV-1042", actor=SHELL)
    unused = await cases.case(core, invoice_number="INV-1042")
    link = await PayLink.get()
    await link.move("use")
    used = await cases.case(core, invoice_number="INV-1042")
    clock.advance(days=7)

    expired = await cases.case(core, invoice_number="INV-1042")

    standings = [case.links[0].standing for case in (unused, used, expired)]
    assert standings == [LinkStanding.UNUSED, LinkStanding.USED, LinkStanding.EXPIRED]
    assert expired.links[0].until == clock.now()


async def test_of_several_links_the_one_that_counts_is_shown(core: Core, clock: StandingClock) -> None:
    await an_invoice(core)
    for _ in range(3):
        await links.regenerate(core, invoice_number="INV-1042", actor=SHELL)
        clock.advance(hours=1)

    case = await cases.case(core, invoice_number="INV-1042")

    assert [each.until for each in case.links] == [clock.now() - timedelta(hours=1) + links.IDLE_LIMIT]


@pytest.mark.parametrize(
    ("position", "state", "letter", "following"),
    [
        (3, "running", "reminder-overdue", date(2026, 3, 17)),
        (4, "running", None, date(2026, 3, 17)),
        (5, "finished", None, None),
        (3, "closed", None, None),
    ],
)
async def test_the_cadence_tells_how_far_it_is_and_what_comes(
    core: Core, position: int, state: str, letter: str | None, following: date | None
) -> None:
    invoice = await an_invoice(core)
    await Enrolment.create(
        id=uuid4(), invoice_id=invoice.id, cadence_id=CADENCE, segment="everyone", state=state,
        last_position=position, last_severity=-1, next_action_at=core.clock.now() + timedelta(days=7),
        created_at=core.clock.now(),
    )  # fmt: skip

    cadence = (await cases.case(core, invoice_number="INV-1042")).cadence

    assert cadence is not None
    assert (cadence.done, cadence.steps, cadence.state) == (position, 5, state)
    assert (cadence.next_letter, cadence.next_on) == (letter, following)


async def test_the_newest_mails_and_lines_are_shown(core: Core, clock: StandingClock) -> None:
    invoice = await an_invoice(core)
    contact = await Contact.get(account_id=invoice.account_id)
    for number in range(5):
        await Mailing.create(
            id=uuid4(), unique_key=str(number), letter=f"letter-{number}", invoice_id=invoice.id,
            account_id=invoice.account_id, contact_id=contact.id, address=contact.email, address_key=contact.email_key,
            message_id=str(number), state="sent", reason="", queued_at=clock.now(), sent_at=clock.now(),
        )  # fmt: skip
        await paid(core, invoice, 100)
        clock.advance(days=1)

    case = await cases.case(core, invoice_number="INV-1042")

    assert [each.letter for each in case.mails] == ["letter-4", "letter-3", "letter-2"]
    assert case.mails[0].address == "a…@acme.example"
    assert case.lines[-1].told.startswith("Paid: 1.00 EUR received by card; 120.00 EUR left")


async def test_a_case_takes_a_handful_of_queries_however_large_it_is(core: Core) -> None:
    account = await an_account(core)
    for number in range(30):
        await a_contact(core, account, f"a{number}@acme.example")
    await an_invoice(core, account=account)
    counting = Counting()

    await cases.case(replace(core, database=counting), invoice_number="INV-1042")

    assert counting.asked <= 7


async def test_a_customer_is_searched_by_part_of_the_name_and_only_open_invoices_count(core: Core) -> None:
    account = await an_account(core, "Müller & Söhne 100%_GmbH")
    for number in range(12):
        await an_invoice(core, f"INV-{number}", account=account, days_past_due=number)
    await paid(core, await Invoice.get(number="INV-11"), 12500)

    found = await searches.by_customer(core, name=" SÖHNE 100%_ ", limit=10)

    assert (found.total, len(found.lines)) == (11, 10)
    assert (found.lines[0].invoice_number, found.lines[0].days_past_due) == ("INV-10", 10)
    assert (await searches.by_customer(core, name="%")).total == 11
    assert (await searches.by_customer(core, name="nobody")).total == 0
