"""Differences: what a short payment left open is let go within a right, promised, or disputed with the advice."""

from datetime import timedelta
from uuid import uuid4

import pytest

from domain.cash_application import decisions, differences
from domain.cash_application.decisions import NamedPart
from domain.cash_application.models import BankLine, Remittance, RemittanceLine
from domain.cash_application.refusals import NothingShort
from domain.commitments import documents
from domain.commitments.dispute_events import DisputeFiled
from domain.commitments.dispute_refusals import DocumentUnusable
from domain.kernel import sentences
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.ledger.entry_events import VarianceLetGo, WriteOffProposed
from domain.ledger.models import Invoice
from tests.builders import an_invoice
from tests.clocks import START
from tests.domain.cash_application.lines import CLERK, a_bank_line

PDF = b"%PDF-1.7 an advice"

TABLE = b"Invoice;Amount Paid;Deduction\nINV-1042;100.00;20.00\n"


async def short(core: Core, paid: int, *, advice: bytes | None = None, deducted: int | None = None) -> BankLine:
    """Return a posted line that paid so much of the 125.00 of INV-1042."""
    await an_invoice(core, "INV-1042", amount=Money(12500, "EUR"))
    remittance_id = None
    if advice is not None:
        remittance_id = uuid4()
        await Remittance.create(
            id=remittance_id, source="file", file_name="advice.pdf", content_type="application/pdf", sha256=b"1",
            body=advice, state="read", created_at=START,
        )  # fmt: skip
        await RemittanceLine.create(
            id=uuid4(), remittance_id=remittance_id, position=1, number="INV-1042", number_key="inv-1042",
            amount_minor=paid, deducted_minor=deducted, reason="two boxes broken",
        )  # fmt: skip
    line = await a_bank_line(core, "INV-1042", Money(paid, "EUR"), remittance_id=remittance_id)
    await decisions.apply(core, line_id=line.id, parts=[NamedPart("INV-1042")], actor=CLERK)
    return line


async def test_a_few_cents_are_let_go_at_once_and_the_invoice_is_settled(core: Core) -> None:
    line = await short(core, 12400)

    event = await differences.let_go(core, line_id=line.id, invoice_number="INV-1042", actor=CLERK)

    assert (type(event), (await Invoice.get(number="INV-1042")).state) == (VarianceLetGo, "settled")


async def test_more_than_the_right_allows_is_proposed_as_a_write_off(core: Core) -> None:
    line = await short(core, 2500)

    event = await differences.let_go(core, line_id=line.id, invoice_number="INV-1042", actor=CLERK)

    assert (type(event), (await Invoice.get(number="INV-1042")).open_minor) == (WriteOffProposed, 10000)


async def test_nothing_is_let_go_twice(core: Core) -> None:
    line = await short(core, 12400)
    await differences.let_go(core, line_id=line.id, invoice_number="INV-1042", actor=CLERK)

    with pytest.raises(NothingShort):
        await differences.let_go(core, line_id=line.id, invoice_number="INV-1042", actor=CLERK)


async def test_the_difference_is_promised_by_a_day(core: Core) -> None:
    line = await short(core, 10000)
    on = START.date() + timedelta(days=5)

    event = await differences.promised(core, line_id=line.id, invoice_number="INV-1042", on=on, actor=CLERK)

    assert (event.amount, event.promised_on) == (Money(2500, "EUR"), on)


async def test_a_dispute_carries_the_advice_and_the_words_of_it(core: Core) -> None:
    line = await short(core, 10000, advice=PDF, deducted=2000)

    event = await differences.disputed(
        core, line_id=line.id, invoice_number="INV-1042", reason_code="poor_quality", words="Broken.", actor=CLERK
    )

    assert isinstance(event, DisputeFiled)
    assert (event.amount, event.documents) == (Money(2000, "EUR"), 1)
    kept = await core.database.row("SELECT id, name FROM document")
    assert kept is not None
    assert (kept["name"], await core.files.get(documents.key_of(kept["id"]))) == ("advice.pdf", PDF)
    said = await core.database.row("SELECT description FROM dispute")
    assert said is not None
    assert "two boxes broken" in said["description"]


@pytest.mark.parametrize(("state", "kept"), [("read", ["text/csv"]), ("unreadable", [])])
async def test_an_advice_that_was_read_as_a_table_is_evidence_as_well_and_one_that_nobody_could_read_is_not(
    core: Core, state: str, kept: list[str]
) -> None:
    line = await short(core, 10000, advice=TABLE, deducted=2000)
    await Remittance.all().update(state=state, file_name="advice.csv", content_type="text/csv")

    event = await differences.disputed(
        core, line_id=line.id, invoice_number="INV-1042", reason_code="other", words="Broken.", actor=CLERK
    )

    assert isinstance(event, DisputeFiled)
    rows = await core.database.rows("SELECT id, content_type, name FROM document")
    assert [row["content_type"] for row in rows] == kept
    assert all(row["name"] == "advice.csv" for row in rows)
    assert all([await core.files.get(documents.key_of(row["id"])) == TABLE for row in rows])


async def test_what_a_payer_hands_in_is_no_table_whatever_it_is_called() -> None:
    with pytest.raises(DocumentUnusable):
        await documents.accepted((documents.Upload(name="advice.csv", body=TABLE),))


async def test_a_difference_that_is_let_go_names_the_advice_that_explains_it(core: Core) -> None:
    line = await short(core, 12400, advice=TABLE, deducted=100)

    await differences.let_go(core, line_id=line.id, invoice_number="INV-1042", actor=CLERK)

    row = await core.database.row("SELECT reason FROM write_off")
    assert row is not None
    assert sentences.said(row["reason"]) == "two boxes broken (remittance advice advice.pdf)"


async def test_a_line_that_paid_nothing_on_the_invoice_has_no_difference(core: Core) -> None:
    line = await short(core, 12000)
    await an_invoice(core, "INV-7")

    with pytest.raises(NothingShort):
        await differences.let_go(core, line_id=line.id, invoice_number="INV-7", actor=CLERK)
