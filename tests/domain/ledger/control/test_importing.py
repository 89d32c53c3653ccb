"""Control totals: three layouts, recognised by their headers, added up and checked."""

import csv
import io
from datetime import date
from typing import Any

import pytest

from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.kernel.refusals import NotAllowed
from domain.ledger import control
from domain.ledger.ageing import BUCKETS
from domain.ledger.control import AsOfMissing, ControlFile, ControlOutcome, Shape
from domain.ledger.control.layouts import BucketUnclear
from domain.ledger.csv_import.refusals import ColumnMissing, CurrencyMissing, FileHoldsNoRows, OptionUnusable
from domain.ledger.models import ImportBatch
from tests.domain.ledger.people import VERA

DAY = date(2026, 3, 10)

BY_COLUMN = """\
Currency,Current,1-30,31-60,61-90,90+,Total
EUR,100.00,50.00,0.00,0.00,25.00,175.00
USD,10.00,,,,,10.00
"""

BY_ROW = """\
Currency;Bucket;Amount
EUR;Not due;100,00
EUR;1 - 30 days;50,00
EUR;> 90 days;25,00
USD;current;10,00
"""

BY_INVOICE = """\
Invoice Number,Customer,Due Date,Balance,Currency
INV-1,Acme,2026-03-31,100.00,EUR
INV-2,Acme,2026-03-01,50.00,EUR
INV-3,Acme,2025-10-01,25.00,EUR
INV-4,Acme,2026-04-01,10.00,USD
CN-1,Acme,,-7.50,EUR
Total EUR,,,175.00,EUR
"""


def a_report(content: str | bytes, **said: Any) -> ControlFile:
    """Return a report of this content, of today unless said otherwise."""
    data = content.encode() if isinstance(content, str) else content
    return ControlFile("ageing.csv", stream=io.BytesIO(data), **{"as_of": DAY, **said})


async def imported(core: Core, content: str | bytes, **said: Any) -> ControlOutcome:
    """Import a report."""
    return (await control.apply(core, a_report(content, **said), actor=SHELL))[0]


async def rejects_of(core: Core, content: str, **said: Any) -> list[dict[str, str]]:
    """Import a report and return its reject log."""
    log = io.BytesIO()
    await control.apply(core, a_report(content, **said), actor=SHELL, rejected=log)
    return list(csv.DictReader(io.StringIO(log.getvalue().decode("utf-8-sig"))))


def by_bucket(outcome: ControlOutcome, currency: str = "EUR") -> dict[str, int]:
    """Return the minor units of each bucket of a currency, and their total."""
    found = next(each for each in outcome.totals if each.currency == currency)
    assert found.buckets is not None
    return {**dict(zip(BUCKETS, (each.minor for each in found.buckets), strict=True)), "total": found.total.minor}


@pytest.mark.parametrize(
    ("content", "shape"), [(BY_COLUMN, Shape.BUCKETS), (BY_ROW, Shape.ROWS), (BY_INVOICE, Shape.LINES)]
)
async def test_three_layouts_say_the_same(core: Core, content: str, shape: Shape) -> None:
    outcome = await imported(core, content)

    assert outcome.shape is shape
    assert by_bucket(outcome) == {"current": 10000, "1-30": 5000, "31-60": 0, "61-90": 0, "91+": 2500, "total": 17500}
    assert by_bucket(outcome, "USD")["total"] == 1000
    assert outcome.rejected == 0


async def test_lines_keep_the_invoices_and_part_what_is_to_the_customers_credit(core: Core) -> None:
    outcome = await imported(core, BY_INVOICE)

    lines = await core.database.rows("SELECT number, open_minor FROM control_line ORDER BY number")
    assert [(each["number"], each["open_minor"]) for each in lines] == [
        ("INV-1", 10000), ("INV-2", 5000), ("INV-3", 2500), ("INV-4", 1000)]  # fmt: skip
    assert outcome.totals[0].credits == Money(750, "EUR")
    assert (outcome.invoices, outcome.left_out, outcome.reasons) == (4, 1, {"totals": 1})


@pytest.mark.parametrize(
    "header",
    [
        "Währung;Nicht fällig;1-30 Tage;31-60 Tage;61-90 Tage;über 90 Tage;Gesamt",
        "Devise;Non échu;1 à 30 jours;31 à 60 jours;61 à 90 jours;plus de 90 jours;Total général",
        "Moneda;Corriente;1 a 30 días;31 a 60 días;61 a 90 días;más de 90 días;Saldo total",
        "Currency;Not yet due;1–30 days overdue;31–60;61–90;91 and over;Total Due",
        "Ccy;Current;1 to 30;30-60;60-90;>= 91;Grand Total",
    ],
)
async def test_buckets_are_known_in_four_languages(core: Core, header: str) -> None:
    outcome = await imported(core, f"{header}\nEUR;1,50;2,50;3,50;4,50;5,50;17,50\n")

    assert by_bucket(outcome) == {"current": 150, "1-30": 250, "31-60": 350, "61-90": 450, "91+": 550, "total": 1750}


async def test_older_buckets_than_ours_are_added_up(core: Core) -> None:
    outcome = await imported(core, "Currency,Current,1-30,31-60,61-90,91-120,121+,Total\nEUR,1,2,3,4,5,6,21\n")

    assert by_bucket(outcome)["91+"] == 1100


async def test_customers_are_added_up_and_the_line_of_totals_is_not_counted_again(core: Core) -> None:
    outcome = await imported(
        core, "Customer,Current,1-30,Total\nAcme,10,5,15\nTotal SA,20,0,20\nTOTAL,30,5,35\n", currency="EUR"
    )

    assert by_bucket(outcome)["total"] == 3500
    assert outcome.reasons == {"totals": 1}


async def test_buckets_that_do_not_add_up_to_the_total_are_rejected_with_both_figures(core: Core) -> None:
    [reject] = await rejects_of(core, "Currency,Current,1-30,Total\nEUR,10.00,5.00,16.00\nUSD,1.00,1.00,2.00\n")

    assert (reject["code"], reject["value"]) == ("total_contradicts", "buckets 15.00 EUR, total 16.00 EUR")
    totals = await core.database.rows("SELECT DISTINCT currency FROM control_total")
    assert [each["currency"] for each in totals] == ["USD"]


async def test_a_line_of_totals_that_differs_from_its_rows_is_told(core: Core) -> None:
    [reject] = await rejects_of(core, "Currency,Bucket,Amount\nEUR,current,10.00\nEUR,1-30,5.00\nEUR,Total,16.00\n")

    assert (reject["line"], reject["code"]) == ("4", "totals_line_differs")
    assert reject["value"] == "rows 15.00 EUR, line 16.00 EUR"


async def test_a_report_of_nothing_but_a_line_of_totals_is_taken(core: Core) -> None:
    outcome = await imported(core, "Customer,Current,1-30,Total\nTotal,10,5,15\n", currency="EUR")

    assert by_bucket(outcome)["1-30"] == 500


async def test_a_total_for_each_currency_is_enough(core: Core) -> None:
    outcome = await imported(core, "Currency,Total\nEUR,175.00\n")

    assert (outcome.totals[0].total, outcome.totals[0].buckets) == (Money(17500, "EUR"), None)


async def test_the_same_report_of_the_same_day_brings_nothing_new(core: Core) -> None:
    await imported(core, BY_COLUMN)

    outcome, event = await control.apply(core, a_report(BY_COLUMN), actor=SHELL)

    assert (outcome.known, event) == (True, None)
    assert await ImportBatch.all().count() == 1


async def test_a_corrected_report_of_the_same_day_is_taken(core: Core) -> None:
    await imported(core, BY_COLUMN)

    outcome = await imported(core, BY_COLUMN.replace("25.00,175.00", "30.00,180.00"))

    assert not outcome.known
    assert await ImportBatch.all().count() == 2


async def test_a_preview_changes_nothing(core: Core) -> None:
    outcome = await control.preview(core, a_report(BY_COLUMN), actor=SHELL)

    assert outcome.totals[0].total == Money(17500, "EUR")
    assert await core.database.rows("SELECT FROM import_batch UNION ALL SELECT FROM timeline_entry") == []


async def test_the_day_is_asked_for(core: Core) -> None:
    with pytest.raises(AsOfMissing):
        await imported(core, BY_COLUMN, as_of=None)


async def test_the_day_may_stand_in_the_file(core: Core) -> None:
    outcome = await imported(core, "Currency,As Of,Total\nEUR,09.03.2026,1.00\n", as_of=None, date_order="dmy")

    assert outcome.as_of == date(2026, 3, 9)


@pytest.mark.parametrize(
    ("rows", "as_of"),
    [("EUR,2026-03-09,1\nUSD,2026-03-10,1\n", None), ("EUR,2026-03-09,1\n", DAY), ("EUR,2026-03-11,1\n", None)],
    ids=["several days", "another day than was said", "yet to come"],
)
async def test_a_day_that_cannot_be_is_refused(core: Core, rows: str, as_of: date | None) -> None:
    with pytest.raises(OptionUnusable):
        await imported(core, f"Currency,As Of,Total\n{rows}", as_of=as_of)


@pytest.mark.parametrize("header", ["0-30", "1-45", ">60", "1 Month", "30+"])
async def test_buckets_with_other_limits_are_asked_about(core: Core, header: str) -> None:
    with pytest.raises(BucketUnclear):
        await imported(core, f"Currency,Current,{header},Total\nEUR,1,2,3\n")


async def test_an_answer_about_a_bucket_is_taken_and_kept(core: Core) -> None:
    content = "Currency,Current,0-30,Total\nEUR,1,2,3\n"
    await control.apply(core, a_report(content, columns=(("0-30", "1-30"),)), actor=SHELL, keep_as="erp")

    outcome = await imported(core, content.replace("EUR,1,2,3", "EUR,1,4,5"))

    assert by_bucket(outcome)["1-30"] == 400


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        ("Bucket,Amount\ncurrent,1\n", CurrencyMissing),
        ("Currency,Customer,Amount\nEUR,Acme,1\n", ColumnMissing),
        ("Invoice Number,Currency,Balance\nINV-1,EUR,1\n", ColumnMissing),
        ("Currency,Customer\nEUR,Acme\n", ColumnMissing),
        ("Currency,Current,Total\n", FileHoldsNoRows),
    ],
    ids=["no currency", "no bucket", "no due date", "no amount", "no rows"],
)
async def test_what_the_file_does_not_tell_is_asked(core: Core, content: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        await imported(core, content)


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("INV-1,Acme,,10.00,EUR", "due_missing"),
        (",Acme,2026-03-31,10.00,EUR", "number_missing"),
        ("INV-1,Acme,31/31/2026,10.00,EUR", "date_malformed"),
        ("INV-1,Acme,2026-03-31,ten,EUR", "amount_malformed"),
        ("INV-1,Acme,2026-03-31,,EUR", "remark"),
        ("INV-1,Acme,2026-03-31,10.00,XQX", "currency_unknown"),
        ("INV-1,Acme,2026-03-31,10.001,EUR", "too_many_decimals"),
        ("INV-1,Acme,2026-03-31,0.00,EUR", "nothing_open"),
        ("Total Acme,,,99.00,EUR", "subtotal"),
    ],
)
async def test_every_row_is_accounted_for(core: Core, row: str, code: str) -> None:
    outcome = await imported(core, f"{BY_INVOICE.partition('INV-1')[0]}INV-9,Acme,2026-03-31,1.50,EUR\n{row}\n")

    assert outcome.reasons == {code: 1}
    assert by_bucket(outcome)["total"] == 150


async def test_formulas_of_a_hostile_file_do_no_harm_in_the_reject_log(core: Core) -> None:
    [reject] = await rejects_of(core, 'Currency,Bucket,Amount\nEUR,current,1\nEUR,"=HYPERLINK(""x"")",5\n')

    assert reject["value"].startswith("'=")


async def test_whoever_may_not_import_is_refused(core: Core) -> None:
    with pytest.raises(NotAllowed):
        await control.apply(core, a_report(BY_COLUMN), actor=VERA)


@pytest.mark.parametrize("examples", [True])
async def test_the_template_can_be_imported(core: Core, examples: bool) -> None:
    outcome = await imported(core, control.template(examples=examples).replace("2026-03-31", "2026-03-10"))

    assert by_bucket(outcome)["total"] == 164950
