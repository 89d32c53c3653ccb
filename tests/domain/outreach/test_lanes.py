"""Lanes and warm-up: no cap is exceeded by however many senders, and the cap follows how the mail is liked."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, time, timedelta
from uuid import uuid4

import pytest
import pytest_asyncio

from domain.deliverability.models import Mailing, Suppression
from domain.kernel import sentences
from domain.kernel.core import Core
from domain.outreach import sending, warm_up
from domain.outreach.warm_up import Week
from tests.builders import an_invoice
from tests.clocks import StandingClock
from tests.domain.outreach.mails_made import a_reminder

DOMAIN = "domain:northwind.example"


@pytest_asyncio.fixture(autouse=True)
async def segment_as_shipped(core: Core) -> AsyncIterator[None]:
    """Take away the cap that a test gave to the shipped segment."""
    yield
    await _sql(core, "UPDATE segment SET daily_cap = NULL WHERE name = 'everyone'")


async def _sql(core: Core, text: str, *values: object) -> None:
    async with core.transaction() as tx:
        await tx.execute(text, values)


async def _reminders(core: Core, count: int) -> list[Mailing]:
    return [
        await a_reminder(core, await an_invoice(core, f"INV-{number}", email=f"a{number}@x{number}.example"))
        for number in range(count)
    ]


async def _sent(core: Core, lane: str) -> int:
    row = await core.database.row("SELECT sent FROM lane_budget WHERE lane = %s", (lane,))
    return int(row["sent"]) if row else 0


def _capped(core: Core, cap: int, *, warm: int = 0) -> Core:
    return replace(core, limits=replace(core.limits, domain_cap=cap, warm_up_first=warm))


# Caps ---------------------------------------------------------------------------------------------


async def test_eight_senders_at_once_never_exceed_a_cap(core: Core) -> None:
    mails = await _reminders(core, 16)
    await _sql(core, "UPDATE segment SET daily_cap = 9 WHERE name = 'everyone'")
    capped = _capped(core, 5)

    await asyncio.gather(*(sending.begin(capped, mailing_id=each.id) for each in mails[:8]))
    await asyncio.gather(*(sending.begin(capped, mailing_id=each.id) for each in mails[8:]))

    assert await Mailing.filter(state="sending").count() == 5
    assert await Mailing.filter(state="queued", waits="domain cap").count() == 11
    assert (await _sent(core, DOMAIN), await _sent(core, "segment:everyone")) == (5, 5)


async def test_of_a_page_that_is_decided_together_as_many_leave_as_there_are_places(core: Core) -> None:
    mails = await _reminders(core, 6)
    capped = _capped(core, 4)

    first = await sending.begin_all(capped, mailing_ids=[each.id for each in mails[:3]])
    second = await sending.begin_all(capped, mailing_ids=[each.id for each in mails[3:]])

    assert (len(first), len(second)) == (3, 1)
    assert await Mailing.filter(state="queued", waits="domain cap").count() == 2
    assert await _sent(core, DOMAIN) == 4


async def test_a_page_that_is_too_large_for_its_segment_takes_no_more_of_the_domain(core: Core) -> None:
    mails = await _reminders(core, 3)
    await _sql(core, "UPDATE segment SET daily_cap = 2 WHERE name = 'everyone'")

    left = await sending.begin_all(_capped(core, 10), mailing_ids=[each.id for each in mails])

    assert len(left) == 2
    assert (await _sent(core, DOMAIN), await _sent(core, "segment:everyone")) == (2, 2)
    assert await Mailing.filter(waits="segment cap").count() == 1


async def test_a_full_segment_gives_the_domains_place_back(core: Core) -> None:
    mails = await _reminders(core, 3)
    await _sql(core, "UPDATE segment SET daily_cap = 2 WHERE name = 'everyone'")

    await asyncio.gather(*(sending.begin(_capped(core, 10), mailing_id=each.id) for each in mails))

    assert (await _sent(core, DOMAIN), await _sent(core, "segment:everyone")) == (2, 2)
    assert await Mailing.filter(waits="segment cap").count() == 1


async def test_what_has_no_place_today_leaves_on_the_next_working_day(core: Core, clock: StandingClock) -> None:
    capped = _capped(core, 1)
    first, second = await _reminders(core, 2)
    await sending.begin(capped, mailing_id=first.id)
    await sending.begin(capped, mailing_id=second.id)
    waiting = await Mailing.get(id=second.id)
    assert waiting.not_before is not None
    assert waiting.not_before.isoformat() == "2026-03-11T07:00:00+00:00"
    clock.advance(days=1)

    assert await sending.begin(capped, mailing_id=second.id) is not None


async def test_the_day_of_a_budget_is_the_merchants(core: Core, clock: StandingClock) -> None:
    first, second = await _reminders(core, 2)
    at_night = replace(core, limits=replace(_capped(core, 1).limits, opens=time.min, closes=time.max))
    clock.advance(hours=13, minutes=59)  # 22:59 UTC is 23:59 in Berlin
    await sending.begin(at_night, mailing_id=first.id)
    full = await sending.begin(at_night, mailing_id=second.id)
    clock.advance(minutes=1)
    fresh = await sending.begin(at_night, mailing_id=second.id)

    assert full is None
    assert fresh is not None


async def test_a_mail_that_the_relay_put_off_is_counted_once_a_day(core: Core, clock: StandingClock) -> None:
    (mailing,) = await _reminders(core, 1)
    capped = _capped(core, 1)
    await sending.begin(capped, mailing_id=mailing.id)
    await sending.postponed(capped, mailing_id=mailing.id)

    again = await sending.begin(capped, mailing_id=mailing.id)
    await sending.postponed(capped, mailing_id=mailing.id)
    clock.advance(days=1)
    await sending.begin(capped, mailing_id=mailing.id)

    assert again is not None
    rows = await core.database.rows("SELECT day, sent FROM lane_budget ORDER BY day")
    assert [(row["day"], row["sent"]) for row in rows] == [(date(2026, 3, 10), 1), (date(2026, 3, 11), 1)]


async def test_answers_count_and_never_wait(core: Core) -> None:
    capped = _capped(core, 1)
    answer, reminder = await _reminders(core, 2)
    await _sql(core, "DELETE FROM mailing_item WHERE mailing_id = %s", answer.id)
    await Mailing.filter(id=answer.id).update(asks=False, letter="new-link")
    await sending.begin(capped, mailing_id=reminder.id)

    left = await sending.begin(capped, mailing_id=answer.id)

    assert left is not None
    assert await _sent(core, DOMAIN) == 2


async def test_a_new_domain_begins_with_fifty_a_day(core: Core) -> None:
    (mailing,) = await _reminders(core, 1)
    await _sql(core, "INSERT INTO lane_budget (lane, day, sent) VALUES (%s, '2026-03-10', 50)", DOMAIN)

    await sending.begin(core, mailing_id=mailing.id)

    assert (await Mailing.get()).waits_reason == (
        "the sending domain is new and sends 50 mails a day for now; those of today have left"
    )


# One address --------------------------------------------------------------------------------------


async def test_two_customers_with_one_address_do_not_write_to_it_twice_at_once(core: Core) -> None:
    first = await a_reminder(core, await an_invoice(core, "INV-1", email="ap@shared.example"))
    second = await a_reminder(core, await an_invoice(core, "INV-2", email="ap@shared.example"))

    mails = await asyncio.gather(*(sending.begin(core, mailing_id=each.id) for each in (first, second)))

    assert len([each for each in mails if each is not None]) == 1
    assert await Mailing.filter(waits="contact rest").count() == 1


async def test_a_mail_that_may_have_left_counts_as_one_that_did(core: Core) -> None:
    first = await a_reminder(core, await an_invoice(core, "INV-1", email="ap@shared.example"))
    await sending.begin(core, mailing_id=first.id)
    await sending.addressed(core, mailing_id=first.id)  # a worker that finds it on the wire
    second = await a_reminder(core, await an_invoice(core, "INV-2", email="ap@shared.example"))

    await sending.begin(core, mailing_id=second.id)

    assert (await Mailing.get(id=first.id)).state == "unknown"
    assert (await Mailing.get(id=second.id)).waits == "contact rest"


# Warm-up ------------------------------------------------------------------------------------------

LIKED = Week(sent=400, bounced=1, complained=0, fresh=1)


@pytest.mark.parametrize(
    ("cap", "used", "days", "week", "after"),
    [
        (50, 50, 3, LIKED, 50),
        (50, 50, 7, LIKED, 70),
        (50, 25, 7, LIKED, 70),
        (50, 24, 7, LIKED, 50),
        (1_000_000, 1_000_000, 90, LIKED, 1_000_000),
        (98, 98, 9, Week(400, 2, 0, 2), 98 * 14 // 10),
        (98, 98, 9, Week(150, 3, 0, 1), 70),
        (98, 98, 9, Week(151, 3, 0, 1), 98 * 14 // 10),
        (98, 98, 9, Week(150, 3, 0, 0), 98),
        (98, 98, 9, Week(200, 0, 1, 1), 98 * 14 // 10),
        (98, 98, 9, Week(200, 0, 2, 1), 70),
        (98, 98, 9, Week(2001, 0, 2, 1), 98 * 14 // 10),
        (50, 50, 3, Week(40, 3, 0, 3), 35),
        (11, 11, 9, Week(40, 3, 0, 3), 10),
    ],
    ids=["first week", "grows", "half used", "less used", "largest", "two bounces", "bounces", "a little better",
         "told before", "one complaint", "two complaints", "of many", "ill in the first week", "smallest"],
)  # fmt: skip
def test_the_cap_grows_while_mail_is_liked_and_steps_back_when_not(
    cap: int, used: int, days: int, week: Week, after: int
) -> None:
    assert warm_up.judged(cap, used=used, age=timedelta(days=days), week=week).cap == after


async def test_the_domain_is_judged_once_a_day(core: Core, clock: StandingClock) -> None:
    await warm_up.judge(core)
    clock.advance(days=8)
    await _sql(core, "INSERT INTO lane_budget (lane, day, sent) VALUES (%s, '2026-03-17', 40)", DOMAIN)

    await asyncio.gather(*(warm_up.judge(core) for _ in range(3)))
    await warm_up.judge(core)

    row = await core.database.row("SELECT cap, started_on FROM warm_up")
    assert row == {"cap": 70, "started_on": date(2026, 3, 10)}
    facts = await core.database.rows("SELECT kind FROM timeline_entry")
    assert [each["kind"] for each in facts] == ["warm-up.grew"]


async def test_three_dead_addresses_in_a_small_week_step_back_and_are_told(core: Core, clock: StandingClock) -> None:
    await warm_up.judge(core)
    clock.advance(days=1)
    for mailing in await _reminders(core, 3):
        await Mailing.filter(id=mailing.id).update(sent_at=clock.now())
        await Suppression.create(
            id=uuid4(), address=mailing.address, address_key=mailing.address_key, reason="hard bounce", state="active",
            mailing_id=mailing.id, rule="test", diagnostic="", created_at=clock.now(),
        )  # fmt: skip
    await Mailing.all().update(state="sent")
    await Mailing.all().update(sent_at=clock.now())

    clock.advance(hours=16)
    await warm_up.judge(core)

    row = await core.database.row("SELECT cap, note FROM warm_up")
    assert row is not None
    assert (row["cap"], sentences.said(row["note"])) == (35, "3 of 3 mails of the week hit dead addresses")
    assert await core.database.rows("SELECT 1 FROM timeline_entry WHERE kind = 'warm-up.stepped-back'")


async def test_a_warm_domain_is_not_judged(core: Core) -> None:
    await warm_up.judge(_capped(core, 0))

    assert await core.database.rows("SELECT 1 FROM warm_up") == []
