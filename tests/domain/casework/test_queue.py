"""The queue: what needs a person comes first, and says why."""

from uuid import uuid4

import pytest

from domain.casework import queue, why
from domain.deliverability.models import Suppression
from domain.kernel.actor import SHELL, Actor, ActorKind
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.kernel.refusals import NotAllowed
from domain.ledger.models import Account, Invoice
from domain.ledger.refusals import InvoiceNotFound
from domain.outreach import planner
from domain.pay_links.models import Checkout, PayLink
from tests.builders import an_account, an_invoice

NOBODY = Actor(ActorKind.PERSON, "nobody", frozenset())


async def test_contact_trouble_comes_before_a_large_old_balance(core: Core) -> None:
    await an_invoice(core, "OLD", days_past_due=200, amount=Money(5_000_000, "EUR"), email="a@old.example")
    await an_invoice(core, "ALONE", account=await an_account(core, "Nobody GmbH"), days_past_due=1)

    page = await queue.page(core, actor=SHELL)

    assert [each.invoice_number for each in page.lines] == ["ALONE", "OLD"]
    assert page.lines[0].next_action == "Add a contact: nobody is on file"
    assert page.lines[1].reasons == (
        "more than 90 days past due (+40)", "10,000 or more open (+15)", "never contacted (+10)"
    )  # fmt: skip
    assert page.lines[1].score == 65


async def test_a_suppressed_contact_is_a_task(core: Core) -> None:
    await an_invoice(core)
    await Suppression.create(
        id=uuid4(),
        address="anna@acme.example",
        address_key="anna@acme.example",
        reason="hard bounce",
        state="active",
        rule="test",
        diagnostic="",
        created_at=core.clock.now(),
    )

    line = (await queue.page(core, actor=SHELL)).lines[0]

    assert line.next_action == "Find another contact: every address on file is suppressed"


async def test_ten_thousand_yen_are_ten_thousand(core: Core) -> None:
    await an_invoice(core, "YEN", amount=Money(10_000, "JPY"))

    assert "10,000 or more open (+15)" in (await queue.page(core, actor=SHELL)).lines[0].reasons


@pytest.mark.parametrize("stopped_by", ["settled", "processing", "excluded"])
async def test_what_is_stopped_is_not_in_the_queue(core: Core, stopped_by: str) -> None:
    invoice = await an_invoice(core)
    if stopped_by == "settled":
        await (await Invoice.get()).move("settle", open_minor=0)
    elif stopped_by == "excluded":
        await (await Account.get()).move("exclude")
    else:
        await _a_debit_under_way(core, invoice)

    assert (await queue.page(core, actor=SHELL)).total == 0


async def test_the_page_is_short_and_the_total_is_not(core: Core) -> None:
    for number in range(5):
        await an_invoice(core, f"INV-{number}")

    page = await queue.page(core, actor=SHELL, limit=2)

    assert (len(page.lines), page.total) == (2, 5)


async def test_who_may_not_look_sees_nothing(core: Core) -> None:
    with pytest.raises(NotAllowed):
        await queue.page(core, actor=NOBODY)
    with pytest.raises(NotAllowed):
        await why.explain(core, invoice_number="INV-1042", actor=NOBODY)


async def test_why_names_every_mail_and_every_hold(core: Core) -> None:
    invoice = await an_invoice(core)
    await planner.plan(core)
    await _a_debit_under_way(core, invoice)

    told = await why.explain(core, invoice_number="inv-1042", actor=SHELL)

    assert told.holds == ("A bank debit is under way; reminders wait for its outcome",)
    assert told.next_action == "Nothing now: a bank debit is under way"
    assert "reminder overdue to a…@acme.example: queued, step 3 of cadence default v1" in told.mails[0]


async def test_why_knows_no_other_invoice(core: Core) -> None:
    with pytest.raises(InvoiceNotFound):
        await why.explain(core, invoice_number="INV-1", actor=SHELL)


async def _a_debit_under_way(core: Core, invoice: Invoice) -> None:
    now = core.clock.now()
    contact = await core.database.row("SELECT id FROM contact")
    assert contact is not None
    link = await PayLink.create(
        id=uuid4(), invoice_id=invoice.id, contact_id=contact["id"], state="active", issued_at=now, last_active_at=now
    )
    await Checkout.create(
        id=uuid4(),
        invoice_id=invoice.id,
        link_id=link.id,
        state="processing",
        amount_minor=100,
        currency="EUR",
        order_terms={},
        expires_at=now,
        created_at=now,
        checked_at=now,
    )
