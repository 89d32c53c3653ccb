"""Money in Slack: what each command does with unapplied cash, credit notes and write-offs, and who is refused."""

from uuid import uuid4

import pytest
import pytest_asyncio

from bot import ids
from bot.asks import Click
from bot.ids import Action
from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.ledger import placing, write_off_records, write_offs
from domain.ledger.models import Allocation, Invoice, WriteOff
from domain.operations import short_ids
from domain.people import people
from domain.people.roles import Role
from tests.bot import in_words
from tests.bot.conftest import ANNA, VERA
from tests.bot.test_work import said, shown
from tests.builders import an_invoice
from tests.domain.ledger.test_credit_notes import a_note, books, left
from tests.domain.ledger.test_payments import euros, standing
from tests.domain.ledger.test_placing import loose_money

CARL, CORA = "U0CARL", "U0CORA"


@pytest_asyncio.fixture(autouse=True)
async def controllers(core: Core, staff: None) -> None:
    """Carl and Cora control; Anna operates."""
    for slack_id, name in ((CARL, "Carl"), (CORA, "Cora")):
        await people.grant(core, slack_id=slack_id, name=name, role=Role.CONTROLLER, reason="test", actor=SHELL)


async def proposal(core: Core) -> str:
    """Let Anna propose a write-off of INV-1; return what people type for it."""
    await said(core, "writeoff INV-1 40 they are insolvent")
    return short_ids.short((await WriteOff.get(state="proposed")).id)


async def test_unapplied_cash_is_listed_found_and_noted(core: Core) -> None:
    account, _ = await books(core)
    payment = await loose_money(core, 12500, account)
    short = short_ids.short(payment)

    await said(core, f"unapplied note {short} for the order of May?")
    page, found, nothing = (
        await said(core, "unapplied"), await said(core, "unapplied acme", by=VERA), await said(core, "unapplied >9d"),
    )  # fmt: skip

    assert all(each in page for each in (short, "125,00 EUR", "for the order of May?"))
    assert short in found
    assert "No unapplied cash fits" in nothing


@pytest.mark.parametrize(
    ("typed", "first", "second"),
    [
        ("INV-1", ("settled", 0), ("open", 10000)),
        ("INV-1 40", ("open", 6000), ("open", 10000)),
        ("INV-1 40.50 they said so", ("open", 5950), ("open", 10000)),
        ("INV-1 40, INV-2 they said so", ("open", 6000), ("open", 2000)),
        ("INV-1, INV-2 10", ("settled", 0), ("open", 9000)),
        ("INV-1 40 + INV-2 10 EUR on the phone", ("open", 6000), ("open", 9000)),
    ],
)
async def test_cash_is_placed_as_it_is_typed(
    core: Core, typed: str, first: tuple[str, int], second: tuple[str, int]
) -> None:
    account, _ = await books(core, 10000, 10000)
    payment = await loose_money(core, 12000, account)

    answer = await said(core, f"place {short_ids.short(payment)} {typed}")

    assert (await standing("INV-1"), await standing("INV-2")) == (first, second)
    assert "placed" in answer


async def test_what_was_placed_is_taken_back_by_the_id_that_the_answer_names(core: Core) -> None:
    account, _ = await books(core, 10000)
    payment = await loose_money(core, 12000, account)
    answer = await said(core, f"place {short_ids.short(payment)} INV-1")
    short = short_ids.short((await Allocation.get()).id)

    entries = await said(core, "entries INV-1", by=VERA)
    taken = await said(core, f"unplace {short} it was for INV-2")

    assert f"unplace {short}" in answer
    assert short in entries
    assert "taken off again" in taken
    assert await standing("INV-1") == ("open", 10000)


@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        ("place", "Which money"),
        ("place 1a2b3c4d", "1a2b3c4d"),
        ("unplace", "Which entry"),
        ("unplace 1a2b3c4d", "Why is it taken back?"),
        ("unapplied note", "Which money"),
        ("entries", "Which invoice"),
        ("writeoff", "Which invoice"),
        ("writeoff INV-1 40", "Why is it given up?"),
        ("writeoff approve", "Which one"),
        ("writeoff reject", "Which one, and why?"),
        ("writeoff reverse 1a2b3c4d", "Why is it collected again?"),
        ("void INV-1", "Why is it void?"),
        ("credit note", "Which credit note"),
        ("credit note apply", "Which credit note"),
        ("credit note void", "Which credit note"),
    ],
)
async def test_missing_words_are_asked_for(core: Core, typed: str, hint: str) -> None:
    await an_invoice(core, "INV-1", amount=euros(10000))

    assert hint in await said(core, typed, by=CARL)


@pytest.mark.parametrize(
    "typed", ["place 1a2b INV-1", "unplace 1a2b why", "writeoff INV-1 gone", "writeoff approve INV-1", "void INV-1 why",
              "credit note apply CN-1", "credit note void CN-1 why"],
)  # fmt: skip
async def test_who_may_only_look_is_refused(core: Core, typed: str) -> None:
    await an_invoice(core, "INV-1", amount=euros(10000))

    assert "needs the right" in await said(core, typed, by=VERA)
    assert await standing("INV-1") == ("open", 10000)


async def test_a_write_off_is_proposed_by_one_and_approved_by_another(core: Core) -> None:
    await an_invoice(core, "INV-1", amount=euros(10000))
    short = await proposal(core)

    listed = await said(core, "writeoff list", by=VERA)
    own = await said(core, f"writeoff approve {short}")
    done = await said(core, "writeoff approve inv-1", by=CARL)

    assert all(each in listed for each in (short, "40,00 EUR", "they are insolvent", "Approve"))
    assert "needs the right" in own
    assert "written off" in done
    assert await standing("INV-1") == ("open", 6000)


async def test_a_controller_does_not_approve_what_that_one_proposed(core: Core) -> None:
    await an_invoice(core, "INV-1", amount=euros(10000))
    await said(core, "void INV-1 sent twice", by=CARL)

    own = await said(core, "writeoff approve INV-1", by=CARL)
    await said(core, "writeoff approve INV-1", by=CORA)

    assert "somebody else" in own or "Somebody else" in own
    assert await standing("INV-1") == ("void", 0)


async def test_a_write_off_is_declined_with_a_reason_and_an_approved_one_reversed(core: Core) -> None:
    await an_invoice(core, "INV-1", amount=euros(10000))
    await said(core, f"writeoff reject {await proposal(core)} they will pay", by=CARL)
    short = await proposal(core)
    await said(core, f"writeoff approve {short}", by=CARL)

    entries = await said(core, "entries INV-1")
    answer = await said(core, f"writeoff reverse {short} they have paid", by=CARL)

    assert "writeoff reverse" in entries
    assert "100,00 EUR open again" in answer


async def test_the_buttons_of_a_write_off_keep_four_eyes(core: Core) -> None:
    await an_invoice(core, "INV-1", amount=euros(10000))
    event = await write_offs.propose(
        core, invoice_number="INV-1", reason="gone", actor=await people.actor(core, slack_id=CARL)
    )
    value = ids.value(write_off=event.write_off_id)

    own = shown(await in_words.press(core, Click(Action.APPROVE_WRITE_OFF, value, CARL)))
    operator = shown(await in_words.press(core, Click(Action.APPROVE_WRITE_OFF, value, ANNA)))
    why = (await in_words.form(core, Click(Action.REJECT_WRITE_OFF, value, CORA))).title
    done = shown(await in_words.press(core, Click(Action.APPROVE_WRITE_OFF, value, CORA)))
    again = shown(await in_words.press(core, Click(Action.APPROVE_WRITE_OFF, value, CORA)))

    assert "omebody else" in own
    assert "needs the right" in operator
    assert "Decline the write-off" in why
    assert "written off" in done
    assert "already" in again
    assert await write_off_records.waiting(core) == ()


async def test_a_credit_note_is_shown_applied_spread_and_voided(core: Core) -> None:
    account, made = await books(core, 1000, 2000)
    await a_note(core, account, 2500, names=made[1])
    await a_note(core, account, 700, number="CN-2")

    listed, card = await said(core, "credit note list acme", by=VERA), await said(core, "credit note cn-1", by=VERA)
    await said(core, "credit note apply CN-2 INV-1 5 goodwill")
    await said(core, "credit note apply CN-1")
    pressed = shown(await in_words.press(core, Click(Action.APPLY_NOTE, ids.value(seen="CN-2"), ANNA)))
    voided = await said(core, "credit note void CN-1 a mistake", by=CARL)

    assert "2 open credit notes" in listed
    assert all(each in card for each in ("INV-1", "INV-2", "Apply"))
    assert (await standing("INV-1"), await standing("INV-2")) == (("open", 300), ("settled", 0))
    assert "CN-2" in pressed
    assert "taken back first" in voided
    assert (await left(), await left("CN-2")) == (("open", 500), ("applied", 0))


async def test_another_currency_than_the_invoices_is_asked_about(core: Core) -> None:
    account, _ = await books(core, 10000)
    payment = await loose_money(core, 12000, account)

    answer = await said(core, f"place {short_ids.short(payment)} INV-1 40 USD")

    assert "EUR" in answer
    assert await standing("INV-1") == ("open", 10000)


async def test_an_account_says_what_is_unapplied_credited_and_owed_in_all(core: Core) -> None:
    account, _ = await books(core, 10000)
    await an_invoice(core, "INV-JPY", account=account, amount=Money(500, "JPY"))
    await loose_money(core, 1200, account)
    await a_note(core, account, 700)

    card = await said(core, "account Acme", by=VERA)

    assert all(each in card for each in ("12,00 EUR", "7,00 EUR of credit notes", "without 500 JPY: no rate for JPY"))


async def test_ids_that_fit_nothing_or_several_are_told_apart(core: Core) -> None:
    account, _ = await books(core, 10000)
    payment = await loose_money(core, 12000, account)
    event = await placing.place(
        core,
        payment_id=payment,
        invoice_number="INV-1",
        amount=euros(100),
        actor=await people.actor(core, slack_id=ANNA),
    )

    assert "unapplied" in await said(core, f"place {str(uuid4())[:8]} INV-1")
    assert "entries" in await said(core, f"unplace {short_ids.short(payment)} why")
    assert "taken off" in await said(core, f"unplace {event.allocation_id} why")
    assert (await Invoice.get(number="INV-1")).open_minor == 10000
