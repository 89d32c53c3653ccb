"""Unapplied cash is placed where a person says, split, and taken back; what follows is as with a payment."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.kernel.refusals import NotAllowed, Refusal
from domain.ledger import audit, invoices, payments, placing, unapplied
from domain.ledger.models import Account, Allocation, Invoice, Payment
from domain.ledger.refusals import (
    AllocationNotFound,
    EntryUnusable,
    InvoiceNotFound,
    MoreThanLeft,
    MoreThanOpen,
    NothingLeft,
    NothingToPay,
    PaymentNotFound,
    TakenBackAlready,
)
from tests.builders import an_account, an_invoice
from tests.clocks import StandingClock
from tests.domain.ledger.csv_import.files import imported
from tests.domain.ledger.people import OPAL, VERA
from tests.domain.ledger.test_payments import TODAY, euros, go_back, kinds, loose, standing


async def loose_money(core: Core, minor: int, account: Account, *, object_id: str = "bank_1", note: str = "") -> UUID:
    """Book a transfer of a customer that fits no invoice; return the payment's id."""
    async with core.transaction() as tx:
        split = await payments.receive_split(
            core, tx, account_id=account.id, parts=(), amount=euros(minor), source="bank", object_id=object_id,
            method="bank transfer", received_on=TODAY, actor=OPAL, note=note,
        )  # fmt: skip
    assert split is not None
    return split.payment_id


async def books(core: Core, *totals: int) -> Account:
    """Store a customer with invoices INV-1, INV-2 and so on."""
    account = await an_account(core)
    for place, total in enumerate(totals, start=1):
        await an_invoice(core, f"INV-{place}", account=account, amount=euros(total))
    return account


async def taken_back(core: Core, allocation_id: UUID) -> Any:
    """Take an entry back."""
    return await placing.take_back(core, allocation_id=allocation_id, reason="wrong one", actor=OPAL)


async def test_as_much_as_is_left_and_open_is_placed_when_nobody_says_how_much(core: Core) -> None:
    payment = await loose_money(core, 15000, await books(core, 10000, 10000))

    first = await placing.place(core, payment_id=payment, invoice_number="inv-1", actor=OPAL)
    second = await placing.place(core, payment_id=payment, invoice_number="INV-2", actor=OPAL)

    assert (first.amount, first.unapplied, second.amount, second.unapplied) == (
        euros(10000), euros(5000), euros(5000), euros(0),
    )  # fmt: skip
    assert (await standing("INV-1"), await standing("INV-2")) == (("settled", 0), ("open", 5000))
    assert await loose(core) == {}


async def test_a_placement_that_settles_an_invoice_is_told_like_a_payment_that_does(core: Core) -> None:
    payment = await loose_money(core, 10000, await books(core, 10000))

    await placing.place(core, payment_id=payment, invoice_number="INV-1", actor=OPAL)

    assert await kinds(core) == ["cash.unapplied", "cash.placed", "invoice.settled"]
    queued = await core.database.rows("SELECT DISTINCT task_name FROM procrastinate_jobs")
    assert {"end_checkout", "close_cadence", "close_links", "judge_commitments"} <= {row["task_name"] for row in queued}


async def test_a_payment_is_split_over_several_invoices_all_or_none(core: Core) -> None:
    payment = await loose_money(core, 15000, await books(core, 10000, 10000))
    parts = (("INV-1", euros(6000)), ("INV-2", euros(10001)))

    with pytest.raises(MoreThanLeft):
        await placing.split(core, payment_id=payment, parts=parts, actor=OPAL)
    assert await loose(core) == {"bank_1": 15000}
    events = await placing.split(core, payment_id=payment, parts=(parts[0], ("INV-2", None)), actor=OPAL)

    assert [each.balance for each in events] == [euros(4000), euros(1000)]


@pytest.mark.parametrize(
    ("number", "amount", "refusal"),
    [
        ("INV-1", euros(0), EntryUnusable),
        ("INV-1", euros(-1), EntryUnusable),
        ("INV-1", Money(100, "USD"), EntryUnusable),
        ("INV-1", euros(10001), MoreThanOpen),
        ("INV-1", euros(20000), MoreThanLeft),
        ("INV-9", None, InvoiceNotFound),
        ("PAID", None, NothingToPay),
    ],
)
async def test_what_does_not_fit_is_declined_and_changes_nothing(
    core: Core, number: str, amount: Money | None, refusal: type[Refusal]
) -> None:
    account = await books(core, 10000)
    await an_invoice(core, "PAID", account=account, amount=euros(100))
    payment = await loose_money(core, 15100, account)
    await placing.place(core, payment_id=payment, invoice_number="PAID", actor=OPAL)

    with pytest.raises(refusal):
        await placing.place(core, payment_id=payment, invoice_number=number, amount=amount, actor=OPAL)

    assert await loose(core) == {"bank_1": 15000}
    assert await standing("INV-1") == ("open", 10000)


async def test_another_customers_invoice_needs_a_reason_and_the_history_tells_whose_money_it_was(core: Core) -> None:
    await an_invoice(core, "INV-OTHER", amount=euros(10000))
    payment = await loose_money(core, 4000, await books(core))

    with pytest.raises(EntryUnusable, match="Acme Ltd"):
        await placing.place(core, payment_id=payment, invoice_number="INV-OTHER", actor=OPAL)
    event = await placing.place(
        core, payment_id=payment, invoice_number="INV-OTHER", note="the mother pays for the daughter", actor=OPAL
    )

    assert (event.payer, event.note, event.balance) == ("Acme Ltd", "the mother pays for the daughter", euros(6000))


async def test_only_who_applies_cash_may_and_only_once_what_there_is(core: Core) -> None:
    payment = await loose_money(core, 4000, await books(core, 10000))

    with pytest.raises(NotAllowed):
        await placing.place(core, payment_id=payment, invoice_number="INV-1", actor=VERA)
    with pytest.raises(PaymentNotFound):
        await placing.place(core, payment_id=uuid4(), invoice_number="INV-1", actor=OPAL)
    await placing.place(core, payment_id=payment, invoice_number="INV-1", actor=OPAL)

    with pytest.raises(NothingLeft):
        await placing.place(core, payment_id=payment, invoice_number="INV-1", actor=OPAL)


async def test_many_people_at_once_place_no_cent_twice(core: Core) -> None:
    payment = await loose_money(core, 10000, await books(core, 4000, 4000, 4000, 4000))

    results = await asyncio.gather(
        *(
            placing.place(core, payment_id=payment, invoice_number=f"INV-{1 + each % 4}", actor=OPAL)
            for each in range(8)
        ),
        return_exceptions=True,
    )

    assert sum(each.amount.minor for each in results if not isinstance(each, BaseException)) == 10000
    assert all(isinstance(each, Refusal) for each in results if isinstance(each, BaseException))
    assert (await audit.run(core)).differing == 0


async def test_a_placement_and_a_return_of_the_same_money_at_once_end_balanced(core: Core) -> None:
    payment = await loose_money(core, 10000, await books(core, 10000, 10000))
    await placing.place(core, payment_id=payment, invoice_number="INV-1", amount=euros(5000), actor=OPAL)

    await asyncio.gather(
        go_back(core, "INV-1", 10000, of="bank_1", kind="chargeback", object_id="return_1"),
        placing.place(core, payment_id=payment, invoice_number="INV-2", actor=OPAL),
        return_exceptions=True,
    )

    assert (await standing("INV-1"), await standing("INV-2")) == (("open", 10000), ("open", 10000))
    assert (await audit.run(core)).differing == 0


async def test_what_is_taken_back_reopens_the_invoice_and_is_unapplied_again(core: Core) -> None:
    payment = await loose_money(core, 10000, await books(core, 10000))
    event = await placing.place(core, payment_id=payment, invoice_number="INV-1", actor=OPAL)

    back = await taken_back(core, event.allocation_id)

    assert (back.amount, back.balance, back.payment_id) == (euros(10000), euros(10000), payment)
    assert await standing("INV-1") == ("open", 10000)
    assert await loose(core) == {"bank_1": 10000}
    with pytest.raises(TakenBackAlready):
        await taken_back(core, event.allocation_id)


async def test_a_payment_by_card_may_be_moved_to_another_invoice_and_its_refund_follows_it(core: Core) -> None:
    account = await books(core, 10000, 10000)
    async with core.transaction() as tx:
        invoice = await invoices.locked("INV-1")
        await payments.receive(
            core, tx, invoice=invoice, amount=euros(10000), source="stripe", object_id="py_1", method="card",
            received_on=TODAY, actor=OPAL,
        )  # fmt: skip
    await taken_back(core, (await Allocation.get()).id)
    payment = await Payment.get(account_id=account.id)
    await placing.place(core, payment_id=payment.id, invoice_number="INV-2", actor=OPAL)

    event = await go_back(core, "INV-1", 4000, object_id="re_1")

    assert (await standing("INV-1"), await standing("INV-2")) == (("open", 10000), ("open", 4000))
    assert event.amount == euros(0)
    assert (await audit.run(core)).differing == 0


async def test_of_an_entry_of_which_some_went_back_only_the_rest_is_taken_back(core: Core) -> None:
    payment = await loose_money(core, 10000, await books(core, 10000))
    event = await placing.place(core, payment_id=payment, invoice_number="INV-1", actor=OPAL)
    await go_back(core, "INV-1", 4000, of="bank_1", kind="chargeback", object_id="return_1")

    back = await taken_back(core, event.allocation_id)

    assert (back.amount, await standing("INV-1")) == (euros(6000), ("open", 10000))
    assert await loose(core) == {"bank_1": 6000}


async def test_an_entry_that_is_none_or_a_ledger_files_own_is_not_taken_back(core: Core) -> None:
    await imported(
        core,
        "Invoice Number,Customer,Due Date,Amount,Balance,Currency,Status\n"
        "A-1,Acme,2026-03-31,100.00,40.00,EUR,partly paid\n",
    )

    with pytest.raises(EntryUnusable, match="ledger file"):
        await taken_back(core, (await Allocation.get()).id)
    with pytest.raises(AllocationNotFound):
        await taken_back(core, uuid4())
    with pytest.raises(EntryUnusable, match="why"):
        await placing.take_back(core, allocation_id=(await Allocation.get()).id, reason=" ", actor=OPAL)

    assert await standing("A-1") == ("open", 4000)


async def test_money_for_a_void_invoice_can_be_taken_off_it(core: Core) -> None:
    payment = await loose_money(core, 4000, await books(core, 10000))
    event = await placing.place(core, payment_id=payment, invoice_number="INV-1", actor=OPAL)
    async with core.transaction():
        await (await Invoice.get(number="INV-1")).move("void", open_minor=0)

    await taken_back(core, event.allocation_id)

    assert await standing("INV-1") == ("void", 0)
    assert await loose(core) == {"bank_1": 4000}


# Found again


async def found(core: Core, text: str) -> list[str]:
    """Return the references of the unapplied cash that a search finds."""
    page = await unapplied.unapplied(core, actor=VERA, text=text)
    assert page.found == len(page.lines)
    return [each.reference for each in page.lines]


async def test_unapplied_cash_is_found_by_customer_amount_reference_note_and_age(
    core: Core, clock: StandingClock
) -> None:
    acme, beta = await an_account(core, "Acme Ltd"), await an_account(core, "Beta & Söhne")
    await loose_money(core, 12550, acme, object_id="bank_a", note="for the order of May?")
    clock.advance(days=31)
    await loose_money(core, 99900, beta, object_id="bank_b")

    assert await found(core, "") == ["bank_a", "bank_b"]
    assert await found(core, "acme") == ["bank_a"]
    assert await found(core, "söhne") == ["bank_b"]
    assert await found(core, "125.50") == ["bank_a"]
    assert await found(core, "999") == ["bank_b"]
    assert await found(core, "BANK_B") == ["bank_b"]
    assert await found(core, "of May") == ["bank_a"]
    assert await found(core, ">30d") == ["bank_a"]
    assert await found(core, "40 days") == []
    assert await found(core, "50%_") == []


async def test_a_page_of_unapplied_cash_says_what_all_of_it_comes_to(core: Core) -> None:
    account = await an_account(core)
    for place in range(4):
        await loose_money(core, 1000, account, object_id=f"bank_{place}")

    page = await unapplied.unapplied(core, actor=VERA, limit=3)

    assert (len(page.lines), page.found, str(page.totals)) == (3, 4, "40.00 EUR")


async def test_a_note_replaces_the_last_one_and_needs_a_rest(core: Core) -> None:
    payment = await loose_money(core, 1000, await books(core, 1000), note="first")

    event = await placing.annotate(core, payment_id=payment, text=" asked \n them ", actor=OPAL)

    assert (event.note, (await unapplied.unapplied(core, actor=OPAL)).lines[0].note) == ("asked them", "asked them")
    await placing.place(core, payment_id=payment, invoice_number="INV-1", actor=OPAL)
    with pytest.raises(NothingLeft):
        await placing.annotate(core, payment_id=payment, text="more", actor=OPAL)


async def test_the_entries_of_an_invoice_add_up_to_its_balance(core: Core) -> None:
    payment = await loose_money(core, 6000, await books(core, 10000))
    first = await placing.place(core, payment_id=payment, invoice_number="INV-1", amount=euros(2000), actor=OPAL)
    await placing.place(core, payment_id=payment, invoice_number="INV-1", amount=euros(3000), actor=OPAL)
    await taken_back(core, first.allocation_id)

    shown = await unapplied.entries(core, invoice_number="inv-1", actor=VERA)

    assert shown.total - shown.balance == Money(sum(each.amount.minor for each in shown.lines), "EUR")
    assert sorted((each.what, each.undone_by) for each in shown.lines) == [
        ("payment by bank transfer", ""), ("payment by bank transfer", "unplace"), ("taken back", ""),
    ]  # fmt: skip
