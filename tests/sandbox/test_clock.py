"""The demo's clock: forwards only, remembered, and told to whoever wants to know."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sandbox.clock import ClockOnlyGoesForwards, MovableClock, saved


async def test_a_move_is_remembered(tmp_path: Path) -> None:
    clock = MovableClock(tmp_path)

    await clock.move(timedelta(days=3))

    again = MovableClock(tmp_path)
    assert again.offset == timedelta(days=3)
    assert again.now() - datetime.now(UTC) > timedelta(days=2, hours=23)
    assert again.now().tzinfo is UTC


@pytest.mark.parametrize("step", [timedelta(0), timedelta(seconds=-1), timedelta(days=4000)])
async def test_it_goes_forwards_and_not_too_far(tmp_path: Path, step: timedelta) -> None:
    clock = MovableClock(tmp_path)

    with pytest.raises(ClockOnlyGoesForwards):
        await clock.move(step)

    assert clock.offset == timedelta(0)


async def test_every_listener_hears_although_one_fails(tmp_path: Path) -> None:
    clock = MovableClock(tmp_path)
    heard: list[datetime] = []

    async def failing(_: datetime) -> None:
        raise RuntimeError

    async def listening(now: datetime) -> None:
        heard.append(now)

    clock.on_move(failing)
    clock.on_move(listening)

    await clock.move(timedelta(hours=1))

    assert len(heard) == 1


@pytest.mark.parametrize("text", ["", "{}", "nonsense", '{"offset_seconds": "x"}'])
def test_a_broken_file_starts_at_the_machines_time(tmp_path: Path, text: str) -> None:
    (tmp_path / "clock.json").write_text(text)

    assert MovableClock(tmp_path).offset == timedelta(0)


async def test_a_clock_that_nobody_moved_begins_where_it_is_told_and_stays_there(tmp_path: Path) -> None:
    tomorrow = datetime.now(UTC) + timedelta(days=1)

    begun = MovableClock(tmp_path, first=lambda _: tomorrow)
    again = MovableClock(tmp_path, first=lambda now: now + timedelta(days=30))

    assert abs(begun.now() - tomorrow) < timedelta(minutes=1)
    assert again.offset == begun.offset


async def test_a_beginning_in_the_past_is_the_present(tmp_path: Path) -> None:
    begun = MovableClock(tmp_path, first=lambda now: now - timedelta(days=3))

    assert begun.offset == timedelta(0)


async def test_others_read_it_from_the_folder_and_where_there_is_none_nothing(tmp_path: Path) -> None:
    await MovableClock(tmp_path).move(timedelta(days=3))

    found = saved(tmp_path)
    (tmp_path / "clock.json").write_text('{"offset_seconds": "x"}')

    assert found is not None
    assert found.offset == timedelta(days=3)
    assert saved(tmp_path) is None
    assert saved(tmp_path / "elsewhere") is None
    assert not (tmp_path / "elsewhere").exists()
