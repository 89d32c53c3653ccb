"""Bank repeats: one payment in two formats is one payment, and what only resembles another waits for a person."""

import io
from typing import Any

import pytest

from domain.cash_application import bank_import, decisions, posting, queries
from domain.cash_application.bank_import import BankOutcome
from domain.cash_application.bank_layouts import BankFile
from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.ledger.models import Invoice, Payment
from tests.builders import an_account, an_invoice
from tests.domain.cash_application.lines import CLERK
from tests.domain.cash_application.test_camt import RETURNED, a_file, an_entry

IBAN = "DE02120300000000202051"


def a_detail(payer: str, text: str, *, number: str = "") -> str:
    """Return a transaction of a payer."""
    refs = f"<Refs><AcctSvcrRef>{number}</AcctSvcrRef></Refs>" if number else ""
    return f"{refs}<RltdPties><Dbtr><Nm>{payer}</Nm></Dbtr></RltdPties><RmtInf><Ustrd>{text}</Ustrd></RmtInf>"


async def as_camt(core: Core, *entries: str) -> BankOutcome:
    """Import entries as camt.053."""
    file = BankFile("march.xml", stream=io.BytesIO(a_file("".join(entries))))
    return (await bank_import.apply(core, file, actor=SHELL))[0]


async def as_table(core: Core, *rows: str, account: str = IBAN, **said: Any) -> BankOutcome:
    """Import rows of day, payer, text and amount as a table of that account."""
    head = "Booking date;Payer;Reference;Amount;Currency;Account IBAN\n"
    content = head + "".join(f"{row};EUR;{account}\n" for row in rows)
    file = BankFile("march.csv", stream=io.BytesIO(content.encode()), **said)
    return (await bank_import.apply(core, file, actor=SHELL))[0]


async def doubts(core: Core) -> list[tuple[str, str, bool]]:
    """Return form, doubt and whether another line is pointed to, of each line in the order of import."""
    rows = await core.database.rows("SELECT form, doubt, like_id FROM bank_line ORDER BY form = 'camt.053', line")
    return [(row["form"][:4], row["doubt"], row["like_id"] is not None) for row in rows]


TABLE = ("2026-03-05;Acme GmbH;Rechnung INV-1042;10.00", "2026-03-05;Beta SARL;INV-7;10.00")
CAMT = (
    an_entry(a_detail("ACME  GmbH", "RECHNUNG INV-1042", number="B1")),
    an_entry(a_detail("Beta SARL", "INV-7", number="B2")),
)


@pytest.mark.parametrize("first", ["table", "camt"])
async def test_the_same_month_as_table_and_as_camt_is_there_once(core: Core, first: str) -> None:
    imports = [lambda: as_table(core, *TABLE), lambda: as_camt(core, *CAMT)]
    before, after, again = imports if first == "table" else imports[::-1], None, None

    one, after = await before[0](), await before[1]()
    again = await before[1]()

    assert (one.new, after.new, after.known, after.doubted) == (2, 0, 2, 0)
    assert (again.new, again.known) == (0, 2)


async def test_a_preview_says_the_same_and_changes_nothing(core: Core) -> None:
    await as_table(core, *TABLE)
    file = BankFile("march.xml", stream=io.BytesIO(a_file("".join(CAMT) + an_entry(a_detail("New", "INV-9")))))

    outcome = await bank_import.preview(core, file, actor=SHELL)

    assert (outcome.new, outcome.known) == (1, 2)
    assert len(await doubts(core)) == 2


async def test_of_two_equal_payments_the_one_that_the_other_format_lacked_is_new(core: Core) -> None:
    await as_table(core, TABLE[0])
    twice = (CAMT[0], CAMT[0].replace("B1", "B9"))

    outcome = await as_camt(core, *twice)

    assert (outcome.new, outcome.known, outcome.doubted) == (1, 1, 0)


async def test_thousands_of_one_amount_and_day_are_paired_one_with_one(core: Core) -> None:
    rows = [f"2026-03-05;Payer {n % 40};Order {n};29.90" for n in range(1_500)]
    entries = [an_entry(a_detail(f"Payer {n % 40}", f"Order {n}"), amount="29.90") for n in range(1_500)]
    await as_table(core, *rows)

    outcome = await as_camt(core, *entries, an_entry(a_detail("Payer 1", "Order 1"), amount="29.90"))

    assert (outcome.new, outcome.known, outcome.doubted) == (1, 1_500, 0)


@pytest.mark.parametrize(
    "entry",
    [
        an_entry(a_detail("Acme GmbH", "Rechnung INV-1042"), day="2026-03-07"),  # the day of value
        an_entry(a_detail("Acme GmbH", "INV-1042")),  # a part of the text
        an_entry(a_detail("", "Rechnung INV-1042")),  # no payer
        an_entry(a_detail("Somebody", "something else")),  # the very day on the very account, and nothing else there
    ],
)
async def test_what_only_resembles_a_line_is_kept_and_never_posted_by_itself(core: Core, entry: str) -> None:
    acme = await an_account(core, "Acme GmbH")
    await an_invoice(core, account=acme, amount=Money(1_000, "EUR"))
    await an_invoice(core, "INV-2000", account=acme, amount=Money(1_000, "EUR"))
    await as_table(core, TABLE[0])
    assert (await posting.apply_cash(core)).posted == 1

    outcome = await as_camt(core, entry.replace("INV-1042", "INV-1042 INV-2000"))
    run = await posting.apply_cash(core)

    assert (outcome.new, outcome.doubted, run.posted) == (1, 1, 0)
    [waits] = (await queries.waiting(core)).lines
    first = await core.database.row("SELECT id FROM bank_line WHERE form <> 'camt.053'")
    assert first is not None
    assert str(first["id"])[:8] in waits.doubt
    assert await Payment.all().count() == 1


@pytest.mark.parametrize(
    "entry",
    [
        an_entry(a_detail("Acme GmbH", "Rechnung INV-1042"), day="2026-03-15"),  # next week
        an_entry(a_detail("Acme GmbH", "Rechnung INV-1042"), amount="10.01"),
        an_entry(a_detail("Acme GmbH", "Rechnung INV-1042"), currency="USD"),
        an_entry(a_detail("Acme GmbH", "Rechnung INV-2000"), day="2026-03-06"),  # another text on another day
    ],
)
async def test_another_payment_is_another_one(core: Core, entry: str) -> None:
    await as_table(core, TABLE[0])

    outcome = await as_camt(core, entry)

    assert (outcome.new, outcome.doubted) == (1, 0)


async def test_the_same_on_another_account_is_another_payment(core: Core) -> None:
    await as_table(core, TABLE[0], account="DE02120300000000209999")

    assert ((await as_camt(core, CAMT[0])).doubted, len(await doubts(core))) == (0, 2)


async def test_where_the_account_has_a_name_in_one_and_a_number_in_the_other_a_person_decides(core: Core) -> None:
    await as_table(core, TABLE[0], account="")
    await core.database.execute("UPDATE bank_line SET bank_account = 'House bank'")

    outcome = await as_camt(core, CAMT[0])

    assert (outcome.new, outcome.known, outcome.doubted) == (1, 0, 1)


async def test_two_numbers_of_the_bank_that_differ_are_left_to_a_person(core: Core) -> None:
    await as_table(core, TABLE[0])
    await core.database.execute("UPDATE bank_line SET bank_reference = 'T-77'")

    outcome = await as_camt(core, CAMT[0])

    assert (outcome.new, outcome.known, outcome.doubted) == (1, 0, 1)


async def test_a_person_may_post_what_resembles_another_payment_and_is_none(core: Core) -> None:
    acme = await an_account(core, "Acme GmbH")
    await an_invoice(core, account=acme, amount=Money(1_000, "EUR"))
    await as_table(core, "2026-03-05;Acme GmbH;;10.00")
    await as_camt(core, an_entry(a_detail("Acme GmbH", "INV-1042"), day="2026-03-06"))
    await posting.apply_cash(core)
    line = await core.database.row("SELECT id FROM bank_line WHERE doubt = 'alike'")
    assert line is not None

    card = await queries.card(core, line_id=line["id"])
    await decisions.confirm(core, line_id=line["id"], actor=CLERK)

    assert any("may be the same payment" in reason for reason in card.ways[0].reasons)
    assert (await Invoice.get(number="INV-1042")).open_minor == 0


async def test_a_format_that_knows_better_tells_a_line_that_waits_that_it_is_our_own_money(core: Core) -> None:
    await as_table(core, "2026-03-05;Acme GmbH;salary 7;10.00")

    outcome = await as_camt(core, an_entry(a_detail("Acme GmbH", "salary 7") + RETURNED))

    assert (outcome.new, outcome.known) == (0, 1)
    assert [doubt for _, doubt, _ in await doubts(core)] == ["own money"]
