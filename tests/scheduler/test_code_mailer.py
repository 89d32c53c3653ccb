"""Codes for digest addresses by mail: nothing but the code leaves, once, and what does not arrive is told."""

from collections.abc import AsyncIterator
from email.message import EmailMessage
from uuid import UUID

import pytest_asyncio

from domain.deliverability.models import OperatorMail
from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.operations import code_mails, digests
from domain.people import address_codes, preferences
from domain.people.setting_words import Setting
from scheduler.code_mailer import CodeMailer
from scheduler.mailer import Relay
from tests import smtp
from tests.clocks import StandingClock
from tests.domain.operations.test_digests import a_reader

ADDRESS = "mara@merchant.example"


@pytest_asyncio.fixture
async def sink() -> AsyncIterator[smtp.Relay]:
    async with smtp.relay() as handler:
        yield handler


@pytest_asyncio.fixture
async def mara(core: Core) -> UUID:
    """Mara reads German; somebody else has typed her address."""
    person = await a_reader(core, "U-MARA", language="de")
    await preferences.set(core, person_id=person, setting=Setting.ADDRESS, value=ADDRESS, actor=SHELL)
    return person


async def _send(core: Core, sink: smtp.Relay) -> None:
    rows = await core.database.rows("SELECT id FROM timeline_entry WHERE kind = 'address.code_asked' ORDER BY id")
    for row in rows:
        await code_mails.queue(core, entry_id=row["id"])
    for each in await OperatorMail.all():
        await CodeMailer(core, Relay("127.0.0.1", sink.port, tls="none")).send(mail_id=str(each.id))


def _text(mail: EmailMessage) -> str:
    found = mail.get_body(("plain",))
    assert found is not None
    return str(found.get_content())


async def _code(core: Core) -> str:
    row = await core.database.row("SELECT id FROM address_code ORDER BY number DESC LIMIT 1")
    assert row is not None
    found = await address_codes.code(core, code_id=row["id"])
    assert found is not None
    return found.digits


async def test_the_letter_has_the_code_and_names_nobody_and_no_books(
    core: Core, sink: smtp.Relay, mara: UUID, clock: StandingClock
) -> None:
    await _send(core, sink)
    await _send(core, sink)  # both jobs came twice
    clock.advance(days=1)
    await digests.plan(core)

    (mail,) = sink.messages()
    assert await OperatorMail.all().count() == 1, "no digest is queued for an address that nobody confirmed"
    assert mail["To"].addresses[0].addr_spec == ADDRESS
    assert "Code" in str(mail["Subject"])
    assert "U-MARA" not in mail.as_string()
    assert mail["List-Unsubscribe"] is None
    clock.advance(days=-1)
    assert await _code(core) in _text(mail)
    assert "Ihr Code" in _text(mail)


async def test_only_the_newest_code_is_mailed_and_none_that_is_over(
    core: Core, sink: smtp.Relay, mara: UUID, clock: StandingClock
) -> None:
    clock.advance(minutes=2)
    await address_codes.ask_anew(core, person_id=mara, actor=SHELL)

    await _send(core, sink)

    (mail,) = sink.messages()
    assert await _code(core) in _text(mail)
    sink.taken.clear()
    clock.advance(minutes=2)
    await address_codes.ask_anew(core, person_id=mara, actor=SHELL)
    await preferences.set(core, person_id=mara, setting=Setting.ADDRESS, value="none", actor=SHELL)
    await _send(core, sink)
    assert sink.taken == []


async def test_an_address_that_does_not_exist_is_told_and_ends_no_digest(
    core: Core, sink: smtp.Relay, mara: UUID
) -> None:
    sink.rcpt_answer = f"550 5.1.1 no such user {ADDRESS}"

    await _send(core, sink)

    row = await core.database.row("SELECT fact FROM timeline_entry WHERE kind = 'operator_mail.failed'")
    assert row is not None
    assert (row["fact"]["letter"], row["fact"]["stopped"]) == ("code", False)
    assert (await preferences.of(core, mara)).digest.value == "both"
    assert await core.database.rows("SELECT FROM procrastinate_jobs WHERE task_name = 'tell_digest'") == []
