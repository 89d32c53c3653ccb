"""The score: what comes first, what stops, and what to do next."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from domain.casework import queue, score, tasks, why
from domain.casework.queue import QueueLine
from domain.commitments import dispute_endings
from domain.commitments.dispute_endings import Outcome
from domain.commitments.dispute_events import DisputeFiled
from domain.commitments.models import Promise
from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.ledger import credits  # noqa: A004 - named after what it is about, as every module
from domain.ledger.events import CreditProposed
from domain.ledger.models import Account, Invoice
from domain.people.roles import Role
from tests.builders import a_contact, an_account, an_invoice
from tests.clocks import StandingClock
from tests.domain.casework.operators import a_hold, a_settled, a_suppression, an_operator, stale
from tests.domain.commitments.commitments_made import a_dispute, a_plan, a_promise
from tests.domain.commitments.disputes_filed import file


async def only(core: Core) -> QueueLine:
    """Return the one line of the queue."""
    (line,) = (await queue.page(core, actor=SHELL)).lines
    return line


def test_each_reason_that_comes_first_outweighs_all_lesser_ones_together() -> None:
    lesser = sum(rule.points for rule in score.SCORE if rule.points < score.FIRST)
    first = [rule.points for rule in score.SCORE if rule.points >= score.FIRST]

    assert min(first) > lesser
    assert len(first) == 10


async def _broken(core: Core, invoice: Invoice) -> None:
    await (await a_promise(core, invoice, 100, days=-5)).move("break", judged_at=core.clock.now())


async def _due(core: Core, invoice: Invoice) -> None:
    await a_promise(core, invoice, invoice.open_minor, days=0)


async def _disputed(core: Core, invoice: Invoice) -> None:
    await a_dispute(core, invoice, invoice.open_minor)


async def _missed(core: Core, invoice: Invoice) -> None:
    await a_plan(core, invoice, (invoice.open_minor,), first=-10)


async def _requested(core: Core, invoice: Invoice) -> None:
    await a_plan(core, invoice, (invoice.open_minor,), state="requested")


async def _bounced(core: Core, invoice: Invoice) -> None:
    await a_suppression(core, "small@small.example")


@pytest.mark.parametrize("trouble", [_broken, _due, _disputed, _missed, _requested, _bounced])
async def test_promises_disputes_and_bounced_contacts_come_first_even_when_small(
    core: Core, trouble: Callable[[Core, Invoice], Awaitable[None]]
) -> None:
    account = await an_account(core, "Grand plc")
    await Account.filter(id=account.id).update(risk="high")
    await a_contact(core, account, "big@grand.example")
    await an_invoice(core, "BIG", account=account, days_past_due=300, amount=Money(90_000_000_00, "EUR"))
    small = await an_invoice(core, "SMALL", days_past_due=1, amount=Money(100, "EUR"), email="small@small.example")
    await trouble(core, small)
    await stale(core, small)

    lines = (await queue.page(core, actor=SHELL)).lines

    assert [line.invoice_number for line in lines] == ["SMALL", "BIG"]


@pytest.mark.parametrize(
    ("trouble", "action"),
    [
        (_broken, "Call: what was promised by 5 Mar 2026 did not come"),
        (_due, "Follow up: 125.00 EUR were promised for 10 Mar 2026 and are not here yet"),
        (_disputed, "Answer the dispute: it was due on 2026-03-10 09:00 UTC"),
        (_missed, "Call: an instalment of the plan was missed"),
        (_requested, "Answer the plan that the customer asked for"),
        (_bounced, "Find another contact: every address on file is suppressed"),
    ],
)
async def test_there_is_one_thing_to_do_next(
    core: Core, trouble: Callable[[Core, Invoice], Awaitable[None]], action: str
) -> None:
    await trouble(core, await an_invoice(core, email="small@small.example"))

    assert (await only(core)).next_action == action


@pytest.mark.parametrize(
    ("stop", "told"),
    [
        ("promise", "a promise over 125.00 EUR runs until 17 Mar 2026"),
        ("plan", "a plan over 125.00 EUR runs on schedule"),
        ("dispute", "125.00 EUR is disputed"),
        ("legal hold", "legal hold: the lawyer said so"),
        ("hold", "on hold: the lawyer said so"),
        ("together", "100.00 EUR is disputed; a promise over 25.00 EUR runs until 17 Mar 2026"),
    ],
)
async def test_a_stopping_condition_takes_an_invoice_out_and_why_says_which(core: Core, stop: str, told: str) -> None:
    invoice = await an_invoice(core)
    match stop:
        case "promise":
            await a_promise(core, invoice, 12500, days=5)
        case "plan":
            await a_plan(core, invoice, (5000, 7500), first=5)
        case "dispute":
            await _taken(core, invoice, 12500)
        case "legal hold":
            await a_hold(core, invoice, "legal", whole=True)
        case "hold":
            await a_hold(core, invoice)
        case _:
            await _taken(core, invoice, 10000)
            await a_promise(core, invoice, 2500, days=5)

    page = await queue.page(core, actor=SHELL)
    told_why = await why.explain(core, invoice_number="INV-1042", actor=SHELL)

    assert page.total == 0
    assert told_why.next_action == f"Nothing now: {told}"


async def _taken(core: Core, invoice: Invoice, minor: int) -> None:
    owner = await an_operator(core)
    await a_dispute(core, invoice, minor)
    await core.database.execute(
        "UPDATE dispute SET owner_id = %s, sla_risk_at = %s, sla_due_at = %s",
        (owner.id, core.clock.now() + timedelta(hours=20), core.clock.now() + timedelta(hours=30)),
    )


@pytest.mark.parametrize("pauses", ["promise", "plan", "dispute"])
async def test_a_part_that_is_not_paused_stays_in_the_queue(core: Core, pauses: str) -> None:
    invoice = await an_invoice(core)
    if pauses == "promise":
        await a_promise(core, invoice, 12499, days=5)
    elif pauses == "plan":
        await a_plan(core, invoice, (5000, 7499), first=5)
    else:
        await _taken(core, invoice, 12499)

    assert (await only(core)).invoice_number == "INV-1042"


async def test_a_dispute_over_everything_is_work_while_nobody_has_it_and_again_when_its_answer_is_near(
    core: Core, clock: StandingClock
) -> None:
    invoice = await an_invoice(core)
    await a_dispute(core, invoice, 12500)
    await core.database.execute(
        "UPDATE dispute SET sla_risk_at = %s, sla_due_at = %s",
        (core.clock.now() + timedelta(hours=20), core.clock.now() + timedelta(hours=30)),
    )
    unowned = await only(core)
    owner = await an_operator(core)
    await core.database.execute("UPDATE dispute SET owner_id = %s", (owner.id,))
    await stale(core, invoice)
    owned = await queue.page(core, actor=SHELL)
    clock.advance(hours=21)

    near = await only(core)

    assert unowned.next_action == "Take up the dispute: it has no owner"
    assert owned.lines == ()
    assert near.next_action == "Answer the dispute by 2026-03-11 15:00 UTC"


async def test_a_test_dispute_stops_nothing(core: Core) -> None:
    await a_dispute(core, await an_invoice(core), 12500, is_test=True)

    assert "dispute" not in " ".join((await only(core)).reasons)


async def test_a_kept_promise_ends_the_reproach_for_a_broken_one(core: Core, clock: StandingClock) -> None:
    invoice = await an_invoice(core)
    await _broken(core, invoice)
    clock.advance(minutes=1)
    await (await a_promise(core, invoice, 100)).move("keep", judged_at=core.clock.now())

    assert (await only(core)).reasons == ("1 to 30 days past due (+10)",)


async def test_a_promise_past_its_grace_is_broken_before_the_job_has_judged_it(
    core: Core, clock: StandingClock
) -> None:
    await a_promise(core, await an_invoice(core), 12500, days=1)
    before = await queue.page(core, actor=SHELL)
    clock.advance(days=4)

    after = await only(core)

    assert before.total == 0
    assert after.reasons[0] == "what was promised by 11 Mar 2026 did not come (+800)"
    assert (await Promise.get()).state == "running"


async def test_an_amount_counts_in_the_base_currency_where_a_rate_is_stated(core: Core) -> None:
    await an_invoice(core, "YEN", amount=Money(10_000, "JPY"))
    rated = replace(core, limits=replace(core.limits, rates={"JPY": Decimal("0.006")}))

    with_rate = await queue.page(rated, actor=SHELL)
    without = await queue.page(core, actor=SHELL)

    assert with_rate.lines[0].score + 15 == without.lines[0].score


async def test_a_payer_who_is_later_than_usual_is_noticed_and_the_usual_is_shown(core: Core) -> None:
    account = await an_account(core)
    await a_contact(core, account)
    for number, late in enumerate((1, 2, 9)):
        await a_settled(core, account, f"OLD-{number}", late=late)
    await an_invoice(core, account=account, days_past_due=13)

    line = await only(core)

    assert "11 days later than this customer usually pays (2 days after the due date) (+6)" in line.reasons
    assert line.usual_delay == 2


async def test_a_search_that_was_given_up_is_no_dead_end(core: Core, clock: StandingClock) -> None:
    ben = await an_operator(core)
    await an_invoice(core)
    await a_suppression(core, "anna@acme.example")
    opened = await tasks.add(
        core, kind=tasks.TaskKind.FIND_CONTACT, invoice_number="INV-1042", reason="bounced", actor=ben
    )
    assert opened is not None
    clock.advance(minutes=5)
    await tasks.drop(core, task_id=opened.task_id, reason="they have no other address", actor=ben)

    line = await only(core)

    assert line.next_action == "Call: no contact may be mailed"
    assert line.score < score.FIRST


async def test_a_dispute_whose_credit_waits_asks_whoever_may_approve_it_and_tells_the_others_for_whom_it_waits(
    core: Core, clock: StandingClock
) -> None:
    operator = await an_operator(core)
    manager, lawyer = await an_operator(core, "Mia", Role.AR_MANAGER), await an_operator(core, "Lea", Role.LEGAL)
    await an_invoice(core)
    filed = await file(core, 2500, by=operator, number="INV-1042")
    assert isinstance(filed, DisputeFiled)
    before = await why.explain(core, invoice_number="INV-1042", actor=manager)
    proposed = await dispute_endings.resolve(
        core, dispute_id=filed.dispute_id, outcome=Outcome.ACCEPTED, note="the price was wrong", actor=operator
    )
    assert isinstance(proposed, CreditProposed)

    told = {who.name: (await queue.page(core, actor=who)).lines[0].next_action for who in (operator, manager, lawyer)}
    await credits.reject(core, credit_id=proposed.credit_id, reason="the price was right", actor=manager)
    after = await why.explain(core, invoice_number="INV-1042", actor=manager)

    assert before.next_action == after.next_action == "Take up the dispute: it has no owner"
    assert told == {
        "Ben": "Wait: the credit of 25.00 EUR that Ben proposed waits for Controller, A/R Manager or Legal",
        "Mia": "Approve or decline the credit of 25.00 EUR that Ben proposed: the dispute waits for it",
        "Lea": "Approve or decline the credit of 25.00 EUR that Ben proposed: the dispute waits for it",
    }


async def test_whoever_may_not_approve_the_credit_does_what_else_there_is(core: Core) -> None:
    operator = await an_operator(core)
    invoice = await an_invoice(core)
    filed = await file(core, 2500, by=operator, number="INV-1042")
    assert isinstance(filed, DisputeFiled)
    await dispute_endings.resolve(
        core, dispute_id=filed.dispute_id, outcome=Outcome.ACCEPTED, note="the price was wrong", actor=operator
    )
    await _broken(core, invoice)

    told = await why.explain(core, invoice_number="INV-1042", actor=operator)

    assert told.next_action == "Call: what was promised by 5 Mar 2026 did not come"


async def test_a_dispute_over_everything_whose_credit_waits_rests_until_its_answer_is_near(
    core: Core, clock: StandingClock
) -> None:
    operator, boss = await an_operator(core), await an_operator(core, "Carl", Role.CONTROLLER)
    await an_invoice(core, amount=Money(9_000_00, "EUR"))
    filed = await file(core, by=operator, number="INV-1042")
    assert isinstance(filed, DisputeFiled)
    await dispute_endings.resolve(
        core, dispute_id=filed.dispute_id, outcome=Outcome.ACCEPTED, note="it never came", actor=boss
    )

    rests = await why.explain(core, invoice_number="INV-1042", actor=boss)
    lines = (await queue.page(core, actor=boss)).lines
    clock.advance(days=10)
    late = (await queue.page(core, actor=boss)).lines

    waits = "the credit of 9,000.00 EUR that Carl proposed waits for Controller or Legal"
    assert rests.next_action == f"Nothing now: 9,000.00 EUR is disputed, and {waits}"
    assert lines == ()
    assert [each.next_action for each in late] == [f"Wait: {waits}"]
