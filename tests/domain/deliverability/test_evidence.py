"""Evidence: bounce days, what resets them, what contradicts a report, and what a newer reading takes back."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest

from domain.deliverability import (
    evidence,
    inbound,
    return_paths,
    suppression_ends,
    suppression_lists,
    suppressions,
    unsubscribes,
)
from domain.deliverability.contact_events import BounceCounted, ContactAway, ContactLeft
from domain.deliverability.events import AddressSuppressed, MailArrived, SuppressionLifted
from domain.deliverability.models import Mailing
from domain.deliverability.opening import Opened, opened
from domain.deliverability.reading import Kind, Reading, Reason, RecipientReading
from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.kernel.events import Event
from tests.clocks import StandingClock
from tests.domain.deliverability.mailings_made import a_complaint, a_dsn, a_letter, a_mailing, another_mail, bounce_path
from tests.domain.deliverability.test_inbound import FBL, ReaderHere, arrive, events

FULL = {"status": "5.2.2", "said": "552 5.2.2 Mailbox full"}


async def bounce(core: Core, mailing: Mailing, mark: str = "", **said: str) -> UUID:
    """Let a report about a mailing arrive; reports with different marks are different mails."""
    to = bounce_path(core, mailing.id, day=core.clock.now().date())
    return await arrive(core, to, a_dsn(to, message_id=f"<{mark or core.clock.now()}@x.example>", **(said or FULL)))


async def last(core: Core) -> Event:
    """Return the newest event."""
    return (await events(core))[-1]


async def days(core: Core) -> int:
    """Return the bounce days of Anna's address."""
    return await evidence.bounce_days(core, core.database, address_key="anna@acme.example")


# Bounce days --------------------------------------------------------------------------------------


async def test_three_bounce_days_within_a_fortnight_stop_the_mail_for_a_month(core: Core, clock: StandingClock) -> None:
    mailing = await a_mailing(core)
    for _ in range(3):
        await bounce(core, await another_mail(core, mailing))
        clock.advance(days=1)

    told = [each for each in await events(core) if isinstance(each, BounceCounted | AddressSuppressed)]
    assert [each.days for each in told if isinstance(each, BounceCounted)] == [1, 2]
    event = told[-1]
    assert isinstance(event, AddressSuppressed)
    assert (event.reason, event.until) == ("soft bounces", clock.now() - timedelta(days=1) + suppressions.SOFT_REST)
    clock.advance(days=30)
    assert await suppression_ends.end_due(core) == 1
    assert await suppressions.suppressed(core, addresses=[mailing.address]) == frozenset()
    assert await days(core) == 0, "it starts from nothing"


async def test_many_bounces_of_one_day_are_one_point(core: Core) -> None:
    mailing = await a_mailing(core)
    for mark in "abcd":
        await bounce(core, mailing, mark)

    assert await days(core) == 1
    assert await suppressions.suppressed(core, addresses=[mailing.address]) == frozenset()


async def test_a_day_ends_at_the_merchants_midnight(core: Core, clock: StandingClock) -> None:
    mailing = await a_mailing(core)
    clock.advance(hours=13, minutes=45)  # 22:45 in UTC, 23:45 in Berlin
    await bounce(core, mailing)
    clock.advance(minutes=30)

    await bounce(core, mailing)

    assert str(core.merchant.zone) == "Europe/Berlin"
    assert await days(core) == 2


async def test_bounces_that_lie_a_fortnight_apart_do_not_add_up(core: Core, clock: StandingClock) -> None:
    mailing = await a_mailing(core)
    for _ in range(4):
        await bounce(core, await another_mail(core, mailing))
        clock.advance(days=8)

    assert await suppressions.suppressed(core, addresses=[mailing.address]) == frozenset()


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("5.7.1", "550 5.7.1 Message rejected as spam"),
        ("5.7.26", "550 5.7.26 Unauthenticated email is not accepted due to DMARC policy"),
        ("5.3.4", "552 5.3.4 Message size exceeds fixed limit"),
    ],
)
async def test_our_own_faults_never_count_against_the_payer(
    core: Core, clock: StandingClock, status: str, said: str
) -> None:
    mailing = await a_mailing(core)
    for _ in range(4):
        await bounce(core, mailing, status=status, said=said)
        clock.advance(days=1)

    assert await days(core) == 0
    assert all(isinstance(each, MailArrived) for each in await events(core))


async def test_a_delay_is_evidence_and_no_bounce_day(core: Core) -> None:
    mailing = await a_mailing(core)

    await bounce(core, mailing, action="delayed")

    [line] = await evidence.of_address(core, address="anna@acme.example")
    assert (line.kind, line.proof, line.counts) == ("still trying", "proven", False)


async def test_ten_bounces_at_once_are_counted_one_after_the_other(core: Core, clock: StandingClock) -> None:
    mailing = await a_mailing(core)
    for _ in range(2):
        await bounce(core, mailing)
        clock.advance(days=1)

    await asyncio.gather(*(bounce(core, mailing, mark) for mark in "abcdef"))

    [kept] = await suppression_lists.explain(core, address=mailing.address)
    assert kept.reason == "soft bounces"


# Resets -------------------------------------------------------------------------------------------


async def test_a_mail_that_draws_no_bounce_for_three_days_resets(core: Core, clock: StandingClock) -> None:
    mailing = await a_mailing(core)
    await bounce(core, mailing)
    clock.advance(days=1)
    await another_mail(core, mailing)
    clock.advance(hours=71)
    assert await days(core) == 1

    clock.advance(hours=1)

    assert await days(core) == 0


async def test_a_late_report_of_a_mail_from_before_the_reset_does_not_count(core: Core, clock: StandingClock) -> None:
    mailing = await a_mailing(core)
    clock.advance(days=1)
    await another_mail(core, mailing)
    clock.advance(days=4)

    await bounce(core, mailing)

    assert await days(core) == 0


async def test_a_mail_that_is_still_being_tried_has_not_arrived(core: Core, clock: StandingClock) -> None:
    mailing = await a_mailing(core)
    await bounce(core, mailing)
    clock.advance(days=1)
    later = await another_mail(core, mailing)
    await bounce(core, later, action="delayed")

    clock.advance(days=4)

    assert await days(core) == 1


async def test_an_answer_of_its_owner_resets(core: Core, clock: StandingClock) -> None:
    mailing = await a_mailing(core)
    await bounce(core, mailing)
    clock.advance(hours=2)
    to = return_paths.reply_address(core, mailing_id=mailing.id, day=core.clock.now().date())

    await arrive(core, to, a_letter(to), sender="anna@acme.example")

    assert await days(core) == 0


async def test_an_answer_of_somebody_else_resets_nothing(core: Core, clock: StandingClock) -> None:
    mailing = await a_mailing(core)
    await bounce(core, mailing)
    clock.advance(hours=2)
    to = return_paths.reply_address(core, mailing_id=mailing.id, day=core.clock.now().date())

    await arrive(core, to, a_letter(to).replace(b"<anna@", b"<carl@"), sender="carl@acme.example")

    assert await days(core) == 1


# Contradiction and replay -------------------------------------------------------------------------


async def test_a_report_that_its_owners_answer_contradicts_suppresses_nobody(core: Core, clock: StandingClock) -> None:
    mailing = await a_mailing(core)
    clock.advance(hours=1)
    to = return_paths.reply_address(core, mailing_id=mailing.id, day=core.clock.now().date())
    await arrive(core, to, a_letter(to), sender="anna@acme.example")
    clock.advance(hours=1)

    await bounce(core, mailing, action="failed")

    assert await suppressions.suppressed(core, addresses=[mailing.address]) == frozenset()
    newest, *_ = await evidence.of_address(core, address=mailing.address)
    assert newest.proof == "contradicted"


async def test_an_old_report_sent_again_does_not_undo_what_a_person_lifted(core: Core, clock: StandingClock) -> None:
    mailing = await a_mailing(core)
    await bounce(core, mailing, "first", action="failed")
    clock.advance(hours=1)
    await suppressions.lift(core, address=mailing.address, reason="she wrote that it works again", actor=SHELL)
    clock.advance(hours=1)

    await bounce(core, mailing, "again", action="failed")

    event = await last(core)
    assert isinstance(event, MailArrived)
    assert "lifted the suppression" in event.note


async def test_a_report_about_a_mail_that_never_left_suppresses_nobody(core: Core) -> None:
    mailing = await a_mailing(core)
    await core.database.execute("UPDATE mailing SET state = 'withheld', sent_at = NULL")

    await bounce(core, mailing, action="failed")

    assert isinstance(await last(core), MailArrived)
    [line] = await evidence.of_address(core, address=mailing.address)
    assert line.proof == "not mailed"


class Told:
    """A reader that says what it was told to."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading

    async def read(self, raw: bytes, *, envelope_from: str, today: date) -> Opened:
        """Say it."""
        found = opened(raw, envelope_from=envelope_from, today=today)
        told = {name: getattr(self.reading, name) for name in ("kind", "rule", "recipients", "back_on")}
        return replace(found, reading=replace(found.reading, **told))


async def test_newer_rules_take_back_what_older_ones_did(core: Core) -> None:
    mailing = await a_mailing(core)
    mail_id = await bounce(core, mailing, action="failed")
    milder = Reading(Kind.BOUNCE, "newer-rule", (RecipientReading(mailing.address, reason=Reason.SPAM),))

    outcome = await inbound.replay(core, mail_id=str(mail_id), reader=Told(milder))

    assert outcome.changed
    assert await suppressions.suppressed(core, addresses=[mailing.address]) == frozenset()
    assert [type(each) for each in await events(core)] == [AddressSuppressed, SuppressionLifted, MailArrived]
    lines = await evidence.of_address(core, address=mailing.address)
    assert sorted((each.kind, each.withdrawn_at is None) for each in lines) == [
        ("dead address", False), ("our fault", True)]  # fmt: skip


async def test_what_newer_rules_took_back_they_may_do_again(core: Core) -> None:
    mailing = await a_mailing(core)
    mail_id = await bounce(core, mailing, action="failed")
    milder = Reading(Kind.BOUNCE, "newer-rule", (RecipientReading(mailing.address, reason=Reason.SPAM),))
    await inbound.replay(core, mail_id=str(mail_id), reader=Told(milder))

    await inbound.replay(core, mail_id=str(mail_id), reader=ReaderHere())

    assert await suppressions.suppressed(core, addresses=[mailing.address]) == {"anna@acme.example"}


@pytest.mark.parametrize("by", ["mail", "click"])
async def test_newer_rules_do_not_take_back_what_was_asked_for_once_more(
    core: Core, clock: StandingClock, by: str
) -> None:
    mailing, today = await a_mailing(core), core.clock.now().date()
    to = return_paths.unsubscribe_address(core, mailing_id=mailing.id, day=today)
    first = await arrive(core, to, a_letter(to, text="unsubscribe"), sender="anna@acme.example")
    clock.advance(hours=1)
    if by == "mail":
        await arrive(core, to, a_letter(to, text="unsubscribe, at last"), sender="anna@acme.example")
    else:
        page = unsubscribes.page(core, mailing_id=mailing.id, day=today)
        await unsubscribes.stop(core, token=page.rpartition("/")[2], rule="one click")

    milder = Reading(Kind.AUTO_REPLY, "newer-rule", subject="Automatic reply")
    await inbound.replay(core, mail_id=str(first), reader=Told(milder))

    assert await suppressions.suppressed(core, addresses=[mailing.address]) == {mailing.address}


async def test_newer_rules_leave_alone_what_a_person_decided(core: Core, clock: StandingClock) -> None:
    mailing = await a_mailing(core)
    mail_id = await bounce(core, mailing, action="failed")
    clock.advance(hours=1)
    await suppressions.lift(core, address=mailing.address, reason="it works", actor=SHELL)
    sharper = Reading(Kind.BOUNCE, "newer-rule", (
        RecipientReading(mailing.address, reason=Reason.HOST_UNKNOWN, hard=True),))  # fmt: skip

    await inbound.replay(core, mail_id=str(mail_id), reader=Told(sharper))

    assert await suppressions.suppressed(core, addresses=[mailing.address]) == frozenset()


async def test_an_unproven_report_is_evidence_for_whom_it_names(core: Core) -> None:
    mailing = await a_mailing(core)

    await arrive(core, "postmaster@mail.northwind.example", a_dsn("x@y.example"), sender="")

    [line] = await evidence.of_address(core, address=mailing.address)
    assert (line.kind, line.proof, line.counts) == ("dead address", "missing", False)


async def test_a_complaint_taken_back_lifts_the_complaint_and_not_the_opt_out(core: Core) -> None:
    mailing = await a_mailing(core)
    reply = return_paths.reply_address(core, mailing_id=mailing.id, day=core.clock.now().date())
    await arrive(core, FBL, a_complaint(tokens=reply))
    await arrive(core, FBL, a_complaint(tokens=reply, kind="opt-out"))

    await arrive(core, FBL, a_complaint(tokens=reply, kind="not-spam"))

    told = await suppression_lists.explain(core, address=mailing.address)
    assert sorted((each.reason, each.state) for each in told) == [("complaint", "lifted"), ("opted out", "active")]


# Contacts -----------------------------------------------------------------------------------------


async def test_an_automatic_answer_of_one_who_left_says_so_and_suppresses_nobody(core: Core) -> None:
    mailing = await a_mailing(core)
    to = bounce_path(core, mailing.id)
    text = "Anna is no longer with the company. Please contact bob@acme.example instead."

    await arrive(core, to, a_letter(to, text=text, more="Auto-Submitted: auto-replied\n"))

    event = await last(core)
    assert isinstance(event, ContactLeft)
    assert (event.contact_id, event.successor) == (mailing.contact_id, "b…@acme.example")
    assert await suppressions.suppressed(core, addresses=[mailing.address]) == frozenset()


async def test_an_absence_with_a_date_is_told_with_it(core: Core) -> None:
    mailing = await a_mailing(core)
    to = bounce_path(core, mailing.id)
    text = "I am out of office and will be back on 23 March 2026."

    await arrive(core, to, a_letter(to, text=text, more="Auto-Submitted: auto-replied\n"))

    event = await last(core)
    assert isinstance(event, ContactAway)
    assert str(event.until) == "2026-03-23"


@pytest.mark.parametrize("text", ["back on 1 March 2026", "back on 1 December 2026"])
async def test_an_absence_that_is_over_or_endless_delays_nothing(core: Core, text: str) -> None:
    mailing = await a_mailing(core)
    to = bounce_path(core, mailing.id)

    await arrive(core, to, a_letter(to, text=f"I am away, {text}.", more="Auto-Submitted: auto-replied\n"))

    assert isinstance(await last(core), MailArrived)
