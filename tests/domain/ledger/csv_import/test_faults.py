"""Bad rows wait with a reason; bad files change nothing."""

from datetime import date
from typing import Any

import pytest

from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.ledger import csv_import
from domain.ledger.csv_import.refusals import (
    ColumnMissing,
    CurrencyMissing,
    DateOrderOpen,
    DecimalMarkOpen,
    EncodingUnknown,
    FileHoldsNoRows,
    FileUnreadable,
    HeaderAmbiguous,
    ImportRefused,
    OptionUnusable,
    QuestionOpen,
)
from tests.domain.ledger.csv_import.files import (
    HEADER,
    ONE,
    a_request,
    codes_of,
    everything,
    imported,
    invoices,
    rejects_of,
)

WIDE = "Invoice Number,Customer Number,Customer,Invoice Date,Due Date,Amount,Balance,Currency,Status,Paid Date,Email"
GOOD = "INV-1,C-1,Acme,2026-01-01,2026-01-31,100.00,100.00,EUR,open,,a@acme.example"


@pytest.mark.parametrize(
    ("cells", "codes"),
    [
        ({0: ""}, ["number_missing"]),
        ({0: "70012345.0"}, ["number_mangled"]),
        ({0: "7.00123E+09"}, ["number_mangled"]),
        ({0: "#N/A"}, ["number_mangled"]),
        ({0: "INV\x00-1"}, ["control_characters"]),
        ({0: "INV\x1b[31m"}, ["control_characters"]),
        ({0: "INV\u202e1"}, ["control_characters"]),
        ({0: "9" * 101}, ["too_long"]),
        ({1: "", 2: ""}, ["customer_missing"]),
        ({1: "4711.0"}, ["number_mangled"]),
        ({2: "x" * 301}, ["too_long"]),
        ({3: "2026-02-30"}, ["date_malformed"]),
        ({4: ""}, ["due_missing"]),
        ({4: "soon"}, ["date_malformed"]),
        ({4: "2025-12-31"}, ["due_before_issue"]),
        ({5: "", 6: ""}, ["amount_missing"]),
        ({5: "a lot"}, ["amount_malformed"]),
        ({5: "100.005"}, ["too_many_decimals"]),
        ({5: "-100.00"}, ["signs_differ"]),
        ({5: "(100.00)"}, ["signs_differ"]),
        ({6: "-100.00"}, ["overpaid"]),
        ({5: "0.00", 6: "0.00"}, ["amount_not_positive"]),
        ({5: "99999999999999.00"}, ["amount_too_large"]),
        ({5: "$100.00"}, ["currency_contradicts"]),
        ({6: "100.01"}, ["balance_above_total"]),
        ({7: ""}, ["currency_missing"]),
        ({7: "EURO"}, ["currency_unknown"]),
        ({7: "XAU"}, ["currency_unknown"]),
        ({8: "who knows"}, ["status_unknown"]),
        ({8: "paid"}, ["status_contradicts"]),
        ({8: "open", 6: "0.00"}, ["status_contradicts"]),
        ({8: "open", 6: "", 9: "2026-02-01"}, ["status_contradicts"]),
        ({8: "partly paid", 6: ""}, ["balance_missing"]),
        ({8: "paid", 6: "0", 9: "2027-01-01"}, ["paid_in_future"]),
        ({10: "nobody"}, ["email_malformed"]),
        ({10: "a@acme.example, b@"}, ["email_malformed"]),
        ({0: "", 4: "soon", 5: "x", 10: "nobody"},
         ["number_missing", "email_malformed", "date_malformed", "amount_malformed"]),
    ],
)  # fmt: skip
async def test_a_bad_row_waits_with_its_reasons_and_the_good_ones_are_taken(
    core: Core, cells: dict[int, str], codes: list[str]
) -> None:
    row = GOOD.replace("INV-1", "INV-2").split(",")
    for place, value in cells.items():
        row[place] = f'"{value}"'

    found = await codes_of(core, f"{WIDE}\n{GOOD}\n{','.join(row)}\n")

    assert found == [(3, code) for code in codes]
    assert list(await invoices(core)) == ["INV-1"]
    assert len(await core.database.rows("SELECT id FROM account")) == 1


async def test_a_corrected_file_takes_what_had_to_wait(core: Core) -> None:
    bad = f"{ONE}INV-2,Acme Ltd,2026-03-31,1.000,EUR\n"
    assert await codes_of(core, bad, decimal_mark=csv_import.DecimalMark.POINT) == []
    assert await codes_of(core, bad.replace("INV-2", "INV-3").replace("1.000", "1.001")) == [(3, "too_many_decimals")]

    event = await imported(core, bad.replace("INV-2", "INV-3").replace("1.000", "1.01"))

    assert (event.new, event.unchanged, event.rejected) == (1, 1, 0)


async def test_a_reject_says_line_column_value_code_and_what_to_do(core: Core) -> None:
    [reject] = await rejects_of(core, f"{ONE}INV-2,Acme Ltd,31 March,1.00,EUR\n")

    assert (reject["line"], reject["column"], reject["value"], reject["code"]) == (
        "3",
        "Due Date",
        "31 March",
        "date_malformed",
    )
    assert reject["what to do"].startswith("Write a real date")


@pytest.mark.parametrize("value", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "  =1", "|calc"])
async def test_nothing_that_is_written_out_runs_as_a_formula(core: Core, value: str) -> None:
    [reject] = await rejects_of(core, f'{ONE}INV-2,Acme Ltd,"{value}",1.00,EUR\n')

    assert reject["value"] == f"'{value.strip()}"


async def test_the_lines_of_the_log_are_those_of_the_file(core: Core) -> None:
    content = (
        f"{HEADER}\n"
        '1,"Acme\nLtd",2026-03-31,1.00,EUR\n'
        "\n"
        "2,Acme Ltd,never,1.00,EUR\n"
        "3,Acme Ltd,2026-03-31,1.00,EUR\n"
        "4,Acme Ltd,2026-03-31\n"
        "3,Acme Ltd,2026-03-31,2.00,EUR\n"
        '5,"Acme Ltd,2026-03-31,1.00,EUR\n'
        "6,Acme Ltd,2026-03-31,1.00,EUR\n"
    )

    found = await codes_of(core, content)

    assert found == [
        (5, "date_malformed"), (6, "duplicate_number"), (7, "ragged_row"), (8, "duplicate_number"),
        (9, "quotes_broken")]  # fmt: skip
    assert sorted(await invoices(core)) == ["1", "6"]


async def test_of_equal_rows_the_first_is_taken(core: Core) -> None:
    assert await codes_of(core, f"{ONE}inv-1,ACME LTD,2026-03-31,125.00,EUR\n") == [(3, "duplicate_row")]
    assert list(await invoices(core)) == ["INV-1"]


async def test_leading_zeros_are_kept_and_their_loss_is_noticed(core: Core) -> None:
    await imported(core, f"{HEADER}\n00123,Acme,2026-03-31,125.00,EUR\n00777,Acme,2026-03-31,5.00,EUR\n")

    found = await codes_of(core, f"{HEADER}\n123,Beta,2026-03-31,125.00,EUR\n777,Acme,2026-03-31,9.99,EUR\n")

    assert found == [(2, "leading_zeros_lost")]
    assert sorted(await invoices(core)) == ["00123", "00777", "777"]


async def test_a_bad_row_s_customer_is_not_stored(core: Core) -> None:
    await codes_of(
        core, f"{WIDE}\n{GOOD}\n{GOOD.replace('C-1,Acme', 'C-2,Beta').replace('100.00,EUR', '100.00,EUX')}\n"
    )

    assert await core.database.rows("SELECT number FROM account") == [{"number": "C-1"}]


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"", FileUnreadable),
        (b"\n\n  \n", FileHoldsNoRows),
        (HEADER.encode(), FileHoldsNoRows),
        (f"{HEADER}\n,,,,\n\n".encode(), FileHoldsNoRows),
        (b"\x00\x01\x02" * 1000, EncodingUnknown),
        (ONE.replace("Acme", "Größe").encode("cp1252"), EncodingUnknown),
        (ONE.encode("utf-16-le"), EncodingUnknown),
        (ONE.replace("Due Date", "Deadline").encode(), ColumnMissing),
        (ONE.replace("Currency", "Due Date").encode(), HeaderAmbiguous),
        (ONE.replace(",Currency", "").replace(",EUR", "").encode(), CurrencyMissing),
        (ONE.replace("2026-03-31", "3/4/2026").encode(), DateOrderOpen),
        (ONE.replace("125.00", "1.250").encode(), DecimalMarkOpen),
        (ONE.replace("\n", ',"\n', 1).encode(), FileUnreadable),
    ],
)
async def test_a_fault_of_the_whole_file_changes_nothing(
    core: Core, content: bytes, refusal: type[ImportRefused]
) -> None:
    before = await everything(core)

    with pytest.raises(refusal):
        await imported(core, content)

    assert await everything(core) == before


async def test_what_is_broken_at_the_end_of_a_file_keeps_its_beginning_out(core: Core) -> None:
    rows = "".join(f"INV-{n},Acme,2026-03-31,1.00,EUR\n" for n in range(5000))

    with pytest.raises(EncodingUnknown):
        await imported(core, f"{HEADER}\n{rows}".encode() + b"INV-X,Caf\xe9,2026-03-31,1.00,EUR\n")

    assert await invoices(core) == {}


async def test_all_open_questions_are_told_at_once(core: Core) -> None:
    content = "Invoice Number,Customer,Due Date,Amount\n1,Acme,3/4/2026,1.250\n"

    with pytest.raises(QuestionOpen) as asked:
        await imported(core, content)

    assert all(option in str(asked.value) for option in ("--currency", "--date-order", "--decimal-mark"))


async def test_what_was_said_answers_the_questions(core: Core) -> None:
    content = "Invoice Number,Customer,Due Date,Amount\n1,Acme,3/4/2026,1.250\n"

    await imported(
        core, content, currency="EUR", date_order=csv_import.DateOrder.DMY, decimal_mark=csv_import.DecimalMark.COMMA
    )

    row = (await invoices(core))["1"]
    assert (row["due_on"], row["total_minor"], row["currency"]) == (date(2026, 4, 3), 125000, "EUR")


@pytest.mark.parametrize("said", [{"currency": "EURO"}, {"currency": "XAU"}, {"as_of": date(2030, 1, 1)}])
async def test_what_cannot_be_meant_is_refused(core: Core, said: dict[str, Any]) -> None:
    with pytest.raises(OptionUnusable):
        await csv_import.preview(core, a_request(ONE, **said), actor=SHELL)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
async def test_any_export_of_one_ledger_gives_the_same_invoice(core: Core, encoding: str, delimiter: str) -> None:
    content = ONE.replace("Acme Ltd", "Größe & Söhne").replace(",", delimiter).replace("\n", "\r\n")

    await imported(core, content.encode(encoding))

    row = (await invoices(core))["INV-1"]
    assert (row["customer"], row["total_minor"], row["due_on"]) == ("Größe & Söhne", 12500, date(2026, 3, 31))


async def test_the_line_by_which_spreadsheets_tell_their_delimiter_is_no_header(core: Core) -> None:
    content = "sep=;\n" + ONE.replace(",", ";") + "INV-2;Acme;never;1.00;EUR\n"

    assert await codes_of(core, content) == [(4, "date_malformed")]
    assert list(await invoices(core)) == ["INV-1"]
