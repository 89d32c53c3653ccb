"""Write-offs and voids take two people, differences one within limits, and each end of an invoice has followers."""

import asyncio
from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from domain.commitments import dispute_endings
from domain.commitments.models import Dispute, Promise
from domain.kernel import sentences
from domain.kernel.actor import SYSTEM, Actor
from domain.kernel.core import Core
from domain.kernel.limits import Limits
from domain.kernel.money import Money
from domain.kernel.refusals import NotAllowed, Refusal
from domain.ledger import audit, invoices, placing, write_off_records, write_offs
from domain.ledger.entry_events import VarianceLetGo, WriteOffProposed
from domain.ledger.models import Allocation, WriteOff
from domain.ledger.refusals import (
    EntryUnusable,
    MoreThanOpen,
    NothingToPay,
    WriteOffDecided,
    WriteOffNotFound,
    WriteOffWaits,
)
from domain.outreach import planner
from domain.outreach.models import Enrolment
from domain.people.refusals import OwnWork
from tests.builders import an_invoice
from tests.clocks import StandingClock
from tests.domain.commitments.commitments_made import a_dispute, a_promise
from tests.domain.ledger.people import CARL, CORA, MAX, OPAL, VERA
from tests.domain.ledger.test_payments import euros, go_back, kinds, loose, receive, standing


async def proposed(core: Core, minor: int | None = None, *, by: Actor = OPAL) -> UUID:
    """Propose to write INV-1 off, in part or whole; return the proposal's id."""
    event = await write_offs.propose(
        core, invoice_number="INV-1", amount=euros(minor) if minor else None, reason="insolvent", actor=by
    )
    return event.write_off_id


async def written_off(core: Core, minor: int | None = None) -> UUID:
    """Write INV-1 off."""
    write_off_id = await proposed(core, minor)
    await write_offs.approve(core, write_off_id=write_off_id, actor=CORA)
    return write_off_id


async def voided(core: Core) -> None:
    """Void INV-1."""
    event = await write_offs.propose_void(core, invoice_number="INV-1", reason="sent twice", actor=OPAL)
    await write_offs.approve(core, write_off_id=event.write_off_id, actor=CORA)


async def let_go(core: Core, minor: int, *, actor: Actor) -> VarianceLetGo | WriteOffProposed:
    """Let a difference of INV-1 go, as cash application does."""
    async with core.transaction() as tx:
        invoice = await invoices.locked("INV-1")
        return await write_offs.variance(core, tx, invoice=invoice, amount=euros(minor), reason="bank fee", actor=actor)


async def jobs(core: Core) -> set[str]:
    """Return which jobs are queued."""
    return {row["name"] for row in await core.database.rows("SELECT task_name AS name FROM procrastinate_jobs")}


async def test_a_proposal_changes_nothing(core: Core) -> None:
    await an_invoice(core, "INV-1", amount=euros(10000))

    await proposed(core)

    assert await standing("INV-1") == ("open", 10000)
    waiting = await write_off_records.waiting(core)
    assert [(each.of, each.amount, each.proposed_by) for each in waiting] == [("write-off", euros(10000), "Opal")]


async def test_all_that_is_open_written_off_ends_the_invoice_and_everything_around_it(core: Core) -> None:
    await an_invoice(core, "INV-1", amount=euros(10000))
    await receive(core, "INV-1", 2500)

    await written_off(core)

    assert await standing("INV-1") == ("written_off", 0)
    assert (await kinds(core))[-3:] == ["write-off.proposed", "write-off.approved", "invoice.written-off"]
    wanted = {"close_cadence", "close_links", "end_checkout", "judge_commitments", "drop_dispute"}
    assert wanted <= await jobs(core)
    assert (await audit.run(core)).differing == 0


async def test_a_part_written_off_leaves_the_rest_open(core: Core) -> None:
    await an_invoice(core, "INV-1", amount=euros(10000))

    await written_off(core, 4000)

    assert await standing("INV-1") == ("open", 6000)
    assert "invoice.written-off" not in await kinds(core)


async def test_nobody_approves_their_own_proposal_unless_the_merchant_wants_no_second_person(core: Core) -> None:
    await an_invoice(core, "INV-1", amount=euros(10000))
    write_off_id = await proposed(core, by=CORA)

    with pytest.raises(OwnWork):
        await write_offs.approve(core, write_off_id=write_off_id, actor=CORA)
    await write_offs.approve(replace(core, limits=Limits(second_person=False)), write_off_id=write_off_id, actor=CORA)

    assert await standing("INV-1") == ("written_off", 0)


@pytest.mark.parametrize("actor", [VERA, OPAL, MAX])
async def test_only_who_moves_money_approves_declines_and_reverses(core: Core, actor: Actor) -> None:
    await an_invoice(core, "INV-1", amount=euros(10000))
    write_off_id = await proposed(core, by=CARL)

    for act in (
        write_offs.approve(core, write_off_id=write_off_id, actor=actor),
        write_offs.reject(core, write_off_id=write_off_id, reason="no", actor=actor),
        write_offs.reverse(core, write_off_id=write_off_id, reason="no", actor=actor),
    ):
        with pytest.raises(NotAllowed):
            await act


async def test_who_proposed_may_take_it_back_and_another_proposal_may_follow(core: Core) -> None:
    await an_invoice(core, "INV-1", amount=euros(10000))
    write_off_id = await proposed(core)
    with pytest.raises(WriteOffWaits):
        await proposed(core, 100)

    await write_offs.reject(core, write_off_id=write_off_id, reason="they will pay", actor=OPAL)

    with pytest.raises(WriteOffDecided):
        await write_offs.approve(core, write_off_id=write_off_id, actor=CORA)
    assert await proposed(core, 100) != write_off_id


@pytest.mark.parametrize(
    ("amount", "reason", "refusal"),
    [
        (euros(0), "gone", EntryUnusable),
        (euros(-5), "gone", EntryUnusable),
        (euros(10001), "gone", MoreThanOpen),
        (Money(1, "USD"), "gone", EntryUnusable),
        (None, "  ", EntryUnusable),
        (None, "x" * 501, EntryUnusable),
    ],
)
async def test_what_does_not_fit_is_not_proposed(
    core: Core, amount: Money | None, reason: str, refusal: type[Refusal]
) -> None:
    await an_invoice(core, "INV-1", amount=euros(10000))

    with pytest.raises(refusal):
        await write_offs.propose(core, invoice_number="INV-1", amount=amount, reason=reason, actor=OPAL)

    assert await WriteOff.all().count() == 0


async def test_less_open_than_was_proposed_is_not_given_up(core: Core) -> None:
    await an_invoice(core, "INV-1", amount=euros(10000))
    write_off_id = await proposed(core)
    await receive(core, "INV-1", 1)

    with pytest.raises(MoreThanOpen):
        await write_offs.approve(core, write_off_id=write_off_id, actor=CORA)

    assert await standing("INV-1") == ("open", 9999)


async def test_two_approvals_at_once_give_up_once(core: Core) -> None:
    await an_invoice(core, "INV-1", amount=euros(10000))
    write_off_id = await proposed(core, 4000)

    results = await asyncio.gather(
        *(write_offs.approve(core, write_off_id=write_off_id, actor=each) for each in (CORA, CARL, CORA)),
        return_exceptions=True,
    )

    assert sum(isinstance(each, WriteOffDecided) for each in results) == 2
    assert await standing("INV-1") == ("open", 6000)


async def test_a_reversal_opens_the_invoice_again_and_reminders_are_planned(core: Core) -> None:
    await an_invoice(core, "INV-1", amount=euros(10000))
    write_off_id = await written_off(core)

    event = await write_offs.reverse(core, write_off_id=write_off_id, reason="a new owner pays", actor=CORA)

    assert (event.balance, await standing("INV-1")) == (euros(10000), ("open", 10000))
    assert "plan_reminders" in await jobs(core)
    with pytest.raises(WriteOffDecided):
        await write_offs.reverse(core, write_off_id=write_off_id, reason="again", actor=CORA)
    with pytest.raises(WriteOffNotFound):
        await write_offs.reverse(core, write_off_id=uuid4(), reason="again", actor=CORA)


async def test_money_for_a_written_off_invoice_waits_for_a_person_with_a_task_that_says_so(core: Core) -> None:
    await an_invoice(core, "INV-1", amount=euros(10000))
    await written_off(core)

    await receive(core, "INV-1", 3000)

    assert await standing("INV-1") == ("written_off", 0)
    assert await loose(core) == {"py_1": 3000}
    await core.jobs.work(concurrency=1, stop=asyncio.Event(), until_idle=True)
    task = await core.database.row("SELECT kind, reason FROM task")
    assert task is not None
    assert task["kind"] == "apply cash"
    assert sentences.said(task["reason"]) == "30.00 EUR arrived for INV-1, which is written off"


async def test_what_came_after_a_write_off_is_placed_once_that_is_reversed(core: Core) -> None:
    await an_invoice(core, "INV-1", amount=euros(10000))
    write_off_id = await written_off(core)
    event = await receive(core, "INV-1", 10000)
    with pytest.raises(NothingToPay):
        await placing.place(core, payment_id=event.payment_id, invoice_number="INV-1", actor=OPAL)

    await write_offs.reverse(core, write_off_id=write_off_id, reason="they paid", actor=CORA)
    await placing.place(core, payment_id=event.payment_id, invoice_number="INV-1", actor=OPAL)

    assert await standing("INV-1") == ("settled", 0)
    assert (await audit.run(core)).differing == 0


async def test_money_that_goes_back_after_a_write_off_is_open_again(core: Core) -> None:
    await an_invoice(core, "INV-1", amount=euros(10000))
    await receive(core, "INV-1", 2500)
    await written_off(core)

    await go_back(core, "INV-1", 2500, kind="chargeback", object_id="dp_1")

    assert await standing("INV-1") == ("open", 2500)
    assert (await audit.run(core)).differing == 0


@pytest.mark.parametrize("end", [written_off, voided])
async def test_what_payers_said_ends_with_the_invoice(core: Core, end: object) -> None:
    invoice = await an_invoice(core, "INV-1", amount=euros(10000))
    await a_promise(core, invoice, 5000, days=3)
    await a_dispute(core, invoice, 2000)

    await end(core)  # type: ignore[operator]
    await core.jobs.work(concurrency=1, stop=asyncio.Event(), until_idle=True)

    assert (await Promise.get()).state == "withdrawn"
    assert ((await Dispute.get()).state, "nothing is asked for" in (await Dispute.get()).resolution) == (
        "withdrawn", True,
    )  # fmt: skip


async def test_a_dispute_of_an_invoice_that_is_open_again_is_left_alone(core: Core) -> None:
    invoice = await an_invoice(core, "INV-1", amount=euros(10000))
    await a_dispute(core, invoice, 2000)
    write_off_id = await written_off(core)
    row = await core.database.row("SELECT id FROM timeline_entry WHERE kind = 'invoice.written-off'")
    await write_offs.reverse(core, write_off_id=write_off_id, reason="a mistake", actor=CORA)
    assert row is not None

    await dispute_endings.drop(core, entry_id=row["id"])

    assert (await Dispute.get()).state == "open"


async def test_reminders_end_with_a_written_off_invoice_and_begin_again_when_that_is_reversed(
    core: Core, clock: StandingClock
) -> None:
    await an_invoice(core, "INV-1", amount=euros(10000))
    await planner.plan(core)
    write_off_id = await written_off(core)
    await core.jobs.work(concurrency=1, stop=asyncio.Event(), until_idle=True)
    ended = [each.state for each in await Enrolment.all()]

    await write_offs.reverse(core, write_off_id=write_off_id, reason="a mistake", actor=CORA)
    clock.advance(days=1)
    await planner.plan(core)

    assert ended == ["closed"]
    assert sorted([each.state for each in await Enrolment.all()]) == ["closed", "running"]


# Differences


@pytest.mark.parametrize(
    ("actor", "minor", "at_once"),
    [
        (OPAL, 500, True), (OPAL, 501, False),
        (MAX, 5000, True), (MAX, 5001, False),
        (CORA, 50000, True), (CORA, 50001, False),
        (SYSTEM, 500, True), (SYSTEM, 501, False),
    ],
)  # fmt: skip
async def test_a_difference_is_let_go_as_far_as_the_rights_reach_and_proposed_beyond(
    core: Core, actor: Actor, minor: int, at_once: bool
) -> None:
    await an_invoice(core, "INV-1", amount=euros(100000))

    event = await let_go(core, minor, actor=actor)

    assert isinstance(event, VarianceLetGo if at_once else WriteOffProposed)
    assert await standing("INV-1") == ("open", 100000 - (minor if at_once else 0))
    assert (await WriteOff.get()).state == ("approved" if at_once else "proposed")


async def test_a_difference_that_is_all_that_was_left_settles_the_invoice(core: Core) -> None:
    await an_invoice(core, "INV-1", amount=euros(10000))
    await receive(core, "INV-1", 9600)

    await let_go(core, 400, actor=OPAL)

    assert await standing("INV-1") == ("settled", 0)
    assert (await kinds(core))[-2:] == ["variance.let-go", "invoice.settled"]
    assert (await audit.run(core)).differing == 0


async def test_a_difference_waits_for_a_proposal_that_may_be_about_the_same_cents(core: Core) -> None:
    await an_invoice(core, "INV-1", amount=euros(10000))
    await proposed(core, 400)

    with pytest.raises(WriteOffWaits):
        await let_go(core, 400, actor=OPAL)

    assert await standing("INV-1") == ("open", 10000)


async def test_a_difference_in_a_currency_without_a_rate_is_never_small(core: Core) -> None:
    await an_invoice(core, "INV-1", amount=Money(100000, "JPY"))

    async with core.transaction() as tx:
        event = await write_offs.variance(
            core, tx, invoice=await invoices.locked("INV-1"), amount=Money(1, "JPY"), reason="fee", actor=CORA
        )

    assert isinstance(event, WriteOffProposed)


async def test_who_may_not_apply_cash_lets_nothing_go(core: Core) -> None:
    await an_invoice(core, "INV-1", amount=euros(10000))

    with pytest.raises(NotAllowed):
        await let_go(core, 1, actor=VERA)


# Voids


async def test_a_void_takes_two_people_and_ends_the_invoice_for_good(core: Core) -> None:
    await an_invoice(core, "INV-1", amount=euros(10000))

    await voided(core)

    assert await standing("INV-1") == ("void", 0)
    assert {"close_cadence", "close_links", "end_checkout", "drop_dispute"} <= await jobs(core)
    with pytest.raises(EntryUnusable, match="void"):
        await write_offs.reverse(core, write_off_id=(await WriteOff.get()).id, reason="oh", actor=CORA)
    assert (await audit.run(core)).differing == 0


async def test_an_invoice_with_money_on_it_is_not_voided_before_that_is_taken_back(core: Core) -> None:
    await an_invoice(core, "INV-1", amount=euros(10000))
    event = await write_offs.propose_void(core, invoice_number="INV-1", reason="sent twice", actor=OPAL)
    await receive(core, "INV-1", 2500)

    for act in (
        write_offs.approve(core, write_off_id=event.write_off_id, actor=CORA),
        write_offs.propose_void(core, invoice_number="INV-1", reason="sent twice", actor=MAX),
    ):
        with pytest.raises(EntryUnusable, match=r"25\.00 EUR"):
            await act
    await placing.take_back(core, allocation_id=(await Allocation.get()).id, reason="void", actor=OPAL)
    await write_offs.approve(core, write_off_id=event.write_off_id, actor=CORA)

    assert await standing("INV-1") == ("void", 0)
    assert await loose(core) == {"py_1": 2500}
