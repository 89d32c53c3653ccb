"""Posting: sure lines book themselves once, the others wait with what may be done about them."""

from datetime import timedelta
from uuid import uuid4

from domain.cash_application import booking, posting
from domain.cash_application.models import BankLine, CashMatch, PayerAlias, Remittance, RemittanceLine
from domain.kernel import sentences
from domain.kernel.core import Core
from domain.kernel.models import TimelineEntry
from domain.kernel.money import Money
from domain.ledger import placing
from domain.ledger.models import Account, Allocation, Invoice, Payment
from tests.builders import an_account, an_invoice, paid
from tests.clocks import START
from tests.domain.cash_application.lines import CLERK, a_bank_line, disputed


def told(line: BankLine) -> list[str]:
    return [sentences.unpacked(each) for each in line.reasons]


async def test_a_line_with_number_and_exact_amount_posts_by_itself(core: Core) -> None:
    invoice = await an_invoice(core, "INV-1042", amount=Money(12500, "EUR"))
    line = await a_bank_line(core, "Rechnung INV-1042 vielen Dank", Money(12500, "EUR"))

    await posting.apply_cash(core)

    assert (await BankLine.get(id=line.id)).state == "posted"
    assert (await Invoice.get(id=invoice.id)).state == "settled"
    assert (await Payment.get()).object_id == f"bank:{line.id}"


async def test_an_amount_alone_is_proposed_and_never_posted(core: Core) -> None:
    await an_invoice(core, "INV-1042", amount=Money(12500, "EUR"))
    line = await a_bank_line(core, "thanks", Money(12500, "EUR"))

    await posting.apply_cash(core)

    assert (await BankLine.get(id=line.id)).state == "proposed"
    assert [each.confidence for each in await CashMatch.filter(bank_line_id=line.id)] == [35]


async def test_several_invoices_are_paid_by_one_payment(core: Core) -> None:
    account = await an_account(core)
    for number, minor in (("INV-1001", 10000), ("INV-1002", 5000)):
        await an_invoice(core, number, account=account, amount=Money(minor, "EUR"))
    await a_bank_line(core, "INV1001+1002", Money(15000, "EUR"), payer="ACME LTD")

    await posting.apply_cash(core)

    assert [each.state for each in await Invoice.all()] == ["settled", "settled"]
    assert await Payment.all().count() == 1


async def test_two_equal_lines_pay_an_invoice_once_and_the_second_waits(core: Core) -> None:
    await an_invoice(core, "INV-1042")
    lines = [await a_bank_line(core, "INV-1042") for _ in range(2)]

    run = await posting.apply_cash(core)

    states = sorted([(await BankLine.get(id=each.id)).state for each in lines])
    assert (states, run.posted, await Payment.all().count()) == (["posted", "proposed"], 1, 1)


async def test_a_second_run_changes_nothing_and_tells_nothing_again(core: Core) -> None:
    await an_invoice(core, "INV-1042", amount=Money(12500, "EUR"))
    await a_bank_line(core, "INV-1042", Money(9000, "EUR"))
    await posting.apply_cash(core)
    before = [each.id for each in await CashMatch.all()]

    await posting.apply_cash(core)

    assert [each.id for each in await CashMatch.all()] == before
    assert await TimelineEntry.filter(kind="cash.proposed").count() == 1


async def test_what_was_proposed_posts_itself_once_the_advice_has_come(core: Core) -> None:
    await an_invoice(core, "INV-1042", amount=Money(12500, "EUR"))
    line = await a_bank_line(core, "payment", Money(12500, "EUR"))
    await posting.apply_cash(core)
    advice = await Remittance.create(
        id=uuid4(), source="file", file_name="a.csv", content_type="text/csv", sha256=b"1", body=b"-", state="read",
        created_at=START,
    )  # fmt: skip
    await RemittanceLine.create(
        id=uuid4(), remittance_id=advice.id, position=1, number="INV 1042", number_key="inv1042", amount_minor=12500
    )
    await BankLine.filter(id=line.id).update(remittance_id=advice.id)

    await posting.apply_cash(core)

    assert (await BankLine.get(id=line.id)).state == "posted"
    assert (await Remittance.get(id=advice.id)).state == "used"


async def test_a_line_without_anything_that_fits_stays_new(core: Core) -> None:
    line = await a_bank_line(core, "interest", Money(77, "EUR"))

    run = await posting.apply_cash(core)

    assert ((await BankLine.get(id=line.id)).state, run.unknown) == ("new", 1)


async def test_an_old_line_waits_for_a_person_and_says_why(core: Core) -> None:
    await an_invoice(core, "INV-1042")
    line = await a_bank_line(core, "INV-1042", booked_on=START.date() - timedelta(days=120))

    await posting.apply_cash(core)

    waiting = await BankLine.get(id=line.id)
    assert waiting.state == "proposed"
    assert "waits for a person: the line is of 10 Nov 2025, over 90 days ago" in told(waiting)


async def test_a_disputed_invoice_is_left_to_a_person(core: Core) -> None:
    invoice = await an_invoice(core, "INV-1042")
    await disputed(core, invoice)
    line = await a_bank_line(core, "INV-1042")

    await posting.apply_cash(core)

    assert "waits for a person: INV-1042 is in dispute" in told(await BankLine.get(id=line.id))


async def test_an_excluded_customer_is_left_to_a_person(core: Core) -> None:
    invoice = await an_invoice(core, "INV-1042")
    account = await Account.get(id=invoice.account_id)
    await account.move("exclude")
    line = await a_bank_line(core, "INV-1042")

    await posting.apply_cash(core)

    assert (await BankLine.get(id=line.id)).state == "proposed"


async def test_an_invoice_whose_payment_was_taken_back_is_left_to_a_person(core: Core) -> None:
    await an_invoice(core, "INV-1042")
    await a_bank_line(core, "INV-1042")
    await posting.apply_cash(core)
    await placing.take_back(core, allocation_id=(await Allocation.get()).id, reason="wrong", actor=CLERK)
    line = await a_bank_line(core, "INV-1042")

    await posting.apply_cash(core)

    assert "waits for a person: a payment on INV-1042 was taken back before" in told(await BankLine.get(id=line.id))


async def test_a_number_teaches_which_account_a_customer_pays_from(core: Core) -> None:
    invoice = await an_invoice(core, "INV-1042")
    await a_bank_line(core, "INV-1042", payer="Acme Ltd", payer_key="digest1234")

    await posting.apply_cash(core)

    known = {each.key: each.account_id for each in await PayerAlias.all()}
    assert known == {"digest1234": invoice.account_id, "name:acme": invoice.account_id}


async def test_a_known_account_and_the_only_combination_post_themselves(core: Core) -> None:
    account = await an_account(core)
    for number, minor in (("INV-1", 10011), ("INV-2", 2322), ("INV-3", 77777)):
        await an_invoice(core, number, account=account, amount=Money(minor, "EUR"))
    await PayerAlias.create(id=uuid4(), account_id=account.id, key="digest", times=2, last_at=START)
    line = await a_bank_line(core, "thank you", Money(12333, "EUR"), payer_key="digest")

    await posting.apply_cash(core)

    assert (await BankLine.get(id=line.id)).state == "posted"
    assert [each.number for each in await Invoice.filter(state="open")] == ["INV-3"]


async def test_an_invoice_in_another_currency_is_never_paid(core: Core) -> None:
    await an_invoice(core, "INV-1042", amount=Money(12500, "USD"))
    line = await a_bank_line(core, "INV-1042", Money(12500, "EUR"))

    await posting.apply_cash(core)

    assert (await BankLine.get(id=line.id)).state == "proposed"
    assert [each.parts for each in await CashMatch.filter(bank_line_id=line.id)] == [[]]


async def test_what_became_of_an_invoice_meanwhile_is_seen_under_the_lock(core: Core) -> None:
    invoice = await an_invoice(core, "INV-1042")
    record = await a_bank_line(core, "INV-1042")
    line = booking.line_of(record)
    ways = await posting.found_for(core, [line])
    await paid(core, invoice)

    posted = await posting.post(core, line, ways[line.id][0])

    assert (posted, (await BankLine.get(id=line.id)).state) == (False, "new")
