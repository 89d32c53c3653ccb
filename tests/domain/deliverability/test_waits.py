"""Waits: a mail that could be anybody's pauses a customer for some days, one that is proven for as long as it takes."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import dkim
import pytest
import pytest_asyncio

from domain.casework import conversations
from domain.deliverability import authentications, inbound, return_paths
from domain.deliverability.models import InboundMail, Mailing
from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.outreach import due, fact_sheets
from domain.outreach.due import Moment
from plixo.resolver import Dns
from scheduler.dkim_records import record
from scheduler.mime import Signer
from tests.clocks import START, StandingClock
from tests.domain.deliverability.mailings_made import TODAY, a_letter, a_mailing
from tests.domain.deliverability.test_inbound import arrive, events
from tests.scheduler.test_mime import RSA, a_key
from tests.zones import Zone, serving

ENDS = datetime(2026, 3, 13, 23, tzinfo=UTC)
"""START is a Tuesday; Wednesday, Thursday and Friday are worked, and Friday ends at the merchant's midnight."""


@pytest.fixture(scope="module")
def signer(tmp_path_factory: pytest.TempPathFactory) -> Signer:
    """Anna's company, which signs its mail."""
    return Signer("acme.example", "s1", a_key(Path(tmp_path_factory.mktemp("key")), *RSA)[0])


@pytest_asyncio.fixture
async def names(signer: Signer) -> AsyncIterator[Dns]:
    """A name server with the company's records."""
    records = {"s1._domainkey.acme.example": [record(signer)], "_dmarc.acme.example": ["v=DMARC1; p=reject"]}
    async with serving(Zone(records)) as (_, address):
        yield Dns([address])


async def claimed(core: Core, text: str = "We will pay.") -> UUID:
    """Let a mail come that names Anna as its sender, and nothing else."""
    return await arrive(core, "billing@northwind.example", a_letter("billing@northwind.example", text=text))


async def waits_for(core: Core, mailing: Mailing) -> datetime | None:
    """Return since when a reminder to the mailing's customer would wait for an answer of ours."""
    facts = (await fact_sheets.read(core, core.database, mailing_ids=[mailing.id]))[mailing.id]
    moment = Moment(core.clock.now(), core.clock.now().date())
    [case] = await due.cases_of_invoices(core.database, ids=[mailing.invoice_id], moment=moment)
    assert case.replied_at == facts.replied_at, "the planner and the sender agree"
    return facts.replied_at


async def test_a_mail_that_only_names_its_sender_is_waited_for_three_working_days(
    core: Core, clock: StandingClock
) -> None:
    mailing = await a_mailing(core)
    mail_id = await claimed(core)

    kept = await InboundMail.get(id=mail_id)

    assert (kept.thread, kept.waits_until) == ("sender", ENDS)
    assert await waits_for(core, mailing) == START
    clock.advance(seconds=(ENDS - START).total_seconds())
    assert await waits_for(core, mailing) is None
    assert len(await conversations.waiting(core)) == 1, "a person still reads it"


async def test_one_mail_a_day_does_not_hold_reminders_for_ever(core: Core, clock: StandingClock) -> None:
    mailing = await a_mailing(core)
    for day in range(10):
        await claimed(core, f"Wait, says day {day}.")
        clock.advance(days=1)

    assert await waits_for(core, mailing) is None


async def test_once_a_person_has_dealt_with_them_the_next_is_waited_for_anew(core: Core, clock: StandingClock) -> None:
    mailing = await a_mailing(core)
    await inbound.seen(core, mail_id=str(await claimed(core)), actor=SHELL)
    clock.advance(days=7)

    await claimed(core, "Another matter.")

    assert await waits_for(core, mailing) == clock.now()


async def test_an_answer_with_our_token_is_waited_for_until_a_person_dealt_with_it(
    core: Core, clock: StandingClock
) -> None:
    mailing = await a_mailing(core)
    to = return_paths.reply_address(core, mailing_id=mailing.id, day=TODAY)
    await arrive(core, to, a_letter(to))

    clock.advance(days=100)

    assert await waits_for(core, mailing) == START


async def test_what_a_person_has_placed_is_waited_for_as_well(core: Core, clock: StandingClock) -> None:
    mailing = await a_mailing(core)
    await conversations.assign(core, mail_id=await claimed(core), invoice_number="INV-1042", actor=SHELL)

    clock.advance(days=100)

    assert await waits_for(core, mailing) == START


@pytest.mark.parametrize("genuine", [True, False])
async def test_a_sender_for_whom_its_domain_stands_is_waited_for_longer(
    core: Core, clock: StandingClock, names: Dns, signer: Signer, genuine: bool
) -> None:
    mailing = await a_mailing(core)
    raw = a_letter("billing@northwind.example").replace(b"\n", b"\r\n")
    key, algorithm = signer.key
    signature = bytes(dkim.sign(raw, b"s1", b"acme.example", key, signature_algorithm=algorithm)) if genuine else b""
    mail_id = await arrive(core, "billing@northwind.example", signature + raw)
    [job] = await core.database.rows("SELECT args FROM procrastinate_jobs WHERE task_name = 'check_sender'")

    await authentications.check(core, mail_id=job["args"]["mail_id"], names=names)

    assert job["args"]["mail_id"] == str(mail_id)
    clock.advance(days=100)
    assert await waits_for(core, mailing) == (START if genuine else None)


async def test_a_merchant_may_choose_not_to_wait_for_such_mail_at_all(core: Core) -> None:
    mailing = await a_mailing(core)
    strict = replace(core, limits=replace(core.limits, sender_wait_days=0))

    await claimed(strict)

    assert await waits_for(strict, mailing) is None
    assert "do not wait" not in (await events(core))[-1].told()
