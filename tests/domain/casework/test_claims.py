"""Claims: one customer, one person; twenty people at once get twenty customers."""

import asyncio

import pytest

from domain.casework import claims, queue, snoozes, taking, tasks
from domain.casework.refusals import ClaimedByAnother, NobodyToClaimFor, NothingClaimed
from domain.casework.tasks import TaskKind
from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.kernel.refusals import NotAllowed
from domain.people.roles import Role
from tests.builders import a_contact, an_account, an_invoice
from tests.clocks import StandingClock
from tests.domain.casework.operators import an_operator


async def test_twenty_people_at_once_get_twenty_customers(core: Core) -> None:
    for number in range(25):
        await an_invoice(core, f"INV-{number}", email=f"a{number}@acme.example")
    people = [await an_operator(core, f"Person {number}") for number in range(20)]

    taken = await asyncio.gather(*(taking.take_next(core, actor=each) for each in people))

    assert len({each.line.account_id for each in taken if each is not None}) == 20


async def test_what_one_has_in_hand_another_is_not_given(core: Core) -> None:
    account = await an_account(core)
    await a_contact(core, account)
    for number in range(3):
        await an_invoice(core, f"INV-{number}", account=account)
    ann, ben = await an_operator(core, "Ann"), await an_operator(core, "Ben")

    first = await taking.take_next(core, actor=ann)
    second = await taking.take_next(core, actor=ben)
    again = await taking.take_next(core, actor=ann)

    assert first is not None
    assert second is None
    assert again is not None
    assert again.line.invoice_id == first.line.invoice_id
    assert (await queue.page(core, actor=ben)).lines[0].claimed_by == "Ann"
    assert await queue.focus(core, actor=ben) == ()
    assert len(await queue.focus(core, actor=ann)) == 3


async def test_a_claim_ends_by_itself_and_lasts_while_its_holder_works(core: Core, clock: StandingClock) -> None:
    await an_invoice(core)
    ann, ben = await an_operator(core, "Ann"), await an_operator(core, "Ben")
    await claims.take(core, invoice_number="INV-1042", actor=ann)
    clock.advance(minutes=20)
    await tasks.add(core, kind=TaskKind.CALL, invoice_number="INV-1042", reason="call them", actor=ann)
    clock.advance(minutes=20)
    with pytest.raises(ClaimedByAnother, match="Ann has this customer in hand until 2026-03-10 09:50 UTC"):
        await claims.take(core, invoice_number="INV-1042", actor=ben)
    clock.advance(minutes=11)

    event = await claims.take(core, invoice_number="INV-1042", actor=ben)

    assert event.actor == "Ben"


async def test_a_manager_may_take_over_and_nobody_else(core: Core) -> None:
    await an_invoice(core)
    ann, ben = await an_operator(core, "Ann"), await an_operator(core, "Ben")
    mia = await an_operator(core, "Mia", Role.AR_MANAGER)
    await claims.take(core, invoice_number="INV-1042", actor=ann)
    with pytest.raises(NotAllowed):
        await claims.take(core, invoice_number="INV-1042", actor=ben, over=True)

    await claims.take(core, invoice_number="INV-1042", actor=mia, over=True)

    assert (await queue.page(core, actor=ben)).lines[0].claimed_by == "Mia"


async def test_giving_back_lets_others_have_it(core: Core) -> None:
    await an_invoice(core)
    ann, ben = await an_operator(core, "Ann"), await an_operator(core, "Ben")
    await claims.take(core, invoice_number="INV-1042", actor=ann)
    with pytest.raises(ClaimedByAnother):
        await claims.release(core, invoice_number="INV-1042", actor=ben)
    await claims.release(core, invoice_number="INV-1042", actor=ann)
    with pytest.raises(NothingClaimed):
        await claims.release(core, invoice_number="INV-1042", actor=ann)

    taken = await taking.take_next(core, actor=ben)

    assert taken is not None


async def test_the_command_line_takes_up_no_case(core: Core) -> None:
    await an_invoice(core)

    with pytest.raises(NobodyToClaimFor):
        await taking.take_next(core, actor=SHELL)
    with pytest.raises(NobodyToClaimFor):
        await claims.take(core, invoice_number="INV-1042", actor=SHELL)


async def test_skipping_goes_on_to_the_next_and_the_skipped_one_comes_back(core: Core, clock: StandingClock) -> None:
    await an_invoice(core, "OLD", days_past_due=50, email="a@old.example")
    await an_invoice(core, "NEW", days_past_due=5, email="a@new.example")
    ann, ben = await an_operator(core, "Ann"), await an_operator(core, "Ben")
    await taking.take_next(core, actor=ann)
    await snoozes.skip(core, invoice_number="OLD", actor=ann)

    following = await taking.take_next(core, actor=ann)
    clock.advance(minutes=31)
    returned = await taking.take_next(core, actor=ben)

    assert following is not None
    assert following.line.invoice_number == "NEW"
    assert returned is not None
    assert returned.line.invoice_number == "OLD"


async def test_progress_counts_what_was_done_and_not_what_was_looked_at(core: Core, clock: StandingClock) -> None:
    for number in range(4):
        await an_invoice(core, f"INV-{number}", email=f"a{number}@acme.example", days_past_due=10 + number)
    ann = await an_operator(core, "Ann")
    first = await taking.take_next(core, actor=ann)
    assert first is not None
    clock.advance(minutes=1)
    await snoozes.snooze(
        core, invoice_number=first.line.invoice_number, until=clock.now().replace(hour=20), reason="call", actor=ann
    )
    second = await taking.take_next(core, actor=ann)
    assert second is not None
    await snoozes.skip(core, invoice_number=second.line.invoice_number, actor=ann)

    progress = await taking.progress(core, actor=ann)

    assert (progress.done_today, progress.left) == (1, 2)
