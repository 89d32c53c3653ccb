"""The simulated year: days pass in jumps, people act, two planners plan, three workers work and are killed.

Everything runs at once within a jump; the clock moves on when no living worker has anything left to do. Jobs that
were put off wait for simulated time: each move of the clock brings them nearer by as much.
"""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row

from domain.kernel.core import Core
from domain.outreach import planner
from plixo import migrations
from scheduler.clock import SlotClock
from tests.soak import acts, evidence, hands, operators, witness
from tests.soak.clock import Away, SharedClock
from tests.soak.cores import opened
from tests.soak.hands import Hand
from tests.soak.record import Record
from tests.soak.relay import Mood, Relay
from tests.soak.stage import Stage
from tests.soak.world import World

START = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)
"""A Monday; within six weeks the clocks of America, Europe and Australia are changed, and Easter comes."""

QUIET_DAYS = 12
"""At the end nobody acts and everything works, so that what is due must happen."""

LAST_MINUTES = 60
"""Within so many, whatever was put off is done; what is put off again and again is told as left."""

QUIET_HOURS = (4.0, 9.0)
"""How far the clock jumps then: never over the ten hours of a day in which mails may leave."""


@dataclass(frozen=True, slots=True)
class Size:
    """How large the world is and how long it lasts."""

    seed: int
    accounts: int = 60
    days: int = 40
    workers: int = 3
    planners: int = 2
    hours: tuple[float, float] = (2.0, 7.0)
    """How far the clock jumps."""
    acts_a_day: float = 10.0
    invoices_a_day: float = 4.0
    kills_a_day: float = 0.3
    cuts_a_day: float = 0.7
    outages_a_day: float = 0.5
    opening: float = 1.0
    """The share of customers with open invoices when it begins."""
    warm_up: int = 0
    minutes: float | None = None
    """After so many real minutes no further day begins; the quiet days and the checks come all the same."""


@dataclass
class Year:
    """One run."""

    size: Size
    address: str
    folder: Path
    told: Counter[str] = field(default_factory=Counter)
    stuck: list[str] = field(default_factory=list)
    trouble: float = 0.1
    """How often a job that talks to Stripe fails although Stripe is there."""
    tell: Callable[[str], object] | None = None
    """Told once a simulated week how far it is."""
    begun: float = field(default_factory=time.monotonic)

    async def play(self) -> Record:
        """Play the whole time and return what the checker needs."""
        self.chance = random.Random(self.size.seed)
        await migrations.migrate(self.address, first_mode="autopilot")
        await witness.install(self.address, at=START)
        self.clock = SharedClock(self.folder / "clock", at=START)
        self.relay = Relay(self.clock, self.size.seed)
        await self.relay.open()
        self.workers: list[Hand] = []
        there = opened(self.address, self.clock, pool=10, application="soak driver", warm_up=self.size.warm_up)
        try:
            async with there as core, await self._connected() as self.sql:
                return await self._played(core)
        finally:
            for worker in self.workers:
                worker.kill()
            await asyncio.gather(*(worker.ended() for worker in self.workers))
            await self.relay.close()

    async def _connected(self) -> psycopg.AsyncConnection[dict[str, Any]]:
        return await psycopg.AsyncConnection.connect(self.address, autocommit=True, row_factory=dict_row)

    async def _played(self, core: Core) -> Record:
        self.world = world = World.made(
            random.Random(self.size.seed + 1),
            accounts=self.size.accounts,
            invoices_a_day=self.size.invoices_a_day,
            opening=self.size.opening,
        )
        self.stage = Stage(core, world, self.relay, random.Random(self.size.seed + 2))
        self.crons = [SlotClock(core), SlotClock(core)]
        self.workers = [await self._hire() for _ in range(self.size.workers)]
        await acts.import_ledger(self.stage, first=True)
        for _ in range(2):  # proposed by one person, published by another
            self.told[str(await operators.policy(self.stage))] += 1
        end = START + timedelta(days=self.size.days)
        while self.clock.now() < end and not self._late:
            await self._jump(core, quiet=False)
        self.days = (self.clock.now() - START).days
        await self._calm_down()
        end = self.clock.now() + timedelta(days=QUIET_DAYS)
        while self.clock.now() < end:
            await self._jump(core, quiet=True)
        for _ in range(LAST_MINUTES):
            if not await hands.left(self.sql, self.workers):
                break
            await self._move(timedelta(minutes=1))  # what is put off for so long is waited for in no time
        return await evidence.gathered(self.address, self.relay, world, core, self.stuck, self.clock.now())

    @property
    def _late(self) -> bool:
        return self.size.minutes is not None and time.monotonic() - self.begun > 60 * self.size.minutes

    async def _jump(self, core: Core, *, quiet: bool) -> None:
        before = self.clock.now()
        hours = self.chance.uniform(*(QUIET_HOURS if quiet else self.size.hours))
        await self._move(timedelta(hours=hours))
        work: list[Any] = [planner.plan(core) for _ in range(self.size.planners)]
        work += [clock.tick_all() for clock in self.crons[: 1 + (self.chance.random() < 0.2)]]  # sometimes both at once
        if not quiet:
            if before.date() != self.clock.now().date():
                work.append(acts.import_ledger(self.stage))
            self._weather(hours)
            work.append(self._acts(hours))
            work.append(self._fate(hours))
        begun = time.monotonic()
        await asyncio.gather(*work)
        acted = time.monotonic()
        await hands.drained(self.sql, self.workers)
        self.told["milliseconds of acts"] += int(1000 * (acted - begun))
        self.told["milliseconds of work after them"] += int(1000 * (time.monotonic() - acted))
        self.told["jumps"] += 1
        if before.date() != self.clock.now().date():
            await self._look(core)
            if self.tell is not None and self.clock.now().weekday() == 0:
                seconds = time.monotonic() - self.begun
                self.tell(f"{self.clock.now():%Y-%m-%d}: {len(self.relay.taken):,} mails, {seconds:,.0f} s")

    async def _move(self, by: timedelta) -> None:
        now = self.clock.now() + by
        await hands.stand_still(self.sql, self.workers, self.clock)
        try:
            await self.sql.execute("UPDATE soak_clock SET at = %s", (now,))
            self.clock.set(now)
        finally:
            self.clock.moving = False
        await self.sql.execute(
            "UPDATE procrastinate_jobs SET scheduled_at = scheduled_at - %s WHERE status = 'todo'"
            " AND scheduled_at IS NOT NULL",
            (by,),
        )
        await self.sql.execute(
            "SELECT pg_notify(channel, json_build_object('type', 'job_inserted', 'job_id', 0)::text)"
            " FROM (SELECT 'procrastinate_any_queue_v1' AS channel UNION"
            " SELECT DISTINCT 'procrastinate_queue_v1#' || queue_name FROM procrastinate_jobs) each"
        )

    def _weather(self, hours: float) -> None:
        for one in Away:
            if one in self.clock.away:
                if self.chance.random() < 0.6:
                    self.clock.away &= ~one
            elif self.chance.random() < self.size.outages_a_day * hours / 24:
                self.clock.away |= one
                self.told[f"{str(one.name).capitalize()} away"] += 1
        if self.relay.mood is not Mood.WELL:
            if self.chance.random() < 0.6:
                self.relay.mood = Mood.WELL
        elif self.chance.random() < self.size.outages_a_day * hours / 24:
            self.relay.mood = self.chance.choice([each for each in Mood if each is not Mood.WELL])
            self.told[f"relay {self.relay.mood}"] += 1

    async def _acts(self, hours: float) -> None:
        for _ in range(round(self.chance.expovariate(24 / (self.size.acts_a_day * hours)))):
            self.told[await acts.play(self.stage, acts.ACTS)] += 1

    async def _fate(self, hours: float) -> None:
        await asyncio.sleep(self.chance.uniform(0.0, 0.1))
        if self.chance.random() < self.size.cuts_a_day * hours / 24:
            await self.sql.execute(
                "SELECT pg_terminate_backend(pid) FROM (SELECT pid FROM pg_stat_activity WHERE datname ="
                " current_database() AND application_name LIKE 'soak worker%' ORDER BY random() LIMIT 2) cut"
            )
            self.told["connections cut"] += 1
        if self.chance.random() < self.size.kills_a_day * hours / 24:
            worker = self.chance.choice([each for each in self.workers if not each.leaving])
            worker.leaving = True
            if self.chance.random() < 0.7:
                worker.kill()
                self.told["worker killed"] += 1
            else:
                worker.stop()
                self.told["worker stopped"] += 1
            hired = await self._hire()
            self.workers = [*(each for each in self.workers if each.alive), hired]

    async def _hire(self) -> Hand:
        self.told["workers hired"] += 1
        number = self.told["workers hired"]
        return await hands.hired(
            self.address,
            self.folder / "clock",
            self.folder / f"busy-{number}",
            self.folder / f"worker-{number}.log",
            port=self.relay.port,
            trouble=self.trouble,
            warm_up=self.size.warm_up,
        )

    async def _calm_down(self) -> None:
        self.relay.mood, self.clock.away, self.trouble = Mood.WELL, Away.NOBODY, 0.0
        old = self.workers
        for worker in old:
            worker.stop()
        await asyncio.gather(*(worker.ended() for worker in old))
        self.workers = [await self._hire() for _ in range(self.size.workers)]
        await hands.rescued(self.sql, self.workers)

    async def _look(self, core: Core) -> None:
        """Note what waits longer than it should and does not say why, with nothing under way.

        The job of a worker that was killed is another's after a quarter of a real minute, in which days pass here. Were
        it the one that releases mails, all of them would seem forgotten; so whoever is found is looked at once more
        when no dead worker holds anything.
        """
        found = await self._forgotten(core)
        if found:
            await hands.rescued(self.sql, self.workers)
            found = await self._forgotten(core)
        self.stuck += found

    async def _forgotten(self, core: Core) -> list[str]:
        await planner.plan(core)
        now = self.clock.now()
        rows = await (await self.sql.execute(_STUCK, {"now": now, "late": now - _LATE})).fetchall()
        return [f"{row['what']} {row['id']} waits without a reason at {now:%Y-%m-%d %H:%M}" for row in rows]


_LATE = timedelta(days=2)

_STUCK = """
    SELECT 'enrolment' AS what, e.id FROM enrolment e
    JOIN invoice i ON i.id = e.invoice_id AND i.state = 'open' JOIN account a ON a.id = i.account_id
    WHERE e.state = 'running' AND e.next_action_at < %(late)s AND e.held = '' AND a.state = 'active'
      AND NOT EXISTS (SELECT FROM mailing_item t JOIN mailing m ON m.id = t.mailing_id WHERE t.enrolment_id = e.id
                      AND t.state = 'included' AND m.state IN ('drafted', 'queued', 'sending'))
    UNION ALL
    SELECT 'mailing (' || m.waits || ': ' || m.waits_reason || ')', m.id FROM mailing m
    WHERE m.state = 'queued' AND coalesce(m.not_before, m.queued_at) < %(late)s
      AND NOT EXISTS (SELECT FROM procrastinate_jobs j WHERE j.task_name = 'send_mailing'
                      AND j.args->>'mailing_id' = m.id::text AND j.status IN ('todo', 'doing'))
"""
