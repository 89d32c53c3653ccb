"""Any history of the ledger: after each step every balance is the sum of its entries, and no cent comes or goes."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from uuid import UUID, uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.kernel.actor import SYSTEM
from domain.kernel.core import Core
from domain.kernel.refusals import Refusal
from domain.ledger import audit, credit_notes, entries, invoices, payments, placing, write_offs
from domain.ledger import credits as ledger_credits
from domain.ledger.models import Account, CreditNote, Payment, WriteOff
from tests.builders import an_account, an_invoice
from tests.domain.ledger.csv_import.files import imported
from tests.domain.ledger.people import CARL, CORA, OPAL
from tests.domain.ledger.test_payments import TODAY, euros

INVOICES = 3


@dataclass
class World:
    """The books of one customer, with what the steps may choose from."""

    core: Core
    account: Account
    numbers: list[str]
    moved: int = 0
    """What came in less what went back, as the outside world knows it."""
    paid: list[str] = field(default_factory=list)
    minors: dict[str, int] = field(default_factory=dict)
    charged_back: list[tuple[str, str, int]] = field(default_factory=list)

    def number(self, which: int) -> str:
        """Choose an invoice."""
        return self.numbers[which % len(self.numbers)]


async def begin(core: Core, totals: list[int]) -> World:
    """Store a customer with an invoice for each total."""
    name = f"Customer {uuid4()}"
    account = await an_account(core, name)
    numbers = [f"INV-{uuid4()}" for _ in totals]
    for number, total in zip(numbers, totals, strict=True):
        await an_invoice(core, number, account=account, amount=euros(total))
    return World(core, account, numbers)


async def pay(world: World, which: int, minor: int) -> None:
    """A payer pays one invoice, perhaps too much, perhaps twice in a row."""
    object_id = f"py_{uuid4()}"
    for _ in range(1 + which % 2):
        async with world.core.transaction() as tx:
            await payments.receive(
                world.core, tx, invoice=await invoices.locked(world.number(which)), amount=euros(minor),
                source="stripe", object_id=object_id, method="card", received_on=TODAY, actor=SYSTEM,
            )  # fmt: skip
    world.moved += minor
    world.paid.append(object_id)
    world.minors[object_id] = minor


async def transfer(world: World, which: int, minor: int) -> None:
    """A transfer covers as many invoices as it reaches; a rest stays loose."""
    object_id, left, parts = f"bank_{uuid4()}", minor, []
    async with world.core.transaction() as tx:
        rows = await tx.rows("SELECT id FROM invoice WHERE account_id = %s", (world.account.id,))
        held = await entries.invoices_held([row["id"] for row in rows])
        for invoice in list(held.values())[which % INVOICES :]:
            if part := min(left, invoice.open_minor):
                parts.append((invoice, euros(part)))
                left -= part
        await payments.receive_split(
            world.core, tx, account_id=world.account.id, parts=parts, amount=euros(minor), source="bank",
            object_id=object_id, method="bank transfer", received_on=TODAY, actor=SYSTEM, note="which is it?",
        )  # fmt: skip
    world.moved += minor
    world.paid.append(object_id)
    world.minors[object_id] = minor


async def go_back(world: World, which: int, minor: int, *, kind: str) -> None:
    """Some of a payment, or all, goes back; both ways at once may be more than there was."""
    if not world.paid:
        return
    of = world.paid[which % len(world.paid)]
    amount, object_id = min(minor, world.minors[of]), f"{kind}_{uuid4()}"
    async with world.core.transaction() as tx:
        invoice = await invoices.locked(world.number(which))
        await payments.reverse(
            world.core, tx, invoice=invoice, payment=await Payment.get(object_id=of, kind="payment"), kind=kind,
            amount=euros(amount), object_id=object_id, received_on=TODAY, actor=SYSTEM,
        )  # fmt: skip
    world.moved -= amount
    if kind == "chargeback":
        world.charged_back.append((of, object_id, amount))


async def refund(world: World, which: int, minor: int) -> None:
    """The merchant refunds."""
    await go_back(world, which, minor, kind="refund")


async def chargeback(world: World, which: int, minor: int) -> None:
    """The payer's bank takes money back."""
    await go_back(world, which, minor, kind="chargeback")


async def reinstate(world: World, which: int, _: int) -> None:
    """A chargeback is won."""
    if not world.charged_back:
        return
    of, object_id, amount = world.charged_back.pop(which % len(world.charged_back))
    async with world.core.transaction() as tx:
        invoice = await invoices.locked(world.number(which))
        await payments.reinstate(
            world.core, tx, invoice=invoice, payment=await Payment.get(object_id=of, kind="payment"),
            amount=euros(amount), object_id=object_id, received_on=TODAY, actor=SYSTEM,
        )  # fmt: skip
    world.moved += amount


async def place(world: World, which: int, minor: int) -> None:
    """Somebody places loose money, now and then an amount."""
    row = await world.core.database.row(
        "SELECT payment_id FROM unapplied_cash WHERE account_id = %s ORDER BY payment_id LIMIT 1", (world.account.id,)
    )
    if row is not None:
        amount = euros(minor) if which % 2 else None
        number = world.number(which)
        await placing.place(world.core, payment_id=row["payment_id"], invoice_number=number, amount=amount, actor=OPAL)


async def take_back(world: World, which: int, _: int) -> None:
    """Somebody takes an entry off its invoice."""
    found = await world.core.database.rows(
        "SELECT a.id FROM allocation a JOIN invoice i ON i.id = a.invoice_id WHERE i.account_id = %s"
        " AND a.amount_minor > 0 ORDER BY a.created_at, a.id",
        (world.account.id,),
    )
    if found:
        chosen: UUID = found[which % len(found)]["id"]
        await placing.take_back(world.core, allocation_id=chosen, reason="wrong invoice", actor=OPAL)


async def credit(world: World, which: int, minor: int) -> None:
    """A part is given up for goodwill."""
    event = await ledger_credits.propose(
        world.core, invoice_number=world.number(which), amount=euros(minor), reason=f"{uuid4()}", actor=OPAL
    )
    await ledger_credits.approve(world.core, credit_id=event.credit_id, actor=CORA)


async def credit_note(world: World, which: int, minor: int) -> None:
    """A credit note arrives, and is applied, spread or voided."""
    number = f"CN-{uuid4()}"
    await CreditNote.create(
        id=uuid4(), number=number, number_key=invoices.number_key(number), account_id=world.account.id, currency="EUR",
        total_minor=minor, open_minor=minor, state="open", created_at=world.core.clock.now(),
    )  # fmt: skip
    match which % 3:
        case 0:
            await credit_notes.apply(world.core, number=number, invoice_number=world.number(which), actor=OPAL)
        case 1:
            await credit_notes.apply_oldest(world.core, number=number, actor=OPAL)
        case _:
            await credit_notes.void(world.core, number=number, reason="a mistake", actor=CORA)


async def write_off(world: World, which: int, minor: int) -> None:
    """A part or all of an invoice is given up by two people."""
    event = await write_offs.propose(
        world.core,
        invoice_number=world.number(which),
        amount=euros(minor) if which % 2 else None,
        reason="insolvent",
        actor=OPAL,
    )
    try:
        await write_offs.approve(world.core, write_off_id=event.write_off_id, actor=CORA)
    except Refusal:
        await write_offs.reject(world.core, write_off_id=event.write_off_id, reason="no", actor=CORA)
        raise


async def reverse(world: World, which: int, _: int) -> None:
    """What was given up is collected again."""
    found = await WriteOff.filter(account_id=world.account.id).order_by("created_at", "id")
    if found:
        chosen = found[which % len(found)]
        await write_offs.reverse(world.core, write_off_id=chosen.id, reason="they are back", actor=CARL)


async def variance(world: World, which: int, minor: int) -> None:
    """A small difference is let go, or proposed to be."""
    async with world.core.transaction() as tx:
        invoice = await invoices.locked(world.number(which))
        amount = euros(min(minor % 700 + 1, max(invoice.open_minor, 1)))
        await write_offs.variance(world.core, tx, invoice=invoice, amount=amount, reason="bank fee", actor=OPAL)


async def void(world: World, which: int, _: int) -> None:
    """An invoice should never have been."""
    event = await write_offs.propose_void(
        world.core, invoice_number=world.number(which), reason="sent twice", actor=OPAL
    )
    await write_offs.approve(world.core, write_off_id=event.write_off_id, actor=CORA)


async def file(world: World, which: int, minor: int) -> None:
    """A ledger file tells that less is open, or more, or that nothing is; sometimes that money came for it."""
    number = world.number(which)
    before = await _standing(world, number)
    told = euros(minor % (before["total_minor"] + 1))
    status = ("open", "partly paid" if told else "paid")[minor % 2]
    await imported(
        world.core,
        "Invoice Number,Customer,Due Date,Amount,Balance,Currency,Status\n"
        f"{number},{world.account.name},2026-03-03,{euros(before['total_minor']).decimal},{told.decimal},EUR,{status}\n",
    )
    after = await _standing(world, number)
    came, less = after["imported"] - before["imported"], before["open_minor"] - after["open_minor"]
    assert came == (less if minor % 2 else 0) if less > 0 else less <= came <= 0, "only what the file says came"
    world.moved += came


async def _standing(world: World, number: str) -> dict[str, int]:
    row = await world.core.database.row(
        "SELECT total_minor, open_minor, (SELECT coalesce(sum(amount_minor), 0)::bigint FROM payment"
        " WHERE source = 'import') AS imported FROM invoice WHERE number = %s",
        (number,),
    )
    assert row is not None
    return row


STEPS: dict[str, Callable[[World, int, int], Awaitable[None]]] = {
    step.__name__: step
    for step in (
        pay, transfer, refund, chargeback, reinstate, place, take_back, credit, credit_note, write_off, reverse,
        variance, void, file,
    )
}  # fmt: skip

LIKELY = [*STEPS, "pay", "transfer", "place", "take_back", "refund"]


async def balanced(world: World) -> None:
    """Say that nothing is wrong in the books, and that they hold just the money that moved outside."""
    found = await audit.run(world.core)
    assert found.differing == 0, found.differences
    row = await world.core.database.row(
        "SELECT coalesce(sum(amount_minor), 0)::bigint AS minor FROM payment WHERE account_id = %s", (world.account.id,)
    )
    assert row is not None
    assert row["minor"] == world.moved
    assert all(flow.balanced for flow in found.flows)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    totals=st.lists(st.integers(1, 12000), min_size=INVOICES, max_size=INVOICES),
    history=st.lists(
        st.tuples(st.sampled_from(LIKELY), st.integers(0, 5), st.integers(1, 15000)), min_size=3, max_size=16
    ),
)
async def test_after_any_step_of_any_history_all_balances_are_the_sums_of_their_entries(
    core: Core, totals: list[int], history: list[tuple[str, int, int]]
) -> None:
    world = await begin(core, totals)

    for what, which, minor in history:
        with suppress(Refusal):  # declined, and so nothing may have changed
            await STEPS[what](world, which, minor)
        await balanced(world)


async def test_a_long_history_in_which_every_kind_of_step_succeeds_balances_to_the_end(core: Core) -> None:
    dice = Random(4)
    world = await begin(core, [9000] * 12)
    succeeded: set[str] = set()

    for turn in range(140):
        what = dice.choice(LIKELY)
        with suppress(Refusal):
            await STEPS[what](world, dice.randrange(60), dice.randrange(1, 6000))
            succeeded.add(what)
        if turn % 5 == 0:
            await balanced(world)

    await balanced(world)
    assert succeeded == set(STEPS)
