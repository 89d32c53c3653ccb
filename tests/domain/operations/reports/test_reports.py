"""Reports: each kind is made, filtered and written as a file that a spreadsheet opens without harm."""

import csv
import io
from datetime import date

import pytest

from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.operations.refusals import PeriodRefused
from domain.operations.reports import periods, reports, sheets
from domain.operations.reports.reports import Kind
from tests.builders import an_account, an_invoice
from tests.domain.operations.reports.books import euros


@pytest.mark.parametrize("kind", Kind)
async def test_every_report_is_made_of_an_empty_book(core: Core, kind: Kind) -> None:
    made = await reports.report(core, kind=kind, actor=SHELL)

    assert made.is_empty
    assert made.last == date(2026, 3, 9)


async def test_a_report_of_one_currency_leaves_the_others_out(core: Core) -> None:
    await an_invoice(core, "A", amount=euros(100))
    await an_invoice(core, "B", amount=Money(500, "JPY"))

    (sheet,) = (await reports.report(core, kind=Kind.EXPOSURES, actor=SHELL, currency="JPY")).sheets

    assert [row[0] for row in sheet.rows] == ["JPY"]


async def test_a_name_that_is_a_formula_is_harmless_in_the_file(core: Core) -> None:
    account = await an_account(core, '=HYPERLINK("http://evil.example")')
    await an_invoice(core, "A", account=account, amount=euros(100))
    made = await reports.report(core, kind=Kind.EXPOSURES, actor=SHELL)

    (row,) = csv.DictReader(io.StringIO(reports.as_csv(made).decode("utf-8-sig")))

    assert not row["customer"].startswith("=")
    assert row["open sum"] == "100.00"


async def test_the_weekly_report_has_every_sheet_once(core: Core) -> None:
    await an_invoice(core, "A", amount=euros(100))

    made = await reports.report(core, kind=Kind.WEEKLY, actor=SHELL)

    names = [each.name for each in made.sheets]
    assert len(names) == len(set(names)) == 12
    assert (made.first, made.last) == (date(2026, 3, 3), date(2026, 3, 9))
    assert next(csv.reader(io.StringIO(reports.as_csv(made).decode("utf-8-sig"))))[0] == "sheet"


def test_figures_that_do_not_exist_are_a_dash() -> None:
    assert sheets.shown(None) == sheets.NONE
    assert sheets.plain(None) is None


@pytest.mark.parametrize(
    "asked",
    [
        {"days": 0},
        {"days": 732},
        {"days": 7, "first": date(2026, 3, 8), "last": date(2026, 3, 7)},
        {"days": 7, "last": date(2026, 3, 11)},
        {"days": 7, "first": date(2020, 1, 1), "last": date(2026, 3, 7)},
        {"days": 7, "last": date(1, 1, 2)},
    ],
)
async def test_days_of_which_no_report_can_be_made_are_refused(core: Core, asked: dict[str, date | int]) -> None:
    with pytest.raises(PeriodRefused):
        periods.chosen(core, **asked)  # type: ignore[arg-type]


async def test_a_period_may_begin_today(core: Core) -> None:
    today = date(2026, 3, 10)

    assert periods.chosen(core, days=7, first=today).days == 1
