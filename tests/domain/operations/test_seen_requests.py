"""Seen requests: one winner per key, however many ask at once."""

import asyncio
from datetime import timedelta
from uuid import uuid4

from domain.kernel.core import Core
from domain.operations import chat_messages, seen_requests
from tests.clocks import StandingClock


async def test_of_many_that_ask_at_once_one_is_the_first(core: Core) -> None:
    answers = await asyncio.gather(*(seen_requests.first_time(core, "command:1") for _ in range(20)))

    assert sorted(answers) == [False] * 19 + [True]


async def test_of_many_clicks_at_once_one_is_the_first(core: Core, clock: StandingClock) -> None:
    await seen_requests.first_time(core, "click", within=timedelta(seconds=15))
    clock.advance(seconds=15)

    answers = await asyncio.gather(
        *(seen_requests.first_time(core, "click", within=timedelta(seconds=15)) for _ in range(20))
    )

    assert sorted(answers) == [False] * 19 + [True]


async def test_a_click_counts_again_after_its_time(core: Core, clock: StandingClock) -> None:
    within = timedelta(seconds=15)
    await seen_requests.first_time(core, "click", within=within)
    clock.advance(seconds=14)
    soon = await seen_requests.first_time(core, "click", within=within)
    clock.advance(seconds=1)

    later = await seen_requests.first_time(core, "click", within=within)

    assert (soon, later) == (False, True)


async def test_a_key_that_is_given_back_is_new(core: Core) -> None:
    await seen_requests.first_time(core, "x")

    await seen_requests.forget(core, "x")

    assert await seen_requests.first_time(core, "x")


async def test_keys_of_any_length_are_told_apart(core: Core) -> None:
    assert await seen_requests.first_time(core, "x" * 5_000)
    assert await seen_requests.first_time(core, "x" * 5_001)
    assert not await seen_requests.first_time(core, "x" * 5_000)


async def test_old_keys_and_marks_are_forgotten_and_living_messages_stay(core: Core, clock: StandingClock) -> None:
    case = chat_messages.case_key(uuid4())
    await seen_requests.first_time(core, "old")
    await chat_messages.reserve(core, keys=[case, "entry:1"], channel="C1")
    clock.advance(days=31)
    await seen_requests.first_time(core, "new")

    await seen_requests.forget_old(core)

    assert await seen_requests.first_time(core, "old")
    assert not await seen_requests.first_time(core, "new")
    assert [each.key for each in await chat_messages.found(core, keys=[case, "entry:1"])] == [case]
