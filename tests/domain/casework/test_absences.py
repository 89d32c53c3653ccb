"""Absences and assignments: work goes to the deputy while somebody is away, and returns."""

from datetime import timedelta

import pytest

from domain.casework import absences, assignments, claims, queue, taking, task_lists, tasks, workloads
from domain.casework.refusals import AbsenceClashes, AbsenceImpossible, AbsenceNotFound, DeputyIsSelf, WithoutRole
from domain.casework.tasks import TaskKind
from domain.commitments import disputes
from domain.commitments.models import Dispute
from domain.commitments.objections import Filing
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.kernel.refusals import NotAllowed
from domain.ledger.models import Account, Invoice
from domain.ledger.refusals import AccountNotFound, AccountUnclear
from domain.operations import desks
from domain.people.roles import Role
from tests.builders import a_contact, an_account, an_invoice
from tests.clocks import StandingClock
from tests.domain.casework.operators import an_operator
from tests.domain.commitments.commitments_made import a_promise

DAY = timedelta(days=1)


async def _owned(core: Core, name: str, number: str, owner: str) -> None:
    account = await an_account(core, name)
    await a_contact(core, account, f"a@{number.lower()}.example")
    await an_invoice(core, number, account=account)
    mia = await an_operator(core, f"Mia {number}", Role.AR_MANAGER)
    await assignments.assign(core, account=name, slack_id=f"U{owner}", actor=mia)


async def test_a_deputy_has_the_work_while_its_owner_is_away_and_not_longer(core: Core, clock: StandingClock) -> None:
    ann, ben = await an_operator(core, "Ann"), await an_operator(core, "Ben")
    await _owned(core, "Acme", "INV-1", "Ann")
    now = clock.now()
    await absences.plan(core, deputy_slack_id="UBen", from_at=now + DAY, until=now + 3 * DAY, actor=ann)

    shown = []
    for _ in range(4):
        page = await queue.page(core, actor=ben, mine=True)
        shown.append([(line.invoice_number, line.owner) for line in page.lines])
        clock.advance(days=1)

    assert shown == [[], [("INV-1", "Ben for Ann")], [("INV-1", "Ben for Ann")], []]


async def test_promises_tasks_and_disputes_of_the_absent_are_the_deputys_and_come_back(
    core: Core, clock: StandingClock
) -> None:
    ann, ben = await an_operator(core, "Ann"), await an_operator(core, "Ben")
    await _owned(core, "Acme", "INV-1", "Ann")
    invoice = await Invoice.get(number="INV-1")
    await a_promise(core, invoice, 5_000, days=1)
    await tasks.add(core, kind=TaskKind.FIND_CONTACT, invoice_number="INV-1", reason="she left", actor=ann)
    account = await Account.get(id=invoice.account_id)
    other = await an_invoice(core, "INV-2", account=account)
    filing = Filing("duplicate", "Billed twice.", amount=Money(5_000, "EUR"))
    filed = await disputes.file(core, invoice_number=other.number, filing=filing, actor=ann)
    await Dispute.filter(id=filed.dispute_id).update(owner_id=ann.id)
    now = clock.now()
    await absences.plan(core, deputy_slack_id="UBen", from_at=now + DAY, until=now + 3 * DAY, actor=ann)

    shown = []
    for _ in range(4):
        lines = (await queue.page(core, actor=ben, mine=True)).lines
        desk = await desks.of(core, actor=ben, shared=await desks.shared(core))
        shown.append(
            (
                [line.action for line in lines if line.invoice_number == "INV-1"],
                [each.owner for each in (await task_lists.page(core, actor=ben, mine=True)).lines],
                [each.dispute_id for each in desk.mine],
            )
        )
        clock.advance(days=1)

    nothing: object = ([], [], [])
    whole = (["follow up"], ["Ben for Ann"], [filed.dispute_id])
    assert shown == [nothing, whole, whole, nothing]


async def test_a_deputy_who_is_away_has_a_deputy_too(core: Core, clock: StandingClock) -> None:
    ann, ben = await an_operator(core, "Ann"), await an_operator(core, "Ben")
    cora = await an_operator(core, "Cora")
    await _owned(core, "Acme", "INV-1", "Ann")
    now = clock.now()
    await absences.plan(core, deputy_slack_id="UBen", from_at=now, until=now + 2 * DAY, actor=ann)
    await absences.plan(core, deputy_slack_id="UCora", from_at=now + 2 * DAY, until=now + 3 * DAY, actor=ben)
    with pytest.raises(AbsenceClashes):
        await absences.plan(core, deputy_slack_id="UAnn", from_at=now + DAY, until=now + 2 * DAY, actor=cora)
    await absences.cancel(core, actor=ben)

    taken = await taking.take_next(core, actor=ben, mine=True)

    assert taken is not None
    assert taken.line.owner == "Ben for Ann"
    assert await taking.take_next(core, actor=cora, mine=True) is None


async def test_a_deputy_takes_up_what_the_absent_has_in_hand(core: Core, clock: StandingClock) -> None:
    ann, ben = await an_operator(core, "Ann"), await an_operator(core, "Ben")
    await an_invoice(core)
    await claims.take(core, invoice_number="INV-1042", actor=ann)
    await absences.plan(core, deputy_slack_id="UBen", from_at=clock.now(), until=clock.now() + DAY, actor=ann)

    taken = await taking.take_next(core, actor=ben)

    assert taken is not None
    assert (await queue.page(core, actor=ben)).lines[0].claimed_by == "Ben"


async def test_absences_that_make_no_sense_are_refused(core: Core, clock: StandingClock) -> None:
    ann = await an_operator(core, "Ann")
    await an_operator(core, "Ben")
    await an_operator(core, "Vic", Role.VIEWER)
    now = clock.now()

    with pytest.raises(WithoutRole, match="Vic may not work the queue"):
        await absences.plan(core, deputy_slack_id="UVic", from_at=now, until=now + DAY, actor=ann)
    with pytest.raises(DeputyIsSelf):
        await absences.plan(core, deputy_slack_id="UAnn", from_at=now, until=now + DAY, actor=ann)
    with pytest.raises(AbsenceImpossible):
        await absences.plan(core, deputy_slack_id="UBen", from_at=now - DAY, until=now, actor=ann)
    with pytest.raises(WithoutRole):
        await absences.plan(core, deputy_slack_id="UNobody", from_at=now, until=now + DAY, actor=ann)
    with pytest.raises(NotAllowed):
        await absences.plan(core, slack_id="UBen", deputy_slack_id="UAnn", from_at=now, until=now + DAY, actor=ann)
    with pytest.raises(AbsenceNotFound):
        await absences.cancel(core, actor=ann)


async def test_everything_of_somebody_who_leaves_is_handed_over_at_once(core: Core) -> None:
    await an_operator(core, "Ann")
    ben = await an_operator(core, "Ben")
    for number in range(3):
        await _owned(core, f"Customer {number}", f"INV-{number}", "Ann")
    mia = await an_operator(core, "Mia", Role.AR_MANAGER)

    event = await assignments.hand_over(core, from_slack_id="UAnn", to_slack_id="UBen", actor=mia)

    assert event.accounts == 3
    assert (await queue.page(core, actor=ben, mine=True)).total == 3


async def test_an_ambiguous_name_is_asked_about(core: Core) -> None:
    mia = await an_operator(core, "Mia", Role.AR_MANAGER)
    await an_account(core, "Acme North")
    await an_account(core, "Acme South")

    with pytest.raises(AccountUnclear, match="Acme North; Acme South"):
        await assignments.assign(core, account="acme", slack_id=None, actor=mia)
    with pytest.raises(AccountNotFound):
        await assignments.assign(core, account="apex", slack_id=None, actor=mia)
    assert (await assignments.assign(core, account="north", slack_id=None, actor=mia)).account_name == "Acme North"


async def test_a_workload_shows_who_has_how_much_to_do(core: Core, clock: StandingClock) -> None:
    ann = await an_operator(core, "Ann")
    await an_operator(core, "Ben")
    await _owned(core, "Acme", "INV-1", "Ann")
    await an_invoice(core, "INV-2", email="b@b.example")
    await taking.take_next(core, actor=ann, mine=True)
    await absences.plan(core, deputy_slack_id="UBen", from_at=clock.now(), until=clock.now() + DAY, actor=ann)

    loads = {each.person: each for each in await workloads.workloads(core, actor=ann)}

    assert set(loads) == {"Ann", "nobody"}
    assert (loads["Ann"].waiting, loads["Ann"].in_hand, loads["Ann"].taken_today) == (1, 1, 1)
    assert (str(loads["Ann"].exposure), loads["Ann"].deputy) == ("125.00 EUR", "Ben")
    assert loads["nobody"].waiting == 1
