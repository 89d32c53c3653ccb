"""Vetoes: a step that was struck out is never sent; whoever asks is told who did it and why."""

import pytest

from domain.deliverability.models import Mailing
from domain.kernel.actor import Actor, ActorKind, Permission
from domain.kernel.core import Core
from domain.kernel.refusals import NotAllowed
from domain.ledger.refusals import InvoiceNotFound
from domain.outreach import held, planner, vetoes
from domain.outreach.models import Enrolment, Veto
from domain.outreach.refusals import AlreadyStruck, NoSuchStep, NotEnrolled, NotStruck, ReasonMissing, StepPassed
from tests.builders import an_invoice, paid
from tests.clocks import StandingClock
from tests.domain.outreach.stage import enrolment, items, leave, told

ANNA = Actor(ActorKind.PERSON, "Anna", frozenset({Permission.WORK_QUEUE}))
VIEWER = Actor(ActorKind.PERSON, "Vera", frozenset({Permission.VIEW}), roles=("Viewer",))


async def test_a_step_that_was_struck_out_is_never_sent_and_the_next_one_is(core: Core, clock: StandingClock) -> None:
    invoice = await an_invoice(core, days_past_due=-4)
    await planner.plan(core)

    event = await vetoes.strike(core, invoice_number="inv-1042", step=2, reason="  they\n called ", actor=ANNA)
    for _ in range(30):
        await planner.plan(core)
        await leave(core)
        clock.advance(days=1)

    assert event.told() == "Step 2 (reminder-due) was struck out: they called"
    assert [each.step for each in await items()] == [1, 3, 4]
    assert (await enrolment(invoice)).state == "finished"


async def test_why_says_who_struck_a_step_out(core: Core) -> None:
    invoice = await an_invoice(core, days_past_due=-4)
    await planner.plan(core)

    await vetoes.strike(core, invoice_number=invoice.number, step=1, reason="they called", actor=ANNA)

    standing = await held.of(core, invoice_id=invoice.id)
    assert standing is not None
    assert [(each.step, each.made_by, each.reason) for each in standing.struck] == [(1, "Anna", "they called")]
    assert standing.next_step == 2
    assert len(await told(core, "step.struck")) == 1


async def test_a_veto_can_be_taken_back_while_the_step_is_ahead(core: Core, clock: StandingClock) -> None:
    await an_invoice(core, days_past_due=-4)
    await planner.plan(core)
    await vetoes.strike(core, invoice_number="INV-1042", step=1, reason="they called", actor=ANNA)

    await vetoes.restore(core, invoice_number="INV-1042", step=1, actor=ANNA)
    clock.advance(days=1)

    assert await planner.plan(core) == 1
    with pytest.raises(NotStruck):
        await vetoes.restore(core, invoice_number="INV-1042", step=1, actor=ANNA)


async def test_a_veto_whose_day_has_passed_cannot_be_taken_back(core: Core, clock: StandingClock) -> None:
    await an_invoice(core, days_past_due=-4)
    await planner.plan(core)
    await vetoes.strike(core, invoice_number="INV-1042", step=1, reason="they called", actor=ANNA)
    clock.advance(days=1)
    await planner.plan(core)

    with pytest.raises(StepPassed):
        await vetoes.restore(core, invoice_number="INV-1042", step=1, actor=ANNA)


async def test_a_step_that_waits_in_a_mail_can_be_struck_out_and_one_that_has_left_cannot(core: Core) -> None:
    await an_invoice(core)
    await planner.plan(core)

    await vetoes.strike(core, invoice_number="INV-1042", step=3, reason="they called", actor=ANNA)
    await Veto.all().delete()
    await leave(core)

    with pytest.raises(StepPassed):
        await vetoes.strike(core, invoice_number="INV-1042", step=3, reason="they called", actor=ANNA)


async def test_a_second_veto_says_who_was_first(core: Core) -> None:
    await an_invoice(core, days_past_due=-4)
    await planner.plan(core)
    await vetoes.strike(core, invoice_number="INV-1042", step=2, reason="they called", actor=ANNA)

    with pytest.raises(AlreadyStruck, match="struck out by Anna already: they called"):
        await vetoes.strike(core, invoice_number="INV-1042", step=2, reason="again", actor=ANNA)


@pytest.mark.parametrize(
    ("number", "step", "reason", "refusal"),
    [
        ("INV-1042", 2, "   ", ReasonMissing),
        ("INV-9", 2, "they called", InvoiceNotFound),
        ("INV-1042", 5, "they called", NoSuchStep),  # hands over to a person; sends nothing
        ("INV-1042", 77, "they called", NoSuchStep),
    ],
)
async def test_what_cannot_be_struck_out_is_refused(
    core: Core, number: str, step: int, reason: str, refusal: type[Exception]
) -> None:
    await an_invoice(core, days_past_due=-4)
    await planner.plan(core)

    with pytest.raises(refusal):
        await vetoes.strike(core, invoice_number=number, step=step, reason=reason, actor=ANNA)

    assert await Veto.all().count() == 0


async def test_an_invoice_without_reminders_has_nothing_to_strike_out(core: Core) -> None:
    invoice = await an_invoice(core)
    await paid(core, invoice)

    with pytest.raises(NotEnrolled):
        await vetoes.strike(core, invoice_number="INV-1042", step=2, reason="they called", actor=ANNA)


async def test_only_who_works_the_queue_may_strike_out(core: Core) -> None:
    await an_invoice(core, days_past_due=-4)

    with pytest.raises(NotAllowed):
        await vetoes.strike(core, invoice_number="INV-1042", step=2, reason="no", actor=VIEWER)


async def test_a_reason_is_cut_and_every_word_of_it_is_kept_apart_from_the_mail(core: Core) -> None:
    await an_invoice(core)
    await planner.plan(core)

    event = await vetoes.strike(core, invoice_number="INV-1042", step=4, reason="<b>x</b> " * 200, actor=ANNA)

    assert len(event.reason) == vetoes.LONGEST_REASON
    assert (await Mailing.get()).reason == "step 3 of cadence default v1, 7 days past due"
    assert (await Enrolment.get()).held == ""
