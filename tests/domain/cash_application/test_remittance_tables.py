"""Remittance advices as CSV files: read through their headers, as customers' programs write them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.cash_application import file_templates
from domain.cash_application.advice_tables import AdviceOptions
from domain.cash_application.advices import Advice, AdviceLine, checked
from domain.cash_application.models import Remittance, RemittanceLine
from domain.cash_application.refusals import RemittanceUnusable
from domain.cash_application.remittances import import_file
from domain.kernel.actor import SHELL, Actor, ActorKind
from domain.kernel.core import Core
from domain.kernel.refusals import NotAllowed
from domain.ledger.csv_import.refusals import ColumnMissing, CurrencyMissing, DecimalMarkOpen
from tests.builders import an_invoice


async def taken(core: Core, text: str, **said: Any) -> tuple[Remittance, list[AdviceLine]]:
    """Import an advice of this text."""
    options = AdviceOptions(**said)
    done = await import_file(core, file_name="advice.csv", body=text.encode(), actor=SHELL, said=options)
    advice = await Remittance.get(id=done.remittance_id)
    stored = await RemittanceLine.filter(remittance_id=advice.id).order_by("position")
    return advice, [AdviceLine(each.number, each.amount_minor, each.deducted_minor, each.reason) for each in stored]


async def test_paid_amount_deduction_and_reason_are_read(core: Core) -> None:
    advice, lines = await taken(
        core,
        "Acme Ltd payment run 77\n"
        "Invoice Number,Invoice Amount,Discount,Amount Paid,Reason,Payment Date,Currency\n"
        'INV-1,"1,250.50",25.00,"1,225.50",2% early,2026-03-05,EUR\n'
        'INV-2,"1,061.00",,"1,061.00",,2026-03-05,EUR\n'
        'Total,"2,311.50",25.00,"2,286.50",,,EUR\n',
    )

    assert lines == [AdviceLine("INV-1", 122550, 2500, "2% early"), AdviceLine("INV-2", 106100)]
    assert (advice.total_minor, advice.currency, str(advice.paid_on), advice.note) == (228650, "EUR", "2026-03-05", "")


async def test_german_headers_and_decimal_commas_are_read(core: Core) -> None:
    _, lines = await taken(core, "Rechnung;Rechnungsbetrag;Skonto;Zahlbetrag (EUR)\nRE-7;1.000,00;20,00;980,00\n")

    assert lines == [AdviceLine("RE-7", 98000, 2000)]


async def test_without_a_paid_amount_it_is_the_invoice_less_the_deduction(core: Core) -> None:
    _, lines = await taken(core, "Invoice,Gross,Deduction,Currency\nINV-1,100.00,2.00,EUR\n")

    assert lines == [AdviceLine("INV-1", 9800, 200)]


async def test_credit_notes_stand_with_negative_amounts(core: Core) -> None:
    advice, lines = await taken(core, "Invoice,Amount,Currency\nINV-1,100.00,EUR\nCN-9,-20.00,EUR\n")

    assert lines == [AdviceLine("INV-1", 10000), AdviceLine("CN-9", -2000)]
    assert advice.total_minor == 8000


async def test_the_currency_of_the_invoices_is_taken_where_the_file_names_none(core: Core) -> None:
    await an_invoice(core, "INV-1042")

    advice, _ = await taken(core, "Invoice,Amount\ninv 1042,125.00\n")

    assert advice.currency == "EUR"
    assert (await RemittanceLine.get()).number == "INV-1042"


async def test_a_currency_that_nothing_tells_is_asked_for(core: Core) -> None:
    with pytest.raises(CurrencyMissing):
        await taken(core, "Invoice,Amount\nX-1,125.00\n")

    advice, _ = await taken(core, "Invoice,Amount\nX-1,125.00\n", currency="GBP")
    assert advice.currency == "GBP"


async def test_what_stays_open_is_asked_and_nothing_is_kept(core: Core) -> None:
    with pytest.raises(ColumnMissing):
        await taken(core, "Foo,Bar\n1,2\n")
    with pytest.raises(DecimalMarkOpen):
        await taken(core, "Invoice;Amount;Currency\nINV-1;1.250;EUR\n")

    assert await Remittance.all().count() == 0


async def test_rows_that_cannot_be_read_are_told(core: Core) -> None:
    advice, lines = await taken(core, "Invoice,Amount,Currency\nINV-1,100.00,EUR\nINV-2,ten,EUR\nINV-3\n")

    assert len(lines) == 1
    assert advice.note == "2 of its rows could not be read; it names no total; the lines are added up"


async def test_several_currencies_are_no_one_payment(core: Core) -> None:
    advice, lines = await taken(core, "Invoice,Amount,Currency\nINV-1,100.00,EUR\nINV-2,1.00,USD\n")

    assert (advice.state, lines) == ("unreadable", [])


async def test_an_empty_file_and_a_stranger_are_refused(core: Core) -> None:
    with pytest.raises(RemittanceUnusable):
        await import_file(core, file_name="x", body=b"", actor=SHELL)
    with pytest.raises(NotAllowed):
        await import_file(core, file_name="x", body=b"x", actor=Actor(ActorKind.PERSON, "Nina", frozenset()))


@given(amounts=st.lists(st.one_of(st.none(), st.integers(-10_000, 10_000)), min_size=1, max_size=8),
       total=st.one_of(st.none(), st.integers(-50_000, 50_000)))  # fmt: skip
def test_a_total_is_the_sum_of_the_lines_or_says_by_how_much_not(amounts: list[int | None], total: int | None) -> None:
    lines = tuple(AdviceLine(f"INV-{place}", amount) for place, amount in enumerate(amounts))

    found = checked(Advice(lines, total, "EUR"))

    paid = [line.amount_minor for line in found.lines]
    fits = None not in paid and sum(each or 0 for each in paid) == found.total_minor
    assert fits or found.notes


async def test_the_template_with_its_examples_can_be_imported(core: Core) -> None:
    advice, lines = await taken(core, file_templates.template("remittance", examples=True))

    assert lines[0] == AdviceLine("INV-1001", 122549, 2501, "2 % cash discount")
    assert (advice.payer_name, advice.total_minor) == ("Example Ltd", 132449)
