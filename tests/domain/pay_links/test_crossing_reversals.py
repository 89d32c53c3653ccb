"""Money goes back from payments that lie crosswise on the same invoices, all at once: nobody waits for ever."""

import asyncio
from contextlib import suppress
from uuid import UUID

from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.kernel.ports import Movement
from domain.kernel.transactions import Transaction
from domain.ledger import audit, entries, payments, placing
from domain.ledger.models import Account, Allocation, Invoice, Payment
from domain.ledger.refusals import MoreThanLeft, NothingLeft
from domain.pay_links import reconciling, strays
from domain.pay_links.models import StrayMovement
from tests.builders import an_account, an_invoice
from tests.clocks import START
from tests.domain.ledger.people import OPAL
from tests.domain.ledger.test_payments import TODAY, euros, receive

NUMBERS = ("INV-1", "INV-2", "INV-3")

TOTAL, EACH = 30_000, 10_000


async def crosswise(core: Core) -> list[str]:
    """Store three invoices with a payment made for each, of which a part lies on each of the other two."""
    account = await an_account(core)
    for number in NUMBERS:
        await an_invoice(core, number, account=account, amount=euros(TOTAL))
    for number in NUMBERS:
        await receive(core, number, EACH, object_id=f"ch_{number}")
    for number in NUMBERS:
        allocation = await Allocation.get(payment_id=(await Payment.get(object_id=f"ch_{number}")).id)
        await placing.take_back(core, allocation_id=allocation.id, reason="spread", actor=OPAL)
        await placing.split(
            core,
            payment_id=(await Payment.get(object_id=f"ch_{number}")).id,
            parts=[(each, euros(EACH // 4)) for each in NUMBERS],
            actor=OPAL,
        )
    return [f"ch_{number}" for number in NUMBERS]


def refund(of: str, which: int) -> Movement:
    return Movement(f"re_{of}_{which}", "refund", euros(EACH // 2), START, of)


async def test_payments_that_lie_crosswise_go_back_at_once(core: Core) -> None:
    charges = await crosswise(core)

    found = await asyncio.gather(
        *(reconciling.compare(core, movements=[refund(each, which)]) for which in range(2) for each in charges)
    )

    assert [each.booked for each in found] == [1] * 6
    rows = await core.database.rows("SELECT open_minor FROM invoice")
    assert [row["open_minor"] for row in rows] == [TOTAL] * 3
    assert (await audit.run(core)).differing == 0


async def test_placements_reversals_and_people_cross_one_another(core: Core) -> None:
    charges = await crosswise(core)
    await reconciling.compare(core, movements=[Movement("re_9", "refund", Money(100, "EUR"), START, "ch_later")])
    await receive(core, "INV-2", 5_000, object_id="ch_later")
    stray = (await StrayMovement.get()).id

    await asyncio.gather(
        *(reconciling.compare(core, movements=[refund(each, 0)]) for each in charges),
        *(_placed(core, each) for each in charges),
        strays.book(core, stray_id=stray, invoice_number="INV-1", actor=OPAL),
        _split(core, (await Account.get()).id),
    )

    assert (await audit.run(core)).differing == 0
    paid = await core.database.row("SELECT sum(amount_minor)::bigint AS minor FROM payment")
    assert paid == {"minor": 3 * EACH - 3 * EACH // 2 + 5_000 - 100 + 7_500}


async def test_a_payment_that_is_placed_once_more_while_its_locks_are_awaited_is_taken_whole(core: Core) -> None:
    await an_invoice(core, "INV-1", amount=euros(8_000))
    await an_invoice(core, "INV-2", account=await Account.get(), amount=euros(TOTAL))
    await receive(core, "INV-1", EACH, object_id="ch_1")
    held = asyncio.Event()

    async def placing_the_rest() -> None:
        async with core.transaction() as tx:
            invoices = await entries.invoices_held([each.id for each in await Invoice.all()])
            held.set()
            await somebody_waits_for(tx)
            [other] = [each for each in invoices.values() if each.number == "INV-2"]
            await placing.placed(core, tx, payment=await Payment.get(), invoice=other, actor=OPAL)

    async def going_back() -> int:
        await held.wait()
        whole = Movement("re_1", "refund", euros(EACH), START, "ch_1")
        return (await reconciling.compare(core, movements=[whole])).booked

    _, booked = await asyncio.gather(placing_the_rest(), going_back())

    assert booked == 1
    assert {each.number: each.open_minor for each in await Invoice.all()} == {"INV-1": 8_000, "INV-2": TOTAL}
    assert (await audit.run(core)).differing == 0


async def somebody_waits_for(tx: Transaction) -> None:
    """Wait until another transaction wants a lock that this one has."""
    async with asyncio.timeout(60):
        while not await tx.row(
            "SELECT 1 AS one FROM pg_stat_get_activity(NULL) a WHERE pg_backend_pid() = ANY(pg_blocking_pids(a.pid))"
        ):
            await tx.execute("SELECT pg_stat_clear_snapshot()")
            await asyncio.sleep(0.02)


async def _placed(core: Core, charge: str) -> None:
    """Place a part on all invoices, unless what is left went back meanwhile."""
    payment = await Payment.get(object_id=charge)
    with suppress(NothingLeft, MoreThanLeft):
        await placing.split(
            core, payment_id=payment.id, parts=[(each, euros(100)) for each in reversed(NUMBERS)], actor=OPAL
        )


async def _split(core: Core, account_id: UUID) -> None:
    async with core.transaction() as tx:
        held = await Invoice.filter(number__in=NUMBERS).order_by("id").select_for_update()
        await payments.receive_split(
            core, tx, account_id=account_id, parts=[(each, euros(2_500)) for each in held], amount=euros(7_500),
            source="bank", object_id="bank:1", method="bank transfer", received_on=TODAY, actor=OPAL,
        )  # fmt: skip
