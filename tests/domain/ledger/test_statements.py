"""A statement's entries lead from its opening to its closing balance, which is what is open less what is to credit."""

import csv
import io
import re
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from pypdf import PdfReader

from domain.kernel.actor import SHELL, SYSTEM, Actor, ActorKind
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.kernel.refusals import NotAllowed
from domain.ledger import credits as ledger_credits
from domain.ledger import invoices, payments, statement_papers, statements
from domain.ledger.models import Account, CreditNote, Payment
from domain.ledger.refusals import AccountNotFound, StatementUnusable
from domain.ledger.statements import Statement
from tests.builders import an_account, an_invoice
from tests.clocks import START

TODAY = START.date()


def euros(minor: int) -> Money:
    """Return so many cents."""
    return Money(minor, "EUR")


async def pay(core: Core, number: str, minor: int, *, object_id: str, on: date = TODAY) -> Payment:
    """Book a payment by card."""
    async with core.transaction() as tx:
        await payments.receive(
            core, tx, invoice=await invoices.locked(number), amount=euros(minor), source="stripe", object_id=object_id,
            method="card ending 4242", received_on=on, actor=SYSTEM,
        )  # fmt: skip
    return await Payment.get(object_id=object_id, kind="payment")


async def refund(core: Core, number: str, minor: int, *, of: Payment) -> None:
    """Give a part of a payment back."""
    async with core.transaction() as tx:
        await payments.reverse(
            core, tx, invoice=await invoices.locked(number), payment=of, kind="refund", amount=euros(minor),
            object_id=f"re_{uuid4().hex}", received_on=TODAY, actor=SYSTEM,
        )  # fmt: skip


async def a_credit_note(core: Core, account: Account, minor: int) -> None:
    """Store a credit note of which nothing is applied."""
    await CreditNote.create(
        id=uuid4(), number="CN-1", number_key="cn-1", account_id=account.id, currency="EUR", total_minor=minor,
        open_minor=minor, issued_on=TODAY, state="open", created_at=core.clock.now(),
    )  # fmt: skip


async def a_full_account(core: Core) -> Account:
    """Store a customer to whom everything has happened that can stand on a statement."""
    account = await an_account(core, "Müller & Söhne GmbH", country="DE", locale="de")
    for number, minor, late in (("INV-1", 10_000, 100), ("INV-2", 20_000, 40), ("INV-3", 5_000, -10)):
        await an_invoice(core, number, account=account, amount=euros(minor), days_past_due=late)
    first = await pay(core, "INV-1", 12_000, object_id="ch_1", on=TODAY - timedelta(5))
    await refund(core, "INV-1", 500, of=first)
    await pay(core, "INV-2", 4_000, object_id="ch_2")
    proposed = await ledger_credits.propose(
        core, invoice_number="INV-2", amount=euros(1_000), reason="late delivery", actor=SHELL
    )
    second = Actor(ActorKind.PERSON, "Ben", SHELL.may, id=uuid4())
    await ledger_credits.approve(core, credit_id=proposed.credit_id, actor=second)
    await a_credit_note(core, account, 700)
    await an_invoice(core, "INV-4", account=account, amount=Money(9_900, "USD"), days_past_due=3)
    return account


async def the_statement(core: Core, account: Account, **period: date) -> Statement:
    """Return the customer's statement."""
    return await statements.of_account(core, account_id=account.id, **period)


async def test_entries_lead_from_the_opening_to_the_closing_balance_which_is_what_is_to_pay(core: Core) -> None:
    account = await a_full_account(core)

    euro, dollar = (await the_statement(core, account)).books

    assert (euro.off_by, dollar.off_by) == (euros(0), Money(0, "USD"))
    assert euro.closing == euro.owed == euros(35_000 - 12_000 + 500 - 4_000 - 1_000 - 700)
    assert euro.opening + Money(sum(each.amount.minor for each in euro.lines), "EUR") == euro.closing
    assert euro.opening + Money(sum(each.minor for each in euro.sums.values()), "EUR") == euro.closing
    assert euro.to_credit == euros(1_500 + 700)
    assert [(each.number, each.bucket, each.open.minor) for each in euro.open_invoices] == [
        ("INV-2", "31-60", 15_000),
        ("INV-3", "current", 5_000),
    ]


async def test_a_period_begins_with_the_balance_of_all_that_was_before(core: Core) -> None:
    account = await a_full_account(core)
    whole = (await the_statement(core, account, since=TODAY - timedelta(3000))).books[0]

    for days in (1, 4, 5, 6, 30):
        part = (await the_statement(core, account, since=TODAY - timedelta(days))).books[0]
        earlier = [each for each in whole.lines if each.day < TODAY - timedelta(days)]
        assert part.opening == (earlier[-1].balance if earlier else euros(0))
        assert part.closing == whole.closing


async def test_a_statement_of_the_past_does_not_tell_what_is_open_now(core: Core) -> None:
    account = await a_full_account(core)

    found = await the_statement(core, account, since=TODAY - timedelta(30), until=TODAY - timedelta(1))

    assert not found.up_to_date
    assert all(each.open_invoices == () and not each.to_credit for each in found.books)


async def test_one_customer_who_pays_for_another_is_told_on_both_statements(core: Core) -> None:
    payer, other = await an_account(core, "Holding"), await an_account(core, "Daughter")
    await an_invoice(core, "INV-9", account=other, amount=euros(8_000))
    async with core.transaction() as tx:
        await payments.receive_split(
            core, tx, account_id=payer.id, parts=[(await invoices.locked("INV-9"), euros(8_000))],
            amount=euros(9_000), source="bank", object_id="bank:1", method="bank transfer", received_on=TODAY,
            actor=SYSTEM,
        )  # fmt: skip

    paid = (await the_statement(core, payer)).books[0]
    owed = (await the_statement(core, other)).books[0]

    assert [each.kind for each in paid.lines] == ["payment", "paid_for_other"]
    assert [each.kind for each in owed.lines] == ["invoice", "paid_by_other"]
    assert (paid.off_by, owed.off_by) == (euros(0), euros(0))
    assert (paid.owed, owed.owed) == (euros(-1_000), euros(0))


async def test_a_void_invoice_counts_only_for_what_was_paid_on_it(core: Core) -> None:
    account = await an_account(core)
    await an_invoice(core, "INV-1", account=account, amount=euros(10_000))
    await pay(core, "INV-1", 3_000, object_id="ch_1")
    async with core.transaction():
        invoice = await invoices.locked("INV-1")
        await invoice.move("void", open_minor=0)

    book = (await the_statement(core, account)).books[0]

    assert (book.off_by, book.owed) == (euros(0), euros(0))


@pytest.mark.parametrize(
    ("since", "until"),
    [(TODAY, TODAY - timedelta(1)), (TODAY, TODAY + timedelta(1)), (TODAY - timedelta(4000), TODAY)],
)
async def test_an_impossible_period_is_refused(core: Core, since: date, until: date) -> None:
    account = await an_account(core)

    with pytest.raises(StatementUnusable):
        await the_statement(core, account, since=since, until=until)


async def test_only_whoever_may_look_gets_a_statement_and_only_of_a_known_customer(core: Core) -> None:
    await an_account(core, "Acme Ltd")
    stranger = Actor(ActorKind.PERSON, "Eve", frozenset())

    with pytest.raises(NotAllowed):
        await statements.statement(core, account="Acme Ltd", actor=stranger)
    with pytest.raises(AccountNotFound):
        await statements.statement(core, account="Nobody", actor=SHELL)


@pytest.mark.parametrize("locale", ["en", "de", "fr", "es", "ja", "xx-nowhere"])
async def test_the_paper_is_tagged_and_the_same_bytes_in_every_language(core: Core, locale: str) -> None:
    account = await a_full_account(core)
    found = replace(await the_statement(core, account), locale=locale)

    first, again = await statement_papers.pdf(core, found), await statement_papers.pdf(core, found)

    assert first == again
    assert b"pdfuaid" in first
    assert b"/StructTreeRoot" in first


@pytest.mark.parametrize(
    ("locale", "title", "amount"),
    [
        ("en_US", "Statement of account", r"€[\d,]+\.\d\d"),
        ("de_DE", "Kontoauszug", r"\d,\d\d €"),
        ("fr_FR", "Relevé de compte", r"\d,\d\d €"),
        ("es_ES", "Extracto de cuenta", r"\d,\d\d €"),
    ],
)
async def test_the_paper_speaks_the_payers_language_in_its_amounts_too(
    core: Core, locale: str, title: str, amount: str
) -> None:
    account = await a_full_account(core)
    found = replace(await the_statement(core, account), locale=locale)

    paper = PdfReader(io.BytesIO(await statement_papers.pdf(core, found)))

    text = " ".join(" ".join(page.extract_text() for page in paper.pages).split())
    assert title in text
    assert re.search(amount, text), text
    assert str(paper.root_object["/Lang"]).startswith(locale[:2])


async def test_a_hostile_name_is_printed_and_never_run(core: Core) -> None:
    account = await a_full_account(core)
    found = replace(await the_statement(core, account), account_name='#panic(1) $x$ \u202e =cmd|" /C calc"!A0')

    assert (await statement_papers.pdf(core, found)).startswith(b"%PDF-")
    assert re.fullmatch(
        r"statement-[A-Za-z0-9-]+-\d{4}-\d\d-\d\d\.pdf", statement_papers.file_name(found, ending="pdf")
    )


async def test_a_long_account_is_cut_on_paper_and_whole_as_csv(core: Core) -> None:
    account, count = await an_account(core), statement_papers.MOST_PRINTED + 5
    await core.database.execute(
        "INSERT INTO invoice (id, number, number_key, account_id, currency, total_minor, open_minor, issued_on, due_on,"
        " state, created_at) SELECT gen_random_uuid(), '=INV-' || n, '=inv-' || n, %s, 'EUR', 100, 100, %s, %s, 'open',"
        " %s FROM generate_series(1, %s) n",
        (account.id, TODAY, TODAY, core.clock.now(), count),
    )
    found = await the_statement(core, account)

    rows = list(csv.reader(io.StringIO(statement_papers.as_csv(found).decode("utf-8-sig"))))
    paper = await statement_papers.pdf(core, found)

    assert paper.startswith(b"%PDF-")
    assert len([row for row in rows if row[2] == "invoice"]) == count
    assert all(row[3].startswith("'=") for row in rows if row[2] in {"invoice", "open"})


async def test_an_account_of_fifty_thousand_invoices_has_whole_sums_and_lists_that_end(core: Core) -> None:
    account, count = await an_account(core), 50_000
    await core.database.execute(
        "INSERT INTO invoice (id, number, number_key, account_id, currency, total_minor, open_minor, issued_on, due_on,"
        " state, created_at) SELECT gen_random_uuid(), 'INV-' || n, 'inv-' || n, %s, CASE n %% 2 WHEN 0 THEN 'EUR'"
        " ELSE 'USD' END, 100, 100, %s, %s::date - n / 500, 'open', %s FROM generate_series(0, %s) n",
        (account.id, TODAY, TODAY, core.clock.now(), count - 1),
    )
    found = await the_statement(core, account)
    paper = PdfReader(io.BytesIO(await statement_papers.pdf(core, found)))
    rows = list(csv.reader(io.StringIO((await statement_papers.csv_of(found)).decode("utf-8-sig"))))
    printed = statement_papers._Paper(found, core.merchant, "en").facts()["books"]

    for book in found.books:
        assert (book.off_by.minor, book.owed.minor, book.closing.minor) == (0, count * 50, count * 50)
        assert sum(each.minor for each in book.ageing.values()) == count * 50
        assert book.sums["invoiced"].minor == count * 50
        assert len(book.lines) + book.further.count == count // 2
        assert len(book.open_invoices) + sum(each.count for each in book.open_further.values()) == count // 2
    assert sum(len(book.lines) for book in found.books) == statements.MOST_LINES
    assert sum(len(book.open_invoices) for book in found.books) == statements.MOST_LINES
    assert len(paper.pages) < 200
    for facts in printed:
        assert re.fullmatch(r"… and 2\d{4} more lines, all of them in the sums above; .+", facts["more_lines"])
        assert re.fullmatch(r"… and 2\d{4} more lines, all of them in the sums above; .+", facts["more_open"])
    for currency in ("EUR", "USD"):
        in_book = [row for row in rows if row[0] == currency]
        listed = sum(Decimal(row[5]) for row in in_book if row[2] in {"invoice", "further"})
        still_open = sum(Decimal(row[5]) for row in in_book if row[2] in {"open", "open, further"})
        assert (listed, still_open) == (count // 2, count // 2)
