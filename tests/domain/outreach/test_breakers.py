"""Breakers: complaints and refusals of one provider pause reminders to it alone; then one mail tries."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from domain.deliverability.models import InboundMail, Mailing, Suppression
from domain.deliverability.reading.readings import Reason
from domain.kernel.core import Core
from domain.outreach import breakers, mail_health, providers, sending
from tests.builders import an_invoice
from tests.clocks import START, StandingClock
from tests.domain.outreach.mails_made import a_reminder
from tests.domain.outreach.stage import told


async def _mails(core: Core, count: int, *, at: str = "gmail.com", **but: Any) -> list[Mailing]:
    first = await Mailing.all().count()
    return [
        await a_reminder(core, await an_invoice(core, f"INV-{number}", email=f"a{number}@{at}"), **but)
        for number in range(first, first + count)
    ]


async def _complaints(core: Core, count: int, *, at: str = "gmail.com") -> None:
    for mailing in await _mails(core, count, at=at, state="sent", provider=providers.provider(at)):
        await Suppression.create(
            id=uuid4(), address=mailing.address, address_key=mailing.address_key, reason="complaint", state="active",
            mailing_id=mailing.id, rule="test", diagnostic="", created_at=core.clock.now(),
        )  # fmt: skip


async def _refusals(core: Core, count: int, answer: str = "550 5.7.1") -> None:
    for mailing in await _mails(core, count):
        await sending.refused(core, mailing_id=mailing.id, answer=answer)


async def _bounces(core: Core, reasons: list[Reason], *, unnamed: bool = False) -> None:
    mails = await _mails(core, len(reasons), state="sent", provider="google")
    for mailing, reason in zip(mails, reasons, strict=True):
        said = {"reason": reason.value}
        reading = {"kind": "bounce", "recipients": [] if unnamed else [said], "unnamed": said if unnamed else None}
        await InboundMail.create(
            id=uuid4(), envelope_from="", sent_to=[str(mailing.id)], body=b"x", sha256=mailing.id.bytes, size_bytes=1,
            state="read", reading=reading, reason="", mailing_id=mailing.id, received_at=core.clock.now(),
        )  # fmt: skip


async def _open(core: Core) -> dict[str, timedelta]:
    rows = await core.database.rows("SELECT provider, until - tripped_at AS pause FROM breaker WHERE closed_at IS NULL")
    return {row["provider"]: row["pause"] for row in rows}


async def test_two_complaints_in_a_week_pause_the_provider_and_no_other(core: Core, clock: StandingClock) -> None:
    await _complaints(core, 1)
    clock.advance(days=6)
    await _complaints(core, 1)
    await _complaints(core, 1, at="outlook.com")

    await mail_health.judge(core)

    assert await _open(core) == {"google": timedelta(hours=6)}
    (tripped,) = await told(core, "breaker.tripped")
    assert tripped["fact"]["reason"] == "2 complaints"


async def test_one_complaint_or_two_far_apart_pause_nothing(core: Core, clock: StandingClock) -> None:
    await _complaints(core, 1)
    clock.advance(days=7)
    await _complaints(core, 1)

    await mail_health.judge(core)

    assert await _open(core) == {}


@pytest.mark.parametrize(
    ("count", "answer", "pauses"),
    [
        (3, "550 5.7.1", True),
        (2, "550 5.7.1", False),
        (3, "550 5.1.1", False),
        (3, "554 5.7.26", True),
        (3, "550", False),
    ],
)
async def test_refusals_for_policy_pause_the_provider(core: Core, count: int, answer: str, pauses: bool) -> None:
    await _refusals(core, count, answer)

    await breakers.judge(core)

    assert ("google" in await _open(core)) is pauses


@pytest.mark.parametrize("unnamed", [False, True])
async def test_bounces_that_are_our_fault_count_like_refusals(core: Core, unnamed: bool) -> None:
    await _bounces(core, [Reason.REPUTATION, Reason.SPAM, Reason.POLICY], unnamed=unnamed)

    await breakers.judge(core)

    assert "google" in await _open(core)


async def test_dead_and_full_mailboxes_are_nobodys_block(core: Core) -> None:
    await _bounces(core, [Reason.USER_UNKNOWN, Reason.MAILBOX_FULL, Reason.SIZE, Reason.DISABLED])

    await breakers.judge(core)

    assert await _open(core) == {}


async def test_refusals_of_the_day_before_are_forgotten(core: Core, clock: StandingClock) -> None:
    await _refusals(core, 3)
    clock.advance(hours=1)

    await breakers.judge(core)

    assert await _open(core) == {}


async def test_reminders_wait_and_answers_do_not(core: Core) -> None:
    await _refusals(core, 3)
    await breakers.judge(core)
    reminder, answer = await _mails(core, 2)
    await core.database.execute("DELETE FROM mailing_item WHERE mailing_id = %s", (answer.id,))
    await Mailing.filter(id=answer.id).update(asks=False, letter="new-link")

    waits = await sending.begin(core, mailing_id=reminder.id)
    leaves = await sending.begin(core, mailing_id=answer.id)

    assert waits is None
    assert leaves is not None
    found = await Mailing.get(id=reminder.id)
    assert (found.waits, found.not_before) == ("breaker", START + timedelta(hours=6))
    assert found.waits_reason == "mail to google is paused: 3 refusals for its policy"


async def test_when_the_pause_is_over_one_mail_tries_and_the_others_wait_for_it(
    core: Core, clock: StandingClock
) -> None:
    await _refusals(core, 3)
    await breakers.judge(core)
    mails = await _mails(core, 4)
    clock.advance(hours=6)

    tried = await asyncio.gather(*(sending.begin(core, mailing_id=each.id) for each in mails))

    assert len([each for each in tried if each is not None]) == 1
    assert await Mailing.filter(waits="breaker", not_before=clock.now() + timedelta(hours=1)).count() == 3


async def test_a_mail_that_drew_no_complaint_closes_the_breaker(core: Core, clock: StandingClock) -> None:
    await _refusals(core, 3)
    await breakers.judge(core)
    (mailing,) = await _mails(core, 1)
    clock.advance(hours=6)
    await sending.begin(core, mailing_id=mailing.id)
    await sending.delivered(core, mailing_id=mailing.id)
    await breakers.judge(core)
    still = await _open(core)
    clock.advance(hours=1)

    await breakers.judge(core)

    assert still == {"google": timedelta(hours=7)}
    assert await _open(core) == {}
    assert await core.database.rows("SELECT 1 FROM timeline_entry WHERE kind = 'breaker.closed'")


async def test_a_breaker_stays_when_the_one_that_was_to_try_did_not_leave(core: Core, clock: StandingClock) -> None:
    await _refusals(core, 3)
    await breakers.judge(core)
    (mailing,) = await _mails(core, 1)
    clock.advance(hours=6)
    await sending.begin(core, mailing_id=mailing.id)
    await sending.postponed(core, mailing_id=mailing.id)
    clock.advance(hours=1)

    await breakers.judge(core)

    assert "google" in await _open(core)


async def test_trouble_with_the_one_that_tried_doubles_the_pause_up_to_a_week(core: Core, clock: StandingClock) -> None:
    pauses = []
    for _ in range(7):
        await _refusals(core, 3)
        await breakers.judge(core)
        row = await core.database.row("SELECT until - tripped_at AS pause, until FROM breaker")
        assert row is not None
        pauses.append(row["pause"] / timedelta(hours=1))
        clock.advance(seconds=(row["until"] - clock.now()).total_seconds())

    assert pauses == [6, 12, 24, 48, 96, 168, 168]


async def test_one_refusal_is_enough_to_trip_again(core: Core, clock: StandingClock) -> None:
    await _refusals(core, 3)
    await breakers.judge(core)
    clock.advance(hours=6)
    await _refusals(core, 1)

    await breakers.judge(core)

    assert await _open(core) == {"google": timedelta(hours=12)}


async def test_what_tripped_it_does_not_trip_it_again(core: Core, clock: StandingClock) -> None:
    await _complaints(core, 2)
    await breakers.judge(core)
    clock.advance(hours=6)

    await asyncio.gather(breakers.judge(core), breakers.judge(core))

    facts = await core.database.rows("SELECT 1 FROM timeline_entry WHERE kind = 'breaker.tripped'")
    assert len(facts) == 1


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("anna@gmail.com", "google"),
        ("Anna@GoogleMail.com", "google"),
        ("a@hotmail.co.uk", "microsoft"),
        ("a@acme.onmicrosoft.com", "microsoft"),
        ("a@aol.com", "yahoo"),
        ("a@me.com", "icloud"),
        ("a@web.de", "gmx and web.de"),
        ("a@vip.qq.com", "tencent"),
        ("a@163.com", "netease"),
        ("a@list.ru", "mail.ru"),
        ("a@acme.example", "acme.example"),
        ("a@notgmail.com", "notgmail.com"),
        ("a@com", "com"),
        ("nonsense", "nonsense"),
    ],
)
def test_the_address_tells_the_provider(address: str, name: str) -> None:
    assert providers.provider(address) == name


def test_no_domain_belongs_to_two_providers() -> None:
    domains = [domain for each in providers.PROVIDERS.values() for domain in each]

    assert sorted(domains) == sorted(set(domains))
