"""Enrolments: the right cadence, again where it was, held and taken up again, moved when the segment changes."""

import pytest

from domain.deliverability.models import MailingItem
from domain.kernel import timeline
from domain.kernel.actor import SYSTEM, Actor, ActorKind, Permission
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.ledger.models import Account
from domain.outreach import enrolments, held, planner, sorting, vetoes
from domain.outreach.stop_events import HoldLifted
from tests.builders import a_contact, an_account, an_invoice
from tests.clocks import StandingClock
from tests.domain.outreach.stage import A, a_hold, a_segment, enrolment, items, leave, told

ANNA = Actor(ActorKind.PERSON, "Anna", frozenset({Permission.WORK_QUEUE, Permission.VIEW}))


async def test_what_a_hold_had_stopped_goes_on_when_it_is_lifted(core: Core, clock: StandingClock) -> None:
    account = await an_account(core)
    await a_contact(core, account)
    invoice = await an_invoice(core, account=account)
    hold = await a_hold(core, account)
    await planner.plan(core)
    await hold.move("lift")
    clock.advance(minutes=5)
    before = await planner.plan(core)
    async with core.transaction() as tx:
        event = HoldLifted(
            hold_id=hold.id,
            account_id=account.id,
            account_name=account.name,
            of="pause",
            reason="it was agreed",
            **by(SYSTEM, clock.now()),
        )
        entry = await timeline.record(core, tx, event)

    await enrolments.resume(core, entry_id=entry)
    await enrolments.resume(core, entry_id=entry)

    assert (before, await planner.plan(core)) == (0, 1)
    assert (await enrolment(invoice)).held == ""


async def test_an_invoice_whose_segment_changes_goes_on_at_the_corresponding_day(
    core: Core, clock: StandingClock
) -> None:
    await a_segment(
        core,
        "risky",
        A(-5, "reminder-due"),
        A(5, "reminder-overdue", severity=1),
        A(10, "reminder-overdue", severity=1),
        A(12, None, severity=2),
        rule='{"risk": ["high"]}',
    )
    invoice = await an_invoice(core, days_past_due=7)
    await planner.plan(core)
    await leave(core)
    await Account.filter(id=invoice.account_id).update(risk="high")

    moved = await sorting.sort(core), await sorting.sort(core)
    after = await enrolment(invoice)
    clock.advance(days=3)
    await planner.plan(core)

    assert moved == (1, 0)
    assert (after.segment, after.last_position) == ("risky", 2)
    assert [each.step for each in await items()] == [3, 3]
    (event,) = await told(core, "enrolment.moved")
    assert (event["fact"]["was_segment"], event["fact"]["segment"]) == ("everyone", "risky")


async def test_an_invoice_with_a_mail_pending_changes_its_cadence_when_that_has_left(core: Core) -> None:
    await a_segment(core, "risky", A(0, "reminder-due"), rule='{"risk": ["high"]}')
    invoice = await an_invoice(core)
    await planner.plan(core)
    await Account.filter(id=invoice.account_id).update(risk="high")

    waiting = await sorting.sort(core)
    await leave(core)

    assert (waiting, await sorting.sort(core)) == (0, 1)


async def test_what_was_struck_out_stays_struck_out_in_another_cadence(core: Core, clock: StandingClock) -> None:
    await a_segment(
        core,
        "risky",
        A(0, "reminder-due"),
        A(6, "reminder-overdue", severity=1),
        A(16, "reminder-overdue", severity=1),
        rule='{"risk": ["high"]}',
    )
    invoice = await an_invoice(core, days_past_due=0)
    await planner.plan(core)
    await leave(core)
    await vetoes.strike(core, invoice_number=invoice.number, step=4, reason="they called", actor=ANNA)
    await Account.filter(id=invoice.account_id).update(risk="high")

    await sorting.sort(core)

    standing = await held.of(core, invoice_id=invoice.id)
    assert standing is not None
    assert (standing.next_step, [each.step for each in standing.struck]) == (2, [3])


async def test_where_an_invoice_stands_is_told_with_what_waits_for_whom(core: Core) -> None:
    await a_segment(core, "careful", A(0, "reminder-due"), A(20, "reminder-overdue", severity=1), mode="shadow")
    invoice = await an_invoice(core)
    nowhere = await held.of(core, invoice_id=invoice.id)
    await planner.plan(core)

    standing = await held.of(core, invoice_id=invoice.id)

    assert nowhere is None
    assert standing is not None
    assert (standing.segment, standing.cadence, standing.last_position, standing.next_step) == (
        "careful",
        "careful",
        1,
        2,
    )
    (mail,) = standing.pending
    assert (mail.state, mail.needs, mail.sent_to, mail.items) == ("drafted", ("Shadow Mode",), "a…@acme.example", 1)


@pytest.mark.parametrize("kind", ["pause", "legal", "review", "away", "conversation"])
async def test_every_kind_of_hold_stops_a_customer(core: Core, kind: str) -> None:
    account = await an_account(core)
    await a_contact(core, account)
    await an_invoice(core, account=account)
    await a_hold(core, account, kind=kind)

    await planner.plan(core)

    assert await MailingItem.all().count() == 0
