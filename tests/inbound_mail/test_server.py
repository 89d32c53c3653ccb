"""The server over real sockets: what it takes, what it refuses, and that 250 means committed."""

import asyncio
from uuid import UUID, uuid4

import psycopg
import pytest

from domain.deliverability import return_paths, suppressions
from domain.deliverability.models import InboundMail
from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.kernel.keys import Keyring, SigningKey
from domain.outreach import gates
from domain.outreach.gates import Holds
from inbound_mail.server import MailServer
from tests.clocks import StandingClock
from tests.domain.deliverability.mailings_made import TODAY, a_dsn, a_mailing, bounce_path
from tests.inbound_mail.talker import send, talking

MAILING = UUID("6f1d7a52-0000-4000-8000-0123456789ab")


async def test_a_report_to_a_signed_address_is_committed_when_250_is_said(core: Core, server: MailServer) -> None:
    to = bounce_path(core, MAILING)

    answer = await send(server.port, to, body=a_dsn(to))

    mails = await InboundMail.all()
    assert answer.startswith("250 2.0.0")
    assert [(mail.sent_to, mail.envelope_from, mail.state) for mail in mails] == [([to], "", "stored")]
    assert mails[0].body.startswith(b"From: MAILER-DAEMON@mx.acme.example (Mail Delivery System)\r\n")


@pytest.mark.parametrize("role", ["postmaster", "abuse", "fbl", "PostMaster"])
async def test_the_role_mailboxes_are_open(core: Core, server: MailServer, role: str) -> None:
    answer = await send(server.port, f"{role}@{core.merchant.mail_domain.upper()}", sender="a@b.example")

    assert answer.startswith("250")


@pytest.mark.parametrize(
    "to",
    [
        "victim@elsewhere.example",
        "billing@mail.northwind.example",
        "anna%acme.example@mail.northwind.example",
        '"anna@acme.example"@mail.northwind.example',
        "postmaster@northwind.example",
        "postmaster@mail.northwind.example.evil.example",
        "b+aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@mail.northwind.example",
        "b+@mail.northwind.example",
        "@mail.northwind.example:victim@elsewhere.example",
    ],
)
async def test_nothing_is_relayed_and_no_unknown_address_is_taken(core: Core, server: MailServer, to: str) -> None:
    answer = await send(server.port, to, sender="a@b.example")

    assert answer.startswith("550 5.7.1")
    assert await InboundMail.all().count() == 0


async def test_a_token_under_a_key_of_somebody_else_is_refused(core: Core, server: MailServer) -> None:
    theirs = Keyring((SigningKey(1, b"somebody else's key of thirty-two bytes or more"),))
    forged = return_paths.bounce_address(
        Core(core.clock, core.database, core.jobs, theirs, core.merchant, core.notices), mailing_id=MAILING, day=TODAY
    )

    answer = await send(server.port, forged)

    assert answer.startswith("550")


async def test_a_reply_token_does_not_open_the_return_path(core: Core, server: MailServer) -> None:
    reply = return_paths.reply_address(core, mailing_id=MAILING, day=TODAY)

    answer = await send(server.port, "b" + reply[1:])

    assert answer.startswith("550")


async def test_an_old_token_is_still_taken_since_250_only_stores(
    core: Core, server: MailServer, clock: StandingClock
) -> None:
    to = bounce_path(core, MAILING)
    clock.advance(days=400)

    answer = await send(server.port, to)

    assert answer.startswith("250")


async def test_relays_that_change_case_or_add_their_own_tag_do_no_harm(core: Core, server: MailServer) -> None:
    to = bounce_path(core, MAILING)

    answers = [await send(server.port, to.upper()), await send(server.port, f"prvs=1234abcdef={to}")]

    assert [answer[:3] for answer in answers] == ["250", "250"]


async def test_the_same_mail_twice_is_kept_once(core: Core, server: MailServer) -> None:
    to = bounce_path(core, MAILING)

    answers = [await send(server.port, to, body=a_dsn(to)) for _ in range(2)]

    assert [answer[:3] for answer in answers] == ["250", "250"]
    assert await InboundMail.all().count() == 1
    jobs = await core.database.rows("SELECT args FROM procrastinate_jobs WHERE task_name = 'read_mail'")
    assert len(jobs) == 1


async def test_many_mails_at_once_are_all_kept(core: Core, server: MailServer) -> None:
    to = bounce_path(core, MAILING)

    answers = await asyncio.gather(*(send(server.port, to, body=b"Subject: %d\n\nx" % n) for n in range(20)))

    assert {answer[:3] for answer in answers} == {"250"}
    assert await InboundMail.all().count() == 20
    jobs = await core.database.rows("SELECT args FROM procrastinate_jobs WHERE task_name = 'read_mail'")
    assert len(jobs) == 20


async def test_several_mails_pass_through_one_session(core: Core, server: MailServer) -> None:
    to = bounce_path(core, MAILING)

    async with talking(server.port) as talker:
        answers = [await talker.mail(to, body=b"Subject: %d\n\nx" % n) for n in range(5)]

    assert {answer[:3] for answer in answers} == {"250"}
    assert await InboundMail.all().count() == 5


async def test_lines_longer_than_998_octets_are_taken_whole(core: Core, server: MailServer) -> None:
    body = b"Subject: x\r\n\r\n" + b"long " * 100_000

    answer = await send(server.port, bounce_path(core, MAILING), body=body)

    assert answer.startswith("250")
    assert (await InboundMail.get()).body == body + b"\r\n"


async def test_dots_at_the_beginning_of_lines_come_through(core: Core, server: MailServer) -> None:
    body = b".first\r\n\r\n.\r\n..two\r\nend"

    await send(server.port, bounce_path(core, MAILING), body=body)

    assert (await InboundMail.get()).body == body + b"\r\n"


async def test_a_mail_of_nothing_is_a_mail(core: Core, server: MailServer) -> None:
    async with talking(server.port) as talker:
        await talker.say("MAIL FROM:<>")
        await talker.say(f"RCPT TO:<{bounce_path(core, MAILING)}>")
        await talker.say("DATA")
        answer = await talker.say(".")

    assert answer.startswith("250")
    assert (await InboundMail.get()).body == b""


@pytest.mark.parametrize(
    "sender", ["", "MAILER-DAEMON@host", "a..b.@odd.example", "müller@täst.example", '"very odd"@x.example']
)
async def test_senders_as_mail_systems_write_them_are_taken(core: Core, server: MailServer, sender: str) -> None:
    answer = await send(server.port, bounce_path(core, MAILING), sender=sender)

    assert answer.startswith("250")
    assert (await InboundMail.get()).envelope_from == sender


async def test_the_answer_is_451_while_the_database_is_away_and_250_after(
    core: Core, server: MailServer, database_address: str
) -> None:
    to = bounce_path(core, MAILING)
    name = psycopg.conninfo.conninfo_to_dict(database_address)["dbname"]
    admin_address = psycopg.conninfo.make_conninfo(database_address, dbname="postgres")
    async with await psycopg.AsyncConnection.connect(admin_address, autocommit=True) as admin:
        await admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        await admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
        try:
            down = await send(server.port, to)
        finally:
            await admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')

    up = ""
    async with asyncio.timeout(60):
        while not up.startswith("250"):
            up = await send(server.port, to)

    assert down.startswith("451 4.3.0")
    assert up.startswith("250")
    assert await InboundMail.all().count() == 1


async def test_the_answer_is_451_when_the_commit_fails(core: Core, server: MailServer) -> None:
    await core.database.execute(
        "CREATE FUNCTION disk_full() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'no space left on device' USING ERRCODE = 'disk_full'; END $$"
    )
    await core.database.execute(
        "CREATE CONSTRAINT TRIGGER disk_full AFTER INSERT ON inbound_mail"
        " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION disk_full()"
    )
    try:
        answer = await send(server.port, bounce_path(core, MAILING))
    finally:
        await core.database.execute("DROP TRIGGER disk_full ON inbound_mail")
        await core.database.execute("DROP FUNCTION disk_full")

    assert answer.startswith("451")
    assert await InboundMail.all().count() == 0


async def test_a_sender_that_hangs_up_early_loses_nothing(core: Core, server: MailServer) -> None:
    to = bounce_path(core, uuid4())
    async with talking(server.port) as talker:
        await talker.say("MAIL FROM:<>")
        await talker.say(f"RCPT TO:<{to}>")
        await talker.say("DATA")
        await talker.put(b"Subject: half a mail\r\n")

    answer = await send(server.port, to, body=b"Subject: the whole one\n\nx")

    assert answer.startswith("250")
    assert [mail.body[:22] for mail in await InboundMail.all()] == [b"Subject: the whole one"]


async def test_a_report_that_came_over_the_wire_suppresses_exactly_the_address_that_was_mailed(
    core: Core, server: MailServer
) -> None:
    anna = await a_mailing(core, "INV-1", address="anna@acme.example")
    bob = await a_mailing(core, "INV-2", address="bob@acme.example")
    to = bounce_path(core, anna.id).upper()

    await send(server.port, to, body=a_dsn(to))
    await send(server.port, "postmaster@mail.northwind.example", body=a_dsn("x", recipient=bob.address))
    async with asyncio.timeout(60):
        await core.jobs.work(concurrency=2, stop=asyncio.Event(), until_idle=True)

    assert await suppressions.suppressed(core, addresses=[anna.address, bob.address]) == {"anna@acme.example"}
    assert {mail.state for mail in await InboundMail.all()} == {"read"}


async def test_mail_is_taken_while_maintenance_is_on(core: Core, server: MailServer) -> None:
    await gates.close(core, name=gates.MAINTENANCE, holds=Holds.ALL_MAIL, reason="the bank moves", actor=SHELL)
    to = bounce_path(core, MAILING)

    answer = await send(server.port, to, body=a_dsn(to))

    assert answer.startswith("250 2.0.0")
    assert await InboundMail.all().count() == 1
