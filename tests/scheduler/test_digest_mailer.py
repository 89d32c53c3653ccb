"""Digests by mail: over real SMTP, once a day, in the reader's language, and told in Slack where they do not arrive."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date
from email.message import EmailMessage
from uuid import UUID

import pytest
import pytest_asyncio

from domain.deliverability import inbound, return_paths, unsubscribes
from domain.deliverability.models import OperatorMail
from domain.deliverability.reading_room import ReadingRoom
from domain.kernel import sentences
from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.kernel.jobs import TryLater
from domain.operations import digests, restorations
from domain.outreach import gates
from domain.outreach.gates import Holds
from domain.people import preferences
from domain.people.setting_words import Setting
from scheduler.digest_mailer import DigestMailer
from scheduler.mailer import Relay
from tests import smtp
from tests.builders import an_account, an_invoice
from tests.clocks import StandingClock
from tests.domain.operations.reports.books import euros, promised
from tests.domain.operations.test_digests import a_reader, confirmed

ADDRESS = "mara@merchant.example"


@pytest_asyncio.fixture
async def sink() -> AsyncIterator[smtp.Relay]:
    async with smtp.relay() as handler:
        yield handler


@pytest_asyncio.fixture
async def mara(core: Core, clock: StandingClock) -> UUID:
    """Mara wants her digest by mail alone; a promise is due today, so there is something to tell."""
    person = await a_reader(core, "U-MARA", digest="mail", address=ADDRESS)
    clock.advance(days=1)
    invoice = await an_invoice(core, "A", account=await an_account(core, "<b>Acme</b> & Söhne"), amount=euros(100))
    await promised(core, invoice, euros(50), date(2026, 3, 11))
    return person


async def _plan(core: Core) -> None:
    """Plan, and leave the digest of the week away, whose day was another one."""
    await digests.plan(core)
    await core.database.execute("DELETE FROM operator_mail WHERE about_id IN (SELECT id FROM digest WHERE kind = %s)",
                                ("weekly",))  # fmt: skip


async def _send(core: Core, sink: smtp.Relay) -> None:
    mailer = DigestMailer(core, Relay("127.0.0.1", sink.port, tls="none"))
    for each in await OperatorMail.all():
        await mailer.send(mail_id=str(each.id))


async def _digest_jobs(core: Core, name: str) -> int:
    rows = await core.database.rows("SELECT FROM procrastinate_jobs WHERE task_name = %s", (name,))
    return len(rows)


async def _chosen(core: Core, person_id: UUID) -> str:
    return (await preferences.of(core, person_id)).digest.value


def _part(mail: EmailMessage, kind: str) -> str:
    found = mail.get_body((kind,))
    assert found is not None
    return str(found.get_content())


async def test_it_is_mailed_with_text_html_and_picture_and_not_told_in_slack(
    core: Core, sink: smtp.Relay, mara: UUID
) -> None:
    await _plan(core)
    await _send(core, sink)

    (mail,) = sink.messages()
    html, plain = (_part(mail, each).replace("&nbsp;", " ").replace("\xa0", " ") for each in ("html", "plain"))
    pictures = [each for each in mail.walk() if each.get_content_type() == "image/png"]
    assert [each.addr_spec for each in mail["To"].addresses] == [ADDRESS]
    assert str(mail["Subject"]).endswith("Your digest of 10 Mar 2026")
    assert "due: 1 (50,00 EUR)" in html  # English, with numbers as the merchant's country writes them
    assert "due: 1 (50,00 EUR)" in plain
    assert "/plixo radar" in plain
    assert "&lt;b&gt;Acme&lt;/b&gt; &amp; Söhne" in html
    assert "<b>Acme" not in html
    assert "cid:ageing.png" in html
    assert pictures[0]["Content-ID"] == "<ageing.png>"
    assert pictures[0].get_content().startswith(b"\x89PNG")
    assert (await OperatorMail.get()).state == "sent"
    assert await _digest_jobs(core, "tell_digest") == 0


async def test_nothing_in_it_leads_anywhere_or_is_loaded(core: Core, sink: smtp.Relay, mara: UUID) -> None:
    await _plan(core)
    await _send(core, sink)

    (mail,) = sink.messages()
    whole = _part(mail, "html") + _part(mail, "plain")
    assert "http" not in whole.replace("urn:schemas-microsoft-com", "")
    assert "href" not in whole
    assert str((await OperatorMail.get()).id) not in whole


@pytest.mark.parametrize(
    ("language", "subject", "said"),
    [("de", "Ihr Tagesbericht vom 10. März 2026", "fällig: 1 (50,00 EUR)"),
     ("fr", "Votre récapitulatif du 10 mars 2026", "1 (50,00"),
     ("es", "Su resumen del 10 mar 2026", ": 1 (")],
)  # fmt: skip
async def test_it_is_in_the_readers_language(
    core: Core, sink: smtp.Relay, mara: UUID, language: str, subject: str, said: str
) -> None:
    await preferences.set(core, person_id=mara, setting=Setting.LANGUAGE, value=language, actor=SHELL)

    await _plan(core)
    await _send(core, sink)

    (mail,) = sink.messages()
    assert str(mail["Subject"]).endswith(subject)
    assert said.replace(" ", " ") in _part(mail, "plain").replace(" ", " ").replace(" ", " ")


async def test_two_schedulers_and_two_workers_mail_it_once(core: Core, sink: smtp.Relay, mara: UUID) -> None:
    await asyncio.gather(*(digests.plan(core) for _ in range(4)))

    daily = list(await OperatorMail.all())
    mailer = DigestMailer(core, Relay("127.0.0.1", sink.port, tls="none"))
    for _ in range(2):
        for each in daily:
            await mailer.send(mail_id=str(each.id))

    assert len(daily) == 2  # the day's and the week's
    assert len(sink.taken) == 2
    assert len({str(each["Message-ID"]) for each in sink.messages()}) == 2


async def test_one_that_was_on_the_wire_when_the_process_died_comes_again_under_its_message_id(
    core: Core, sink: smtp.Relay, mara: UUID
) -> None:
    await _plan(core)
    sink.hang_up_after_data = True
    with pytest.raises(TryLater):
        await _send(core, sink)
    state = (await OperatorMail.get()).state
    sink.hang_up_after_data = False

    await _send(core, sink)

    first, second = sink.messages()
    assert state == "sending"
    assert first["Message-ID"] == second["Message-ID"]
    assert (await OperatorMail.get()).state == "sent"


async def test_the_same_day_planned_anew_is_the_same_mail(core: Core, sink: smtp.Relay, mara: UUID) -> None:
    await _plan(core)
    before = await OperatorMail.get()
    await core.database.execute("DELETE FROM operator_mail")
    await core.database.execute("DELETE FROM digest")

    await _plan(core)

    assert (await OperatorMail.get()).message_id == before.message_id


async def test_a_day_without_news_is_skipped(core: Core, sink: smtp.Relay, mara: UUID) -> None:
    await core.database.execute("DELETE FROM promise")

    await _plan(core)
    await _send(core, sink)

    assert sink.taken == []
    assert (await OperatorMail.get()).state == "skipped"


async def test_one_that_waited_until_its_day_was_over_is_not_sent(
    core: Core, sink: smtp.Relay, mara: UUID, clock: StandingClock
) -> None:
    await _plan(core)
    clock.advance(days=1)

    await _send(core, sink)

    assert sink.taken == []
    assert (await OperatorMail.get()).state == "skipped"


@pytest.mark.parametrize(("setting", "value"), [("DIGEST", "off"), ("DIGEST", "chat"), ("ADDRESS", "none")])
async def test_whoever_turned_it_off_meanwhile_gets_none(
    core: Core, sink: smtp.Relay, mara: UUID, setting: str, value: str
) -> None:
    await _plan(core)
    await preferences.set(core, person_id=mara, setting=Setting[setting], value=value, actor=SHELL)

    await _send(core, sink)

    assert sink.taken == []
    assert (await OperatorMail.get()).state == "skipped"


async def test_an_address_that_was_corrected_meanwhile_is_the_one(core: Core, sink: smtp.Relay, mara: UUID) -> None:
    await _plan(core)
    await preferences.set(core, person_id=mara, setting=Setting.ADDRESS, value="m2@merchant.example", actor=SHELL)
    await confirmed(core)

    await _send(core, sink)

    assert sink.taken[0][1] == ["m2@merchant.example"]
    assert (await OperatorMail.get()).address_key == "m2@merchant.example"


async def test_an_address_that_the_relay_refuses_turns_to_slack_and_is_told_there(
    core: Core, sink: smtp.Relay, mara: UUID
) -> None:
    await _plan(core)
    before = await _digest_jobs(core, "tell_person")
    sink.rcpt_answer = f"550 5.1.1 no such user {ADDRESS}"

    await _send(core, sink)

    fact = await core.database.row("SELECT fact::text AS fact FROM timeline_entry WHERE kind = 'operator_mail.failed'")
    assert fact is not None
    assert "550 5.1.1" in fact["fact"]
    assert ADDRESS not in fact["fact"]
    assert (await OperatorMail.get()).state == "refused"
    assert await _chosen(core, mara) == "chat"
    assert await _digest_jobs(core, "tell_person") == before + 1
    assert await _digest_jobs(core, "tell_digest") == 1


async def test_a_relay_that_says_later_or_refuses_us_ends_nothing(core: Core, sink: smtp.Relay, mara: UUID) -> None:
    await _plan(core)
    for answer in ("mail_answer", "rcpt_answer", "data_answer"):
        setattr(sink, answer, "451 4.3.0 later")
        with pytest.raises(TryLater):
            await _send(core, sink)
        setattr(sink, answer, "250 OK")

    assert (await OperatorMail.get()).state == "queued"
    assert await _chosen(core, mara) == "mail"


async def test_a_suppressed_address_is_not_mailed(core: Core, sink: smtp.Relay, mara: UUID) -> None:
    await core.database.execute(
        "INSERT INTO suppression (id, address, address_key, reason, state, rule, diagnostic, created_at, made_by)"
        " VALUES (gen_random_uuid(), %s, %s, 'hard bounce', 'active', 'test', '', now(), 'test')",
        (ADDRESS, ADDRESS),
    )
    await _plan(core)

    await _send(core, sink)

    assert sink.taken == []
    assert (await OperatorMail.get()).state == "refused"


async def test_it_waits_while_all_mail_is_kept_back(core: Core, sink: smtp.Relay, mara: UUID) -> None:
    await _plan(core)
    await gates.close(core, name="maintenance", holds=Holds.ALL_MAIL, reason="move", actor=SHELL)

    with pytest.raises(TryLater):
        await _send(core, sink)

    assert sink.taken == []
    assert (await OperatorMail.get()).state == "queued"


async def test_after_a_restore_what_may_have_left_is_put_aside(core: Core, sink: smtp.Relay, mara: UUID) -> None:
    await _plan(core)

    await restorations.begin(core, reason="disk", actor=SHELL)

    assert (await OperatorMail.get()).state == "skipped"


async def test_a_bounce_turns_the_digest_to_slack(core: Core, sink: smtp.Relay, mara: UUID) -> None:
    await _plan(core)
    await _send(core, sink)

    await _arrives(core, sink.taken[0][0], _bounce("5.1.1", ADDRESS))
    await _arrives(core, sink.taken[0][0], _bounce("5.1.1", ADDRESS) + b"\r\n")

    assert (await OperatorMail.get()).state == "bounced"
    assert await _chosen(core, mara) == "chat"
    rows = await core.database.rows("SELECT FROM timeline_entry WHERE kind = 'operator_mail.failed'")
    assert len(rows) == 1
    mails = await core.database.rows("SELECT reason, seen_at FROM inbound_mail")
    assert {sentences.said(each["reason"]) for each in mails} == {"a digest could not be delivered"}
    assert all(each["seen_at"] for each in mails)
    assert await core.database.rows("SELECT FROM suppression") == []


async def test_a_full_mailbox_is_told_and_mailed_again(core: Core, sink: smtp.Relay, mara: UUID) -> None:
    await _plan(core)
    await _send(core, sink)
    before = await _digest_jobs(core, "tell_person")

    await _arrives(core, sink.taken[0][0], _bounce("4.2.2", ADDRESS, text="452 4.2.2 mailbox full"))

    assert (await OperatorMail.get()).state == "bounced"
    assert await _chosen(core, mara) == "mail"
    assert await _digest_jobs(core, "tell_person") == before + 1


@pytest.mark.parametrize("address", ["somebody@else.example"])
async def test_a_bounce_about_another_address_or_without_proof_changes_nothing(
    core: Core, sink: smtp.Relay, mara: UUID, address: str
) -> None:
    await _plan(core)
    await _send(core, sink)

    await _arrives(core, sink.taken[0][0], _bounce("5.1.1", address))

    assert (await OperatorMail.get()).state == "sent"
    assert await _chosen(core, mara) == "mail"


async def test_a_mail_to_leave_and_one_click_turn_it_to_slack(core: Core, sink: smtp.Relay, mara: UUID) -> None:
    await _plan(core)
    await _send(core, sink)
    mail, (sent,) = await OperatorMail.get(), sink.messages()
    leave = return_paths.unsubscribe_address(core, mailing_id=mail.id, day=core.clock.now().date())
    page = unsubscribes.page(core, mailing_id=mail.id, day=core.clock.now().date())

    await _arrives(core, leave, f"From: {ADDRESS}\r\nTo: {leave}\r\nSubject: unsubscribe\r\n\r\n\r\n".encode())
    by_mail = await _chosen(core, mara)
    await preferences.set(core, person_id=mara, setting=Setting.DIGEST, value="both", actor=SHELL)
    await unsubscribes.stop(core, token=page.rpartition("/")[2], rule="one-click")

    assert leave in str(sent["List-Unsubscribe"])
    assert f"{page}?of=digest" in str(sent["List-Unsubscribe"])
    assert (by_mail, await _chosen(core, mara)) == ("chat", "chat")
    rows = await core.database.rows("SELECT FROM timeline_entry WHERE kind = 'operator_mail.declined'")
    assert len(rows) == 2


async def test_an_absence_note_leaves_nothing_to_do(core: Core, sink: smtp.Relay, mara: UUID) -> None:
    await _plan(core)
    await _send(core, sink)
    note = (
        f"From: {ADDRESS}\r\nSubject: Out of office\r\nAuto-Submitted: auto-replied\r\n\r\n"
        "I am out of the office until 20 March 2026.\r\n"
    )

    await _arrives(core, sink.taken[0][0], note.encode())

    row = await core.database.row("SELECT reason, seen_at FROM inbound_mail")
    assert row is not None
    assert row["seen_at"] is not None
    assert await _chosen(core, mara) == "mail"


async def test_both_ways_are_both_ways_and_mail_without_an_address_is_slack(core: Core, clock: StandingClock) -> None:
    await a_reader(core, "U-BOTH", digest="both", address="both@merchant.example")
    await a_reader(core, "U-LOST", digest="mail")
    await a_reader(core, "U-CHAT", digest="chat", address="chat@merchant.example")

    await digests.plan(core)

    assert await OperatorMail.all().count() == 2  # the day's and the week's of one
    assert await _digest_jobs(core, "tell_digest") == 6
    assert await _digest_jobs(core, "mail_digest") == 2


async def _arrives(core: Core, address: str, body: bytes) -> None:
    mail_id = await inbound.store(core, envelope_from="", sent_to=[address], body=body)
    await inbound.read_stored(core, mail_id=str(mail_id), reader=ReadingRoom())


def _bounce(status: str, address: str, *, text: str = "") -> bytes:
    said = text or f"550 {status} no such user"
    return (
        "From: MAILER-DAEMON@relay.example\r\nSubject: Undelivered Mail Returned to Sender\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nYour mail could not be delivered.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; relay.example\r\n\r\n"
        f"Final-Recipient: rfc822; {address}\r\nAction: failed\r\nStatus: {status}\r\n"
        f"Diagnostic-Code: smtp; {said}\r\n\r\n--b--\r\n"
    ).encode()
