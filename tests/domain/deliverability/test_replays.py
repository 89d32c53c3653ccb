"""Replays: what newer rules would change is told without changing anything, then done as it was told."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from domain.casework import conversations
from domain.deliverability import evidence, inbound, replays, return_paths, suppression_lists, suppressions
from domain.deliverability.contact_events import AbsenceWithdrawn
from domain.deliverability.models import Mailing
from domain.deliverability.reading import Kind, Reading, Reason, RecipientReading
from domain.deliverability.reading_room import Reader
from domain.deliverability.refusals import MailNotFound
from domain.deliverability.replays import Change
from domain.deliverability.suppressions import Why
from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.kernel.keys import Keyring, SigningKey
from tests.clocks import StandingClock
from tests.domain.deliverability.mailings_made import (
    TODAY,
    a_complaint,
    a_dsn,
    a_letter,
    a_mailing,
    another_mail,
    bounce_path,
)
from tests.domain.deliverability.test_evidence import Told, bounce
from tests.domain.deliverability.test_inbound import FBL, ReaderHere, arrive, events


def saying(mailing: Mailing, reason: Reason, *, hard: bool = False, kind: Kind = Kind.BOUNCE) -> Told:
    """A reader with a newer rule, that takes each mail for a report about one address."""
    return Told(Reading(kind, "newer-rule", (RecipientReading(mailing.address, reason=reason, hard=hard),)))


async def changes(
    core: Core, reader: Reader, *, dry_run: bool = True, day: date = TODAY, kind: Kind | None = None
) -> list[Change]:
    """Replay, and return what changed."""
    found = replays.since(core, day=day, reader=reader, kind=kind, dry_run=dry_run)
    return [change async for _, change in found if change is not None]


async def everything(core: Core) -> str:
    """Return all that a replay could touch, to compare it."""
    told = []
    for table in ("inbound_mail", "delivery_evidence", "suppression", "timeline_entry", "procrastinate_jobs"):
        rows = await core.database.rows(f"SELECT t::text AS line FROM {table} t ORDER BY 1")
        told += [row["line"] for row in rows]
    return "\n".join(told)


async def test_the_same_rules_change_nothing(core: Core) -> None:
    mailing = await a_mailing(core)
    await bounce(core, mailing, action="failed")

    assert await changes(core, ReaderHere()) == []


async def test_a_preview_tells_what_would_be_lifted_and_touches_nothing(core: Core) -> None:
    mailing = await a_mailing(core)
    mail_id = await bounce(core, mailing, action="failed")
    before = await everything(core)

    [change] = await changes(core, saying(mailing, Reason.SPAM))

    assert (change.mail_id, change.what) == (mail_id, "hard → soft")
    assert (change.before.reason, change.before.hard) == ("user unknown", True)
    assert (change.after.rule, change.after.reason, change.after.hard) == ("newer-rule", "taken for spam", False)
    assert (change.suppressed, change.lifted, change.counted) == ((), ("a…@acme.example (hard bounce)",), ())
    assert await everything(core) == before


async def test_what_another_mail_proves_as_well_is_not_told_to_be_lifted(core: Core) -> None:
    mailing = await a_mailing(core)
    first = await bounce(core, mailing, "first", action="failed")
    await bounce(core, mailing, "second", action="failed")

    told = await replays.preview(core, mail_id=str(first), reader=saying(mailing, Reason.SPAM))

    assert told is not None
    assert told.lifted == ()
    await inbound.replay(core, mail_id=str(first), reader=saying(mailing, Reason.SPAM))
    assert await suppressions.suppressed(core, addresses=[mailing.address]) == {"anna@acme.example"}


async def test_what_a_preview_told_is_what_is_done(core: Core) -> None:
    mailing = await a_mailing(core)
    await bounce(core, mailing)
    reader = saying(mailing, Reason.HOST_UNKNOWN, hard=True)
    told = await changes(core, reader)

    done = await changes(core, reader, dry_run=False)

    assert done == told
    assert done[0].suppressed == ("a…@acme.example (hard bounce)",)
    assert await suppressions.suppressed(core, addresses=[mailing.address]) == {"anna@acme.example"}
    assert await changes(core, reader, dry_run=False) == [], "what was done is not done twice"


async def test_a_fault_of_ours_that_becomes_the_payers_is_a_bounce_day(core: Core) -> None:
    mailing = await a_mailing(core)
    await bounce(core, mailing, status="5.7.1", said="550 5.7.1 Message rejected as spam")

    [change] = await changes(core, saying(mailing, Reason.MAILBOX_FULL))

    assert (change.what, change.counted, change.suppressed) == ("reason", ("a…@acme.example",), ())


async def test_the_third_bounce_day_would_suppress_for_a_while(core: Core, clock: StandingClock) -> None:
    mailing = await a_mailing(core)
    for _ in range(2):
        await bounce(core, await another_mail(core, mailing))
        clock.advance(days=1)
    spam = {"status": "5.7.1", "said": "550 5.7.1 Message rejected as spam"}
    await bounce(core, await another_mail(core, mailing), **spam)
    today = clock.now().date()

    told = await changes(core, saying(mailing, Reason.MAILBOX_FULL), day=today)

    assert [each.suppressed for each in told] == [("a…@acme.example (soft bounces)",)]
    await changes(core, saying(mailing, Reason.MAILBOX_FULL), day=today, dry_run=False)
    [kept] = await suppression_lists.explain(core, address=mailing.address)
    assert kept.reason == "soft bounces"


async def test_what_a_person_lifted_meanwhile_is_not_suppressed_again(core: Core, clock: StandingClock) -> None:
    mailing = await a_mailing(core)
    await bounce(core, mailing, action="failed")
    clock.advance(hours=1)
    await suppressions.lift(core, address=mailing.address, reason="it works", actor=SHELL)

    [change] = await changes(core, saying(mailing, Reason.HOST_UNKNOWN, hard=True))

    assert change.suppressed == ()
    assert "lifted the suppression" in change.after.note


async def test_a_complaint_that_is_none_any_more_is_lifted(core: Core) -> None:
    mailing = await a_mailing(core)
    reply = f"anna+{mailing.id}@acme.example"
    await arrive(core, FBL, a_complaint(tokens=reply))

    [change] = await changes(core, saying(mailing, Reason.UNDEFINED, kind=Kind.HUMAN))

    assert change.what == "complaint → human"


async def test_better_guesses_alone_are_kept_and_nothing_else_is_done(core: Core) -> None:
    mailing = await a_mailing(core)
    to = return_paths.reply_address(core, mailing_id=mailing.id, day=TODAY)
    mail_id = await arrive(core, to, a_letter(to, text="We pay 50.00 EUR on Friday."))
    await core.database.execute("UPDATE inbound_mail SET reply = jsonb_set(reply, '{intents}', '[]')")
    before = await events(core)

    [told] = await changes(core, ReaderHere())
    [done] = await changes(core, ReaderHere(), dry_run=False)

    assert told == done
    assert (told.what, told.before.wishes, told.after.wishes) == ("wishes", (), ("promise",))
    [guess] = (await conversations.card(core, mail_id=mail_id)).guesses
    assert guess.kind.value == "promise"
    assert await events(core) == before
    assert await changes(core, ReaderHere()) == []


@pytest.mark.parametrize("decided", ["seen_at = now()", "noted = '{dispute@0}'"])
async def test_what_a_person_has_decided_by_stays_whatever_is_guessed_today(core: Core, decided: str) -> None:
    mailing = await a_mailing(core)
    to = return_paths.reply_address(core, mailing_id=mailing.id, day=TODAY)
    mail_id = await arrive(core, to, a_letter(to, text="We pay 50.00 EUR on Friday."))
    await core.database.execute(f"UPDATE inbound_mail SET reply = jsonb_set(reply, '{{intents}}', '[]'), {decided}")

    told = await changes(core, ReaderHere())
    await changes(core, ReaderHere(), dry_run=False)

    assert told == []
    assert (await conversations.card(core, mail_id=mail_id)).guesses == ()


async def test_what_is_proven_by_a_key_that_was_put_back_is_acted_upon_although_it_reads_the_same(core: Core) -> None:
    mailing = await a_mailing(core)
    to = bounce_path(core, mailing.id)
    lost = replace(core, keys=Keyring((SigningKey(2, b"a key that somebody took out of the ring"),)))
    await arrive(lost, to, a_dsn(to))
    unproven = await suppressions.suppressed(core, addresses=[mailing.address])

    [told] = await changes(core, ReaderHere())
    await changes(core, ReaderHere(), dry_run=False)

    assert unproven == frozenset()
    assert (told.what, told.suppressed) == ("note", ("a…@acme.example (hard bounce)",))
    assert await suppressions.suppressed(core, addresses=[mailing.address]) == {"anna@acme.example"}
    assert await changes(core, ReaderHere()) == []


@pytest.mark.parametrize("newer_rules", [True, False])
async def test_a_key_that_left_the_ring_takes_back_nothing_that_it_had_proven(core: Core, newer_rules: bool) -> None:
    mailing = await a_mailing(core)
    await bounce(core, mailing, action="failed")
    rotated = replace(core, keys=Keyring((SigningKey(2, b"the key of next year, 32 bytes and more"),)))
    before = await everything(core)

    reader: Reader = saying(mailing, Reason.SPAM) if newer_rules else ReaderHere()
    done = await changes(rotated, reader, dry_run=False)

    assert done == []
    assert await everything(core) == before


async def test_that_its_owner_wrote_since_takes_no_suppression_back_by_a_replay(
    core: Core, clock: StandingClock
) -> None:
    mailing = await a_mailing(core)
    await bounce(core, mailing, action="failed")
    clock.advance(hours=1)
    to = return_paths.reply_address(core, mailing_id=mailing.id, day=TODAY)
    await arrive(core, to, a_letter(to))

    assert await changes(core, ReaderHere(), kind=Kind.BOUNCE) == []


async def test_an_absence_that_is_none_is_told_and_taken_back(core: Core) -> None:
    mailing = await a_mailing(core)
    to = return_paths.reply_address(core, mailing_id=mailing.id, day=TODAY)
    gone = Reading(Kind.AUTO_REPLY, "older-rule", back_on=date(2026, 3, 23))
    await arrive(core, to, b"Subject: x\n\ny", reader=Told(gone))

    [told] = await changes(core, Told(Reading(Kind.HUMAN, "newer-rule")))
    await changes(core, Told(Reading(Kind.HUMAN, "newer-rule")), dry_run=False)

    assert (told.what, told.back) == ("auto_reply → human", ("a…@acme.example",))
    [event] = [each for each in await events(core) if isinstance(each, AbsenceWithdrawn)]
    assert event.contact_id == mailing.contact_id


async def test_a_soft_suppression_ends_when_one_of_its_days_is_taken_back(core: Core, clock: StandingClock) -> None:
    mailing = await a_mailing(core)
    first = await bounce(core, await another_mail(core, mailing))
    clock.advance(days=1)
    await bounce(core, await another_mail(core, mailing))
    clock.advance(days=1)
    await bounce(core, await another_mail(core, mailing))
    held = await suppressions.suppressed(core, addresses=[mailing.address])
    clock.advance(days=10)  # most of the fortnight is over: the day of the suppression decides

    told = await replays.preview(core, mail_id=str(first), reader=saying(mailing, Reason.SPAM))
    await inbound.replay(core, mail_id=str(first), reader=saying(mailing, Reason.SPAM))

    assert held == {"anna@acme.example"}
    assert told is not None
    assert told.lifted == ("a…@acme.example (soft bounces)",)
    assert await suppressions.suppressed(core, addresses=[mailing.address]) == frozenset()


@pytest.mark.parametrize("which", range(4))
async def test_a_soft_suppression_stands_while_enough_days_are_left(
    core: Core, clock: StandingClock, which: int
) -> None:
    mailing = await a_mailing(core)
    mails = [await bounce(core, mailing)]
    for _ in range(3):
        clock.advance(days=1)
        mails.append(await bounce(core, await another_mail(core, mailing)))

    await inbound.replay(core, mail_id=str(mails[which]), reader=saying(mailing, Reason.SPAM))

    assert await suppressions.suppressed(core, addresses=[mailing.address]) == {"anna@acme.example"}


async def test_a_soft_suppression_that_a_person_wanted_as_well_stays(core: Core, clock: StandingClock) -> None:
    mailing = await a_mailing(core)
    mails = []
    for _ in range(3):
        mails.append(await bounce(core, await another_mail(core, mailing)))
        clock.advance(days=1)
    await suppressions.add(core, whom=mailing.address, reason=Why.SOFT_BOUNCES, note="they said so", actor=SHELL)

    await inbound.replay(core, mail_id=str(mails[0]), reader=saying(mailing, Reason.SPAM))

    assert await suppressions.suppressed(core, addresses=[mailing.address]) == {"anna@acme.example"}


async def test_only_mail_of_the_kind_and_the_days_that_were_asked_for_is_read(core: Core, clock: StandingClock) -> None:
    mailing = await a_mailing(core)
    await bounce(core, mailing, "first")
    await arrive(core, FBL, a_complaint(tokens="x@y.example"))
    clock.advance(days=2)
    reader = saying(mailing, Reason.SYSTEM)

    assert len(await changes(core, reader)) == 2
    assert len(await changes(core, reader, kind=Kind.COMPLAINT)) == 1
    assert await changes(core, reader, day=TODAY + timedelta(days=1)) == []
    assert await replays.size(core, day=TODAY) == 2
    assert await replays.size(core, day=TODAY, kind=Kind.BOUNCE) == 1


async def test_all_pages_are_read(core: Core) -> None:
    mailing = await a_mailing(core)
    mails = [await bounce(core, mailing, mark) for mark in "abcde"]

    reader = saying(mailing, Reason.SYSTEM)
    told = [
        (done, change) async for done, change in replays.since(core, day=TODAY, reader=reader, dry_run=True, page=2)
    ]

    assert {change.mail_id for _, change in told if change} == set(mails)
    assert [done for done, _ in told] == [1, 2, 3, 4, 5]


async def test_mail_that_waits_for_its_first_reading_is_left_to_it(core: Core) -> None:
    await inbound.store(core, envelope_from="", sent_to=[FBL], body=a_complaint(tokens="x@y.example"))

    assert await changes(core, ReaderHere(), dry_run=False) == []
    assert await events(core) == []


async def test_mail_from_the_quarantine_is_told_to_be_readable(core: Core) -> None:
    mail_id = await inbound.store(core, envelope_from="", sent_to=[FBL], body=a_complaint(tokens="x@y.example"))
    await inbound.read_stored(core, mail_id=str(mail_id), reader=ReaderHere(failure="it crashed"))

    [change] = await changes(core, ReaderHere())

    assert change.what == "unreadable → complaint"
    assert await changes(core, ReaderHere(failure="again")) == []


async def test_mail_that_defeats_the_newer_rules_stays_as_it_is(core: Core) -> None:
    mailing = await a_mailing(core)
    await bounce(core, mailing, action="failed")

    [change] = await changes(core, ReaderHere(failure="it crashed"), dry_run=False)

    assert (change.what, change.after.note) == ("bounce → unreadable", "it crashed")
    assert await suppressions.suppressed(core, addresses=[mailing.address]) == {"anna@acme.example"}
    [line] = await evidence.of_address(core, address=mailing.address)
    assert line.withdrawn_at is None


@pytest.mark.parametrize("mail_id", ["nonsense", "6f1d7a52-0000-4000-8000-0123456789ab"])
async def test_an_unknown_mail_is_refused(core: Core, mail_id: str) -> None:
    with pytest.raises(MailNotFound):
        await replays.preview(core, mail_id=mail_id, reader=ReaderHere())
