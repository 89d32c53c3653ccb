"""Maintenance: what it would hold back, reminders of its end, and what leaves when it is over."""

from datetime import datetime, timedelta

import pytest

from domain.deliverability.models import Mailing
from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.operations import maintenance
from domain.outreach import gates, sending
from domain.outreach.gates import MAINTENANCE, Holds
from domain.outreach.refusals import GateRefused
from tests.clocks import StandingClock
from tests.domain.outreach.mails_made import a_reminder


async def _on(core: Core, until: datetime | None) -> None:
    await gates.close(core, name=MAINTENANCE, holds=Holds.ALL_MAIL, reason="we move", actor=SHELL, until=until)


async def _told(core: Core, kind: str) -> int:
    row = await core.database.row("SELECT count(*) AS n FROM timeline_entry WHERE kind = %s", (kind,))
    return int(row["n"]) if row else 0


async def test_the_preview_counts_what_would_wait_and_changes_nothing(core: Core, clock: StandingClock) -> None:
    mailing = await a_reminder(core)
    await Mailing.filter(id=mailing.id).update(waits="", not_before=None)

    found = await maintenance.impact(core, until=clock.now() + timedelta(hours=1))

    assert found.mails == 1
    assert len(found.sums) == 1
    assert dict(found.slots) == {"plan-reminders": 12, "release-waiting": 60}
    assert await gates.maintenance(core) is None


async def test_it_ends_by_itself_and_says_what_it_held_back(core: Core, clock: StandingClock) -> None:
    mailing = await a_reminder(core)
    await _on(core, clock.now() + timedelta(hours=1))
    await sending.begin(core, mailing_id=mailing.id)
    during = await maintenance.board(core)

    clock.advance(hours=1)
    await maintenance.watch(core)
    await maintenance.watch(core)

    after = await maintenance.board(core)
    assert during is not None
    assert after is not None
    assert (during.on, during.mails) == (True, 1)
    assert (after.on, after.mails, after.sums, after.ended_by) == (False, 1, during.sums, "Plixo")
    assert await _told(core, "maintenance.over") == 1


async def test_everybody_is_reminded_once_before_its_end_and_again_of_a_later_one(
    core: Core, clock: StandingClock
) -> None:
    await _on(core, clock.now() + timedelta(hours=1))
    await maintenance.watch(core)
    clock.advance(minutes=50)
    await maintenance.watch(core)
    await maintenance.watch(core)
    first = await _told(core, "maintenance.ends_soon")
    await maintenance.prolong(core, until=clock.now() + timedelta(hours=1), actor=SHELL)
    await maintenance.watch(core)
    clock.advance(minutes=50)

    await maintenance.watch(core)

    assert first == 1
    assert await _told(core, "maintenance.ends_soon") == 2


async def test_one_without_an_end_is_told_of_every_four_hours(core: Core, clock: StandingClock) -> None:
    await _on(core, None)
    for _ in range(9):
        clock.advance(hours=1)
        await maintenance.watch(core)
        await maintenance.watch(core)

    assert await _told(core, "maintenance.lasts") == 2


async def test_an_end_that_is_sooner_lets_mail_be_judged_again(core: Core, clock: StandingClock) -> None:
    mailing = await a_reminder(core)
    await _on(core, clock.now() + timedelta(hours=8))
    await sending.begin(core, mailing_id=mailing.id)

    await maintenance.prolong(core, until=clock.now() + timedelta(hours=1), actor=SHELL)

    assert (await Mailing.get(id=mailing.id)).not_before == clock.now()


async def test_what_is_not_on_is_neither_ended_nor_prolonged(core: Core, clock: StandingClock) -> None:
    with pytest.raises(GateRefused):
        await maintenance.end(core, reason="done", actor=SHELL)
    with pytest.raises(GateRefused):
        await maintenance.prolong(core, until=clock.now() + timedelta(hours=1), actor=SHELL)
