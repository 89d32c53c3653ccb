"""Credit notes are applied to the invoice that they name, to chosen ones or to the oldest, and never twice."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest

from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.kernel.refusals import NotAllowed, Refusal
from domain.ledger import audit, credit_notes, invoices, placing
from domain.ledger.models import Account, CreditNote, Invoice
from domain.ledger.refusals import CreditNoteNotFound, EntryUnusable, MoreThanLeft, MoreThanOpen, NothingLeft
from tests.builders import an_account, an_invoice
from tests.domain.ledger.people import CORA, OPAL, VERA
from tests.domain.ledger.test_payments import euros, kinds, standing


async def a_note(
    core: Core, account: Account, minor: int, *, number: str = "CN-1", names: Invoice | None = None, used: int = 0
) -> CreditNote:
    """Store a credit note as an import does."""
    return await CreditNote.create(
        id=uuid4(), number=number, number_key=invoices.number_key(number), account_id=account.id, currency="EUR",
        invoice_id=names.id if names else None, total_minor=minor, open_minor=minor - used,
        used_elsewhere_minor=used, state="open", created_at=core.clock.now(),
    )  # fmt: skip


async def left(number: str = "CN-1") -> tuple[str, int]:
    """Return state and rest of a credit note."""
    note = await CreditNote.get(number=number)
    return note.state, note.open_minor


async def books(core: Core, *totals: int) -> tuple[Account, list[Invoice]]:
    """Store a customer with invoices INV-1, INV-2 and so on, the first the longest overdue."""
    account = await an_account(core)
    made = [
        await an_invoice(core, f"INV-{place}", account=account, amount=euros(total), days_past_due=90 - place)
        for place, total in enumerate(totals, start=1)
    ]
    return account, made


async def test_a_credit_note_goes_to_the_invoice_that_it_names(core: Core) -> None:
    account, made = await books(core, 10000, 10000)
    await a_note(core, account, 4000, names=made[1])

    event = await credit_notes.apply(core, number="cn-1", actor=OPAL)

    assert (event.invoice_number, event.balance, event.left) == ("INV-2", euros(6000), euros(0))
    assert await left() == ("applied", 0)
    assert (await audit.run(core)).differing == 0


async def test_a_credit_note_that_settles_an_invoice_has_the_followers_of_a_payment(core: Core) -> None:
    account, _ = await books(core, 4000)
    await a_note(core, account, 5000)

    await credit_notes.apply(core, number="CN-1", invoice_number="INV-1", actor=OPAL)

    assert (await standing("INV-1"), await left()) == (("settled", 0), ("open", 1000))
    assert await kinds(core) == ["credit-note.applied", "invoice.settled"]


async def test_the_oldest_invoices_are_suggested_and_filled_first_after_the_one_that_is_named(core: Core) -> None:
    account, made = await books(core, 1000, 2000, 3000)
    await a_note(core, account, 4500, names=made[2])

    shown = await credit_notes.shown(core, number="CN-1", actor=VERA)
    events = await credit_notes.apply_oldest(core, number="CN-1", actor=OPAL)

    expected = [("INV-3", euros(3000)), ("INV-1", euros(1000)), ("INV-2", euros(500))]
    assert [(each.invoice_number, each.amount) for each in shown.suggested] == expected
    assert [(each.invoice_number, each.amount) for each in events] == expected
    with pytest.raises(NothingLeft):
        await credit_notes.apply_oldest(core, number="CN-1", actor=OPAL)


async def test_what_is_taken_back_is_good_for_another_invoice(core: Core) -> None:
    account, _ = await books(core, 4000, 4000)
    await a_note(core, account, 4000)
    event = await credit_notes.apply(core, number="CN-1", invoice_number="INV-1", actor=OPAL)

    await placing.take_back(core, allocation_id=event.allocation_id, reason="wrong one", actor=OPAL)

    assert (await standing("INV-1"), await left()) == (("open", 4000), ("open", 4000))
    await credit_notes.apply(core, number="CN-1", invoice_number="INV-2", actor=OPAL)
    assert (await audit.run(core)).differing == 0


@pytest.mark.parametrize(
    ("number", "invoice", "amount", "refusal"),
    [
        ("CN-1", "INV-1", euros(4001), MoreThanLeft),
        ("CN-1", "INV-2", euros(2000), MoreThanOpen),
        ("CN-1", "INV-1", Money(100, "USD"), EntryUnusable),
        ("CN-1", None, None, EntryUnusable),
        ("CN-9", "INV-1", None, CreditNoteNotFound),
    ],
)
async def test_what_does_not_fit_is_declined(
    core: Core, number: str, invoice: str | None, amount: Money | None, refusal: type[Refusal]
) -> None:
    account, _ = await books(core, 10000, 1000)
    await a_note(core, account, 4000)

    with pytest.raises(refusal):
        await credit_notes.apply(core, number=number, invoice_number=invoice, amount=amount, actor=OPAL)

    assert await left() == ("open", 4000)


async def test_another_customers_invoice_needs_a_reason(core: Core) -> None:
    account, _ = await books(core)
    await a_note(core, account, 4000)
    await an_invoice(core, "INV-OTHER", amount=euros(10000))

    with pytest.raises(EntryUnusable):
        await credit_notes.apply(core, number="CN-1", invoice_number="INV-OTHER", actor=OPAL)
    await credit_notes.apply(core, number="CN-1", invoice_number="INV-OTHER", note="one group", actor=OPAL)

    assert await standing("INV-OTHER") == ("open", 6000)


async def test_many_people_at_once_apply_no_cent_twice(core: Core) -> None:
    account, _ = await books(core, 3000, 3000, 3000)
    await a_note(core, account, 4000)

    results = await asyncio.gather(
        *(
            credit_notes.apply(core, number="CN-1", invoice_number=f"INV-{1 + each % 3}", actor=OPAL)
            for each in range(6)
        ),
        return_exceptions=True,
    )

    assert sum(each.amount.minor for each in results if not isinstance(each, BaseException)) == 4000
    assert (await audit.run(core)).differing == 0


async def test_a_credit_note_is_voided_while_nothing_of_it_is_applied(core: Core) -> None:
    account, _ = await books(core, 10000)
    await a_note(core, account, 4000, used=1000)
    event = await credit_notes.apply(core, number="CN-1", invoice_number="INV-1", amount=euros(500), actor=OPAL)

    with pytest.raises(NotAllowed):
        await credit_notes.void(core, number="CN-1", reason="a mistake", actor=OPAL)
    with pytest.raises(EntryUnusable, match="taken back"):
        await credit_notes.void(core, number="CN-1", reason="a mistake", actor=CORA)
    await placing.take_back(core, allocation_id=event.allocation_id, reason="void", actor=OPAL)
    await credit_notes.void(core, number="CN-1", reason="a mistake", actor=CORA)

    assert await left() == ("void", 0)
    with pytest.raises(NothingLeft):
        await credit_notes.apply(core, number="CN-1", invoice_number="INV-1", actor=OPAL)
    assert (await audit.run(core)).differing == 0


async def test_open_credit_notes_are_listed_by_number_and_customer_the_oldest_first(core: Core) -> None:
    account, _ = await books(core)
    other = await an_account(core, "Beta")
    for number, owner, age in (("CN-1", account, 1), ("CN-2", other, 5), ("CN-3", account, 9)):
        note = await a_note(core, owner, 1000, number=number)
        await CreditNote.filter(id=note.id).update(issued_on=core.clock.now().date() - timedelta(days=age))

    everything, found = await credit_notes.listed(core, actor=VERA, limit=2)

    assert ([each.number for each in everything], found) == (["CN-3", "CN-2"], 3)
    assert [each.number for each in (await credit_notes.listed(core, actor=VERA, text="beta"))[0]] == ["CN-2"]
    assert [each.number for each in (await credit_notes.listed(core, actor=VERA, text="cn-1"))[0]] == ["CN-1"]
