"""The payment provider is never asked more often than it bears."""

import asyncio

from portal.pace import Pace


async def at_once(pace: Pace, calls: int) -> int:
    """Return how many of so many calls may begin without waiting."""
    turns = [asyncio.create_task(pace.turn()) for _ in range(calls)]
    for _ in range(3):
        await asyncio.sleep(0)
    begun = sum(turn.done() for turn in turns)
    for turn in turns:
        turn.cancel()
    await asyncio.gather(*turns, return_exceptions=True)
    return begun


async def test_a_few_calls_begin_at_once_and_the_others_wait_for_their_turn() -> None:
    pace = Pace(20, now=lambda: 100.0)

    assert 4 <= await at_once(pace, 12) <= 5


async def test_a_long_pause_earns_no_more_than_a_short_one() -> None:
    now = [100.0]
    pace = Pace(20, now=lambda: now[0])
    await pace.turn()
    now[0] += 3_600

    assert 4 <= await at_once(pace, 12) <= 5


async def test_in_no_second_begin_more_than_twenty_five() -> None:
    now, begun = [100.0], 0
    pace = Pace(20, now=lambda: now[0])

    for _ in range(20):  # a second in steps of a twentieth, with more wishes than turns at every step
        begun += await at_once(pace, 1)
        now[0] += 0.05

    assert begun <= 25
