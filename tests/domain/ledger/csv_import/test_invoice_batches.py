"""Column by column or row by row: the same rows are staged."""

import csv
import io
from datetime import date
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.ledger.csv_import.columns import FIELDS, KNOWN, Field, matched
from domain.ledger.csv_import.customers import Customers
from domain.ledger.csv_import.faults import Faults
from domain.ledger.csv_import.invoice_batches import InvoiceBatches, divided
from domain.ledger.csv_import.invoice_rows import InvoiceRows
from domain.ledger.csv_import.records import Batch
from domain.ledger.csv_import.requests import DateOrder, DecimalMark, Kind
from domain.ledger.csv_import.spools import Spools
from domain.ledger.csv_import.survey import Layout

TODAY = date(2026, 3, 10)

MOSTLY = {
    Field.INVOICE_NUMBER: [
        "INV-1",
        "0007",
        "r/2.3_x#",
        "INV 1",
        "70012345.0",
        "7E9",
        "",
        "Ünvoice",
        "a\nb",
        "=1",
        "#N/A",
    ],
    Field.CUSTOMER_NUMBER: ["C-1", "C-2", "", "12.0"],
    Field.CUSTOMER_NAME: ["Acme", "Größe & Söhne", "", "A\x00B"],
    Field.ISSUED: ["2026-01-01", "", "2026-04-01", " 2026-01-02 ", "1.2.2026", "x"],
    Field.DUE: ["2026-02-01", "2026-05-01", "", "31/01/2026", "1999-01-01"],
    Field.CURRENCY: ["EUR", "USD", "JPY", "KWD", "eur", "", " EUR", "EURO"],
    Field.TOTAL: ["100.00", "1,250.50", "12", "12.345", "-1.00", "0.00", "", "1\n.00", "(5.00)", "€5.00", "9" * 15],
    Field.BALANCE: ["100.00", "50.00", "0.00", "", "1.5", "-3.00", "1.234"],
    Field.STATUS: ["", "open", "Paid", "partly paid", "void", "draft", "huh", " open "],
    Field.SETTLED: ["", "2026-02-01", "2026-03-11", "x", "2025-12-01"],
    Field.CONTACT_NAME: ["", "Anna"],
    Field.EMAIL: ["", "a@acme.example", "nobody", "a@x.example; b@x.example"],
    Field.COUNTRY: ["", "DE", "391"],
    Field.LANGUAGE: ["", "de"],
    Field.ZONE: ["", "Europe/Berlin"],
    Field.INDUSTRY: ["", "Retail", "a\x00b"],
    Field.RISK: ["", "hoch", "9"],
    Field.TAGS: ["", "VIP; slow", "|"],
    Field.ROLE: ["", "CFO", "x"],
    Field.DOCUMENT: ["", "Invoice", "Gutschrift", "Zahlung", "order", "?"],
    Field.REFERS_TO: ["", "INV-1", "1.0"],
    Field.PAID: ["", "50.00", "100.00", "0.00", "-50.00", "x"],
}
"""Cells of which the first ones are plain."""


def cells(field: Field) -> st.SearchStrategy[str]:
    """Return cells of a field, of which most are plain."""
    texts = MOSTLY[field]
    return st.one_of(st.just(texts[0]), st.just(texts[0]), st.sampled_from(texts[:2]), st.sampled_from(texts))


ROW = st.tuples(*(cells(field) for field in FIELDS[Kind.INVOICES])).map(list)


def a_reader(mark: DecimalMark | None, as_of: date | None, currency: str | None) -> InvoiceRows:
    """Return a reader of rows with every column."""
    columns = matched(Kind.INVOICES, [KNOWN[field].title for field in FIELDS[Kind.INVOICES]], ())
    layout = Layout("utf-8", ",", columns, DateOrder.DMY, mark, 0, 0, "")
    return InvoiceRows(layout, Customers(columns), Spools(), currency=currency, as_of=as_of, today=TODAY)


def one_by_one(reader: InvoiceRows, batch: Batch) -> dict[int, Any]:
    """Return what is staged of each line, as COPY reads it."""
    found = io.StringIO()
    for line, row in zip(batch.lines, batch.rows, strict=True):
        try:
            staged = reader.read(line, row)
        except Faults:
            continue
        if staged is not None:
            csv.writer(found).writerow(staged)
    return by_line(found.getvalue())


def by_line(text: str) -> dict[int, Any]:
    """Return staged rows by line; PostgreSQL reads a truth in any of its spellings."""
    rows = list(csv.reader(io.StringIO(text)))
    return {int(row[0]): [*row[1:-2], *(each.lower().startswith("t") for each in row[-2:])] for row in rows}


@settings(deadline=None)
@given(
    rows=st.lists(ROW, min_size=1, max_size=8),
    mark=st.sampled_from([None, DecimalMark.POINT, DecimalMark.COMMA]),
    as_of=st.sampled_from([None, date(2026, 2, 15)]),
    currency=st.sampled_from([None, "EUR"]),
)
def test_a_batch_is_staged_as_its_rows_are(
    rows: list[list[str]], mark: DecimalMark | None, as_of: date | None, currency: str | None
) -> None:
    batch = Batch(range(2, len(rows) + 2), rows, [])
    expected = one_by_one(a_reader(mark, as_of, currency), batch)

    reader = a_reader(mark, as_of, currency)
    found: dict[int, Any] = {}
    for part in divided(batch, InvoiceBatches(reader).read):
        found |= by_line(part) if isinstance(part, str) else one_by_one(reader, part)

    assert found == expected


def test_one_odd_row_of_thousands_is_all_that_goes_the_slow_way() -> None:
    plain = [texts[0] for texts in MOSTLY.values()]
    rows = [[f"INV-{number}", *plain[1:]] for number in range(3000)]
    rows[1234][0] = "INV 1234"

    parts = list(divided(Batch(range(2, 3002), rows, []), InvoiceBatches(a_reader(DecimalMark.POINT, None, None)).read))

    assert sum(len(part.rows) for part in parts if isinstance(part, Batch)) <= 50
