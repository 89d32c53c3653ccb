"""Any history of money: no cent appears or disappears, and no invoice is paid and open at once.

Invoices, links, pages at Stripe, webhooks, refunds, disputes, files, bank lines and people take turns in any order,
with crashes between their steps; then everything comes to rest, and the ledger holds what Stripe and the bank moved.

``PLIXO_HISTORIES`` says how many histories are played; a failing one is printed as the script of its steps, with the
line that plays it again.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager, suppress
from functools import partial
from itertools import count
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
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
from tests.conftest import KEYS, MERCHANT
from tests.flows.money import checks, people
from tests.flows.money.fate import Crash, Fate, Moment, MortalDatabase
from tests.flows.money.world import World, a_world, owes

HISTORIES = int(os.environ.get("PLIXO_HISTORIES", "30"))
"""About a second each, where nothing else runs."""

STEPS = 30

_EMPTIED = """
DO $$ DECLARE name text; BEGIN
    SET LOCAL session_replication_role = replica;
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public'
        AND tablename NOT IN ('schema_migration', 'policy', 'segment', 'cadence', 'cadence_step', 'timeline_entry') LOOP
        EXECUTE format('DELETE FROM %I', name);
    END LOOP;
    TRUNCATE timeline_entry;
END $$;
"""
"""Quicker than TRUNCATE where there are few rows in many tables."""

HARMLESS = (Refusal, TryLater, Crash, GatewayUnavailable, NotPossibleNow, StripeRefusal)
"""Declined, put off, or cut short: nothing may have been lost by it."""

Deed = Callable[[World, int], Awaitable[None]]

WHICH = st.integers(0, 3)
CENTS = st.integers(1, 12_000)


def chosen(of: Sequence[str], which: int) -> str:
    """Choose one; there is one when the step is possible."""
    return of[which % len(of)]


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
            await core.database.execute(_EMPTIED)
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

    def play(self, step: Awaitable[object]) -> None:
        """Take a step of the product, to its end or to where it is declined or cut short; nothing is wrong then."""

        async def taken() -> None:
            with suppress(*HARMLESS):
                await step
            self.world.happened()
            await checks.after_each_step(self.world)

        self.theatre.run(taken())

    def outside(self, step: Callable[[], object]) -> None:
        """Take a step outside of the product, which hears nothing of it yet."""

        async def taken() -> None:
            with suppress(*HARMLESS):
                step()
            self.world.happened()

        self.theatre.run(taken())

    @initialize(
        totals=st.lists(st.integers(200, 12_000), min_size=1, max_size=3), visited=st.sampled_from([True, True, False])
    )
    def bill(self, totals: list[int], visited: bool) -> None:
        for which, total in enumerate(totals):
            self.theatre.run(owes(self.world, total))
            if visited:
                self.play(self.world.press_pay(which, None))

    # The payer, the banks and Stripe --------------------------------------------------------------

    @rule(which=WHICH, part=st.none() | CENTS)
    def press_pay(self, which: int, part: int | None) -> None:
        self.play(self.world.press_pay(which, part))

    @rule(which=WHICH, part=st.none() | CENTS, how=st.sampled_from(["pay_by_card", "pay_by_card", "pay_by_bank"]))
    def pay_at_once(self, which: int, part: int | None, how: str) -> None:
        before = set(self.world.open_pages())
        self.play(self.world.press_pay(which, part))
        for page in set(self.world.open_pages()) - before:
            self.outside(partial(getattr(self.world.stripe, how), page))

    @precondition(lambda self: self.world.open_pages())
    @rule(which=WHICH)
    def pay_by_card(self, which: int) -> None:
        self.outside(lambda: self.world.stripe.pay_by_card(chosen(self.world.open_pages(), which)))

    @precondition(lambda self: self.world.open_pages())
    @rule(which=WHICH, last4=st.sampled_from(["6789", "2227", "5559"]))
    def pay_by_bank(self, which: int, last4: str) -> None:
        self.outside(lambda: self.world.stripe.pay_by_bank(chosen(self.world.open_pages(), which), last4=last4))

    @precondition(lambda self: self.world.open_pages())
    @rule(which=WHICH, how=st.sampled_from(["decline", "expire"]))
    def leave_the_page(self, which: int, how: str) -> None:
        self.outside(lambda: getattr(self.world.stripe, how)(chosen(self.world.open_pages(), which)))

    @precondition(lambda self: self.world.debits())
    @rule(which=WHICH, how=st.sampled_from(["settle", "settle", "fail", "cancel"]))
    def answer_debit(self, which: int, how: str) -> None:
        self.outside(lambda: getattr(self.world.stripe, how)(chosen(self.world.debits(), which)))

    @precondition(lambda self: self.world.paid_pages())
    @rule(which=WHICH, minor=st.none() | CENTS)
    def refund(self, which: int, minor: int | None) -> None:
        self.outside(lambda: self.world.stripe.refund(chosen(self.world.paid_pages(), which), amount=minor))

    @precondition(lambda self: self.world.paid_pages())
    @rule(which=WHICH, how=st.sampled_from(["dispute", "late_return"]))
    def dispute(self, which: int, how: str) -> None:
        self.outside(lambda: getattr(self.world.stripe, how)(chosen(self.world.paid_pages(), which)))

    @precondition(lambda self: self.world.refunds() or self.world.disputes())
    @rule(well=st.booleans())
    def decide_what_went_back(self, well: bool) -> None:
        if refunds := self.world.refunds():
            self.outside(lambda: self.world.stripe.finish_refund(refunds[0]["id"], succeeded=well))
        elif disputes := self.world.disputes():
            self.outside(lambda: self.world.stripe.close_dispute(disputes[0]["id"], won=well))

    @rule(minor=CENTS)
    def pay_elsewhere(self, minor: int) -> None:
        self.outside(lambda: self.world.stripe.pay_elsewhere(amount=minor))

    # Webhooks, jobs, time and misfortune ----------------------------------------------------------

    @precondition(lambda self: self.world.undelivered)
    @rule(newest_first=st.booleans(), twice=st.booleans())
    def deliver_all(self, newest_first: bool, twice: bool) -> None:
        for _ in range(len(self.world.undelivered)):
            self.play(self.world.deliver(-1 if newest_first else 0))
            if twice and self.world.delivered:
                self.play(self.world.redeliver(0))

    @precondition(lambda self: self.world.undelivered)
    @rule(which=WHICH, how=st.sampled_from(["deliver", "deliver", "drop"]))
    def one_event(self, which: int, how: str) -> None:
        self.play(self.world.deliver(which)) if how == "deliver" else self.outside(lambda: self.world.drop(which))

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

    @rule(which=WHICH, percent=st.integers(0, 100))
    def import_ledger(self, which: int, percent: int) -> None:
        self.play(people.ledger_file(self.world, which, percent))

    @rule(which=WHICH, minor=st.none() | CENTS)
    def import_bank(self, which: int, minor: int | None) -> None:
        if minor or self.world.bank_lines:
            self.play(people.bank_file(self.world, which, minor or 0))

    @rule(which=WHICH, what=st.sampled_from([people.match_bank, people.decide_bank_line, people.decide_stray]))
    def decide(self, which: int, what: Deed) -> None:
        self.play(what(self.world, which))

    @rule(which=WHICH, minor=st.just(0) | CENTS, what=st.sampled_from([people.place, people.credit]))
    def give(self, which: int, minor: int, what: Callable[[World, int, int], Awaitable[None]]) -> None:
        self.play(what(self.world, which, minor))

    @rule(
        which=WHICH,
        what=st.sampled_from(
            [people.regenerate, people.take_back, people.write_off, people.collect_again, people.void]
        ),
    )
    def change_course(self, which: int, what: Deed) -> None:
        self.play(what(self.world, which))

    # What holds -----------------------------------------------------------------------------------

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


def played_in(theatre: Theatre) -> type[Histories]:
    """Return the state machine in that theatre."""

    class Played(Histories):
        pass

    Played.theatre = theatre
    return Played


@pytest.mark.timeout(600 + HISTORIES * 20)
def test_no_cent_appears_or_disappears_and_no_invoice_is_paid_and_open(database_address: str, tmp_path: Path) -> None:
    with Theatre(database_address, tmp_path).opened() as theatre:
        run_state_machine_as_test(
            played_in(theatre),
            settings=settings(
                max_examples=HISTORIES,
                stateful_step_count=STEPS,
                deadline=None,
                print_blob=True,
                suppress_health_check=list(HealthCheck),
            ),
        )


@pytest.mark.parametrize(
    ("moment", "after"),
    [(Moment.BEFORE_COMMIT, 0), (Moment.AFTER_COMMIT, 0), (Moment.UNHEARD, 1), (Moment.AFTER_CALL, 2)],
)
def test_money_that_comes_after_a_comparison_was_cut_short_is_found_by_the_next_whole_one(
    database_address: str, tmp_path: Path, moment: Moment, after: int
) -> None:
    """The comparison that follows only does what was left undone: its lists may have been read to their end before."""
    with Theatre(database_address, tmp_path).opened() as theatre:
        history = played_in(theatre)()
        history.bill(totals=[200], visited=True)
        history.pay_at_once(how="pay_by_card", part=None, which=0)

        history.misfortune(after=after, moment=moment)
        history.reconcile(name="compare_movements")
        history.pay_elsewhere(minor=1)

        history.teardown()
