"""Decisions: people confirm, name invoices, keep or leave out; once, with rights, and against the ledger as it is."""

from uuid import uuid4

import pytest

from domain.cash_application import decisions, posting, queries
from domain.cash_application.decisions import NamedPart
from domain.cash_application.models import BankLine, PayerAlias
from domain.cash_application.refusals import (
    LineDecided,
    LineNotFound,
    LineOutgoing,
    PartsUnusable,
    ReasonNeeded,
    WayNotFound,
    WayOutdated,
)
from domain.kernel.actor import Actor, ActorKind, Permission
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.kernel.refusals import MoveRefused, NotAllowed
from domain.ledger.models import Invoice, Payment
from domain.ledger.refusals import AccountNotFound, InvoiceNotFound
from tests.builders import an_account, an_invoice, paid
from tests.domain.cash_application.lines import CLERK, a_bank_line

VIEWER = Actor(ActorKind.PERSON, "Vera", frozenset({Permission.VIEW}), id=uuid4(), roles=("Viewer",))


async def proposed(core: Core, minor: int = 9000) -> BankLine:
    """Return a line that waits with a proposal on INV-1042 over 125.00."""
    await an_invoice(core, "INV-1042", amount=Money(12500, "EUR"))
    line = await a_bank_line(core, "INV-1042", Money(minor, "EUR"), payer="Acme", payer_key="digest")
    await posting.apply_cash(core)
    return line


async def unapplied(core: Core) -> list[int]:
    """Return what stands as unapplied cash."""
    return [row["amount_minor"] for row in await core.database.rows("SELECT amount_minor FROM unapplied_cash")]


async def test_confirming_books_the_proposal_and_learns_the_payer(core: Core) -> None:
    line = await proposed(core)

    event = await decisions.confirm(core, line_id=line.id, actor=CLERK)

    assert event.told() == "Bank line posted: 90.00 EUR of 10 Mar 2026 from Customer of INV-1042 on INV-1042"
    assert (await Invoice.get(number="INV-1042")).open_minor == 3500
    assert {each.key for each in await PayerAlias.all()} == {"digest", "name:acme"}


async def test_a_second_click_is_refused_and_books_nothing(core: Core) -> None:
    line = await proposed(core)
    await decisions.confirm(core, line_id=line.id, actor=CLERK)

    with pytest.raises(LineDecided, match="posted already, by Clara"):
        await decisions.confirm(core, line_id=line.id, actor=CLERK)

    assert await Payment.all().count() == 1


async def test_a_proposal_that_is_not_what_was_seen_is_refused(core: Core) -> None:
    line = await proposed(core)

    with pytest.raises(WayOutdated):
        await decisions.confirm(core, line_id=line.id, seen="1/another", actor=CLERK)


async def test_what_was_seen_is_what_the_button_names(core: Core) -> None:
    line = await proposed(core)
    way = (await queries.card(core, line_id=line.id)).ways[0]

    await decisions.confirm(core, line_id=line.id, seen=decisions.fingerprint(way), actor=CLERK)

    assert (await BankLine.get(id=line.id)).decided_by == "Clara"


async def test_a_proposal_on_an_invoice_that_was_paid_meanwhile_is_refused(core: Core) -> None:
    line = await proposed(core)
    await paid(core, await Invoice.get(number="INV-1042"))

    with pytest.raises(WayOutdated, match=r"0\.00 EUR are open on INV-1042"):
        await decisions.confirm(core, line_id=line.id, actor=CLERK)


async def test_a_proposal_that_does_not_exist_is_refused(core: Core) -> None:
    line = await proposed(core)

    with pytest.raises(WayNotFound):
        await decisions.confirm(core, line_id=line.id, place=5, actor=CLERK)


async def test_nobody_decides_without_the_right(core: Core) -> None:
    line = await proposed(core)

    with pytest.raises(NotAllowed):
        await decisions.confirm(core, line_id=line.id, actor=VIEWER)
    with pytest.raises(NotAllowed):
        await decisions.apply(core, line_id=line.id, parts=[NamedPart("INV-1042")], actor=VIEWER)
    with pytest.raises(NotAllowed):
        await decisions.keep_unapplied(core, line_id=line.id, account="Acme", actor=VIEWER)
    with pytest.raises(NotAllowed):
        await decisions.ignore(core, line_id=line.id, reason="x", actor=VIEWER)


async def test_a_line_is_split_over_the_invoices_that_are_named(core: Core) -> None:
    account = await an_account(core)
    for number in ("INV-1", "INV-2"):
        await an_invoice(core, number, account=account, amount=Money(5000, "EUR"))
    line = await a_bank_line(core, "?", Money(9000, "EUR"))

    named = [NamedPart("inv-1", Money(1500, "EUR")), NamedPart("INV-2")]
    event = await decisions.apply(core, line_id=line.id, parts=named, actor=CLERK)

    assert [each.open_minor for each in await Invoice.all().order_by("number")] == [3500, 0]
    assert (event.applied, event.unapplied, event.short) == (Money(6500, "EUR"), Money(2500, "EUR"), ("INV-1",))
    assert await unapplied(core) == [2500]


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ([], "between one and 100"),
        ([NamedPart("INV-1042", Money(99999, "EUR"))], r"Only 125\.00 EUR"),
        ([NamedPart("INV-1042"), NamedPart("inv-1042")], "Nothing would go on"),
        ([NamedPart("INV-1042", Money(100, "EUR")), NamedPart("inv-1042", Money(100, "EUR"))], "named twice"),
        ([NamedPart("INV-1042", Money(12500, "EUR"))], "more than the"),
        ([NamedPart("INV-1042", Money(0, "EUR"))], "Nothing would go on"),
        ([NamedPart("USD-1", Money(10, "EUR"))], "is in USD"),
    ],
)
async def test_parts_that_do_not_fit_are_refused_in_words(core: Core, parts: list[NamedPart], said: str) -> None:
    line = await proposed(core)
    await an_invoice(core, "USD-1", amount=Money(500, "USD"))

    with pytest.raises(PartsUnusable, match=said):
        await decisions.apply(core, line_id=line.id, parts=parts, actor=CLERK)

    assert await Payment.all().count() == 0


async def test_an_invoice_that_does_not_exist_is_refused(core: Core) -> None:
    line = await proposed(core)

    with pytest.raises(InvoiceNotFound):
        await decisions.apply(core, line_id=line.id, parts=[NamedPart("INV-9")], actor=CLERK)


async def test_kept_money_is_unapplied_cash_with_its_note(core: Core) -> None:
    await an_account(core, "Globex")
    line = await a_bank_line(core, "?", Money(9000, "EUR"))

    event = await decisions.keep_unapplied(core, line_id=line.id, account="Globex", note="they will call", actor=CLERK)

    rows = await core.database.rows("SELECT amount_minor, note FROM unapplied_cash")
    assert rows == [{"amount_minor": 9000, "note": "they will call"}]
    assert ((await BankLine.get(id=line.id)).state, event.account_name) == ("unapplied", "Globex")


async def test_money_of_nobody_we_know_is_not_kept(core: Core) -> None:
    line = await a_bank_line(core, "?")

    with pytest.raises(AccountNotFound):
        await decisions.keep_unapplied(core, line_id=line.id, account="Nobody", actor=CLERK)


async def test_a_line_that_is_left_out_needs_a_reason_and_can_come_back(core: Core) -> None:
    line = await a_bank_line(core, "interest")
    with pytest.raises(ReasonNeeded):
        await decisions.ignore(core, line_id=line.id, reason=" ", actor=CLERK)

    await decisions.ignore(core, line_id=line.id, reason="interest", actor=CLERK)
    left_out = (await BankLine.get(id=line.id)).state
    await decisions.reconsider(core, line_id=line.id, actor=CLERK)

    assert (left_out, (await BankLine.get(id=line.id)).state) == ("ignored", "new")


async def test_a_posted_line_cannot_be_left_out_or_looked_at_again(core: Core) -> None:
    line = await proposed(core)
    await decisions.confirm(core, line_id=line.id, actor=CLERK)

    with pytest.raises(LineDecided):
        await decisions.ignore(core, line_id=line.id, reason="wrong", actor=CLERK)
    with pytest.raises(MoveRefused):
        await decisions.reconsider(core, line_id=line.id, actor=CLERK)


async def test_money_that_went_out_is_never_posted_on_an_invoice(core: Core) -> None:
    await an_invoice(core, "INV-1042")
    line = await a_bank_line(core, "INV-1042", Money(-500, "EUR"))

    with pytest.raises((LineOutgoing, PartsUnusable)):
        await decisions.apply(core, line_id=line.id, parts=[NamedPart("INV-1042")], actor=CLERK)
    with pytest.raises(LineOutgoing):
        await decisions.keep_unapplied(core, line_id=line.id, account="Customer of INV-1042", actor=CLERK)


async def test_a_line_that_does_not_exist_is_not_found(core: Core) -> None:
    with pytest.raises(LineNotFound):
        await decisions.confirm(core, line_id=uuid4(), actor=CLERK)
    with pytest.raises(LineNotFound):
        await decisions.ignore(core, line_id=uuid4(), reason="x", actor=CLERK)
