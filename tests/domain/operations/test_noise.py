"""Noise: a budget for each hour and channel, mutes with an end, and the figures of the week."""

from datetime import timedelta
from uuid import uuid4

import pytest

from domain.kernel.actor import SHELL, Actor, ActorKind
from domain.kernel.core import Core
from domain.kernel.refusals import NotAllowed
from domain.operations import chat_messages, noise
from domain.operations.noise import MUTED_FOR, Outcome
from domain.operations.refusals import NothingMuted
from tests.clocks import StandingClock

CHANNEL = "C0OPS"


async def several(core: Core, count: int, *, kind: str = "payment.declined", alarm: bool = False) -> list[Outcome]:
    """Decide about so many messages."""
    return [
        await noise.decide(core, channel=CHANNEL, key=f"entry:{uuid4()}", kind=kind, alarm=alarm) for _ in range(count)
    ]


async def test_above_the_hours_budget_what_is_no_alarm_is_counted(core: Core) -> None:
    found = await several(core, core.limits.chat_budget + 2)

    assert found.count(Outcome.SENT) == core.limits.chat_budget
    assert found[-2:] == [Outcome.FOLDED, Outcome.FOLDED]


async def test_alarms_always_pass(core: Core) -> None:
    await several(core, core.limits.chat_budget + 1)

    assert await several(core, 3, alarm=True) == [Outcome.SENT] * 3


async def test_an_hour_later_the_channel_hears_again(core: Core, clock: StandingClock) -> None:
    await several(core, core.limits.chat_budget + 1)
    clock.advance(hours=1, seconds=1)

    assert await several(core, 1) == [Outcome.SENT]


async def test_what_was_decided_stays_decided_when_a_job_repeats(core: Core, clock: StandingClock) -> None:
    await several(core, core.limits.chat_budget)
    first = await noise.decide(core, channel=CHANNEL, key="entry:1", kind="x", alarm=False)
    clock.advance(hours=2)

    again = await noise.decide(core, channel=CHANNEL, key="entry:1", kind="x", alarm=False)

    assert first == again == Outcome.FOLDED


async def test_a_mute_holds_for_its_channel_and_kind_and_ends_by_itself(core: Core, clock: StandingClock) -> None:
    await noise.mute(core, channel=CHANNEL, kind="payment.declined", actor=SHELL)

    muted, other = await several(core, 1), await several(core, 1, kind="plan.approved")
    clock.advance(seconds=int(MUTED_FOR.total_seconds()) + 1)

    assert (muted, other) == ([Outcome.MUTED], [Outcome.SENT])
    assert await several(core, 1) == [Outcome.SENT]
    assert await noise.mutes(core) == ()


async def test_an_alarm_passes_a_mute(core: Core) -> None:
    await noise.mute(core, channel=CHANNEL, kind="plan.requested", actor=SHELL)

    assert await several(core, 1, kind="plan.requested", alarm=True) == [Outcome.SENT]


async def test_a_lifted_mute_is_gone_and_cannot_be_lifted_twice(core: Core) -> None:
    await noise.mute(core, channel=CHANNEL, kind="payment.declined", actor=SHELL)
    await noise.mute(core, channel=CHANNEL, kind="payment.declined", actor=SHELL)
    (mute,) = await noise.mutes(core, channel=CHANNEL)

    await noise.lift(core, mute_id=mute.id, actor=SHELL)

    assert await several(core, 1) == [Outcome.SENT]
    with pytest.raises(NothingMuted):
        await noise.lift(core, mute_id=mute.id, actor=SHELL)


async def test_who_does_not_work_the_queue_mutes_nothing(core: Core) -> None:
    viewer = Actor(ActorKind.PERSON, "Vera", frozenset())

    with pytest.raises(NotAllowed):
        await noise.mute(core, channel=CHANNEL, kind="x", actor=viewer)


async def test_the_week_tells_sent_acted_folded_and_muted(core: Core, clock: StandingClock) -> None:
    await noise.decide(core, channel=CHANNEL, key="entry:7", kind="payment.declined", alarm=False)
    await chat_messages.reserve(core, keys=["entry:7"], channel=CHANNEL)
    await chat_messages.mark_posted(core, keys=["entry:7"], channel=CHANNEL, ts="1.7")
    await several(core, core.limits.chat_budget)
    await noise.mute(core, channel=CHANNEL, kind="plan.approved", actor=SHELL)
    await several(core, 2, kind="plan.approved")

    await noise.acted(core, channel=CHANNEL, ts="1.7")
    week = {each.kind: each for each in await noise.week(core, channel=CHANNEL)}
    clock.advance(days=8)

    declined = week["payment.declined"]
    assert (declined.sent, declined.acted, declined.folded) == (core.limits.chat_budget, 1, 1)
    assert week["plan.approved"].muted == 2
    assert await noise.week(core) == ()


async def test_a_days_folded_news_are_those_of_the_merchants_day(core: Core, clock: StandingClock) -> None:
    await several(core, core.limits.chat_budget + 3)
    today = clock.now().astimezone(core.merchant.zone).date()

    (line,) = await noise.folded(core, channel=CHANNEL, day=today)

    assert (line.kind, line.folded, line.sent) == ("payment.declined", 3, 0)
    assert await noise.folded(core, channel=CHANNEL, day=today + timedelta(days=1)) == ()
