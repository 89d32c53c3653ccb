"""Whoever reads a reference from the page to an operator is found by it, in any spelling."""

import pytest

from domain.commitments.models import Dispute
from domain.kernel import references as words
from domain.kernel.core import Core
from domain.ledger.refusals import InvoiceNotFound
from domain.operations import cases, references
from domain.pay_links import references as payments
from domain.pay_links.models import Checkout
from tests.builders import an_invoice
from tests.domain.commitments.commitments_made import a_dispute, a_plan, a_promise
from tests.domain.pay_links.payers import a_visit


async def test_every_reference_of_the_page_finds_its_invoice(core: Core) -> None:
    other, visit = await an_invoice(core, "INV-9"), await a_visit(core)
    await visit.go_to_pay()
    invoice = await visit.invoice()
    plan = await a_plan(core, invoice, (12_500,), state="requested")
    promise = await a_promise(core, invoice, 1_000, days=3)
    await a_dispute(core, invoice, 1_000)
    said = [
        words.plan(plan.id),
        words.promise(promise.id),
        words.dispute((await Dispute.get()).id),
        payments.of((await Checkout.get()).id),
    ]

    found = [await cases.case(core, invoice_number=each) for each in said]
    sloppy = await references.invoice_of(core, text=f" `{words.plan(plan.id).lower().replace('-', '')}`, ")

    assert {each.invoice_number for each in found} == {"INV-1042"}
    assert sloppy == invoice.id != other.id


@pytest.mark.parametrize("text", ["P-00000000", "X-1234-5678", "P-12", "", "P-1234-567g", "%", "P-1234-5678-9"])
async def test_what_is_no_reference_or_of_nothing_finds_nothing(core: Core, text: str) -> None:
    await a_visit(core)

    assert await references.invoice_of(core, text=text) is None
    with pytest.raises(InvoiceNotFound):
        await cases.case(core, invoice_number=text)


async def test_an_invoices_own_number_comes_before_a_reference_that_looks_like_it(core: Core) -> None:
    plan = await a_plan(core, await an_invoice(core), (12_500,))
    await an_invoice(core, words.plan(plan.id))

    assert (await cases.case(core, invoice_number=words.plan(plan.id))).invoice_number == words.plan(plan.id)
