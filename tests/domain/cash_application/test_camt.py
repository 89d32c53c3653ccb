"""camt.053: a statement in XML brings what came in, once, and nothing that a hostile file would have it do."""

import io
import tracemalloc
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from domain.cash_application import bank_import, posting, queries
from domain.cash_application.bank_import import BankOutcome
from domain.cash_application.bank_layouts import BankFile
from domain.cash_application.bank_questions import NoCamt
from domain.cash_application.camt_entries import Entries
from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.ledger.csv_import.refusals import FileHoldsNoRows, OptionUnusable
from domain.ledger.csv_import.sources import Tally
from domain.ledger.models import Invoice
from tests.builders import an_account, an_invoice

STATEMENTS = Path(__file__).parent / "camt"

OLD = (STATEMENTS / "house-bank-02.xml").read_bytes()
NEW = (STATEMENTS / "house-bank-08.xml").read_bytes()


async def imported(core: Core, content: bytes, **said: Any) -> BankOutcome:
    """Import a statement."""
    file = BankFile("march.xml", stream=io.BytesIO(content), **said)
    return (await bank_import.apply(core, file, actor=SHELL))[0]


async def lines(core: Core) -> list[dict[str, Any]]:
    """Return the lines that are kept, in the order of the file."""
    return await core.database.rows(
        "SELECT line, bank_account, booked_on, currency, amount_minor, payer_name, payer_hint, reference,"
        " bank_reference FROM bank_line ORDER BY line, bank_reference, payer_name"
    )


def a_file(entries: str, *, version: str = "02", head: str = "") -> bytes:
    """Return a statement with those entries."""
    return (
        f'<?xml version="1.0"?>{head}<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}">'
        "<BkToCstmrStmt><Stmt><Acct><Id><IBAN>DE02120300000000202051</IBAN></Id></Acct>"
        f"{entries}</Stmt></BkToCstmrStmt></Document>"
    ).encode()


def an_entry(
    *details: str, amount: str = "10.00", currency: str = "EUR", direction: str = "CRDT", day: str = "2026-03-05",
    more: str = "",
) -> str:  # fmt: skip
    """Return an entry with those transactions."""
    inside = "".join(f"<TxDtls>{each}</TxDtls>" for each in details)
    return (
        f'<Ntry><Amt Ccy="{currency}">{amount}</Amt><CdtDbtInd>{direction}</CdtDbtInd>{more}<Sts>BOOK</Sts>'
        f"<BookgDt><Dt>{day}</Dt></BookgDt><NtryDtls>{inside}</NtryDtls></Ntry>"
    )


def a_part(amount: str, text: str, *, currency: str = "EUR") -> str:
    """Return a transaction with an amount and a text."""
    return (
        f'<AmtDtls><TxAmt><Amt Ccy="{currency}">{amount}</Amt></TxAmt></AmtDtls><RmtInf><Ustrd>{text}</Ustrd></RmtInf>'
    )


async def test_what_came_in_becomes_lines_and_a_batch_booking_one_for_each_transaction(core: Core) -> None:
    outcome = await imported(core, OLD)

    found = await lines(core)
    assert [(row["line"], row["amount_minor"], row["payer_name"], row["reference"]) for row in found] == [
        (1, 125050, "Acme GmbH", "Rechnung INV-1042 vom 1.3. · E2E-77"),
        (2, 10000, "Beta SARL", "RF18539007547034"),
        (2, 10000, "Delta AG", "INV-8"),
        (2, 10000, "Gamma Ltd", "INV-7"),
        (5, -2000, "Acme GmbH", "INV-9"),
        (6, 1500, "", ""),
    ]
    assert found[0] | {"bank_account": "…2051", "payer_hint": "6199", "booked_on": date(2026, 3, 5)} == found[0]
    assert (outcome.read, outcome.new, outcome.left_out, outcome.rejected) == (8, 6, 2, 0)
    assert outcome.reasons == {"went_out": 1, "not_booked": 1}
    assert (outcome.came_in, outcome.doubted) == ((Money(156550, "EUR"),), 1)


async def test_the_newer_version_with_a_prefix_on_one_line_is_read_as_well(core: Core) -> None:
    await imported(core, NEW)

    [row] = await lines(core)
    assert (row["payer_name"], row["currency"], row["amount_minor"]) == ("Müller & Söhne", "CHF", 8880)
    assert (row["reference"], row["bank_reference"]) == ("INV-88", "X9")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "iso-8859-1"])
async def test_the_encoding_that_the_file_names_is_its_encoding(core: Core, encoding: str) -> None:
    text = NEW.decode().replace('encoding="UTF-8"', f'encoding="{encoding.removesuffix("-sig")}"')

    await imported(core, text.encode(encoding))

    assert (await lines(core))[0]["payer_name"] == "Müller & Söhne"


async def test_the_same_statement_twice_brings_nothing_and_an_overlap_only_what_is_new(core: Core) -> None:
    await imported(core, OLD)

    again = await imported(core, OLD)
    more = await imported(core, OLD.replace(b"</Stmt>", an_entry(a_part("10.00", "INV-99")).encode() + b"</Stmt>"))

    assert (again.new, again.known) == (0, 6)
    assert (more.new, more.known) == (1, 6)


async def test_two_equal_transactions_of_one_batch_are_two_lines_each_time(core: Core) -> None:
    content = a_file(an_entry(a_part("5.00", "INV-1"), a_part("5.00", "INV-1")))

    first, second = await imported(core, content), await imported(core, content)

    assert (first.new, second.new, second.known) == (2, 0, 2)


@pytest.mark.parametrize(
    "parts",
    [
        (a_part("5.00", "INV-1"), a_part("4.00", "INV-2")),  # they do not add up
        (a_part("5.00", "INV-1"), "<RmtInf><Ustrd>INV-2</Ustrd></RmtInf>"),  # one tells no amount
        (a_part("5.00", "INV-1"), a_part("5.00", "INV-2", currency="USD")),
    ],
)
async def test_a_batch_whose_parts_do_not_make_it_up_is_one_line_with_all_its_texts(
    core: Core, parts: tuple[str, ...]
) -> None:
    await imported(core, a_file(an_entry(*parts)))

    [row] = await lines(core)
    assert (row["amount_minor"], row["reference"], row["payer_name"]) == (1000, "INV-1 · INV-2", "")


async def test_a_returned_payment_is_money_that_went_back_with_its_reason(core: Core) -> None:
    detail = "<RltdPties><Cdtr><Nm>Acme</Nm></Cdtr></RltdPties><RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>"

    await imported(core, a_file(an_entry(detail, direction="DBIT")))

    [row] = await lines(core)
    assert (row["amount_minor"], row["payer_name"], row["reference"]) == (-1000, "Acme", "return AC04")


RETURNED = "<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>"
REVERSAL = "<RvslInd>true</RvslInd>"


@pytest.mark.parametrize(
    ("direction", "more", "detail", "expected"),
    [
        ("CRDT", "", "", (1000, "")),  # a customer paid
        ("CRDT", "", RETURNED, (1000, "own money")),  # what we had sent came back
        ("CRDT", REVERSAL, "", (1000, "own money")),  # a debit of ours was turned round
        ("CRDT", REVERSAL, RETURNED, (1000, "own money")),
        ("CRDT", "<RvslInd>false</RvslInd>", "", (1000, "")),
        ("DBIT", "", RETURNED, (-1000, "")),  # a customer's payment went back
        ("DBIT", REVERSAL, "", (-1000, "")),  # the bank took a credit back
        ("DBIT", "", "", None),  # we paid
    ],
)
async def test_a_reversal_or_a_return_turns_round_whose_money_it_is(
    core: Core, direction: str, more: str, detail: str, expected: tuple[int, str] | None
) -> None:
    await imported(core, a_file(an_entry(detail, direction=direction, more=more)))

    rows = await core.database.rows("SELECT amount_minor, doubt FROM bank_line")
    assert [(row["amount_minor"], row["doubt"]) for row in rows] == ([expected] if expected else [])


async def test_our_own_money_that_came_back_is_nobodys_payment_and_waits_with_the_reason(core: Core) -> None:
    acme = await an_account(core, "Acme GmbH")
    await an_invoice(core, account=acme, amount=Money(1_000, "EUR"))
    detail = "<RltdPties><Dbtr><Nm>Acme GmbH</Nm></Dbtr></RltdPties><RmtInf><Ustrd>INV-1042</Ustrd></RmtInf>"
    await imported(core, a_file(an_entry(detail + RETURNED)))

    run = await posting.apply_cash(core)

    [waits] = (await queries.waiting(core)).lines
    assert (run.posted, run.proposed, run.unknown) == (0, 0, 1)
    assert (waits.ways, waits.state) == (0, "new")
    assert "money which you had sent came back" in waits.doubt
    assert (await Invoice.get(number="INV-1042")).open_minor == 1_000


async def test_of_a_batch_only_the_transactions_that_came_back_are_our_own(core: Core) -> None:
    parts = (a_part("4.00", "INV-1"), a_part("6.00", "salary 7") + RETURNED)

    outcome = await imported(core, a_file(an_entry(*parts)))

    rows = await core.database.rows("SELECT amount_minor, doubt FROM bank_line ORDER BY amount_minor")
    assert [(row["amount_minor"], row["doubt"]) for row in rows] == [(400, ""), (600, "own money")]
    assert (outcome.read, outcome.doubted) == (2, 1)


async def test_of_a_batch_that_went_out_only_what_came_back_from_customers_is_taken(core: Core) -> None:
    parts = (a_part("4.00", "rent"), a_part("6.00", "INV-7") + RETURNED)

    outcome = await imported(core, a_file(an_entry(*parts, direction="DBIT")))

    [row] = await lines(core)
    assert (row["amount_minor"], row["reference"]) == (-600, "INV-7 · return AC04")
    assert (outcome.read, outcome.new, outcome.reasons) == (2, 1, {"went_out": 1})


async def test_a_batch_that_nets_both_directions_is_taken_apart(core: Core) -> None:
    back = a_part("2.00", "INV-2") + RETURNED
    parts = (a_part("12.00", "INV-1"), f"<CdtDbtInd>DBIT</CdtDbtInd>{back}")

    await imported(core, a_file(an_entry(*parts)))

    assert sorted(row["amount_minor"] for row in await lines(core)) == [-200, 1200]


def charged(part: str, *charges: str) -> str:
    """Return a transaction off which the bank took its charges."""
    each = "".join(f'<Rcrd><Amt Ccy="EUR">{amount}</Amt></Rcrd>' for amount in charges)
    return f"{part}<Chrgs>{each}</Chrgs>"


async def test_charges_that_the_bank_kept_are_told_and_taken_off_each_transaction_of_a_batch(core: Core) -> None:
    parts = (charged(a_part("5.00", "INV-1"), "0.30", "0.20"), charged(a_part("7.00", "INV-2"), "0.50"))

    await imported(core, a_file(an_entry(*parts, amount="11.00")))

    assert [(row["amount_minor"], row["reference"]) for row in await lines(core)] == [
        (450, "INV-1 · bank charges 0.50 EUR"),
        (650, "INV-2 · bank charges 0.50 EUR"),
    ]


async def test_a_payment_that_is_short_by_the_banks_charges_waits_for_a_person(core: Core) -> None:
    await an_invoice(core, account=await an_account(core, "Acme GmbH"), amount=Money(1_000, "EUR"))
    part = '<RmtInf><Ustrd>INV-1042</Ustrd></RmtInf><Chrgs><Amt Ccy="EUR">1.50</Amt></Chrgs>'
    await imported(core, a_file(an_entry(part, amount="8.50")))

    run = await posting.apply_cash(core)

    assert (run.posted, run.proposed) == (0, 1)
    assert (await lines(core))[0]["reference"] == "INV-1042 · bank charges 1.50 EUR"


@pytest.mark.parametrize("status", ["PDNG", "<Cd>PDNG</Cd>", "<Cd>INFO</Cd>", "FUTR"])
async def test_what_is_announced_only_is_no_money_yet(core: Core, status: str) -> None:
    content = a_file(an_entry(a_part("10.00", "INV-1"))).decode().replace("BOOK", status).encode()

    outcome = await imported(core, content)

    assert (outcome.new, outcome.reasons) == (0, {"not_booked": 1})


async def test_a_status_that_nobody_knows_is_asked_about(core: Core) -> None:
    content = a_file(an_entry()).decode().replace("BOOK", "<Prtry>SEEN</Prtry>").encode()

    assert (await imported(core, content)).reasons == {"booking_status_unknown": 1}


async def test_statements_of_several_accounts_in_one_file_stay_apart(core: Core) -> None:
    one = a_file(an_entry(a_part("10.00", "INV-1"))).decode()
    other = one[one.index("<Stmt>") : one.index("</BkToCstmrStmt>")].replace("202051", "202099")
    content = one.replace("</BkToCstmrStmt>", f"{other}</BkToCstmrStmt>").encode()

    first, again = await imported(core, content, account="House bank"), await imported(core, content)

    assert [row["bank_account"] for row in await lines(core)] == ["House bank …2051", "House bank …2099"]
    assert (first.new, again.new, again.known) == (2, 0, 2)


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        (an_entry(amount="1,00"), "amount_malformed"),
        (an_entry(amount="-1.00"), "direction_contradicts"),
        (an_entry(amount="1.005"), "amount_malformed"),
        (an_entry(amount="9" * 14), "amount_too_large"),
        (an_entry(currency="XXQ"), "currency_unknown"),
        (an_entry(currency=""), "currency_missing"),
        (an_entry(direction="BOTH"), "direction_unknown"),
        (an_entry(day="2026-02-30"), "date_malformed"),
        (an_entry(day="2099-01-01"), "booked_in_future"),
    ],
)
async def test_an_entry_with_a_fault_waits_and_the_others_are_taken(core: Core, entry: str, code: str) -> None:
    outcome = await imported(core, a_file(entry + an_entry(a_part("10.00", "INV-1"))))

    assert (outcome.new, outcome.rejected, outcome.reasons) == (1, 1, {code: 1})


BOMB = '<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
STOLEN = '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (a_file(an_entry(a_part("10.00", "&b;")), head=BOMB), "declares a document type"),
        (a_file(an_entry(a_part("10.00", "&x;")), head=STOLEN), "declares a document type"),
        (a_file(an_entry(), head=BOMB).decode().encode("utf-16"), "declares a document type"),
        (a_file("<a>" * 50 + "</a>" * 50), "nested deeper"),
        (a_file(an_entry(), version="99"), r"camt.053.001.99; known are"),
        (NEW.replace(b"camt.053.001.08", b"camt.052.001.08"), "camt.052.001.08"),
        (b"<html><body>Please log in</body></html>", "XML of another kind"),
        (OLD[: len(OLD) // 2], "no whole XML file"),
        (OLD + b"<more/>", "no whole XML file"),
    ],
)
async def test_what_is_no_statement_is_refused_whole(core: Core, content: bytes, said: str) -> None:
    with pytest.raises(NoCamt, match=said):
        await imported(core, content)

    assert await lines(core) == []


async def test_a_statement_of_a_day_without_movements_says_so(core: Core) -> None:
    with pytest.raises(FileHoldsNoRows):
        await imported(core, a_file(""))


async def test_there_is_no_layout_to_keep(core: Core) -> None:
    with pytest.raises(OptionUnusable):
        await bank_import.apply(core, BankFile("x.xml", stream=io.BytesIO(NEW)), actor=SHELL, keep_as="bank")


def test_memory_does_not_grow_with_the_file() -> None:
    entry = an_entry(a_part("10.00", "INV-1 " * 50)).encode()
    content = a_file("@").replace(b"@", entry * 8_000)
    tracemalloc.start()
    try:
        count = sum(1 for _ in Entries(io.BytesIO(content), Tally(None, before=0, whole=1), name="x.xml"))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert count == 8_000
    assert len(content) > 4_000_000
    assert peak < 2_000_000


def test_the_longest_text_is_cut() -> None:
    content = a_file(an_entry(a_part("10.00", "x" * 1_000_000)))

    [entry] = Entries(io.BytesIO(content), Tally(None, before=0, whole=1), name="x.xml")

    assert len(entry.details[0].unstructured[0]) == 4000
