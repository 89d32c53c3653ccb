"""Delivered: a mail that arrived is on record as sent, whoever else holds what its record is written to."""

import asyncio
from uuid import UUID

import psycopg

from domain.deliverability.models import Mailing
from domain.kernel.core import Core
from domain.outreach import sending
from tests.builders import a_contact, an_account, an_invoice
from tests.domain.outreach.mails_made import a_reminder, enrolled


async def test_a_circle_of_waits_does_not_make_a_mail_that_arrived_uncertain(core: Core, empty_database: str) -> None:
    account = await an_account(core)
    await a_contact(core, account)
    invoices = [await an_invoice(core, f"INV-{number}", account=account) for number in range(2)]
    ids = [(await enrolled(core, invoice)).id for invoice in invoices]
    mail = await a_reminder(core, *invoices, state="sending")

    async with await psycopg.AsyncConnection.connect(empty_database) as other:
        await other.execute("SELECT 1 FROM enrolment WHERE id = %s FOR UPDATE", (max(ids),))
        recording = asyncio.create_task(sending.delivered_all(core, mailing_ids=[mail.id]))
        await _waits(core, recording)
        await _crossed(other, min(ids))
        await other.rollback()
    await recording

    assert (await Mailing.get(id=mail.id)).state == "sent"


async def _waits(core: Core, recording: "asyncio.Task[None]") -> None:
    """Return when the other side waits for a lock."""
    while not recording.done():
        row = await core.database.row(
            "SELECT count(*) AS n FROM pg_stat_activity WHERE datname = current_database()"
            " AND wait_event_type = 'Lock' AND query LIKE '%enrolment%'"
        )
        if row and row["n"]:
            return
        await asyncio.sleep(0.01)


async def _crossed(other: "psycopg.AsyncConnection[tuple[object, ...]]", first: UUID) -> None:
    """Want what the other side has, until one of the two is told to give way."""
    try:
        await other.execute("SELECT 1 FROM enrolment WHERE id = %s FOR UPDATE", (first,))
    except psycopg.errors.DeadlockDetected:
        return
