"""Planners and senders at once: nobody waits in a circle, and no step is sent twice or lost."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import timedelta

from domain.deliverability.models import Mailing, MailingItem
from domain.kernel.core import Core
from domain.outreach import planner, sending
from domain.outreach.models import Enrolment
from tests.builders import an_account, an_invoice
from tests.clocks import StandingClock
from tests.domain.commitments.commitments_made import a_payment, a_promise
from tests.domain.outreach.stage import a_contact_of

CUSTOMERS = 3
INVOICES = 5


async def test_planners_and_senders_at_once_send_every_step_once_and_lose_none(
    core: Core, clock: StandingClock
) -> None:
    core = replace(core, limits=replace(core.limits, ledger_max_age=timedelta(0), warm_up_first=0))
    invoices = []
    for customer in range(CUSTOMERS):
        account = await an_account(core, f"Customer {customer}")
        for name in ("anna", "ben"):
            await a_contact_of(core, account, f"{name}@c{customer}.example")
        invoices += [
            await an_invoice(core, f"INV-{customer}-{number}", account=account, days_past_due=number * 4 - 4)
            for number in range(INVOICES)
        ]

    for day in range(33):
        if day == 5:
            await a_promise(core, invoices[3], 12500, days=12)
        if day == 9:
            await a_payment(core, invoices[8], 12500)
        await asyncio.gather(
            planner.plan(core, page=4), planner.plan(core, page=4), _send_all(core), _send_all(core), planner.plan(core)
        )
        clock.advance(days=1)

    sent = await MailingItem.filter(state="included").values("enrolment_id", "step", "contact_id", "mailing_id")
    states = {each.id: each.state for each in await Mailing.all()}
    times = Counter((each["enrolment_id"], each["step"], each["contact_id"]) for each in sent)
    assert set(times.values()) == {1}
    assert {states[each["mailing_id"]] for each in sent} == {"sent"}
    assert set(states.values()) <= {"sent", "withheld"}
    ended = Counter(each.state for each in await Enrolment.all())
    assert ended["finished"] == CUSTOMERS * INVOICES - 1
    by_enrolment = Counter(each["enrolment_id"] for each in sent)
    assert all(count % 2 == 0 for count in by_enrolment.values()), "what one contact was told, the other was, too"


async def _send_all(core: Core) -> None:
    for _ in range(3):
        for each in await Mailing.filter(state="queued").order_by("id"):
            if await sending.begin(core, mailing_id=each.id) is not None:
                await sending.delivered(core, mailing_id=each.id)
        await asyncio.sleep(0.01)
