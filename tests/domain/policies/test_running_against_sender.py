"""Publishing that moves what runs, while planners write mails about it and senders send them."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

from domain.deliverability.models import Mailing, MailingItem
from domain.kernel.core import Core
from domain.outreach import planner, sending, sorting
from domain.outreach.models import Enrolment
from domain.policies.document import Document
from domain.policies.policies import Running
from tests.builders import an_account, an_invoice
from tests.clocks import StandingClock
from tests.domain.outreach.stage import a_contact_of
from tests.domain.policies.policies_made import STEPS, a_document, a_segment, in_force

CUSTOMERS = 14
INVOICES = 7
DAYS = 5


async def test_a_policy_that_moves_what_is_being_sent_at_that_moment_sends_nothing_twice_and_loses_nothing(
    core: Core, clock: StandingClock
) -> None:
    core = replace(core, limits=replace(core.limits, ledger_max_age=timedelta(0), warm_up_first=0))
    for customer in range(CUSTOMERS):
        account = await an_account(core, f"Customer {customer}")
        for name in ("anna", "ben"):
            await a_contact_of(core, account, f"{name}@c{customer}.example")
        for number in range(INVOICES):
            await an_invoice(core, f"INV-{customer}-{number}", account=account, days_past_due=number * 4 - 4)

    before = await _deadlocks(core)
    for day in range(DAYS):
        await planner.plan(core)
        await _while(
            in_force(core, _policy(day), running=Running.MOVE),
            lambda: _send_all(core),
            lambda: _send_all(core),
            lambda: planner.plan(core, page=4),
            lambda: sorting.sort(core),
        )
        clock.advance(days=3)

    sent = await MailingItem.filter(state="included").values("invoice_id", "contact_id", "unique_key", "mailing_id")
    states = {each.id: each.state for each in await Mailing.all()}
    assert await _deadlocks(core) == before, "nobody waits in a circle"
    assert set(states.values()) <= {"sent", "withheld", "queued", "drafted"}
    assert max(Counter(each["unique_key"] for each in sent).values()) == 1
    assert {each["contact_id"] for each in sent} == {
        row["id"] for row in await core.database.rows("SELECT id FROM contact")
    }
    per_invoice = Counter((each["invoice_id"], each["contact_id"]) for each in sent)
    assert len(set(per_invoice.values())) <= INVOICES, "what one contact was told, the other was, too"
    in_cadence = await core.database.rows(
        "SELECT DISTINCT c.state FROM enrolment e JOIN cadence c ON c.id = e.cadence_id WHERE e.state = 'running'"
    )
    assert in_cadence in ([], [{"state": "published"}])
    assert await Enrolment.all().count() == CUSTOMERS * INVOICES


def _policy(day: int) -> Document:
    """Return a policy whose cadence is another each day, and whose two segments change places."""
    steps = [*STEPS[:2], {"day": 7 + day % 3, "letter": "reminder-overdue"}, {"day": 17 + day % 2, "escalate": True}]
    late = a_segment("late", cadence="default" if day % 2 else "other", days_past_due={"from": 5})
    return a_document(late, a_segment(), steps=steps, other=[{"day": 6 + day % 4, "letter": "reminder-overdue"}])


async def _while(publishing: Awaitable[object], *others: Callable[[], Awaitable[object]]) -> None:
    """Do the others over and over until the policy is published."""
    done = asyncio.Event()

    async def again(work: Callable[[], Awaitable[object]]) -> None:
        while not done.is_set():
            await work()
            await asyncio.sleep(0)

    async def publish() -> None:
        try:
            await publishing
        finally:
            done.set()

    await asyncio.gather(publish(), *(again(each) for each in others))


async def _send_all(core: Core) -> None:
    for each in await Mailing.filter(state="queued").order_by("id"):
        if await sending.begin(core, mailing_id=each.id) is not None:
            await sending.delivered(core, mailing_id=each.id)


async def _deadlocks(core: Core) -> int:
    """Return how often somebody waited in a circle since the database began."""
    row = await core.database.row("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
    assert row is not None
    return int(row["deadlocks"])
