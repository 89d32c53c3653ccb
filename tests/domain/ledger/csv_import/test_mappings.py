"""What a person answered about a layout is kept, used for files with the same header, and weighed against the file."""

from datetime import date
from typing import Any

import pytest

from domain.kernel.actor import SHELL, Actor, ActorKind, Permission
from domain.kernel.core import Core
from domain.ledger import csv_import
from domain.ledger.csv_import import DateOrder, DecimalMark, mappings
from domain.ledger.csv_import.columns import Field
from domain.ledger.csv_import.headers import Reason
from domain.ledger.csv_import.refusals import (
    ColumnMissing,
    DateOrderOpen,
    DecimalMarkOpen,
    MappingNotFound,
    OptionUnusable,
    QuestionOpen,
)
from tests.clocks import StandingClock
from tests.domain.ledger.csv_import.files import a_request, imported, invoices, previewed

ANNA = Actor(ActorKind.PERSON, "Anna", frozenset({Permission.IMPORT}), roles=("Controller",))

ODD = "Nr;Kunde;Zahlbar;Summe\n1;Acme;3/4/2026;1.250\n"
"""A file about which four things must be said."""

SAID: dict[str, Any] = {
    "columns": (("Nr", "invoice-number"), ("Zahlbar", "due-date"), ("Summe", "amount")),
    "currency": "EUR",
    "date_order": DateOrder.DMY,
    "decimal_mark": DecimalMark.COMMA,
}


async def kept(core: Core, content: str = ODD, name: str = "netsuite", **said: Any) -> None:
    """Import a file and keep what was said about it."""
    await csv_import.apply(core, a_request(content, **{**SAID, **said}), actor=ANNA, keep_as=name)


async def test_a_layout_that_was_kept_is_not_asked_about_again(core: Core, clock: StandingClock) -> None:
    with pytest.raises(QuestionOpen):
        await imported(core, ODD)
    await kept(core)
    clock.advance(days=30)

    event = await imported(core, ODD.replace("1;Acme", "2;Acme"))

    assert event.new == 1
    row = (await invoices(core))["2"]
    assert (row["due_on"], row["total_minor"], row["currency"]) == (date(2026, 4, 3), 125000, "EUR")


async def test_a_preview_says_which_layout_it_is_and_whose(core: Core) -> None:
    await kept(core)

    layout = (await previewed(core, ODD)).layout

    assert layout.known is not None
    assert (layout.known.name, layout.known.kept_by) == ("netsuite", "Anna")
    assert layout.columns.reasons[Field.INVOICE_NUMBER] is Reason.SAVED
    assert layout.columns.reasons[Field.CUSTOMER_NAME] is Reason.VAGUE


@pytest.mark.parametrize("header", ['"nr";KUNDE;zahlbar; Summe', "Nr,Kunde,Zahlbar,Summe"])
async def test_case_quotes_and_delimiters_make_no_other_layout(core: Core, header: str) -> None:
    await kept(core)
    row = ODD.splitlines()[1].replace(";", ";" if ";" in header else ",")

    assert (await previewed(core, f"{header}\n{row}\n")).outcome.unchanged == 1


async def test_other_headers_are_another_layout(core: Core) -> None:
    await kept(core)

    with pytest.raises(QuestionOpen):
        await previewed(core, ODD.replace("Nr;", "Num;"))


async def test_what_is_said_now_goes_before_what_was_kept(core: Core) -> None:
    await kept(core)

    preview = await previewed(core, ODD, currency="USD", date_order=DateOrder.MDY)

    assert (preview.layout.currency, preview.layout.date_order) == ("USD", DateOrder.MDY)


async def test_dates_that_do_not_fit_what_was_kept_are_asked_about(core: Core) -> None:
    await kept(core)

    with pytest.raises(DateOrderOpen, match="12/25/2026"):
        await imported(core, ODD.replace("3/4/2026", "12/25/2026"))


async def test_amounts_that_do_not_fit_what_was_kept_are_asked_about(core: Core) -> None:
    await kept(core)

    with pytest.raises(DecimalMarkOpen, match=r"12\.50"):
        await imported(core, ODD.replace("1.250", "12.50"))


async def test_a_name_means_the_layout_that_was_kept_last(core: Core) -> None:
    await kept(core)
    await kept(core, ODD.replace("Nr;", "Num;"), columns=(("Num", "invoice-number"), *SAID["columns"][1:]))

    assert [each.answers.columns[0] for each in await mappings.listed(core)] == [("Num", "invoice-number")]
    with pytest.raises(QuestionOpen):
        await previewed(core, ODD)


async def test_a_layout_may_be_forgotten(core: Core) -> None:
    await kept(core)

    await mappings.forget(core, kind="invoices", name="NetSuite", actor=SHELL)

    assert await mappings.listed(core) == []
    with pytest.raises(MappingNotFound):
        await mappings.forget(core, kind="invoices", name="netsuite", actor=SHELL)


async def test_keeping_the_same_twice_is_told_once(core: Core) -> None:
    await kept(core)
    await kept(core)

    told = await core.database.rows("SELECT kind FROM timeline_entry WHERE kind LIKE 'mapping.%%'")
    assert told == [{"kind": "mapping.kept"}]


@pytest.mark.parametrize("name", ["", "  ", "x" * 61, "a\x1b[31m"])
async def test_a_name_that_cannot_be_shown_is_refused_before_anything_is_changed(core: Core, name: str) -> None:
    with pytest.raises(OptionUnusable):
        await kept(core, name=name)
    assert await invoices(core) == {}


async def test_a_file_that_is_refused_teaches_nothing(core: Core) -> None:
    with pytest.raises(QuestionOpen):
        await csv_import.apply(core, a_request(ODD, currency="EUR"), actor=ANNA, keep_as="netsuite")

    assert await mappings.listed(core) == []


async def test_an_encoding_that_was_kept_opens_the_next_file(core: Core) -> None:
    content = "Rechnungsnummer;Kunde;Fällig;Betrag;Währung\n1;Größe;31.03.2026;12,50;EUR\n".encode("cp1252")
    request = a_request(content, encoding="cp1252")
    await csv_import.apply(core, request, actor=ANNA, keep_as="dates")

    preview = await previewed(core, content)

    assert (preview.layout.encoding, preview.outcome.unchanged) == ("cp1252", 1)


async def test_headers_below_a_title_are_found_and_known_again(core: Core) -> None:
    title = "Open items of Northwind;;;\nPrinted on 2026-03-01;;;\n\n"
    preview = await previewed(core, f"{title}Invoice;Customer;Due Date;Amount;Currency\n1;Acme;2026-03-31;1.00;EUR\n")
    assert (preview.layout.above, preview.outcome.new) == (3, 1)

    await kept(core, title + ODD, header_line=4)

    assert (await previewed(core, title.replace("03-01", "04-01") + ODD)).layout.above == 3


async def test_a_line_that_lacks_something_is_no_header_however_it_looks(core: Core) -> None:
    with pytest.raises(ColumnMissing):
        await previewed(core, "Report;of;something\nInvoice;Customer;Amount\n1;Acme;1.00\n")


async def test_samples_show_what_is_in_each_column(core: Core) -> None:
    content = "Invoice,Customer,Due Date,Amount,Currency,Secret\n" + "".join(
        f"{n},Acme,2026-03-31,1.00,EUR,\x1b[{n}m\n" for n in range(5)
    )

    layout = (await previewed(core, content)).layout

    assert layout.samples[0] == ("0", "1", "2")
    assert layout.samples[1] == ("Acme",)
    assert layout.samples[5] == ("[0m", "[1m", "[2m")


@pytest.mark.parametrize(("header", "field"), [("Invioce Nubmer", "invoice-number"), ("Inovice No", "invoice-number")])
async def test_a_header_that_is_nearly_right_is_offered_and_not_taken(core: Core, header: str, field: str) -> None:
    with pytest.raises(ColumnMissing, match="Did you mean") as asked:
        await imported(core, f"Customer,Due Date,Amount,Currency,{header}\nAcme,2026-03-31,1.00,EUR,1\n")

    assert (asked.value.choices[0], asked.value.field) == (header, field)
    assert await invoices(core) == {}


async def test_of_equal_headers_one_is_named_by_its_number(core: Core) -> None:
    content = "Invoice,Customer,Due Date,Amount,Amount,Currency\n1,Acme,2026-03-31,1.00,2.00,EUR\n"

    await imported(core, content, columns=(("#5", "amount"),))

    assert (await invoices(core))["1"]["total_minor"] == 200
