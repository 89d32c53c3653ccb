"""Gates: what is closed keeps mail back with its reason, and opening it lets everything go at once."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from domain.deliverability.models import Mailing
from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.kernel.refusals import NotAllowed
from domain.outreach import gates, sending, waiting
from domain.outreach.gates import Holds
from domain.outreach.models import Gate
from domain.outreach.refusals import GateRefused, ReasonMissing
from tests.builders import an_invoice
from tests.clocks import StandingClock
from tests.domain.commitments.people import BEN
from tests.domain.outreach.mails_made import a_reminder


async def _close(core: Core, **how: Any) -> None:
    how = {"name": "maintenance", "holds": Holds.ALL_MAIL, "reason": "we move", "actor": SHELL, **how}
    await gates.close(core, **how)


async def _jobs(core: Core) -> list[str]:
    rows = await core.database.rows("SELECT args->>'mailing_id' AS mailing FROM procrastinate_jobs"
                                    " WHERE task_name = 'send_mailing' ORDER BY id")  # fmt: skip
    return [row["mailing"] for row in rows]


async def test_a_closed_gate_keeps_answers_back_too_and_says_until_when(core: Core, clock: StandingClock) -> None:
    mailing = await a_reminder(core)
    await Mailing.all().update(asks=False, letter="new-link")
    await core.database.execute("DELETE FROM mailing_item")
    await _close(core, until=clock.now() + timedelta(hours=2))

    await sending.begin(core, mailing_id=mailing.id)

    found = await Mailing.get()
    assert found.waits_reason == "maintenance until 2026-03-10 11:00 UTC: we move"
    assert found.not_before == clock.now() + timedelta(hours=2)


async def test_opening_lets_go_what_waited_for_it_and_nothing_else(core: Core) -> None:
    waits = await a_reminder(core)
    other = await a_reminder(core, await an_invoice(core, "INV-2", email="b@b.example"))
    await _close(core)
    await sending.begin(core, mailing_id=waits.id)
    later = core.clock.now() + timedelta(days=1)
    await Mailing.filter(id=other.id).update(waits="contact rest", not_before=later)

    event = await gates.open(core, name="maintenance", reason="done", actor=SHELL)
    await waiting.release(core)

    assert event.released == 1
    assert await _jobs(core) == [str(waits.id)]
    assert (await Mailing.get(id=other.id)).not_before == later


async def test_a_gate_opens_by_itself(core: Core, clock: StandingClock) -> None:
    mailing = await a_reminder(core)
    await _close(core, until=clock.now() + timedelta(minutes=5))
    await sending.begin(core, mailing_id=mailing.id)
    clock.advance(minutes=5)
    await waiting.release(core)

    assert await _jobs(core) == [str(mailing.id)]
    assert await sending.begin(core, mailing_id=mailing.id) is not None
    assert await gates.closed(core) == ()


async def test_a_gate_of_one_segment_keeps_only_its_mail(core: Core) -> None:
    mine = await a_reminder(core)
    other = await a_reminder(core, await an_invoice(core, "INV-2", email="b@b.example"), segment="others")
    await _close(core, name="readiness", holds=Holds.AUTOPILOT, segment="everyone")

    assert await sending.begin(core, mailing_id=mine.id) is None
    assert await sending.begin(core, mailing_id=other.id) is not None


async def test_closing_again_sets_reason_and_end(core: Core, clock: StandingClock) -> None:
    await _close(core)

    await _close(core, reason="it takes longer", until=clock.now() + timedelta(hours=1))

    (shown,) = await gates.closed(core)
    assert (shown.reason, shown.until) == ("it takes longer", clock.now() + timedelta(hours=1))


@pytest.mark.parametrize(
    ("how", "refusal"),
    [({"reason": ""}, ReasonMissing), ({"segment": "nobody"}, GateRefused), ({"actor": BEN}, NotAllowed)],
)
async def test_an_unclear_gate_is_refused(core: Core, how: dict[str, Any], refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        await _close(core, **how)

    assert await Gate.all().count() == 0


async def test_a_gate_that_ends_in_the_past_or_is_open_is_refused(core: Core) -> None:
    with pytest.raises(GateRefused):
        await _close(core, until=core.clock.now())
    with pytest.raises(GateRefused):
        await gates.open(core, name="maintenance", reason="x", actor=SHELL)


async def test_two_schedulers_release_a_mail_once(core: Core, clock: StandingClock) -> None:
    for number in range(20):
        await a_reminder(core, await an_invoice(core, f"INV-{number}", email=f"a{number}@b.example"))
    await Mailing.all().update(not_before=clock.now(), waits="quiet hours")

    await asyncio.gather(*(waiting.release(core) for _ in range(4)))

    assert len(await _jobs(core)) == len(set(await _jobs(core))) == 20


async def test_what_waits_longest_is_handed_out_first(core: Core, clock: StandingClock) -> None:
    young = await a_reminder(core, await an_invoice(core, "INV-1", email="a@b.example"))
    old = await a_reminder(core, await an_invoice(core, "INV-2", email="c@b.example"))
    await Mailing.filter(id=old.id).update(queued_at=clock.now() - timedelta(days=3))
    await Mailing.all().update(not_before=clock.now(), waits="warm-up")

    await waiting.release(core)

    assert await _jobs(core) == [str(old.id), str(young.id)]
