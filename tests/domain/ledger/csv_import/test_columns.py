"""Headers are matched by what they mean; what is unclear is asked."""

import pytest

from domain.ledger.csv_import.columns import FIELDS, KNOWN, Field, matched
from domain.ledger.csv_import.headers import folded
from domain.ledger.csv_import.refusals import ColumnMissing, ColumnUnclear, HeaderAmbiguous, OptionUnusable
from domain.ledger.csv_import.requests import Kind

NEEDED = ("Invoice Number", "Customer", "Due Date", "Amount")


@pytest.mark.parametrize(
    ("headers", "field", "place"),
    [
        (("Invoice No.", "Customer", "Due Date", "Amount"), Field.INVOICE_NUMBER, 0),
        (("invoiceNumber", "customerID", "DueDate", "InvoiceAmount"), Field.CUSTOMER_NUMBER, 1),
        (("Invoice #", "Customer Name", "due_date", "Balance Due"), Field.BALANCE, 3),
        (("Rechnungsnr.", "Kunde", "Fälligkeitsdatum", "Betrag"), Field.DUE, 2),
        (("N° facture", "Client", "Échéance", "Montant TTC"), Field.TOTAL, 3),
        (("INVOICE  NUMBER", " customer ", "Due\nDate", "Amount"), Field.DUE, 2),
    ],
)
def test_a_header_is_known_by_its_meaning(headers: tuple[str, ...], field: Field, place: int) -> None:
    assert matched(Kind.INVOICES, headers, ()).places[field] == place


def test_no_two_fields_share_a_synonym() -> None:
    names = [name for known in KNOWN.values() for name in {folded(each) for each in (*known.clear, *known.vague)}]

    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("kind", list(Kind))
def test_the_titles_of_the_template_are_all_known(kind: Kind) -> None:
    titles = [KNOWN[field].title for field in FIELDS[kind]]

    assert matched(kind, titles, ()).places == {field: place for place, field in enumerate(FIELDS[kind])}


def test_a_clear_header_wins_over_a_vague_one() -> None:
    columns = matched(Kind.INVOICES, (*NEEDED, "Invoice Total", "Document Number"), ())

    assert columns.header(Field.TOTAL) == "Invoice Total"
    assert columns.ignored == ("Amount", "Document Number")


def test_two_columns_for_one_field_are_asked_about() -> None:
    with pytest.raises(ColumnUnclear, match=r"'Contact Email', 'Billing Email'.*--map"):
        matched(Kind.INVOICES, (*NEEDED, "Contact Email", "Billing Email"), ())


@pytest.mark.parametrize("missing", NEEDED)
def test_a_required_column_is_asked_for(missing: str) -> None:
    with pytest.raises(ColumnMissing, match="--map"):
        matched(Kind.INVOICES, [each if each != missing else "Whatever" for each in NEEDED], ())


def test_what_a_person_says_decides() -> None:
    headers = ("Ref", "Customer", "Zahlbar bis", "Amount", "Balance")

    columns = matched(
        Kind.INVOICES,
        headers,
        (("Ref", "invoice-number"), ("zahlbar bis", "Due Date"), ("Balance", "ignore")),
    )

    assert (columns.places[Field.INVOICE_NUMBER], columns.places[Field.DUE]) == (0, 2)
    assert columns.ignored == ("Balance",)


@pytest.mark.parametrize("pair", [("Nowhere", "invoice-number"), ("Amount", "nonsense")])
def test_what_does_not_fit_the_file_is_refused(pair: tuple[str, str]) -> None:
    with pytest.raises(OptionUnusable):
        matched(Kind.INVOICES, NEEDED, (pair,))


def test_a_header_that_is_used_may_stand_there_once() -> None:
    with pytest.raises(HeaderAmbiguous, match="Due Date"):
        matched(Kind.INVOICES, (*NEEDED, "Due Date"), ())


def test_a_header_that_is_not_used_may_stand_there_twice() -> None:
    assert matched(Kind.INVOICES, (*NEEDED, "Memo", "Memo", ""), ()).ignored == ("Memo", "Memo")


def test_headers_hold_nothing_that_a_terminal_obeys() -> None:
    assert matched(Kind.INVOICES, (*NEEDED, "Memo\x1b[2J\x00"), ()).ignored == ("Memo [2J",)
