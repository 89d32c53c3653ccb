"""Kill −9 of a worker between the steps of booking money: another worker finishes, and the money is booked once."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from domain.cash_application.models import BankLine
from domain.kernel.core import Core
from domain.ledger import audit
from domain.ledger.models import Invoice, Payment
from domain.pay_links.models import Checkout
from plixo import wiring
from tests.builders import an_invoice
from tests.clocks import StandingClock
from tests.domain.cash_application.lines import a_bank_line
from tests.flows.money.fate import Moment
from tests.portal.scenes import Scene, a_scene

KILLED = -signal.SIGKILL
"""What a process returns that was killed."""


@pytest_asyncio.fixture
async def scene(core: Core, tmp_path: Path, clock: StandingClock) -> AsyncIterator[Scene]:
    async with a_scene(core, tmp_path, clock) as scene:
        yield scene


async def killed(scene: Scene, address: str, moment: Moment, *, after: int = 0) -> None:
    """Let a worker begin and die at that moment; then let its jobs be found, as a rescuer does after a while."""
    base = f"{scene.stripe.world.books.origin()}/stripe"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.faults.mortal_worker", address, base, moment.value, str(after)
    )
    assert await process.wait() == KILLED, "the worker dies at the chosen moment"
    await scene.core.database.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour'")
    await scene.core.jobs.rescue_stalled()
    await scene.core.database.execute("UPDATE procrastinate_jobs SET scheduled_at = NULL WHERE status = 'todo'")


@pytest.mark.fault
@pytest.mark.parametrize(
    ("moment", "after"),
    [
        (Moment.BEFORE_CALL, 0),
        (Moment.AFTER_CALL, 1),
        (Moment.BEFORE_COMMIT, 0),
        (Moment.AFTER_COMMIT, 0),
    ],
    ids=["stored, not worked", "answered, not recorded", "booked, not committed", "committed, not ticked"],
)
async def test_a_payment_whose_worker_was_killed_is_booked_once(
    scene: Scene, empty_database: str, moment: Moment, after: int
) -> None:
    scene.stripe.world.pay_by_card(await scene.paying())
    await scene.stripe.world.webhooks.settled()

    await killed(scene, empty_database, moment, after=after)
    await scene.worked()

    assert [each.kind for each in await Payment.all()] == ["payment"]
    assert (await scene.invoice()).state == "settled"
    assert (await Checkout.get()).state == "paid"
    assert (await audit.run(scene.core)).differing == 0


@pytest.mark.fault
@pytest.mark.parametrize("moment", [Moment.BEFORE_COMMIT, Moment.AFTER_COMMIT], ids=["uncommitted", "committed"])
async def test_a_bank_line_whose_worker_was_killed_is_posted_once(
    scene: Scene, empty_database: str, moment: Moment
) -> None:
    invoice = await an_invoice(scene.core, "INV-77")
    await a_bank_line(scene.core, "INV-77", payer=f"Customer of {invoice.number}")
    async with scene.core.transaction() as tx:
        await scene.core.jobs.defer(tx, "apply_cash")
    scene.core.jobs.bind({"apply_cash": wiring.domain_functions(scene.core)["apply_cash"]})

    await killed(scene, empty_database, moment)
    await scene.worked()

    assert (await BankLine.get()).state == "posted"
    assert await Payment.all().count() == 1
    assert (await Invoice.get(number="INV-77")).state == "settled"
    assert (await audit.run(scene.core)).differing == 0
