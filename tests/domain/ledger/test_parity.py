"""Parity: our ageing beside that of the merchant's own books."""

import csv
import io
from datetime import date
from decimal import Decimal

import pytest

from domain.kernel.actor import SHELL, Actor, ActorKind
from domain.kernel.core import Core
from domain.kernel.limits import Limits
from domain.kernel.money import Money
from domain.kernel.refusals import NotAllowed
from domain.ledger import control, parity
from domain.ledger.control import ControlFile
from domain.ledger.parity import Parity
from tests.builders import an_account, an_invoice, paid
from tests.clocks import StandingClock

TODAY = date(2026, 3, 10)


async def books(core: Core, content: str, *, as_of: date = TODAY) -> None:
    """Import what the merchant's books say."""
    report = ControlFile("books.csv", stream=io.BytesIO(content.encode()), as_of=as_of)
    await control.apply(core, report, actor=SHELL)


async def lines(core: Core, *rows: str, as_of: date = TODAY) -> None:
    """Import the merchant's open invoices."""
    await books(core, "\n".join(("Invoice Number,Due Date,Balance,Currency", *rows, "")), as_of=as_of)


async def compared(core: Core) -> Parity:
    """Return the comparison."""
    found = await parity.latest(core, actor=SHELL)
    assert found is not None
    return found


async def kinds(core: Core) -> list[str]:
    """Return the verdicts on the timeline."""
    rows = await core.database.rows("SELECT kind FROM timeline_entry WHERE kind LIKE 'parity%%' ORDER BY id")
    return [row["kind"] for row in rows]


async def test_without_control_totals_there_is_nothing_to_compare(core: Core) -> None:
    assert await parity.latest(core, actor=SHELL) is None
    assert await parity.check(core) is None


async def test_equal_figures_agree(core: Core) -> None:
    await an_invoice(core, amount=Money(12_500, "EUR"), days_past_due=7)
    await books(core, "Currency,Current,1-30,31-60,61-90,91+,Total\nEUR,0,125.00,0,0,0,125.00\n")

    found = await compared(core)

    assert (found.agrees, found.is_old, found.age_days) == (True, False, 0)
    assert found.currencies[0].total.percent == Decimal(0)


@pytest.mark.parametrize(("theirs", "agrees"), [("1010.10", True), ("1010.11", False), ("990.10", True)])
async def test_one_percent_is_allowed_and_not_more(core: Core, theirs: str, agrees: bool) -> None:
    await an_invoice(core, amount=Money(100_000, "EUR"))
    await books(core, f"Currency,Total\nEUR,{theirs}\n")

    assert (await compared(core)).agrees is agrees


async def test_the_allowed_percentage_is_the_merchants(core: Core) -> None:
    await an_invoice(core, amount=Money(100_000, "EUR"))
    await books(core, "Currency,Total\nEUR,1100.00\n")
    lenient = Core(**{name: getattr(core, name) for name in core.__slots__} | {
        "limits": Limits(parity_percent=Decimal(10))})  # fmt: skip

    assert (await compared(lenient)).agrees


async def test_a_bucket_may_differ_though_the_totals_agree(core: Core) -> None:
    await an_invoice(core, amount=Money(12_500, "EUR"), days_past_due=7)
    await books(core, "Currency,Current,1-30,Total\nEUR,125.00,0,125.00\n")

    found = await compared(core)

    assert [figure.name for figure in found.differing] == ["current", "1-30"]
    assert [figure.percent for figure in found.differing] == [Decimal(100), Decimal(100)]
    assert [figure.difference for figure in found.differing] == [Money(-12_500, "EUR"), Money(12_500, "EUR")]


async def test_a_currency_on_one_side_only_differs(core: Core) -> None:
    await an_invoice(core, amount=Money(12_500, "EUR"))
    await books(core, "Currency,Total\nUSD,10.00\n")

    found = await compared(core)

    assert [(each.currency, each.agrees) for each in found.currencies] == [("EUR", False), ("USD", False)]


async def test_figures_of_another_day_are_told_to_be_old(core: Core) -> None:
    await books(core, "Currency,Total\nEUR,1.00\n", as_of=date(2026, 3, 1))

    found = await compared(core)

    assert (found.is_old, found.age_days) == (True, 9)


async def test_the_latest_day_is_compared_whenever_it_was_imported(core: Core, clock: StandingClock) -> None:
    await books(core, "Currency,Total\nEUR,2.00\n")
    clock.advance(hours=1)
    await books(core, "Currency,Total\nEUR,1.00\n", as_of=date(2026, 3, 1))

    assert (await compared(core)).as_of == TODAY


async def test_the_invoices_that_differ_are_named_the_largest_first(core: Core) -> None:
    acme = await an_account(core)
    for number, minor in (("INV-1", 10_000), ("INV-2", 5_000), ("INV-3", 700), ("INV-4", 100)):
        await an_invoice(core, number, account=acme, amount=Money(minor, "EUR"))
    await paid(core, await an_invoice(core, "INV-5", account=acme, amount=Money(30_000, "EUR")))
    await lines(core, "INV-1,2026-03-03,100.00,EUR", "inv-2,2026-03-03,60.00,EUR", "INV-4,2026-03-03,1.00,USD",
                "INV-5,2026-03-03,300.00,EUR", "INV-6,2026-03-03,2.00,EUR")  # fmt: skip

    found = await compared(core)

    assert [(each.number, each.what, each.state_here) for each in found.invoices] == [
        ("INV-5", "missing here", "settled"),
        ("INV-2", "other balance", ""),
        ("INV-3", "missing there", ""),
        ("INV-6", "missing here", ""),
        ("INV-4", "other currency", ""),
    ]
    assert found.invoices[1].difference == Money(-1_000, "EUR")
    assert found.invoices[0].told() == "INV-5: 300.00 EUR open in the books, settled here"


async def test_amounts_of_several_currencies_are_weighed_by_the_stated_rates(core: Core) -> None:
    acme = await an_account(core)
    await an_invoice(core, "INV-1", account=acme, amount=Money(90_000, "JPY"))
    await an_invoice(core, "INV-2", account=acme, amount=Money(100_000, "EUR"))
    rated = Core(**{name: getattr(core, name) for name in core.__slots__} | {
        "limits": Limits(rates={"JPY": Decimal("0.006")})})  # fmt: skip
    await lines(core, "INV-9,2026-03-03,600.00,EUR")

    found = await compared(rated)

    assert [each.number for each in found.invoices] == ["INV-2", "INV-9", "INV-1"]


async def test_a_list_has_a_limit_and_says_how_many_there_are(core: Core) -> None:
    await lines(core, *(f"INV-{n},2026-03-03,{n}.00,EUR" for n in range(1, 6)))

    found = await parity.latest(core, actor=SHELL, limit=2)

    assert found is not None
    assert ([each.number for each in found.invoices], found.invoices_differing) == (["INV-5", "INV-4"], 5)


async def test_the_csv_has_all_of_them_and_no_formula(core: Core) -> None:
    await lines(core, "=1+1,2026-03-03,3.00,EUR", "INV-2,2026-03-03,2.00,EUR")
    sink = io.BytesIO()

    count = await parity.write_csv(core, sink, actor=SHELL)

    rows = list(csv.DictReader(io.StringIO(sink.getvalue().decode("utf-8-sig"))))
    assert (count, [row["invoice"] for row in rows]) == (2, ["'=1+1", "INV-2"])
    assert (rows[1]["in the books"], rows[1]["here"], rows[1]["difference"]) == ("2.00", "", "-2.00")


async def test_books_that_take_credit_off_are_recognised(core: Core) -> None:
    invoice = await an_invoice(core, amount=Money(10_000, "EUR"))
    await core.database.execute(
        "INSERT INTO credit_note (id, number, number_key, account_id, currency, total_minor, open_minor, state,"
        " created_at)"
        " VALUES (gen_random_uuid(), 'CN-1', 'cn-1', %s, 'EUR', 2000, 2000, 'open', now())",
        (invoice.account_id,),
    )
    await books(core, "Currency,Total\nEUR,80.00\n")

    [euros] = (await compared(core)).currencies

    assert (euros.agrees, euros.taken_off, euros.credits_here) == (False, True, Money(2_000, "EUR"))


async def test_a_difference_is_told_once_and_its_end_noted(core: Core, clock: StandingClock) -> None:
    invoice = await an_invoice(core, amount=Money(12_500, "EUR"))
    await books(core, "Currency,Total\nEUR,1.00\n")

    await parity.check(core)
    await parity.check(core)
    await core.database.execute("UPDATE invoice SET open_minor = 100 WHERE id = %s", (invoice.id,))
    await parity.check(core)

    assert await kinds(core) == ["parity.failed", "parity.checked"]


async def test_figures_of_another_day_raise_no_alarm(core: Core) -> None:
    await an_invoice(core)
    await books(core, "Currency,Total\nEUR,1.00\n", as_of=date(2026, 3, 9))

    await parity.check(core)

    assert await kinds(core) == []


async def test_an_import_of_control_totals_calls_for_the_comparison(core: Core) -> None:
    await books(core, "Currency,Total\nEUR,1.00\n")

    rows = await core.database.rows("SELECT task_name FROM procrastinate_jobs")
    assert [row["task_name"] for row in rows] == ["check_parity"]


async def test_rejected_rows_are_told_since_the_totals_lack_them(core: Core) -> None:
    await books(core, "Currency,Total\nEUR,1.00\nXQX,5\n")

    assert (await compared(core)).rejected == 1


async def test_whoever_may_see_nothing_sees_no_comparison(core: Core) -> None:
    with pytest.raises(NotAllowed):
        await parity.latest(core, actor=Actor(ActorKind.PERSON, "Nobody", frozenset()))
