"""A fortnight of the simulated year, in two minutes; `make soak` plays it before all of the year."""

import asyncio
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from plixo import database
from tests.soak import checker
from tests.soak.__main__ import seed
from tests.soak.year import Size, Year

USUAL = 77
"""The world that is played, unless `PLIXO_SOAK_SEED` names another; `make soak` draws a new one."""


@pytest.mark.soak
@pytest.mark.timeout(1500)
async def test_a_fortnight_leaves_nothing_wrong_nothing_lost_and_nothing_unexplained(tmp_path: Path) -> None:
    size = Size(seed=seed(USUAL), accounts=30, days=14, hours=(2.0, 9.0))
    sys.stdout.write(f"PLIXO_SOAK_SEED={size.seed}\n")
    with TemporaryDirectory(prefix="plixo-soak-") as folder:  # a server of its own: it needs most of the connections
        address = await asyncio.to_thread(database.embedded, Path(folder) / "postgres")
        year = Year(size, address, tmp_path)

        record = await year.play()

    assert checker.violations(record) == {}, f"PLIXO_SOAK_SEED={size.seed}: {dict(year.told)}"
    assert sum(each.asks for each in record.sends) > size.accounts, "a year without mails proves nothing"
