"""Replays: what newer rules would change is told without changing anything, then done as it was told."""

from datetime import date, timedelta

import pytest

from domain.deliverability import evidence, inbound, replays, suppression_lists, suppressions
from domain.deliverability.models import Mailing
from domain.deliverability.reading import Kind, Reading, Reason, RecipientReading
from domain.deliverability.reading_room import Reader
from domain.deliverability.refusals import MailNotFound
from domain.deliverability.replays import Change
from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from tests.clocks import StandingClock
from tests.domain.deliverability.mailings_made import TODAY, a_complaint, a_mailing, another_mail
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
