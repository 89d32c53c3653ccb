"""Chat messages: reserved once, found again, unsent ones remembered for a day."""

import asyncio
from uuid import uuid4

from domain.kernel.core import Core
from domain.operations import chat_messages
from tests.clocks import StandingClock


async def test_of_two_that_reserve_at_once_one_is_fresh(core: Core) -> None:
    both = await asyncio.gather(*(chat_messages.reserve(core, keys=["entry:1"], channel="C1") for _ in range(2)))

    assert sorted(reserved.fresh for (reserved,) in both) == [False, True]


async def test_what_was_posted_stays_as_it_is_when_it_is_reserved_again(core: Core) -> None:
    key = chat_messages.case_key(uuid4())
    await chat_messages.reserve(core, keys=[key], channel="C1")
    await chat_messages.mark_posted(core, keys=[key], channel="C1", ts="1.2", content_hash="h")

    (reserved,) = await chat_messages.reserve(core, keys=[key], channel="C2")

    assert (reserved.fresh, reserved.message.ts, reserved.message.channel) == (False, "1.2", "C1")
    assert reserved.message.content_hash == "h"


async def test_the_order_of_the_keys_is_kept(core: Core) -> None:
    keys = [chat_messages.entry_key(number) for number in (3, 1, 2)]

    reserved = await chat_messages.reserve(core, keys=keys, channel="C1")

    assert [each.message.key for each in reserved] == keys


async def test_lines_that_were_never_seen_in_the_chat_are_known_for_a_day(core: Core, clock: StandingClock) -> None:
    await chat_messages.reserve(core, keys=["entry:1", chat_messages.case_key(uuid4())], channel="C1")
    clock.advance(hours=23)
    await chat_messages.reserve(core, keys=["entry:2", "entry:3"], channel="C1")
    await chat_messages.mark_posted(core, keys=["entry:2"], channel="C1", ts="1.2")
    today = await chat_messages.unsent_entries(core, limit=10)
    clock.advance(hours=2)

    tomorrow = await chat_messages.unsent_entries(core, limit=10)

    assert (today, tomorrow) == ((1, 3), (3,))


async def test_a_message_that_is_forgotten_is_fresh_again(core: Core) -> None:
    await chat_messages.reserve(core, keys=["entry:1"], channel="C1")

    await chat_messages.forget(core, keys=["entry:1"])

    (reserved,) = await chat_messages.reserve(core, keys=["entry:1"], channel="C1")
    assert reserved.fresh
