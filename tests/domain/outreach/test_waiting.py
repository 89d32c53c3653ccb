"""Waiting: what is released and dropped, whatever is wrong with one of them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from psycopg.errors import RaiseException

from domain.deliverability.models import Mailing
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.outreach import waiting
from tests.builders import a_contact, an_account, an_invoice, paid
from tests.clocks import StandingClock
from tests.domain.outreach.mails_made import a_reminder


@asynccontextmanager
async def _untouchable(core: Core, mailing: Mailing) -> AsyncIterator[None]:
    """Let the database refuse every change of one mailing."""
    await core.database.execute(
        "CREATE FUNCTION refuse_mailing() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'not this one'; END $$;"
        " CREATE TRIGGER refuse BEFORE UPDATE ON mailing FOR EACH ROW"
        f" WHEN (OLD.id = '{mailing.id}') EXECUTE FUNCTION refuse_mailing()"
    )
    try:
        yield
    finally:
        await core.database.execute("DROP TRIGGER refuse ON mailing; DROP FUNCTION refuse_mailing()")


async def test_a_draft_that_cannot_be_dropped_keeps_no_mail_back_and_no_other_draft(
    core: Core, clock: StandingClock
) -> None:
    mails: list[Mailing] = []
    for number, state in enumerate(("drafted", "drafted", "queued")):
        account = await an_account(core, f"Customer {number}")
        await a_contact(core, account, email=f"anna@customer-{number}.example")
        invoice = await an_invoice(core, f"INV-{number}", account=account, amount=Money(100, "EUR"))
        due = clock.now() if state == "queued" else None
        mails.append(await a_reminder(core, invoice, state=state, not_before=due))
        if state == "drafted":
            await paid(core, invoice, object_id=f"ch_{number}")

    async with _untouchable(core, mails[0]):
        with pytest.raises(RaiseException, match="not this one"):
            await waiting.release(core)

    jobs = await core.database.rows("SELECT args FROM procrastinate_jobs WHERE task_name = 'send_mailing'")
    assert [row["args"]["mailing_id"] for row in jobs] == [str(mails[2].id)]
    assert [(await Mailing.get(id=each.id)).state for each in mails] == ["drafted", "withheld", "queued"]
