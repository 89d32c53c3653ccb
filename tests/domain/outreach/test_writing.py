"""Writing: each event that calls for a letter brings it once, to whom it concerns."""

from datetime import timedelta

import pytest

from domain.commitments import dispute_endings, plans, promises
from domain.commitments.dispute_endings import Outcome
from domain.commitments.parties import Source
from domain.commitments.terms import Frequency, Schedule
from domain.deliverability.models import Mailing
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.ledger.models import Account, Contact
from domain.outreach import writing
from domain.pay_links import links
from tests.builders import a_contact, an_account, an_invoice, paid
from tests.domain.commitments.commitments_made import TODAY
from tests.domain.commitments.disputes_filed import file
from tests.domain.commitments.people import BEN, CARL, MIA

THREE = Schedule(TODAY + timedelta(days=10), 3, Frequency.MONTHLY)


async def write(core: Core, kind: str, letter: str) -> None:
    """Run the job for the newest event of that kind, twice."""
    row = await core.database.row("SELECT max(id) AS id FROM timeline_entry WHERE kind = %s", (kind,))
    assert row is not None
    for _ in range(2):
        await writing.write(core, entry_id=row["id"], letter=letter)


async def queued() -> list[tuple[str, str]]:
    """Return letter and address of everything queued."""
    return [(each.letter, each.address) for each in await Mailing.all().order_by("address")]


async def test_a_promise_is_confirmed_once_to_whoever_gave_it(core: Core) -> None:
    invoice = await an_invoice(core, "INV-1")
    other = await a_contact(core, await Account.get(id=invoice.account_id), "bob@acme.example")

    made = await promises.make(
        core,
        invoice_number="INV-1",
        amount=Money(5000, "EUR"),
        on=TODAY + timedelta(days=3),
        actor=BEN,
        source=Source.OPERATOR,
        contact_id=other.id,
    )
    await write(core, "promise.made", "promise-noted")

    assert await queued() == [("promise-noted", "bob@acme.example")]
    assert (await Mailing.get()).about_id == made.promise_id


async def test_a_promise_of_nobody_known_is_confirmed_to_the_billing_contacts(core: Core) -> None:
    account = await an_account(core)
    await a_contact(core, account)
    await a_contact(core, account, "boss@acme.example")
    await Contact.filter(email="boss@acme.example").update(role="escalation")
    await an_invoice(core, "INV-1", account=account)

    await promises.make(
        core,
        invoice_number="INV-1",
        amount=Money(5000, "EUR"),
        on=TODAY + timedelta(days=3),
        actor=BEN,
        source=Source.OPERATOR,
    )
    await write(core, "promise.made", "promise-noted")

    assert await queued() == [("promise-noted", "anna@acme.example")]


async def test_every_decision_on_a_plan_is_told(core: Core) -> None:
    await an_invoice(core, "INV-1")
    await plans.request(
        core, invoice_number="INV-1", wanted=THREE, reason="a slow season", actor=BEN, source=Source.OPERATOR
    )
    await plans.counter(core, invoice_number="INV-1", wanted=THREE, actor=CARL)
    await write(core, "plan.countered", "plan-countered")
    await plans.accept(core, invoice_number="INV-1", actor=MIA)
    await write(core, "plan.approved", "plan-approved")

    assert [each.letter for each in await Mailing.all().order_by("letter")] == ["plan-approved", "plan-countered"]


async def test_a_declined_plan_is_told(core: Core) -> None:
    await an_invoice(core, "INV-1")
    await plans.request(
        core, invoice_number="INV-1", wanted=THREE, reason="a slow season", actor=BEN, source=Source.OPERATOR
    )

    await plans.reject(core, invoice_number="INV-1", reason="too long", actor=CARL)
    await write(core, "plan.rejected", "plan-rejected")

    assert [letter for letter, _ in await queued()] == ["plan-rejected"]


async def test_an_objection_is_acknowledged_and_its_end_is_told(core: Core) -> None:
    await an_invoice(core, "INV-1")
    filed = await file(core, 5000)
    await write(core, "dispute.filed", "dispute-received")
    await dispute_endings.resolve(
        core, dispute_id=filed.dispute_id, outcome=Outcome.REJECTED, note="it was delivered", actor=BEN
    )
    await write(core, "dispute.resolved", "dispute-resolved")

    assert [letter for letter, _ in await queued()] == ["dispute-received", "dispute-resolved"]


async def test_a_payment_is_receipted_and_a_new_link_is_mailed(core: Core) -> None:
    invoice = await an_invoice(core, "INV-1")
    await links.regenerate(core, invoice_number="INV-1", actor=BEN)
    await write(core, "link.regenerated", "new-link")
    await paid(core, invoice)
    await write(core, "payment.received", "receipt")

    assert sorted(letter for letter, _ in await queued()) == ["new-link", "receipt"]


async def test_a_contact_who_was_removed_meanwhile_gets_nothing(core: Core) -> None:
    await an_invoice(core, "INV-1")
    await links.regenerate(core, invoice_number="INV-1", actor=BEN)
    await (await Contact.get()).move("remove")

    await write(core, "link.regenerated", "new-link")

    assert await queued() == []


async def test_a_letter_that_does_not_follow_from_an_event_is_a_bug(core: Core) -> None:
    await an_invoice(core, "INV-1")
    await links.regenerate(core, invoice_number="INV-1", actor=BEN)

    with pytest.raises(AssertionError, match="no letter 'receipt' follows"):
        await write(core, "link.regenerated", "receipt")
