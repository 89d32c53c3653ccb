"""Inbound mail: kept once, read once, acted upon with proof only, and never lost."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
import pytest_asyncio

from domain.deliverability import inbound, queries, return_paths, suppression_lists, suppressions
from domain.deliverability.contact_events import BounceCounted
from domain.deliverability.events import AddressSuppressed, MailArrived, MailQuarantined, MailSeen, SuppressionLifted
from domain.deliverability.models import InboundMail, Mailing
from domain.deliverability.opening import Opened, opened
from domain.deliverability.reading_room import Reader, ReadingRoom, Unreadable
from domain.deliverability.refusals import MailNotFound
from domain.deliverability.suppressions import Why
from domain.kernel import timeline
from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.kernel.events import Event
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

FBL = "fbl@mail.northwind.example"


class ReaderHere:
    """Reads in this process; can be told to fail, and remembers how often it was asked."""

    def __init__(self, failure: str = "") -> None:
        self.failure, self.asked = failure, 0

    async def read(self, raw: bytes, *, envelope_from: str, today: date) -> Opened:
        """Read one mail."""
        self.asked += 1
        await asyncio.sleep(0)
        if self.failure:
            raise Unreadable(self.failure)
        return opened(raw, envelope_from=envelope_from, today=today)


@pytest_asyncio.fixture
async def mailing(core: Core) -> AsyncIterator[Mailing]:
    """A reminder that was mailed to anna@acme.example."""
    return await a_mailing(core)  # type: ignore[return-value]


async def arrive(core: Core, to: str, body: bytes, *, sender: str = "", reader: Reader | None = None) -> UUID:
    """Store a mail and read it."""
    mail_id = await inbound.store(core, envelope_from=sender, sent_to=[to], body=body)
    await inbound.read_stored(core, mail_id=str(mail_id), reader=reader or ReaderHere())
    return mail_id


async def events(core: Core) -> list[Event]:
    """Return everything on the timeline."""
    rows = await core.database.rows("SELECT id FROM timeline_entry ORDER BY id")
    return [(await timeline.entry(core, row["id"])).event for row in rows]


async def one(core: Core) -> Event:
    """Return the only event."""
    [event] = await events(core)
    return event


# Bounces ------------------------------------------------------------------------------------------


async def test_a_report_for_a_known_token_suppresses_exactly_that_address(core: Core, mailing: Mailing) -> None:
    other = await a_mailing(core, "INV-2", address="bob@acme.example")
    to = bounce_path(core, mailing.id)

    mail_id = await arrive(core, to, a_dsn(to))

    event = await one(core)
    assert isinstance(event, AddressSuppressed)
    assert (event.address, event.rule, event.mail_id) == ("a…@acme.example", "delivery-report", mail_id)
    assert await suppressions.suppressed(core, addresses=[mailing.address, other.address]) == {"anna@acme.example"}
    [told] = await suppression_lists.explain(core, address="anna@acme.example")
    assert told.mail_id == mail_id
    assert told.diagnostic.startswith("550 5.1.1")
    mail = await InboundMail.get(id=mail_id)
    assert (mail.state, mail.mailing_id, mail.seen_at) == ("read", mailing.id, core.clock.now())


async def test_a_report_without_any_address_speaks_of_the_one_that_was_mailed(core: Core, mailing: Mailing) -> None:
    to = bounce_path(core, mailing.id)
    body = a_dsn(to).replace(b"anna@acme.example", b"somebody")

    await arrive(core, to, body)

    assert isinstance(await one(core), AddressSuppressed)


async def test_a_report_that_names_another_address_is_evidence_for_a_person(core: Core, mailing: Mailing) -> None:
    to = bounce_path(core, mailing.id)

    await arrive(core, to, a_dsn(to, recipient="victim@acme.example"))

    event = await one(core)
    assert isinstance(event, MailArrived)
    assert "another address" in event.note
    assert event.invoice_number == "INV-1042"
    assert await suppressions.suppressed(core, addresses=["victim@acme.example", mailing.address]) == frozenset()


async def test_where_it_was_forwarded_to_does_not_matter_when_the_report_names_whom_we_mailed(
    core: Core, mailing: Mailing
) -> None:
    to = bounce_path(core, mailing.id)
    body = a_dsn(to).replace(
        b"Final-Recipient: rfc822; anna@acme.example", b"Final-Recipient: rfc822; a17@inner.example"
    )

    await arrive(core, to, body)

    assert isinstance(await one(core), AddressSuppressed)


async def test_a_forged_report_to_a_role_mailbox_suppresses_nobody(core: Core, mailing: Mailing) -> None:
    body = a_dsn("postmaster@mail.northwind.example", message_id=mailing.message_id)

    await arrive(core, "postmaster@mail.northwind.example", body)

    event = await one(core)
    assert isinstance(event, MailArrived)
    assert "without a valid token" in event.note
    assert event.invoice_number == "INV-1042", "the Message-ID is good enough to find the invoice"
    assert await suppressions.suppressed(core, addresses=[mailing.address]) == frozenset()


async def test_a_token_that_is_too_old_proves_nothing_but_finds_the_invoice(
    core: Core, mailing: Mailing, clock: StandingClock
) -> None:
    to = bounce_path(core, mailing.id, day=TODAY - timedelta(days=61))

    await arrive(core, to, a_dsn(to))

    event = await one(core)
    assert isinstance(event, MailArrived)
    assert "too old" in event.note
    assert event.invoice_number == "INV-1042"


async def test_a_token_of_a_mailing_that_we_do_not_know_proves_nothing(core: Core, mailing: Mailing) -> None:
    to = bounce_path(core, uuid4())

    await arrive(core, to, a_dsn(to))

    event = await one(core)
    assert isinstance(event, MailArrived)
    assert await suppressions.suppressed(core, addresses=[mailing.address]) == frozenset()


async def test_a_reply_token_does_not_prove_a_bounce(core: Core, mailing: Mailing) -> None:
    to = return_paths.reply_address(core, mailing_id=mailing.id, day=TODAY)

    await arrive(core, to, a_dsn(to))

    assert isinstance(await one(core), MailArrived)
    assert await suppressions.suppressed(core, addresses=[mailing.address]) == frozenset()


@pytest.mark.parametrize(
    ("status", "said", "ours"),
    [
        ("5.2.2", "552 5.2.2 Mailbox full", False),
        ("5.7.1", "550 5.7.1 Message rejected as spam", True),
        ("5.7.26", "550 5.7.26 Unauthenticated email is not accepted due to DMARC policy", True),
        ("4.4.1", "connection timed out", False),
    ],
)
async def test_what_does_not_tell_of_a_dead_address_never_suppresses(
    core: Core, mailing: Mailing, status: str, said: str, ours: bool
) -> None:
    to = bounce_path(core, mailing.id)

    mail_id = await arrive(core, to, a_dsn(to, status=status, said=said))

    assert isinstance(await one(core), MailArrived if ours else BounceCounted)
    assert await suppressions.suppressed(core, addresses=[mailing.address]) == frozenset()
    assert ((await InboundMail.get(id=mail_id)).seen_at is None) is ours, "our own faults need a person"


async def test_a_delay_is_only_noted_whatever_its_code_says(core: Core, mailing: Mailing) -> None:
    to = bounce_path(core, mailing.id)

    mail_id = await arrive(core, to, a_dsn(to, action="delayed"))

    event = await one(core)
    assert isinstance(event, MailArrived)
    assert event.what == "delayed"
    assert (await InboundMail.get(id=mail_id)).seen_at is not None


# Complaints and unsubscribing ---------------------------------------------------------------------


async def test_a_complaint_with_our_token_inside_suppresses(core: Core, mailing: Mailing) -> None:
    reply = return_paths.reply_address(core, mailing_id=mailing.id, day=TODAY)

    await arrive(core, FBL, a_complaint(tokens=reply, recipient="redacted@provider.example"))

    event = await one(core)
    assert isinstance(event, AddressSuppressed)
    assert event.reason == "complaint"


async def test_a_complaint_without_a_token_is_evidence_for_a_person(core: Core, mailing: Mailing) -> None:
    await arrive(core, FBL, a_complaint(tokens="ar@northwind.example", message_id=mailing.message_id))

    event = await one(core)
    assert isinstance(event, MailArrived)
    assert event.invoice_number == "INV-1042"
    assert await suppressions.suppressed(core, addresses=[mailing.address]) == frozenset()


async def test_a_complaint_about_somebody_else_with_our_token_suppresses_nobody(core: Core, mailing: Mailing) -> None:
    reply = return_paths.reply_address(core, mailing_id=mailing.id, day=TODAY)

    await arrive(core, FBL, a_complaint(tokens=reply, recipient="victim@acme.example"))

    assert isinstance(await one(core), MailArrived)


@pytest.mark.parametrize("kind", ["auth-failure", "fraud", "virus", "other"])
async def test_other_feedback_is_for_people(core: Core, mailing: Mailing, kind: str) -> None:
    reply = return_paths.reply_address(core, mailing_id=mailing.id, day=TODAY)

    await arrive(core, FBL, a_complaint(tokens=reply, kind=kind))

    assert isinstance(await one(core), MailArrived)


async def test_a_complaint_that_is_taken_back_lifts_that_suppression_only(core: Core, mailing: Mailing) -> None:
    reply = return_paths.reply_address(core, mailing_id=mailing.id, day=TODAY)
    await arrive(core, FBL, a_complaint(tokens=reply))

    await arrive(core, FBL, a_complaint(tokens=reply, kind="not-spam"))

    assert [type(event) for event in await events(core)] == [AddressSuppressed, SuppressionLifted]
    assert await suppressions.suppressed(core, addresses=[mailing.address]) == frozenset()


async def no_spam_after_all(core: Core, mailing: Mailing) -> None:
    """Let the recipient of a message say that it is no spam."""
    to = return_paths.reply_address(core, mailing_id=mailing.id, day=TODAY)
    await arrive(core, FBL, a_complaint(tokens=to, kind="not-spam"))


async def test_that_a_message_is_no_spam_lifts_nothing_that_a_person_wanted(core: Core, mailing: Mailing) -> None:
    await suppressions.add(core, whom=mailing.address, reason=Why.COMPLAINT, note="by telephone", actor=SHELL)

    await no_spam_after_all(core, mailing)

    assert await suppressions.suppressed(core, addresses=[mailing.address]) == {"anna@acme.example"}


async def test_that_a_message_is_no_spam_leaves_what_was_said_of_another(core: Core, mailing: Mailing) -> None:
    other = await another_mail(core, mailing)
    for each in (mailing, other):
        to = return_paths.reply_address(core, mailing_id=each.id, day=TODAY)
        await arrive(core, FBL, a_complaint(tokens=to))

    await no_spam_after_all(core, mailing)

    held = await suppressions.suppressed(core, addresses=[mailing.address])
    await no_spam_after_all(core, other)
    assert held == {"anna@acme.example"}
    assert await suppressions.suppressed(core, addresses=[mailing.address]) == frozenset(), "both are taken back"


async def test_whoever_complains_again_after_taking_it_back_is_suppressed(core: Core, mailing: Mailing) -> None:
    to = return_paths.reply_address(core, mailing_id=mailing.id, day=TODAY)
    await arrive(core, FBL, a_complaint(tokens=to))
    await no_spam_after_all(core, mailing)

    await arrive(core, FBL, a_complaint(tokens=to, message_id="<again@elsewhere.example>"))

    assert await suppressions.suppressed(core, addresses=[mailing.address]) == {"anna@acme.example"}


async def test_a_mail_to_the_unsubscribe_address_opts_out(core: Core, mailing: Mailing) -> None:
    to = return_paths.unsubscribe_address(core, mailing_id=mailing.id, day=TODAY)

    await arrive(core, to, a_letter(to, text="unsubscribe"), sender="anna@acme.example")

    event = await one(core)
    assert isinstance(event, AddressSuppressed)
    assert event.reason == "opted out"


async def test_a_bounce_that_reaches_the_unsubscribe_address_does_not_opt_out(core: Core, mailing: Mailing) -> None:
    to = return_paths.unsubscribe_address(core, mailing_id=mailing.id, day=TODAY)

    await arrive(core, to, a_dsn(to))

    assert isinstance(await one(core), MailArrived)
    assert await suppressions.suppressed(core, addresses=[mailing.address]) == frozenset()


@pytest.mark.parametrize(
    ("subject", "more"),
    [
        ("Automatic reply: Invoice INV-1042", "Auto-Submitted: auto-replied"),
        ("Re: unsubscribe", "X-Autoreply: yes"),
        ("Read: Invoice", "Content-Type: multipart/report; report-type=disposition-notification; boundary=x"),
        ("Our news", "List-Id: <news.acme.example>"),
    ],
)
async def test_a_machines_mail_to_the_unsubscribe_address_is_for_a_person(
    core: Core, mailing: Mailing, subject: str, more: str
) -> None:
    to = return_paths.unsubscribe_address(core, mailing_id=mailing.id, day=TODAY)
    body = f"From: anna@acme.example\nTo: {to}\nSubject: {subject}\n{more}\n\nI am out of the office.\n"

    mail_id = await arrive(core, to, body.encode(), sender="anna@acme.example")

    assert isinstance(await one(core), MailArrived)
    assert await suppressions.suppressed(core, addresses=[mailing.address]) == frozenset()
    assert (await InboundMail.get(id=mail_id)).seen_at is None


async def test_a_mail_program_that_opts_out_for_its_user_and_says_that_it_is_one_is_heard(
    core: Core, mailing: Mailing
) -> None:
    to = return_paths.unsubscribe_address(core, mailing_id=mailing.id, day=TODAY)
    body = f"From: anna@acme.example\nTo: {to}\nSubject: Unsubscribe\nAuto-Submitted: auto-generated\n\nunsubscribe\n"

    await arrive(core, to, body.encode(), sender="anna@acme.example")

    event = await one(core)
    assert isinstance(event, AddressSuppressed)
    assert event.reason == "opted out"


# Everything else ----------------------------------------------------------------------------------


async def test_a_reply_is_unread_mail_of_its_invoice(core: Core, mailing: Mailing) -> None:
    to = return_paths.reply_address(core, mailing_id=mailing.id, day=TODAY)

    mail_id = await arrive(core, to, a_letter(to), sender="anna@acme.example")

    event = await one(core)
    assert isinstance(event, MailArrived)
    assert (event.what, event.sender, event.invoice_number) == ("human", "a…@acme.example", "INV-1042")
    assert "Friday" not in event.model_dump_json()
    [line] = await queries.mails(core, unread=True)
    assert (line.id, line.kind, line.invoice_number) == (mail_id, "human", "INV-1042")


async def test_a_reply_without_a_token_is_found_by_what_it_answers(core: Core, mailing: Mailing) -> None:
    to = "postmaster@mail.northwind.example"

    await arrive(core, to, a_letter(to, more=f"In-Reply-To: {mailing.message_id}\n"), sender="anna@acme.example")

    event = await one(core)
    assert isinstance(event, MailArrived)
    assert event.invoice_number == "INV-1042"


async def test_an_automatic_answer_with_a_null_sender_suppresses_nobody(core: Core, mailing: Mailing) -> None:
    to = bounce_path(core, mailing.id)
    body = a_letter(to, text="Thank you for your mail.", more="Auto-Submitted: auto-replied\n")

    mail_id = await arrive(core, to, body)

    event = await one(core)
    assert isinstance(event, MailArrived)
    assert event.what == "auto_reply"
    assert (await InboundMail.get(id=mail_id)).seen_at is not None, "there is nothing to answer"


async def test_a_person_who_quotes_a_bounce_is_a_person(core: Core, mailing: Mailing) -> None:
    to = bounce_path(core, mailing.id)
    body = a_letter(to, text="I got this:\n550 5.1.1 <anna@acme.example>: User unknown\nWhat is wrong?")

    await arrive(core, to, body, sender="anna@acme.example")

    event = await one(core)
    assert isinstance(event, MailArrived)
    assert event.what == "human"
    assert await suppressions.suppressed(core, addresses=[mailing.address]) == frozenset()


# Once, and never lost -----------------------------------------------------------------------------


async def test_two_workers_that_read_the_same_mail_at_once_make_one_suppression(core: Core, mailing: Mailing) -> None:
    to = bounce_path(core, mailing.id)
    mail_id = await inbound.store(core, envelope_from="", sent_to=[to], body=a_dsn(to))

    await asyncio.gather(*(inbound.read_stored(core, mail_id=str(mail_id), reader=ReaderHere()) for _ in range(4)))

    assert isinstance(await one(core), AddressSuppressed)


async def test_a_mail_that_was_stored_is_read_by_whichever_worker_comes_next(core: Core, mailing: Mailing) -> None:
    to = bounce_path(core, mailing.id)
    await inbound.store(core, envelope_from="", sent_to=[to], body=a_dsn(to))  # and here the process dies

    async with asyncio.timeout(60):
        await core.jobs.work(concurrency=2, stop=asyncio.Event(), until_idle=True)

    assert isinstance(await one(core), AddressSuppressed)
    assert await InboundMail.filter(state="read").count() == 1


async def test_a_mail_that_cannot_be_read_is_quarantined_and_can_be_replayed(core: Core, mailing: Mailing) -> None:
    to = bounce_path(core, mailing.id)
    mail_id = await arrive(core, to, a_dsn(to), reader=ReaderHere("reading took more than 10 s"))
    put_aside = await one(core)

    outcome = await inbound.replay(core, mail_id=str(mail_id), reader=ReaderHere())

    assert isinstance(put_aside, MailQuarantined)
    assert (outcome.state, outcome.what, outcome.changed) == ("read", "bounce", True)
    assert [type(event) for event in await events(core)] == [MailQuarantined, AddressSuppressed]


async def test_a_replay_that_reads_the_same_does_nothing_again(core: Core, mailing: Mailing) -> None:
    to = bounce_path(core, mailing.id)
    mail_id = await arrive(core, to, a_dsn(to))
    await suppressions.lift(core, address=mailing.address, reason="a mistake", actor=SHELL)

    outcome = await inbound.replay(core, mail_id=str(mail_id), reader=ReaderHere())

    assert not outcome.changed
    assert await suppressions.suppressed(core, addresses=[mailing.address]) == frozenset()


async def test_a_replay_that_fails_leaves_a_mail_as_it_was(core: Core, mailing: Mailing) -> None:
    to = bounce_path(core, mailing.id)
    mail_id = await arrive(core, to, a_dsn(to))

    outcome = await inbound.replay(core, mail_id=str(mail_id), reader=ReaderHere("the reader crashed twice"))

    assert (outcome.state, outcome.note) == ("read", "the reader crashed twice")
    assert len(await events(core)) == 1


async def test_a_mail_of_every_byte_is_kept_and_read_in_the_reading_room(core: Core) -> None:
    room = ReadingRoom()
    body = b"Subject: \x00\xff\n\n" + bytes(range(256)) * 50

    mail_id = await arrive(core, "abuse@mail.northwind.example", body, sender="a\0b@x.example", reader=room)
    room.close()

    mail = await InboundMail.get(id=mail_id)
    assert (mail.state, mail.body, mail.envelope_from) == ("read", body, "ab@x.example")


async def test_the_same_mail_to_two_addresses_is_two_mails(core: Core) -> None:
    first = await inbound.store(core, envelope_from="", sent_to=["fbl@x", "abuse@x"], body=b"x")
    second = await inbound.store(core, envelope_from="", sent_to=["ABUSE@x", "fbl@x"], body=b"x")
    third = await inbound.store(core, envelope_from="", sent_to=["fbl@x"], body=b"x")

    assert first == second
    assert third != first


async def test_a_batch_holds_repeats_of_itself_and_of_the_past(core: Core) -> None:
    old = await inbound.store(core, envelope_from="", sent_to=["fbl@x"], body=b"old")

    ids = await inbound.store_many(
        core, [inbound.Arrival("", ("fbl@x",), body) for body in (b"old", b"new", b"new", b"newer")]
    )

    assert ids[0] == old
    assert ids[1] == ids[2]
    assert len({*ids}) == 3


async def test_a_person_deals_with_a_mail(core: Core, mailing: Mailing) -> None:
    to = return_paths.reply_address(core, mailing_id=mailing.id, day=TODAY)
    mail_id = await arrive(core, to, a_letter(to), sender="anna@acme.example")

    event = await inbound.seen(core, mail_id=str(mail_id), actor=SHELL)

    assert isinstance(event, MailSeen)
    assert event.invoice_number == "INV-1042"
    assert await queries.mails(core, unread=True) == []
    shown = await queries.mail(core, mail_id=str(mail_id))
    assert (shown.sent_to, shown.envelope_from, shown.reading.kind if shown.reading else "") == (
        (to,), "anna@acme.example", "human")  # fmt: skip


async def test_what_was_dealt_with_is_not_told_again(core: Core, mailing: Mailing) -> None:
    to = return_paths.reply_address(core, mailing_id=mailing.id, day=TODAY)
    mail_id = await arrive(core, to, a_letter(to), sender="anna@acme.example")
    await inbound.seen(core, mail_id=str(mail_id), actor=SHELL)

    again = await inbound.seen(core, mail_id=str(mail_id), actor=SHELL)

    assert again is None
    rows = await core.database.rows("SELECT 1 FROM timeline_entry WHERE kind = 'mail.seen'")
    assert len(rows) == 1


@pytest.mark.parametrize("mail_id", ["", "nonsense", "6f1d7a52-0000-4000-8000-0123456789ab"])
async def test_an_unknown_mail_is_refused_in_words(core: Core, mail_id: str) -> None:
    with pytest.raises(MailNotFound, match="plixo mail list"):
        await inbound.replay(core, mail_id=mail_id, reader=ReaderHere())
    with pytest.raises(MailNotFound):
        await inbound.seen(core, mail_id=mail_id, actor=SHELL)
    with pytest.raises(MailNotFound):
        await queries.mail(core, mail_id=mail_id)
