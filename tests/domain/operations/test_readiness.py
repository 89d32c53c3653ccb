"""Readiness as a whole: judged, kept, told once, held and let go, overridden by two people for a time."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from domain.kernel.actor import SHELL, Actor, ActorKind, Permission
from domain.kernel.core import Core
from domain.kernel.jobs import TryLater
from domain.kernel.refusals import NotAllowed
from domain.operations import readiness, readiness_judging, readiness_overrides
from domain.operations.readiness_judges import Verdict
from domain.operations.refusals import CheckUnknown, OverrideRefused
from domain.outreach import gates
from domain.people.refusals import OwnWork
from tests.clocks import StandingClock
from tests.domain.operations.readiness_world import NOBODY_ANSWERS, FakeWorld, a_book, a_contact_for

CLARA = Actor(ActorKind.PERSON, "Clara", frozenset(Permission), id=uuid4(), roles=("Controller",))
DORA = Actor(ActorKind.PERSON, "Dora", frozenset(Permission), id=uuid4(), roles=("Controller",))
MANAGER = Actor(ActorKind.PERSON, "Max", frozenset({Permission.VIEW, Permission.OPERATE}), id=uuid4())


async def kinds(core: Core) -> list[str]:
    """Return what happened to readiness and to gates, in order."""
    rows = await core.database.rows(
        "SELECT kind FROM timeline_entry WHERE kind LIKE 'readiness.%%' OR kind LIKE 'gate.%%' ORDER BY id", ()
    )
    return [row["kind"] for row in rows]


async def judge(core: Core, world: FakeWorld | None = None) -> readiness.Board:
    """Judge, and return the board."""
    await readiness_judging.judge(core, surroundings=world or FakeWorld())
    return await readiness.board(core)


def verdict_of(board: readiness.Board, name: str) -> Verdict:
    """Return what one check says."""
    return next(each.verdict for each in board.checks if each.check.name == name)


async def test_a_board_that_was_never_judged_warns_of_everything_and_holds_nothing(core: Core) -> None:
    board = await readiness.board(core)

    assert {each.verdict for each in board.checks} == {Verdict.WARN}
    assert not board.closed
    assert "not judged" in board.checks[0].found


async def test_an_empty_product_fails_at_nothing(core: Core) -> None:
    board = await judge(core)

    assert board.holding == ()
    assert await kinds(core) == []


async def test_too_few_contacts_close_the_gate_and_say_so_once(core: Core) -> None:
    await a_book(core, reachable=9, unreachable=1)

    board = await judge(core)
    await judge(core)

    assert [each.check.name for each in board.holding] == ["contacts"]
    assert board.closed
    assert "9 of 10" in board.holding[0].found
    assert await kinds(core) == ["gate.closed", "readiness.changed"]


async def test_the_gate_opens_by_itself_when_the_check_passes(core: Core) -> None:
    await a_book(core, reachable=9, unreachable=1)
    await judge(core)

    await a_contact_for(core, "R-9")
    board = await judge(core)

    assert not board.closed
    assert await gates.closed(core) == ()
    assert await kinds(core) == ["gate.closed", "readiness.changed", "gate.opened", "readiness.changed"]


async def test_a_gate_that_a_person_closed_is_left_to_that_person(core: Core) -> None:
    await gates.close(core, name=gates.READINESS, holds=gates.Holds.AUTOPILOT, reason="a pause", actor=CLARA)

    board = await judge(core)

    assert board.closed
    assert board.holding == ()


async def test_another_check_that_fails_changes_the_reason_of_the_gate_and_no_second_gate_closes(core: Core) -> None:
    await a_book(core, reachable=9, unreachable=1)
    await judge(core)
    await core.database.execute(
        "INSERT INTO dispute_smoke (id, state, asked_by, why, started_at, ended_at)"
        " VALUES (%s, 'failed', 'Clara', 'unreachable', %s, %s)",
        (uuid4(), core.clock.now(), core.clock.now()),
    )

    await judge(core)

    (gate,) = await gates.closed(core)
    assert gate.reason == "not ready: contacts, disputes"
    assert (await kinds(core)).count("gate.closed") == 1


async def test_two_judges_at_once_tell_a_change_once(core: Core) -> None:
    await a_book(core, reachable=1, unreachable=1)

    await asyncio.gather(*(readiness_judging.judge(core, surroundings=FakeWorld()) for _ in range(4)))

    assert sorted(await kinds(core)) == ["gate.closed", "readiness.changed"]


async def test_what_happens_close_together_is_judged_once(core: Core, clock: StandingClock) -> None:
    await readiness_judging.judge_soon(core, surroundings=FakeWorld())

    with pytest.raises(TryLater) as later:
        await readiness_judging.judge_soon(core, surroundings=FakeWorld())
    clock.advance(seconds=10)
    await readiness_judging.judge_soon(core, surroundings=FakeWorld())

    assert later.value.delay <= readiness_judging.CLOSE_TOGETHER


async def test_name_servers_are_asked_in_time_and_each_time_while_something_is_wrong(
    core: Core, clock: StandingClock
) -> None:
    fine, broken = FakeWorld(), FakeWorld(domain=NOBODY_ANSWERS)

    for world in (fine, fine, broken):
        await readiness_judging.judge(core, surroundings=world)
    assert (fine.asked, broken.asked) == (["domain"], [])
    clock.advance(hours=1)
    for _ in range(2):
        await readiness_judging.judge(core, surroundings=broken)

    board = await readiness.board(core)
    assert broken.asked == ["domain", "domain"]
    assert verdict_of(board, "domain") is Verdict.WARN
    assert board.domain_at == clock.now()


async def test_the_world_is_asked_at_once_when_somebody_wants_it(core: Core) -> None:
    world = FakeWorld()
    await readiness_judging.judge(core, surroundings=world)

    await readiness_judging.judge(core, surroundings=world, at_once=True)

    assert world.asked == ["domain", "payments", "domain"]


# Overrides ----------------------------------------------------------------------------------------


async def test_an_override_by_two_controllers_opens_the_gate_and_ends_by_itself(
    core: Core, clock: StandingClock
) -> None:
    await a_book(core, reachable=1, unreachable=1)
    await judge(core)
    until = clock.now() + timedelta(hours=4)

    proposed = await readiness_overrides.propose(core, name="contacts", reason="on Monday", until=until, actor=CLARA)
    waiting = await judge(core)
    await readiness_overrides.approve(core, override_id=proposed.override_id, actor=DORA)
    overridden = await judge(core)
    clock.advance(hours=4)
    after = await judge(core)

    assert waiting.closed
    assert not overridden.closed
    assert verdict_of(overridden, "contacts") is Verdict.FAIL
    assert after.closed
    assert await kinds(core) == [
        "gate.closed",
        "readiness.changed",
        "readiness.override_proposed",
        "readiness.override_begun",
        "gate.opened",
        "readiness.override_ended",
        "gate.closed",
    ]


async def test_nobody_agrees_to_their_own_override(core: Core, clock: StandingClock) -> None:
    await a_book(core, reachable=1, unreachable=1)
    await judge(core)
    until = clock.now() + timedelta(hours=4)
    proposed = await readiness_overrides.propose(core, name="contacts", reason="why", until=until, actor=CLARA)

    with pytest.raises(OwnWork):
        await readiness_overrides.approve(core, override_id=proposed.override_id, actor=CLARA)


async def test_a_company_of_one_overrides_at_once(core: Core, clock: StandingClock) -> None:
    alone = replace(core, limits=replace(core.limits, second_person=False))
    await a_book(alone, reachable=1, unreachable=1)
    await judge(alone)

    event = await readiness_overrides.propose(
        alone, name="contacts", reason="why", until=clock.now() + timedelta(hours=1), actor=CLARA
    )

    assert event.kind == "readiness.override_begun"
    assert not (await judge(alone)).closed


async def test_a_proposal_whose_end_has_passed_cannot_be_agreed_to(core: Core, clock: StandingClock) -> None:
    await a_book(core, reachable=1, unreachable=1)
    await judge(core)
    until = clock.now() + timedelta(hours=1)
    proposed = await readiness_overrides.propose(core, name="contacts", reason="why", until=until, actor=CLARA)
    clock.advance(hours=1)

    with pytest.raises(OverrideRefused, match="has passed"):
        await readiness_overrides.approve(core, override_id=proposed.override_id, actor=DORA)


async def test_of_two_who_agree_at_once_one_is_told_that_it_was_decided(core: Core, clock: StandingClock) -> None:
    await a_book(core, reachable=1, unreachable=1)
    await judge(core)
    until = clock.now() + timedelta(hours=1)
    proposed = await readiness_overrides.propose(core, name="contacts", reason="why", until=until, actor=CLARA)

    done = await asyncio.gather(
        *(readiness_overrides.approve(core, override_id=proposed.override_id, actor=DORA) for _ in range(3)),
        return_exceptions=True,
    )

    assert sum(isinstance(each, OverrideRefused) for each in done) == 2


async def test_of_two_who_propose_at_once_one_is_refused(core: Core, clock: StandingClock) -> None:
    await a_book(core, reachable=1, unreachable=1)
    await judge(core)
    until = clock.now() + timedelta(hours=1)

    done = await asyncio.gather(
        *(
            readiness_overrides.propose(core, name="contacts", reason="why", until=until, actor=each)
            for each in (CLARA, DORA)
        ),
        return_exceptions=True,
    )

    assert sum(isinstance(each, OverrideRefused) for each in done) == 1


async def test_an_override_ends_when_a_controller_says_so(core: Core, clock: StandingClock) -> None:
    await a_book(core, reachable=1, unreachable=1)
    await judge(core)
    until = clock.now() + timedelta(hours=4)
    proposed = await readiness_overrides.propose(core, name="contacts", reason="why", until=until, actor=CLARA)
    await readiness_overrides.approve(core, override_id=proposed.override_id, actor=DORA)

    await readiness_overrides.end(core, name="contacts", actor=CLARA)

    assert (await judge(core)).closed


@pytest.mark.parametrize(
    ("name", "reason", "hours", "refusal"),
    [
        ("nonsense", "why", 1, CheckUnknown),
        ("contacts", "  ", 1, OverrideRefused),
        ("contacts", "why", 0, OverrideRefused),
        ("contacts", "why", 7 * 24 + 1, OverrideRefused),
        ("parity", "why", 1, OverrideRefused),  # it does not fail
    ],
)
async def test_what_cannot_be_overridden_is_refused(
    core: Core, clock: StandingClock, name: str, reason: str, hours: int, refusal: type[Exception]
) -> None:
    await a_book(core, reachable=1, unreachable=1)
    await judge(core)

    with pytest.raises(refusal):
        await readiness_overrides.propose(
            core, name=name, reason=reason, until=clock.now() + timedelta(hours=hours), actor=SHELL
        )


async def test_only_controllers_override(core: Core, clock: StandingClock) -> None:
    with pytest.raises(NotAllowed):
        await readiness_overrides.propose(
            core, name="contacts", reason="why", until=clock.now() + timedelta(hours=1), actor=MANAGER
        )
