"""A mail of which every try has failed is not forgotten: it waits, says so, and is sent when sending works again."""

import asyncio
from datetime import timedelta

import pytest

from domain.deliverability.models import Mailing
from domain.kernel.core import Core
from domain.outreach import giving_up, waiting
from tests.clocks import StandingClock
from tests.domain.outreach.mails_made import a_reminder


async def _work(core: Core) -> None:
    async with asyncio.timeout(60):
        await core.jobs.work(concurrency=1, stop=asyncio.Event(), until_idle=True)


async def test_a_mail_whose_last_try_failed_waits_a_day_says_so_and_is_sent_then(
    core: Core, clock: StandingClock
) -> None:
    mailing, sent = await a_reminder(core), list[str]()

    async def fails(mailing_id: str) -> None:
        raise ValueError(mailing_id)

    async def works(mailing_id: str) -> None:
        sent.append(mailing_id)

    core.jobs.bind({"send_mailing": fails})
    async with core.transaction() as tx:
        await core.jobs.defer(tx, "send_mailing", mailing_id=str(mailing.id))
    await core.database.execute("UPDATE procrastinate_jobs SET attempts = 39 WHERE task_name = 'send_mailing'")

    await _work(core)
    waits = await Mailing.get(id=mailing.id)
    clock.advance(days=1)
    core.jobs.bind({"send_mailing": works})
    await waiting.release(core)
    await _work(core)

    assert (waits.state, waits.waits, waits.not_before) == ("queued", "failure", clock.now())
    assert waits.waits_reason == "every try to send it has failed; the log says with which error"
    told = await core.database.rows("SELECT fact->>'guardrail' AS of FROM timeline_entry WHERE kind = 'letter.held'")
    assert [row["of"] for row in told] == ["failure"]
    assert sent == [str(mailing.id)]


@pytest.mark.parametrize(("state", "then"), [("sent", "sent"), ("drafted", "drafted"), ("sending", "unknown")])
async def test_a_mail_that_has_left_or_is_somebodys_is_left_alone(core: Core, state: str, then: str) -> None:
    mailing = await a_reminder(core, state=state)

    await giving_up.rest(core, mailing_id=str(mailing.id))

    after = await Mailing.get(id=mailing.id)
    assert (after.state, after.waits) == (then, "")


async def test_a_mail_that_waits_for_something_else_meanwhile_goes_on_waiting_for_that(
    core: Core, clock: StandingClock
) -> None:
    until = clock.now() + timedelta(hours=3)
    mailing = await a_reminder(core, waits="quiet hours", not_before=until)

    await giving_up.rest(core, mailing_id=str(mailing.id))

    after = await Mailing.get(id=mailing.id)
    assert (after.waits, after.not_before) == ("quiet hours", until)
