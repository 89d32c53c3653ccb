"""Charts: the finding stands first in the words, the figures agree with the ledger, and the picture is drawn."""

import io
from datetime import date, timedelta
from pathlib import Path

import pytest

from domain.kernel.actor import SHELL, Actor, ActorKind
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.kernel.refusals import NotAllowed
from domain.ledger import ageing_before, collected
from domain.ledger.collected import Collected
from domain.operations.charts import ageing_chart, collected_chart, drawing
from tests.bot.import_views_made import a_collection, an_ageing
from tests.builders import an_invoice, paid
from tests.clocks import StandingClock

PNG = b"\x89PNG\r\n\x1a\n"


def test_the_words_of_an_ageing_begin_with_what_is_oldest_and_how_it_moved() -> None:
    target = io.BytesIO()

    described = ageing_chart.draw(an_ageing(), target)

    assert described.startswith("Over 90 days: 41,200.00 EUR, up 12 % since 3 Mar 2026; past due 51,200.00 EUR of")
    assert target.getvalue().startswith(PNG)


def test_the_words_of_collected_cash_begin_with_the_last_whole_week(tmp_path: Path) -> None:
    described = collected_chart.draw(a_collection(), tmp_path / "cash.svg")

    assert described.startswith("Last week: 1,250.00 EUR collected, up 25 % on the week before; 2,200.00 EUR since")
    assert "<svg" in (tmp_path / "cash.svg").read_text(encoding="utf-8")


def test_a_week_without_cash_is_a_chart_without_bars() -> None:
    nothing = Collected(date(2026, 3, 10), (date(2026, 3, 9),), ())

    assert collected_chart.draw(nothing, io.BytesIO()).startswith("Nothing was collected")


@pytest.mark.parametrize(
    ("minor", "shown"), [(99, "1"), (123_456, "1.2k"), (-4_120_000, "-41.2k"), (123_456_789_00, "123.5m")]
)
def test_sums_beside_bars_are_short(minor: int, shown: str) -> None:
    assert drawing.short(Money(minor, "EUR")) == shown


async def test_what_was_paid_since_was_open_a_week_ago(core: Core, clock: StandingClock) -> None:
    first = await an_invoice(core, "INV-1", days_past_due=100)
    await an_invoice(core, "INV-2", days_past_due=20)
    clock.advance(days=10)
    await paid(core, first)

    found = await ageing_before.compared(core, actor=SHELL)

    now = {bucket.name: bucket.amount.minor for bucket in found.now.currencies[0].buckets if bucket.amount}
    assert now == {"1-30": 12500}
    assert found.before == {("EUR", "91+"): 12500, ("EUR", "1-30"): 12500}
    assert found.earlier_total("EUR") == Money(25000, "EUR")


async def test_cash_is_counted_in_the_week_in_which_it_came(core: Core, clock: StandingClock) -> None:
    invoice = await an_invoice(core)
    await paid(core, invoice)
    clock.advance(days=7)

    found = await collected.by_week(core, actor=SHELL, weeks=3)

    assert found.of("EUR") == (Money(0, "EUR"), Money(12500, "EUR"), Money(0, "EUR"))
    assert found.mondays[-1] == clock.now().date() - timedelta(days=clock.now().weekday())


async def test_nobody_without_a_right_sees_figures(core: Core) -> None:
    nobody = Actor(ActorKind.PERSON, "Nobody", frozenset())

    with pytest.raises(NotAllowed):
        await ageing_before.compared(core, actor=nobody)
    with pytest.raises(NotAllowed):
        await collected.by_week(core, actor=nobody)
