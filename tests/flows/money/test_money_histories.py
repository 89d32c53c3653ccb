"""Any history of money: no cent appears or disappears, and no invoice is paid and open at once.

Invoices, links, pages at Stripe, webhooks, refunds, disputes, files, bank lines and people take turns in any order,
with crashes between their steps; then everything comes to rest, and the ledger holds what Stripe and the bank moved.

``PLIXO_HISTORIES`` says how many histories are played; a failing one is printed as the script of its steps, with the
line that plays it again.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from domain.kernel.core import Core
from domain.kernel.jobs import Jobs, TryLater
from domain.kernel.ports import GatewayUnavailable
from domain.kernel.refusals import Refusal
from plixo import database, wiring
from sandbox.stripe_errors import StripeRefusal
from sandbox.stripe_payments import NotPossibleNow
from tests.clocks import StandingClock
from tests.conftest import _EMPTY, KEYS, MERCHANT
from tests.flows.money import checks, people
from tests.flows.money.fate import Crash, Fate, Moment, MortalDatabase
from tests.flows.money.world import World, a_world, owes

HISTORIES = int(os.environ.get("PLIXO_HISTORIES", "30"))

STEPS = 35

HARMLESS = (Refusal, TryLater, Crash, GatewayUnavailable, NotPossibleNow, StripeRefusal)
"""Declined, put off, or cut short: nothing may have been lost by it."""

WHICH = st.integers(0, 3)
CENTS = st.integers(1, 12_000)


class Theatre:
    """One loop and one database for all histories, and an empty world for each."""

    def __init__(self, address: str, folder: Path) -> None:
        self._address, self._folder, self._numbers = address, folder, count(1)
        self._runner, self._house = asyncio.Runner(), AsyncExitStack()
        self._jobs = Jobs(address, wiring.JOBS)

    @contextmanager
    def opened(self) -> Iterator["Theatre"]:
        """Connect, and disconnect in the end."""
        try:
            self.run(self._house.enter_async_context(database.opened(self._address, pool=8)))
            self.run(self._jobs.open())
            self._house.push_async_callback(self._jobs.close)
            yield self
        finally:
            self.run(self._house.aclose())
            self._runner.close()

    def run(self, work: Awaitable[object]) -> None:
        """Do the work to its end."""

        async def done() -> None:
            await work

        self._runner.run(done())

    def begin(self) -> tuple[World, AsyncExitStack]:
        """Return an empty world, and what takes it down."""
        stack, made = AsyncExitStack(), list[World]()

        async def put_up() -> None:
            core = self._core(StandingClock(), Fate())
            await core.database.execute(_EMPTY)
            made.append(await stack.enter_async_context(a_world(self._core, self._folder / str(next(self._numbers)))))

        self.run(put_up())
        return made[0], stack

    def _core(self, clock: StandingClock, fate: Fate) -> Core:
        return Core(clock, MortalDatabase(fate), self._jobs, KEYS, MERCHANT, wiring.NOTICES)


class Histories(RuleBasedStateMachine):
    """The steps, each of which may be taken at any time."""

    theatre: ClassVar[Theatre]

    def __init__(self) -> None:
        super().__init__()
        self.world, self._stack = self.theatre.begin()
        self._rested = False

    def play(self, step: Awaitable[object] | Callable[[], object]) -> None:
        """Take a step, to its end or to where it is declined or cut short."""

        async def taken() -> None:
            with suppress(*HARMLESS):
                found = step() if callable(step) else step
                if isinstance(found, Awaitable):
                    await found
            self.world.happened()

        self.theatre.run(taken())

    @initialize(totals=st.lists(CENTS.filter(lambda minor: minor >= 200), min_size=1, max_size=3))
    def bill(self, totals: list[int]) -> None:
        for total in totals:
            self.theatre.run(owes(self.world, total))

    # The payer, the banks and Stripe --------------------------------------------------------------

    @rule(which=WHICH, part=st.none() | CENTS)
    def press_pay(self, which: int, part: int | None) -> None:
        self.play(self.world.press_pay(which, part))

    @precondition(lambda self: self.world.pages)
    @rule(which=WHICH)
    def pay_by_card(self, which: int) -> None:
        self.play(lambda: self.world.stripe.pay_by_card(self.world.page(which)))

    @precondition(lambda self: self.world.pages)
    @rule(which=WHICH)
    def decline_card(self, which: int) -> None:
        self.play(lambda: self.world.stripe.decline(self.world.page(which)))

    @precondition(lambda self: self.world.pages)
    @rule(which=WHICH, last4=st.sampled_from(["6789", "2227", "5559"]))
    def pay_by_bank(self, which: int, last4: str) -> None:
        self.play(lambda: self.world.stripe.pay_by_bank(self.world.page(which), last4=last4))

    @precondition(lambda self: self.world.pages)
    @rule(which=WHICH, how=st.sampled_from(["settle", "fail", "cancel", "late_return", "expire", "dispute"]))
    def at_the_bank(self, which: int, how: str) -> None:
        self.play(lambda: getattr(self.world.stripe, how)(self.world.page(which)))

    @precondition(lambda self: self.world.pages)
    @rule(which=WHICH, minor=st.none() | CENTS)
    def refund(self, which: int, minor: int | None) -> None:
        self.play(lambda: self.world.stripe.refund(self.world.page(which), amount=minor))

    @precondition(lambda self: self.world.refunds())
    @rule(succeeded=st.booleans())
    def finish_refund(self, succeeded: bool) -> None:
        self.play(lambda: self.world.stripe.finish_refund(self.world.refunds()[0]["id"], succeeded=succeeded))

    @precondition(lambda self: self.world.disputes())
    @rule(won=st.booleans())
    def close_dispute(self, won: bool) -> None:
        self.play(lambda: self.world.stripe.close_dispute(self.world.disputes()[0]["id"], won=won))

    @rule(minor=CENTS)
    def pay_elsewhere(self, minor: int) -> None:
        self.play(lambda: self.world.stripe.pay_elsewhere(amount=minor))

    # Webhooks, jobs, time and misfortune ----------------------------------------------------------

    @precondition(lambda self: self.world.undelivered)
    @rule(which=st.integers(-1, 3))
    def deliver(self, which: int) -> None:
        self.play(self.world.deliver(which))

    @precondition(lambda self: self.world.delivered)
    @rule(which=WHICH)
    def redeliver(self, which: int) -> None:
        self.play(self.world.redeliver(which))

    @precondition(lambda self: self.world.undelivered)
    @rule(which=WHICH)
    def drop(self, which: int) -> None:
        self.play(lambda: self.world.drop(which))

    @rule(which=WHICH, twice=st.booleans())
    def work_a_job(self, which: int, twice: bool) -> None:
        self.play(self.world.work(which, twice=twice))

    @rule()
    def work_all_jobs(self) -> None:
        self.play(self.world.work_all())

    @rule(name=st.sampled_from(["check_checkouts", "compare_movements"]))
    def reconcile(self, name: str) -> None:
        self.play(self.world.cron(name))

    @rule(time=st.sampled_from([{"minutes": 6}, {"minutes": 20}, {"hours": 2}, {"days": 1}, {"days": 4}]))
    def wait(self, time: dict[str, int]) -> None:
        self.play(self.world.passing(**time))

    @rule(moment=st.sampled_from(Moment), after=st.integers(0, 3))
    def misfortune(self, moment: Moment, after: int) -> None:
        self.world.fate.plan(moment, after=after)

    # People, files and the bank -------------------------------------------------------------------

    @rule(which=WHICH)
    def regenerate_link(self, which: int) -> None:
        self.play(people.regenerate(self.world, which))

    @rule(which=WHICH, percent=st.integers(0, 100))
    def import_ledger(self, which: int, percent: int) -> None:
        self.play(people.ledger_file(self.world, which, percent))

    @rule(which=WHICH, minor=st.just(0) | CENTS)
    def import_bank(self, which: int, minor: int) -> None:
        if minor or self.world.bank_lines:
            self.play(people.bank_file(self.world, which, minor))

    @rule()
    def match_bank(self) -> None:
        self.play(people.match_bank(self.world))

    @rule(which=WHICH)
    def decide_bank_line(self, which: int) -> None:
        self.play(people.decide_bank_line(self.world, which))

    @rule(which=WHICH, minor=st.just(0) | CENTS)
    def place(self, which: int, minor: int) -> None:
        self.play(people.place(self.world, which, minor))

    @rule(which=WHICH)
    def take_back(self, which: int) -> None:
        self.play(people.take_back(self.world, which))

    @rule(which=WHICH, minor=CENTS)
    def credit(self, which: int, minor: int) -> None:
        self.play(people.credit(self.world, which, minor))

    @rule(which=WHICH, what=st.sampled_from([people.write_off, people.collect_again, people.void]))
    def give_up(self, which: int, what: Callable[[World, int], Awaitable[None]]) -> None:
        self.play(what(self.world, which))

    @rule(which=st.none() | WHICH)
    def decide_stray(self, which: int | None) -> None:
        self.play(people.dismiss_stray(self.world) if which is None else people.book_stray(self.world, which))

    # What holds -----------------------------------------------------------------------------------

    @invariant()
    def nothing_is_wrong(self) -> None:
        self.theatre.run(checks.after_each_step(self.world))

    def teardown(self) -> None:
        """Let everything come to rest, then let what was late arrive after all."""
        try:
            self.theatre.run(self._at_rest())
        finally:
            self.theatre.run(self._stack.aclose())

    async def _at_rest(self) -> None:
        await self.world.settle()
        await checks.at_rest(self.world)
        self.world.happened()
        for _ in range(len(self.world.undelivered)):
            await self.world.deliver(-1)
        await self.world.work_all()
        await checks.at_rest(self.world)


@pytest.mark.timeout(600 + HISTORIES * 20)
def test_no_cent_appears_or_disappears_and_no_invoice_is_paid_and_open(database_address: str, tmp_path: Path) -> None:
    with Theatre(database_address, tmp_path).opened() as theatre:

        class Played(Histories):
            pass

        Played.theatre = theatre
        run_state_machine_as_test(
            Played,
            settings=settings(
                max_examples=HISTORIES,
                stateful_step_count=STEPS,
                deadline=None,
                print_blob=True,
                suppress_health_check=list(HealthCheck),
            ),
        )
