"""Why: everything that stands behind an invoice's place, and behind every mail that left or did not."""

from datetime import timedelta
from uuid import uuid4

from domain.casework import claims, why
from domain.deliverability.models import Mailing, MailingItem
from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.outreach import planner
from domain.outreach.models import Enrolment, Gate, Veto
from tests.builders import an_invoice
from tests.clocks import StandingClock
from tests.domain.casework.operators import a_hold, an_operator
from tests.domain.commitments.commitments_made import a_dispute, a_plan, a_promise


async def test_why_says_what_would_hold_a_waiting_mail_now_and_changes_nothing(
    core: Core, clock: StandingClock
) -> None:
    await an_invoice(core)
    await planner.plan(core)
    clock.advance(hours=12)
    before = await core.database.rows("SELECT * FROM mailing")

    told = await why.explain(core, invoice_number="INV-1042", actor=SHELL)

    assert any(each.startswith("quiet hours: it is 22:00 where the payer is") for each in told.guardrails)
    assert await core.database.rows("SELECT * FROM mailing") == before


async def test_why_tells_of_a_mail_without_this_invoice(core: Core) -> None:
    await an_invoice(core)
    await planner.plan(core)
    item = await MailingItem.get()
    await item.move("drop", reason="a bank debit is under way")

    told = await why.explain(core, invoice_number="INV-1042", actor=SHELL)

    assert told.mails == (
        "2026-03-10 09:00 UTC reminder overdue to a…@acme.example: without this invoice, a bank debit is under way",
    )


async def test_why_shows_until_when_a_mail_waits_and_for_what(core: Core, clock: StandingClock) -> None:
    await an_invoice(core)
    await planner.plan(core)
    await Mailing.all().update(
        not_before=clock.now() + timedelta(hours=3), waits="warm-up", waits_reason="the day's mails have left"
    )

    told = await why.explain(core, invoice_number="INV-1042", actor=SHELL)

    assert told.mails[0].endswith("; waits until 2026-03-10 12:00 UTC (the day's mails have left)")
    assert told.next_action == "Wait: a reminder leaves from 2026-03-10 12:00 UTC on (the day's mails have left)"


async def test_why_lists_holds_gates_vetoes_and_what_was_agreed(core: Core) -> None:
    invoice = await an_invoice(core)
    await planner.plan(core)
    ben = await an_operator(core)
    enrolment = await Enrolment.get()
    await Enrolment.all().update(held="the contact rests")
    now = core.clock.now()
    await Veto.create(
        id=uuid4(), enrolment_id=enrolment.id, step=4, reason="they called", made_by="Ben", created_at=now
    )
    await Gate.create(
        id=uuid4(), name="maintenance", holds="all mail", reason="a move", state="closed", made_by="Mia", created_at=now
    )
    await a_hold(core, invoice, "review")
    await a_promise(core, invoice, 2000, days=3)
    await a_plan(core, invoice, (10000,), state="requested")
    await a_dispute(core, invoice, 500)
    await claims.take(core, invoice_number="INV-1042", actor=ben)

    told = await why.explain(core, invoice_number="INV-1042", actor=SHELL)

    assert set(told.holds) >= {
        "The next reminder is held: the contact rests",
        "Step 4 was struck out by Ben: they called",
        "All mail is held (maintenance): a move",
        "On hold (review), by Mia: the lawyer said so",
        "Not asked for: 5.00 EUR is disputed; a promise over 20.00 EUR runs until 15 Mar 2026",
    }
    assert set(told.agreed) == {
        "Promise of 20.00 EUR by 13 Mar 2026: running",
        "Plan over 100.00 EUR: requested",
        "Dispute over 5.00 EUR (other): nobody has it, answer due 2026-03-10 09:00 UTC",
    }
    assert told.in_hand == "Ben, until 2026-03-10 09:30 UTC"
