"""The witness: nothing that is imported, changed or removed escapes it, and it tells when something did."""

from collections.abc import AsyncIterator

import pytest

from domain.kernel.core import Core
from plixo import migrations
from tests import databases
from tests.clocks import StandingClock
from tests.domain.ledger.csv_import.files import ONE, imported
from tests.soak import witness
from tests.soak.cores import opened


@pytest.fixture
async def watched() -> AsyncIterator[tuple[Core, str]]:
    """A core on a database with a witness."""
    clock = StandingClock()
    async with databases.of_its_own() as address:
        await migrations.migrate(address)
        await witness.install(address, at=clock.now())
        async with opened(address, clock, pool=4, application="soak witness") as core:
            yield core, address


async def test_invoices_are_seen_although_an_import_lets_the_servers_triggers_rest(watched: tuple[Core, str]) -> None:
    core, address = watched

    await imported(core, ONE)

    seen = (await witness.history(address)).latest("invoice")
    assert [(each["number"], each["state"], each["open_minor"]) for each in seen] == [("INV-1", "open", 12_500)]


async def test_every_row_is_as_the_witness_saw_it_last(watched: tuple[Core, str]) -> None:
    core, address = watched
    await imported(core, ONE)
    await imported(core, ONE.replace("125.00", "130.00"))
    await core.database.execute("DELETE FROM segment")

    assert await witness.unseen(address) == []


@pytest.mark.parametrize(
    "behind", ["UPDATE invoice SET open_minor = 1", "DELETE FROM invoice", "UPDATE account SET state = 'excluded'"]
)
async def test_what_changes_behind_its_back_is_told(watched: tuple[Core, str], behind: str) -> None:
    core, address = watched
    await imported(core, ONE)

    async with core.transaction() as tx:
        await tx.execute("ALTER TABLE invoice DISABLE TRIGGER USER")
        await tx.execute("ALTER TABLE account DISABLE TRIGGER USER")
        await tx.execute(behind)

    assert len(await witness.unseen(address)) == 1
