"""The audit finds every balance that is not the sum of its entries, names it, and alarms people."""

import pytest

from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.ledger import audit
from domain.ledger.entry_events import BalancesAudited, BalancesDiffer
from tests.builders import an_account, an_invoice
from tests.domain.ledger.test_credit_notes import a_note
from tests.domain.ledger.test_payments import euros, go_back, receive

BREAKS = {
    "UPDATE invoice SET open_minor = open_minor + 1 WHERE number = 'INV-1'":
        "invoice INV-1: 75.01 EUR open and open, should be 75.00 EUR open",
    "UPDATE invoice SET open_minor = 0, state = 'settled' WHERE number = 'INV-1'":
        "invoice INV-1: 0.00 EUR open and settled, should be 75.00 EUR open",
    "UPDATE invoice SET open_minor = 0, state = 'void' WHERE number = 'INV-1'": None,
    "UPDATE invoice SET state = 'written_off' WHERE number = 'INV-2'":
        "invoice INV-2: written off, should be so by an approved write-off, and there is none",
    "UPDATE unapplied_cash SET amount_minor = 1": "payment py_2: 0.01 EUR unapplied, should be 5.00 EUR",
    "DELETE FROM unapplied_cash": "payment py_2: 0.00 EUR unapplied, should be 5.00 EUR",
    "UPDATE payment SET amount_minor = 2000 WHERE object_id = 'py_1'":
        "payment py_1: 25.00 EUR applied, should be between nothing and 20.00 EUR",
    "UPDATE credit_note SET open_minor = 1": "credit note CN-1: 0.01 EUR left, open, should be 10.00 EUR",
    "INSERT INTO unapplied_cash SELECT id, account_id, currency, 7, '', now() FROM payment WHERE object_id = 're_1'":
        "reversal re_1: 0.07 EUR unapplied, should be none",
    "UPDATE unapplied_cash SET currency = 'USD'":
        "payment py_2: unapplied under another customer or currency, should be its own",
}  # fmt: skip


async def books(core: Core) -> None:
    """Store two invoices, one paid in part and one beyond it, a refund and a credit note."""
    account = await an_account(core)
    for number in ("INV-1", "INV-2"):
        await an_invoice(core, number, account=account, amount=euros(10000))
    await receive(core, "INV-1", 2500)
    await receive(core, "INV-2", 11000, object_id="py_2")
    await go_back(core, "INV-2", 500, of="py_2", object_id="re_1")
    await a_note(core, account, 1000)


async def test_books_in_order_agree_and_the_sums_say_where_the_money_is(core: Core) -> None:
    await books(core)

    found = await audit.run(core)

    assert (found.invoices, found.payments, found.credit_notes, found.differing) == (2, 2, 1, 0)
    (flow,) = found.flows
    assert (flow.received, flow.applied, flow.unapplied, flow.overdrawn) == (
        euros(13000), euros(12500), euros(500), euros(0),
    )  # fmt: skip


@pytest.mark.parametrize(("break_it", "named"), BREAKS.items())
async def test_whatever_is_wrong_is_named(core: Core, break_it: str, named: str | None) -> None:
    await books(core)
    await core.database.execute(break_it)

    found = await audit.run(core)

    names = [str(each) for each in found.differences]
    assert (named in names) if named else not names, names
    assert bool(found.differing) == bool(named)


async def test_many_differences_are_counted_and_the_first_named_page_by_page(
    core: Core, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "PAGE", 7)
    account = await an_account(core)
    for place in range(30):
        await an_invoice(core, f"INV-{place}", account=account, amount=euros(10000))
    await core.database.execute("UPDATE invoice SET open_minor = 9999")

    found = await audit.run(core)

    assert (found.invoices, found.differing, len(found.differences)) == (30, 30, audit.NAMED)


async def test_currencies_are_compared_apart_and_never_mixed(core: Core) -> None:
    await an_invoice(core, "INV-1", amount=euros(10000))
    await an_invoice(core, "INV-2", amount=Money(500, "JPY"))
    await receive(core, "INV-1", 2500)
    await core.database.execute("UPDATE allocation SET invoice_id = (SELECT id FROM invoice WHERE number = 'INV-2')")

    found = await audit.run(core)

    assert "payment py_1: applied to an invoice of another currency, should be in EUR" in map(str, found.differences)


async def test_the_night_puts_down_that_all_is_well_or_alarms(core: Core) -> None:
    await books(core)
    assert await audit.last(core) is None

    await audit.nightly(core)
    well = await audit.last(core)
    await core.database.execute("DELETE FROM unapplied_cash")
    await audit.nightly(core)
    wrong = await audit.last(core)

    assert isinstance(well, BalancesAudited)
    assert isinstance(wrong, BalancesDiffer)
    assert wrong.told().startswith("P1: 1 ") or wrong.differences > 1
    told = await core.database.rows("SELECT 1 FROM procrastinate_jobs WHERE task_name = 'tell_operators'")
    assert told


async def test_the_invoice_by_which_plixo_tests_itself_does_not_differ(core: Core) -> None:
    await an_invoice(core, "PLIXO-TEST")
    await core.database.execute("UPDATE invoice SET state = 'test'")

    found = await audit.run(core)

    assert [str(each) for each in found.differences] == []
