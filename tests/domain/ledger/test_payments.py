"""Money is booked once each way, and whatever happens in whatever order, the balance is the sum of its entries."""

import asyncio
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.kernel.actor import SYSTEM
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.ledger import invoices, payments
from domain.ledger.models import Account, Invoice, Payment
from tests.builders import an_invoice

TODAY = date(2026, 3, 10)


def euros(minor: int) -> Money:
    """Return so many cents."""
    return Money(minor, "EUR")


async def receive(core: Core, number: str, minor: int, *, object_id: str = "py_1") -> Any:
    """Book a payment as the webhook does: invoice locked, one transaction."""
    async with core.transaction() as tx:
        return await payments.receive(
            core,
            tx,
            invoice=await invoices.locked(number),
            amount=euros(minor),
            source="stripe",
            object_id=object_id,
            method="card",
            received_on=TODAY,
            actor=SYSTEM,
        )


async def go_back(
    core: Core, number: str, minor: int, *, of: str = "py_1", kind: str = "refund", object_id: str
) -> Any:
    """Book a refund, a chargeback or a chargeback that was won."""
    async with core.transaction() as tx:
        invoice = await invoices.locked(number)
        payment = await Payment.get(object_id=of, kind="payment")
        entry: dict[str, Any] = {
            "invoice": invoice,
            "payment": payment,
            "amount": euros(minor),
            "object_id": object_id,
            "received_on": TODAY,
            "actor": SYSTEM,
        }
        if kind == "reinstated":
            return await payments.reinstate(core, tx, **entry)
        return await payments.reverse(core, tx, kind=kind, **entry)


async def standing(number: str) -> tuple[str, int]:
    """Return state and open balance as the database has them."""
    invoice = await Invoice.get(number=number)
    return invoice.state, invoice.open_minor


async def kinds(core: Core) -> list[str]:
    """Return the kinds of all events so far."""
    return [each["kind"] for each in await core.database.rows("SELECT kind FROM timeline_entry ORDER BY id")]


async def test_a_payment_in_full_settles_the_invoice(core: Core) -> None:
    await an_invoice(core, "INV-1", amount=euros(10000))

    event = await receive(core, "INV-1", 10000)

    assert (event.applied, event.balance) == (euros(10000), euros(0))
    assert await standing("INV-1") == ("settled", 0)
    assert await kinds(core) == ["payment.received", "invoice.settled"]


async def test_a_part_payment_leaves_the_rest_open(core: Core) -> None:
    await an_invoice(core, "INV-1", amount=euros(10000))

    await receive(core, "INV-1", 2500)

    assert await standing("INV-1") == ("open", 7500)
    assert await kinds(core) == ["payment.received"]


async def test_one_movement_of_money_is_booked_once_however_often_we_are_told(core: Core) -> None:
    await an_invoice(core, "INV-1", amount=euros(10000))
    await receive(core, "INV-1", 2500)

    again = await receive(core, "INV-1", 2500)

    assert again is None
    assert await standing("INV-1") == ("open", 7500)
    assert await kinds(core) == ["payment.received"]


async def test_webhook_and_success_page_at_the_same_moment_book_once(core: Core) -> None:
    await an_invoice(core, "INV-1", amount=euros(10000))

    results = await asyncio.gather(*(receive(core, "INV-1", 10000) for _ in range(5)))

    assert sum(each is not None for each in results) == 1
    assert await standing("INV-1") == ("settled", 0)


async def test_a_second_payment_never_disappears(core: Core) -> None:
    await an_invoice(core, "INV-1", amount=euros(10000))
    await receive(core, "INV-1", 10000, object_id="py_1")

    event = await receive(core, "INV-1", 10000, object_id="py_2")

    assert (event.amount, event.applied) == (euros(10000), euros(0))
    assert await standing("INV-1") == ("settled", 0)
    assert await kinds(core) == ["payment.received", "invoice.settled", "payment.received", "payment.surplus"]


async def test_a_refund_reopens_the_invoice_by_as_much(core: Core) -> None:
    await an_invoice(core, "INV-1", amount=euros(10000))
    await receive(core, "INV-1", 10000)

    event = await go_back(core, "INV-1", 3000, object_id="re_1")

    assert event.balance == euros(3000)
    assert await standing("INV-1") == ("open", 3000)


async def test_a_refund_takes_the_surplus_before_it_reopens_anything(core: Core) -> None:
    await an_invoice(core, "INV-1", amount=euros(10000))
    await receive(core, "INV-1", 12000)

    await go_back(core, "INV-1", 2000, object_id="re_1")
    after_surplus = await standing("INV-1")
    await go_back(core, "INV-1", 500, object_id="re_2")

    assert after_surplus == ("settled", 0)
    assert await standing("INV-1") == ("open", 500)


async def test_a_refund_that_we_are_told_of_twice_is_booked_once(core: Core) -> None:
    await an_invoice(core, "INV-1", amount=euros(10000))
    await receive(core, "INV-1", 10000)
    await go_back(core, "INV-1", 3000, object_id="re_1")

    assert await go_back(core, "INV-1", 3000, object_id="re_1") is None
    assert await standing("INV-1") == ("open", 3000)


async def test_a_chargeback_that_is_won_settles_the_invoice_again_and_says_so(core: Core) -> None:
    await an_invoice(core, "INV-1", amount=euros(10000))
    await receive(core, "INV-1", 10000)
    await go_back(core, "INV-1", 10000, kind="chargeback", object_id="dp_1")
    lost = await standing("INV-1")

    await go_back(core, "INV-1", 10000, kind="reinstated", object_id="dp_1")

    assert lost == ("open", 10000)
    assert await standing("INV-1") == ("settled", 0)
    assert (await kinds(core))[-2:] == ["payment.received", "invoice.settled"]


async def test_a_chargeback_that_is_won_after_the_payer_paid_again_is_a_surplus(core: Core) -> None:
    await an_invoice(core, "INV-1", amount=euros(10000))
    await receive(core, "INV-1", 10000)
    await go_back(core, "INV-1", 10000, kind="chargeback", object_id="dp_1")
    await receive(core, "INV-1", 10000, object_id="py_2")

    await go_back(core, "INV-1", 10000, kind="reinstated", object_id="dp_1")

    assert await standing("INV-1") == ("settled", 0)
    assert (await kinds(core))[-2:] == ["payment.received", "payment.surplus"]


async def test_money_that_went_back_twice_is_not_taken_for_paid_when_it_comes_back_once(core: Core) -> None:
    await an_invoice(core, "INV-1", amount=euros(10000))
    await receive(core, "INV-1", 10000)
    await go_back(core, "INV-1", 10000, object_id="re_1")
    await go_back(core, "INV-1", 10000, kind="chargeback", object_id="dp_1")

    await go_back(core, "INV-1", 10000, kind="reinstated", object_id="dp_1")

    assert await standing("INV-1") == ("open", 10000)


async def test_a_refund_of_a_void_invoice_is_booked_and_reopens_nothing(core: Core) -> None:
    await an_invoice(core, "INV-1", amount=euros(10000))
    await receive(core, "INV-1", 2500)
    async with core.transaction():
        await (await invoices.locked("INV-1")).move("void", open_minor=0)

    event = await go_back(core, "INV-1", 2500, object_id="re_1")

    assert event is not None
    assert await standing("INV-1") == ("void", 0)


async def test_what_goes_back_of_a_written_off_invoice_is_open_again_since_that_was_never_given_up(core: Core) -> None:
    await an_invoice(core, "INV-1", amount=euros(10000))
    await receive(core, "INV-1", 2500)
    async with core.transaction():
        await (await invoices.locked("INV-1")).move("write off", open_minor=0)

    event = await go_back(core, "INV-1", 2500, object_id="re_1")

    assert event.balance == euros(2500)
    assert await standing("INV-1") == ("open", 2500)


async def test_a_payment_for_an_invoice_that_was_given_up_is_kept_as_a_surplus(core: Core) -> None:
    await an_invoice(core, "INV-1", amount=euros(10000))
    async with core.transaction():
        await (await invoices.locked("INV-1")).move("void", open_minor=0)

    event = await receive(core, "INV-1", 10000)

    assert event.applied == euros(0)
    assert await kinds(core) == ["payment.received", "payment.surplus"]


# One payment over several invoices


async def split(core: Core, minor: int, parts: dict[str, int], *, object_id: str = "bank_1") -> Any:
    """Book a bank transfer over several invoices of the first one's customer."""
    async with core.transaction() as tx:
        held = {number: await invoices.locked(number) for number in parts}
        account = next(iter(held.values())).account_id if held else (await Account.all().first()).id  # type: ignore[union-attr]
        return await payments.receive_split(
            core,
            tx,
            account_id=account,
            parts=[(held[number], euros(part)) for number, part in parts.items()],
            amount=euros(minor),
            source="bank",
            object_id=object_id,
            method="bank transfer",
            received_on=TODAY,
            actor=SYSTEM,
        )


async def test_one_payment_settles_several_invoices_and_its_rest_is_unapplied_cash(core: Core) -> None:
    for number in ("INV-1", "INV-2"):
        await an_invoice(core, number, amount=euros(10000))

    booked = await split(core, 18000, {"INV-1": 10000, "INV-2": 7000})

    assert [(each.invoice_number, each.amount, each.whole) for each in booked.received] == [
        ("INV-1", euros(10000), euros(18000)),
        ("INV-2", euros(7000), euros(18000)),
    ]
    assert (await standing("INV-1"), await standing("INV-2")) == (("settled", 0), ("open", 3000))
    assert await loose(core) == {"bank_1": 1000}
    assert await kinds(core) == ["payment.received", "invoice.settled", "payment.received", "cash.unapplied"]


async def test_a_payment_that_fits_no_invoice_is_unapplied_as_a_whole_and_told_once(core: Core) -> None:
    await an_invoice(core, "INV-1", amount=euros(10000))
    await split(core, 5000, {})

    again = await split(core, 5000, {})

    assert again is None
    assert await loose(core) == {"bank_1": 5000}
    assert await kinds(core) == ["cash.unapplied"]


async def test_what_goes_back_of_a_split_payment_takes_the_loose_money_first_and_then_reopens_invoice_by_invoice(
    core: Core,
) -> None:
    for number in ("INV-1", "INV-2"):
        await an_invoice(core, number, amount=euros(10000))
    await split(core, 18000, {"INV-1": 10000, "INV-2": 7000})

    event = await go_back(core, "INV-1", 13000, of="bank_1", kind="chargeback", object_id="return_1")

    assert event.amount == euros(11000)
    assert (await standing("INV-1"), await standing("INV-2")) == (("open", 10000), ("open", 5000))
    assert await loose(core) == {}
    assert (await kinds(core))[-2:] == ["payment.reversed", "payment.reversed"]


# Any history at all


@dataclass
class Paid:
    """A payment of the history, and what the provider let go back of it."""

    object_id: str
    minor: int
    charged_back: list[tuple[str, int]] = field(default_factory=list)


steps = st.lists(
    st.tuples(
        st.sampled_from(["pay", "refund", "chargeback", "reinstate", "repeat"]),
        st.integers(0, 5),
        st.integers(1, 15000),
    ),
    max_size=14,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(total=st.integers(1, 12000), history=steps)
async def test_whatever_happens_the_balance_is_the_sum_of_its_entries_and_no_money_is_lost(
    core: Core, total: int, history: list[tuple[str, int, int]]
) -> None:
    number, moved = f"INV-{uuid4()}", 0
    invoice = await an_invoice(core, number, amount=euros(total))
    paid: list[Paid] = []
    last: tuple[Any, ...] | None = None

    for what, which, minor in history:
        before = moved
        call: tuple[Any, ...] | None = None
        if what == "pay":
            paid.append(Paid(f"py_{uuid4()}", minor))
            call, moved = (receive, minor, {"object_id": paid[-1].object_id}), moved + minor
        elif what in {"refund", "chargeback"} and paid:
            of = paid[which % len(paid)]
            amount, object_id = min(minor, of.minor), f"{what}_{uuid4()}"
            if what == "chargeback":
                of.charged_back.append((object_id, amount))
            call, moved = (go_back, amount, {"of": of.object_id, "kind": what, "object_id": object_id}), moved - amount
        elif what == "reinstate" and (lost := [each for each in paid if each.charged_back]):
            of = lost[which % len(lost)]
            object_id, amount = of.charged_back.pop()
            how = {"of": of.object_id, "kind": "reinstated", "object_id": object_id}
            call, moved = (go_back, amount, how), moved + amount
        elif what == "repeat" and last is not None:
            verb, amount, how = last
            assert await verb(core, number, amount, **how) is None
        if call is not None:
            verb, amount, how = last = call
            assert await verb(core, number, amount, **how) is not None
        await check(core, invoice, total, moved)
        assert what != "repeat" or moved == before


async def loose(core: Core) -> dict[str, int]:
    """Return what stands as unapplied cash, by the payment's id at its source."""
    rows = await core.database.rows(
        "SELECT p.object_id, u.amount_minor FROM unapplied_cash u JOIN payment p ON p.id = u.payment_id"
    )
    return {row["object_id"]: row["amount_minor"] for row in rows}


async def check(core: Core, invoice: Invoice, total: int, moved: int) -> None:
    """Compare what the database has with what must be true after any history."""
    row = await core.database.row(
        "SELECT i.open_minor, i.state,"
        " coalesce((SELECT sum(a.amount_minor) FROM allocation a WHERE a.invoice_id = i.id),"
        " 0)::bigint AS applied, coalesce((SELECT sum(p.amount_minor) FROM payment p"
        " WHERE p.account_id = i.account_id), 0)::bigint AS booked, coalesce((SELECT sum(c.amount_minor) FROM credit c"
        " WHERE c.invoice_id = i.id AND c.state = 'approved'), 0)::bigint AS credited FROM invoice i WHERE i.id = %s",
        (invoice.id,),
    )
    families = await core.database.rows(
        "SELECT coalesce(p.reverses_id, p.id) AS payment, sum(p.amount_minor)::bigint AS net,"
        " coalesce(sum((SELECT sum(a.amount_minor) FROM allocation a WHERE a.payment_id = p.id)), 0)::bigint AS applied"
        " FROM payment p WHERE p.account_id = %s GROUP BY 1",
        (invoice.account_id,),
    )
    assert row is not None
    assert row["open_minor"] == total - row["applied"] - row["credited"]
    assert 0 <= row["open_minor"] <= total
    assert row["state"] == ("open" if row["open_minor"] else "settled")
    assert row["booked"] == moved
    rests = await core.database.rows(
        "SELECT coalesce(p.reverses_id, p.id) AS payment, u.amount_minor AS minor FROM payment p"
        " JOIN unapplied_cash u ON u.payment_id = p.id WHERE p.account_id = %s",
        (invoice.account_id,),
    )
    kept = {each["payment"]: each["minor"] for each in rests}
    left = {each["payment"]: each["net"] - each["applied"] for each in families}
    assert kept == {payment: minor for payment, minor in left.items() if minor > 0}, "what is left is unapplied cash"
    assert all(0 <= each["applied"] <= max(each["net"], 0) for each in families), "applied money is there"
