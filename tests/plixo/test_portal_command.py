"""`plixo portal`: the funnel on the screen, as CSV and as a chart with its words."""

import csv
import io
import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from domain.kernel.core import Core
from domain.operations.charts import funnel_chart
from domain.operations.funnel import Counts, Funnel, Row
from tests.domain.operations.test_funnel import entered, mailed, opened
from tests.plixo.test_cli import Shell


@pytest.fixture
def plixo(tmp_path: Path, empty_database: str) -> Shell:
    """Return the shell on an empty database."""
    return Shell(tmp_path, empty_database)


FUNNEL = Funnel(
    date(2026, 1, 26),
    date(2026, 3, 20),
    tuple(
        Row(date(2026, 1, 26) + timedelta(weeks=week), segment, Counts(400 - 30 * week, 300, 180, 120, 60 + 9 * week))
        for week in range(8)
        for segment in ("large", "small")
    ),
)


async def test_the_screen_tells_stages_and_where_people_gave_up(plixo: Shell, core: Core) -> None:
    await mailed(core, "INV-1", segment="large")
    link = await mailed(core, "INV-2", segment="large")
    await opened(core, link)
    await entered(core, link)

    told = await plixo("portal", "--weeks", "104")
    as_json = await plixo("portal", "--weeks", "104", "--json")
    as_csv = await plixo("portal", "--weeks", "104", "--csv")

    assert "large" in told.out
    assert "most were lost between entered and started (1)" in told.out
    assert json.loads(as_json.out)["rows"][0]["counts"]["sent"] == 2
    rows = list(csv.DictReader(io.StringIO(as_csv.out)))
    assert (rows[0]["segment"], rows[0]["opened"], rows[0]["entered"]) == ("large", "1", "1")


async def test_without_links_it_says_so(plixo: Shell) -> None:
    assert "no links were mailed" in (await plixo("portal")).out


@pytest.mark.parametrize("ending", ["png", "svg"])
def test_the_chart_says_in_words_what_it_shows(tmp_path: Path, ending: str) -> None:
    file = tmp_path / f"funnel.{ending}"

    described = funnel_chart.draw(FUNNEL, file)

    assert described == funnel_chart.alt_text(FUNNEL)
    assert "opened" in described
    assert file.stat().st_size > 5_000
    assert ending == "png" or described.partition(":")[0] in file.read_text()


def test_a_chart_of_nothing_is_a_chart(tmp_path: Path) -> None:
    empty = Funnel(date(2026, 3, 2), date(2026, 3, 20), ())

    assert "0 sent" in funnel_chart.draw(empty, tmp_path / "none.png")


async def test_a_file_of_another_kind_is_refused(plixo: Shell, tmp_path: Path) -> None:
    answer = await plixo("portal", "--chart", str(tmp_path / "chart.doc"))

    assert answer.code == 2
    assert ".png or .svg" in answer.err
