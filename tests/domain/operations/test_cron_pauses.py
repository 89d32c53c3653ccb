"""Cron pauses: for every scheduler, with an end of their own, and with what was missed."""

import asyncio
from datetime import timedelta
from typing import cast

import pytest

from domain.kernel import timeline
from domain.kernel.actor import SHELL, Actor, ActorKind, Permission
from domain.kernel.core import Core
from domain.kernel.refusals import NotAllowed
from domain.operations import cron_dangers, cron_lists, cron_pauses, crons
from domain.operations.cron_events import CronResumed
from domain.operations.cron_lists import Standing
from domain.operations.refusals import CronUnknown, PauseRefused
from scheduler.clock import SlotClock
from tests.clocks import StandingClock

NAME = "plan-reminders"


async def _pause(core: Core, *, hours: int = 4, name: str = NAME, reason: str = "the books are wrong") -> None:
    until = core.clock.now() + timedelta(hours=hours)
    await cron_pauses.pause(core, name=name, until=until, reason=reason, actor=SHELL)


async def _runs(core: Core, name: str = NAME) -> int:
    row = await core.database.row("SELECT count(*) AS n FROM cron_run WHERE cron = %s", (name,))
    return int(row["n"]) if row else 0


async def _standing(core: Core, name: str = NAME) -> Standing:
    return next(each for each in await cron_lists.standings(core) if each.cron.name == name)


async def _resumed(core: Core) -> CronResumed:
    row = await core.database.row("SELECT id FROM timeline_entry WHERE kind = 'cron.resumed' ORDER BY id DESC LIMIT 1")
    assert row is not None
    return cast("CronResumed", (await timeline.entry(core, row["id"])).event)


async def test_while_a_cron_is_paused_no_scheduler_takes_its_slots(core: Core, clock: StandingClock) -> None:
    schedulers = [SlotClock(core), SlotClock(core)]
    await asyncio.gather(*(each.tick_all() for each in schedulers))
    await _pause(core)

    clock.advance(hours=1)
    await asyncio.gather(*(each.tick_all() for each in schedulers))

    assert await _runs(core) == 1
    assert await _runs(core, "judge-health") == 2


async def test_a_slot_that_was_found_before_the_pause_is_not_taken_after_it(core: Core) -> None:
    await _pause(core)

    assert not await crons.claim(core, crons.by_name(NAME), slot=core.clock.now())


async def test_a_pause_ends_by_itself_and_one_run_catches_up(core: Core, clock: StandingClock) -> None:
    scheduler = SlotClock(core)
    await scheduler.tick_all()
    await _pause(core, hours=1)

    clock.advance(hours=1)
    await scheduler.tick_all()
    await cron_pauses.end_due(core)
    await cron_pauses.end_due(core)

    ended = await _resumed(core)
    assert await _runs(core) == 2
    assert ended.missed == 12
    assert "missed 12 runs and catches up by one" in ended.told()
    assert await cron_pauses.in_force(core) == {}


async def test_a_cron_of_the_night_is_caught_up_within_a_minute_of_its_pause(core: Core, clock: StandingClock) -> None:
    scheduler = SlotClock(core)
    await scheduler.tick_all()
    await _pause(core, hours=30, name="audit-balances")

    clock.advance(hours=29)
    await scheduler.tick_all()
    await cron_pauses.resume(core, name="audit-balances", reason="done", actor=SHELL)
    await scheduler.tick_all()

    assert await _runs(core, "audit-balances") == 2
    assert (await _resumed(core)).missed >= 1


async def test_pausing_anew_moves_the_end_and_keeps_since_when(core: Core, clock: StandingClock) -> None:
    began = clock.now()
    await _pause(core, hours=1)
    clock.advance(minutes=30)

    await _pause(core, hours=4, reason="longer")

    pause = (await cron_pauses.in_force(core))[NAME]
    assert (pause.since, pause.reason) == (began, "longer")
    assert pause.until == clock.now() + timedelta(hours=4)


async def test_of_two_who_pause_at_once_one_pause_is_left(core: Core) -> None:
    found = await asyncio.gather(_pause(core), _pause(core), return_exceptions=True)

    assert all(each is None or isinstance(each, PauseRefused) for each in found)
    row = await core.database.row("SELECT count(*) AS n FROM cron_pause WHERE state = 'active'")
    assert row == {"n": 1}


@pytest.mark.parametrize(
    ("name", "hours", "reason", "refusal"),
    [
        ("weather", 1, "rain", CronUnknown),
        (NAME, 0, "now", PauseRefused),
        (NAME, 24 * 8, "too long", PauseRefused),
        (NAME, 1, "  ", PauseRefused),
        *((each, 1, "why not", PauseRefused) for each in cron_dangers.NEVER),
    ],
)
async def test_what_cannot_be_paused_is_refused(
    core: Core, name: str, hours: int, reason: str, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        await _pause(core, name=name, hours=hours, reason=reason)


@pytest.mark.parametrize(("said", "meant"), [("digest", "plan-digests"), ("Reminders", NAME), ("plan reminder", NAME)])
async def test_a_cron_is_known_by_the_words_that_only_its_name_has(core: Core, said: str, meant: str) -> None:
    await _pause(core, name=said)

    assert await crons.paused(core) == {meant}


async def test_words_of_several_crons_name_those(core: Core) -> None:
    with pytest.raises(CronUnknown, match=r"there are judge-health, .*, judge-readiness\.$"):
        await _pause(core, name="judge")


async def test_only_who_operates_may_pause_and_resume(core: Core) -> None:
    viewer = Actor(ActorKind.PERSON, "Vera", frozenset({Permission.VIEW}))

    with pytest.raises(NotAllowed):
        await cron_pauses.pause(core, name=NAME, until=core.clock.now() + timedelta(hours=1), reason="no", actor=viewer)
    with pytest.raises(NotAllowed):
        await cron_pauses.resume(core, name=NAME, actor=viewer)


async def test_what_is_not_paused_cannot_be_resumed(core: Core) -> None:
    with pytest.raises(PauseRefused, match="not paused"):
        await cron_pauses.resume(core, name=NAME, actor=SHELL)


async def test_a_cron_that_nobody_runs_is_late_and_a_paused_one_is_not(core: Core, clock: StandingClock) -> None:
    await SlotClock(core).tick_all()
    await _pause(core, hours=3)

    clock.advance(hours=2)

    paused, late = await _standing(core), await _standing(core, "judge-health")
    assert (paused.late, paused.missed) == (False, 24)
    assert (late.late, late.missed) == (True, 12)
    assert paused.next == paused.pause.until + timedelta(minutes=5) if paused.pause else False


def test_every_danger_is_of_a_cron_that_there_is() -> None:
    names = {each.name for each in crons.CRONS}

    assert set(cron_dangers.NEVER) | set(cron_dangers.WARNINGS) <= names
    assert not set(cron_dangers.NEVER) & set(cron_dangers.WARNINGS)
