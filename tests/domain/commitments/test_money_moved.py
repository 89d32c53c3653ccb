"""Money that people place and take back counts for promises just as if it had gone there at once."""

from domain.commitments import judging, pauses
from domain.commitments.models import Promise
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.ledger import placing
from domain.ledger.models import Account, Invoice
from tests.builders import an_invoice
from tests.clocks import StandingClock
from tests.domain.commitments.commitments_made import a_payment, a_promise, a_refund
from tests.domain.ledger.people import OPAL
from tests.domain.ledger.test_placing import loose_money


async def promised(core: Core, clock: StandingClock) -> Invoice:
    """Store an invoice over 100 with a promise of 60."""
    invoice = await an_invoice(core, "INV-1", amount=Money(10000, "EUR"))
    await a_promise(core, invoice, 6000, days=3)
    clock.advance(minutes=1)
    return invoice


async def received(core: Core, invoice: Invoice) -> list[int]:
    """Return what the promises of an invoice have received."""
    async with core.transaction() as tx:
        rows = await tx.rows(
            f"SELECT got.received_minor FROM invoice i CROSS JOIN LATERAL {pauses.received('i.id')} got"
            " WHERE i.id = %s",
            (invoice.id,),
        )
    return [row["received_minor"] for row in rows]


async def test_unapplied_cash_that_is_placed_keeps_a_promise(core: Core, clock: StandingClock) -> None:
    invoice = await promised(core, clock)
    payment = await loose_money(core, 6000, await Account.get(id=invoice.account_id))

    await placing.place(core, payment_id=payment, invoice_number="INV-1", actor=OPAL)
    await judging.judge_commitments(core)

    assert (await Promise.get()).state == "kept"


async def test_what_is_taken_back_and_placed_again_counts_once(core: Core, clock: StandingClock) -> None:
    invoice = await promised(core, clock)
    payment = await loose_money(core, 4000, await Account.get(id=invoice.account_id))
    counted = []

    for _ in range(3):
        event = await placing.place(core, payment_id=payment, invoice_number="INV-1", actor=OPAL)
        counted.append(await received(core, invoice))
        clock.advance(minutes=1)
        await placing.take_back(core, allocation_id=event.allocation_id, reason="wrong one", actor=OPAL)
        counted.append(await received(core, invoice))
    await placing.place(core, payment_id=payment, invoice_number="INV-1", actor=OPAL)
    await a_refund(core, invoice, payment, 1500)

    assert counted == [[4000], [0]] * 3
    assert await received(core, invoice) == [2500]


async def test_older_money_that_is_taken_back_takes_nothing_from_a_promise(core: Core, clock: StandingClock) -> None:
    invoice = await an_invoice(core, "INV-1", amount=Money(10000, "EUR"))
    early = await loose_money(core, 3000, await Account.get(id=invoice.account_id))
    placed = await placing.place(core, payment_id=early, invoice_number="INV-1", actor=OPAL)
    clock.advance(minutes=1)
    await a_promise(core, invoice, 6000, days=3)
    clock.advance(minutes=1)
    await a_payment(core, invoice, 2000)

    await placing.take_back(core, allocation_id=placed.allocation_id, reason="wrong one", actor=OPAL)

    assert await received(core, invoice) == [2000]
    clock.advance(days=9)
    await judging.judge_commitments(core)
    assert (await Promise.get()).state == "partly_kept"
