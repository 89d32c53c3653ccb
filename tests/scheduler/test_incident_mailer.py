"""Letters about incidents: to managers with an address, each stage once, late ones marked, no words of people."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from domain.deliverability import operator_mails
from domain.deliverability.models import OperatorMail
from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.kernel.jobs import TryLater
from domain.operations import incident_lists, incident_mails, incident_watching, incidents
from domain.operations.incident_figures import Calls, Figures
from domain.people import people, preferences
from domain.people.roles import Role
from domain.people.setting_words import Setting
from scheduler.incident_mailer import IncidentMailer
from scheduler.mailer import Relay
from tests import smtp
from tests.clocks import StandingClock
from tests.domain.operations.test_digests import a_reader, confirmed

DOWN = Figures(calls={"stripe": Calls(0, 9), "checkout": Calls(0, 4)})
ILL = Figures(calls={"stripe": Calls(4, 6)})


@pytest_asyncio.fixture
async def sink() -> AsyncIterator[smtp.Relay]:
    async with smtp.relay() as handler:
        yield handler


@pytest_asyncio.fixture(autouse=True)
async def managers(core: Core) -> None:
    """Mara reads German, Nora has no address, Otto works the queue and is no manager."""
    await a_reader(core, "U-MARA", address="mara@merchant.example", language="de")
    await a_reader(core, "U-NORA")
    await a_reader(core, "U-OTTO", role=Role.AR_OPERATOR, address="otto@merchant.example")


async def _minutes(core: Core, clock: StandingClock, figures: Figures, minutes: int) -> None:
    for _ in range(minutes):
        await incident_watching.judge(core, figures)
        clock.advance(minutes=1)


async def _queue(core: Core) -> None:
    """Do what the jobs do that were queued, and once more, since a job may run twice."""
    rows = await core.database.rows("SELECT args FROM procrastinate_jobs WHERE task_name = 'mail_incident' ORDER BY id")
    for row in (*rows, *rows):
        await incident_mails.queue(core, entry_id=int(row["args"]["entry_id"]))


async def _send(core: Core, port: int) -> None:
    mailer = IncidentMailer(core, Relay("127.0.0.1", port, tls="none"))
    for each in await OperatorMail.all().order_by("queued_at"):
        await mailer.send(mail_id=str(each.id))


async def test_managers_with_an_address_are_mailed_each_stage_once_in_their_language(
    core: Core, clock: StandingClock, sink: smtp.Relay
) -> None:
    for figures, minutes in ((ILL, 6), (DOWN, 4), (Figures(), 20), (DOWN, 6), (Figures(), 20)):
        await _minutes(core, clock, figures, minutes)
        await _queue(core)
        await _send(core, sink.port)

    subjects = [str(each["Subject"]) for each in sink.messages()]
    assert [each["To"].addresses[0].addr_spec for each in sink.messages()] == ["mara@merchant.example"] * 5
    assert "P2" in subjects[0]
    assert "P1" in subjects[1]
    assert all("1" in each for each in subjects)
    assert "Vorfall" in subjects[0]
    assert [each.split(": ")[1].split(",")[0] for each in subjects[2:]] == ["Vorbei", "Wieder da", "Vorbei"]


async def test_what_comes_and_goes_all_day_is_mailed_three_times_more(
    core: Core, clock: StandingClock, sink: smtp.Relay
) -> None:
    for _ in range(6):
        for figures, minutes in ((ILL, 6), (Figures(), 20)):
            await _minutes(core, clock, figures, minutes)
            await _queue(core)
            await _send(core, sink.port)

    subjects = [str(each["Subject"]) for each in sink.messages()]
    assert len([each for each in subjects if "Wieder da" in each]) == 3
    assert len([each for each in subjects if "Vorbei" in each]) == 4


async def test_while_the_relay_is_away_it_waits_and_says_then_that_it_is_late(
    core: Core, clock: StandingClock, sink: smtp.Relay
) -> None:
    await _minutes(core, clock, ILL, 6)
    await _queue(core)
    with pytest.raises(TryLater):
        await _send(core, 1)
    waits = (await incident_lists.open_now(core))[0].mail_waits
    await _minutes(core, clock, DOWN, 15)
    await _queue(core)

    await _send(core, sink.port)
    clock.advance(minutes=30)
    await _send(core, sink.port)

    (mail,) = sink.messages()
    assert waits == 1
    assert "P1" in str(mail["Subject"])
    assert sorted([each.state for each in await OperatorMail.all()]) == ["sent", "skipped"]


async def test_a_letter_that_waited_says_that_it_is_late(core: Core, clock: StandingClock, sink: smtp.Relay) -> None:
    await _minutes(core, clock, ILL, 6)
    await _queue(core)
    clock.advance(minutes=30)

    await _send(core, sink.port)

    (mail,) = sink.messages()
    assert str(mail["Subject"]).startswith("Verspätet")


async def test_whoever_is_no_manager_any_more_gets_no_letter_that_waited(
    core: Core, clock: StandingClock, sink: smtp.Relay
) -> None:
    await _minutes(core, clock, ILL, 6)
    await _queue(core)
    await people.revoke(core, slack_id="U-MARA", role=Role.AR_MANAGER, reason="left", actor=SHELL)

    await _send(core, sink.port)

    assert sink.messages() == []
    assert [each.state for each in await OperatorMail.all()] == ["skipped"]


@pytest.mark.parametrize("digest", ["both", "chat", "off"])
async def test_an_address_whose_owner_declined_gets_nothing_more_until_it_is_set_anew(
    core: Core, clock: StandingClock, sink: smtp.Relay, digest: str
) -> None:
    mara = await a_reader(core, "U-MARA", role=Role.ADMIN, digest=digest)
    await _minutes(core, clock, ILL, 6)
    await _queue(core)
    await _send(core, sink.port)
    (mail,) = await OperatorMail.all()
    async with core.transaction() as tx:
        await operator_mails.declined(core, tx, mail_id=mail.id, complained=True)

    await _minutes(core, clock, DOWN, 4)
    await _queue(core)
    await _send(core, sink.port)
    before = [each["To"].addresses[0].addr_spec for each in sink.messages()]
    await preferences.set(core, person_id=mara, setting=Setting.ADDRESS, value="mara@elsewhere.example", actor=SHELL)
    await confirmed(core)
    await _minutes(core, clock, Figures(), 20)
    await _queue(core)
    await _send(core, sink.port)

    after = {each["To"].addresses[0].addr_spec for each in sink.messages()[1:]}
    assert (before, after) == (["mara@merchant.example"], {"mara@elsewhere.example"})


async def test_no_word_that_a_person_typed_is_in_it(core: Core, sink: smtp.Relay) -> None:
    await incidents.open_by_hand(core, severity="P1", title="Jane Doe cannot pay <b>", actor=SHELL)
    await incidents.end(core, number=1, reason="Jane Doe paid", actor=SHELL)
    await _queue(core)

    await _send(core, sink.port)

    whole = "".join(str(each) for each in sink.messages())
    assert sink.messages()
    assert "Jane" not in whole
    assert all(
        {"text/plain", "text/html"} <= {part.get_content_type() for part in each.walk()} for each in sink.messages()
    )
