"""Twins: customers that may be one are proposed once, and a person decides."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.kernel.actor import SHELL
from domain.kernel.core import Core
from domain.kernel.refusals import NotAllowed
from domain.ledger import twins
from domain.ledger.models import Account
from domain.ledger.refusals import TwinDecided, TwinNotFound
from domain.ledger.twins import Twin
from tests.builders import a_contact, an_invoice
from tests.domain.ledger.csv_import.files import imported
from tests.domain.ledger.people import MAX, OPAL, VERA


async def a_customer(core: Core, name: str, *, number: str | None = None, **said: Any) -> Account:
    """Store a customer with a number."""
    return await Account.create(id=uuid4(), name=name, name_key=name.casefold(), number=number, state="active",
                                created_at=core.clock.now(), **said)  # fmt: skip


async def proposed(core: Core) -> list[Twin]:
    """Look for pairs and return those that wait."""
    await twins.find(core)
    found, _ = await twins.waiting(core, actor=SHELL)
    return list(found)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("Acme G.m.b.H.", "ACME gmbh"),
        ("Müller & Söhne KG", "Mueller und Soehne"),
        ("Globex Inc.", "Globex, Incorporated"),
        ("Société Générale du Bois S.A.", "Societe Generale du Bois"),
        ("Northwind Traders Ltd", "Northwnd Traders"),
    ],
)
async def test_two_spellings_of_a_name_are_proposed(core: Core, one: str, two: str) -> None:
    await a_customer(core, one, number="1")
    await a_customer(core, two)

    [pair] = await proposed(core)

    assert pair.likeness >= 90


async def test_other_names_are_not_proposed(core: Core) -> None:
    for name in ("Acme GmbH", "Apex GmbH", "Northwind Traders", "Southwind Bakers"):
        await a_customer(core, name)

    assert await proposed(core) == []


async def test_a_shared_domain_needs_a_resembling_name_and_is_told(core: Core) -> None:
    for name, address in (("Acme Industries", "a@acme.example"), ("Acme Industrial Group", "b@acme.example"),
                          ("Zenith Bank", "c@acme.example")):  # fmt: skip
        await a_contact(core, await a_customer(core, name), address)

    [pair] = await proposed(core)

    assert {pair.kept.name, pair.other.name} == {"Acme Industries", "Acme Industrial Group"}
    assert "the same e-mail domain acme.example" in pair.evidence


async def test_a_free_mail_domain_is_no_evidence(core: Core) -> None:
    for name, address in (("Acme Industries", "a@gmail.com"), ("Acme Industrial Group", "b@gmail.com")):
        await a_contact(core, await a_customer(core, name), address)

    assert await proposed(core) == []


async def test_a_number_with_other_zeros_is_evidence(core: Core) -> None:
    await a_customer(core, "Acme Holding", number="00417")
    await a_customer(core, "Acme Holdings Europe", number="417")

    [pair] = await proposed(core)

    assert "the same number but for its zeros" in pair.evidence


async def test_other_countries_make_it_less_likely_and_are_told(core: Core) -> None:
    await a_customer(core, "Acme Ltd", number="1", country="GB")
    await a_customer(core, "Acme GmbH", number="2", country="DE")

    [pair] = await proposed(core)

    assert pair.likeness == 80
    assert pair.evidence[-1] == "but the countries differ: DE and GB"


async def test_the_customer_with_a_number_and_more_invoices_is_kept(core: Core) -> None:
    bare = await a_customer(core, "Acme Ltd")
    numbered = await a_customer(core, "ACME Limited", number="7")
    await an_invoice(core, "INV-1", account=bare)

    [pair] = await proposed(core)

    assert (pair.kept.account_id, pair.other.account_id, pair.other.open_invoices) == (numbered.id, bare.id, 1)


async def test_a_pair_is_proposed_once_and_a_dismissed_one_never_again(core: Core) -> None:
    await a_customer(core, "Acme Ltd")
    await a_customer(core, "ACME Limited")
    [pair] = await proposed(core)

    await twins.dismiss(core, twin_id=pair.twin_id, actor=OPAL)

    assert await twins.find(core) == 0
    assert await proposed(core) == []
    with pytest.raises(TwinDecided):
        await twins.dismiss(core, twin_id=pair.twin_id, actor=OPAL)


async def test_what_was_dismissed_of_a_merged_customer_stays_dismissed(core: Core) -> None:
    for name in ("Acme Ltd", "ACME Limited", "Acme Inc"):
        await a_customer(core, name)
    by_names = {frozenset((each.kept.name, each.other.name)): each for each in await proposed(core)}
    for each in ("ACME Limited", "Acme Ltd"):
        await twins.dismiss(core, twin_id=by_names[frozenset((each, "Acme Inc"))].twin_id, actor=OPAL)

    await twins.merge(core, twin_id=by_names[frozenset(("Acme Ltd", "ACME Limited"))].twin_id, actor=MAX)

    assert await proposed(core) == []


async def test_an_import_calls_for_the_search_and_tells_what_it_finds(core: Core) -> None:
    await imported(core, "Invoice Number,Customer,Due Date,Amount,Currency\n"
                         "INV-1,Acme Ltd,2026-03-31,1.00,EUR\nINV-2,ACME Limited,2026-03-31,1.00,EUR\n")  # fmt: skip

    await twins.find(core)

    jobs = await core.database.rows("SELECT task_name FROM procrastinate_jobs")
    [told] = await core.database.rows(
        "SELECT fact->>'count' AS count FROM timeline_entry WHERE kind = 'twins.proposed'"
    )
    assert "find_twins" in {row["task_name"] for row in jobs}
    assert told["count"] == "1"


async def test_a_hundred_customers_of_one_word_are_no_flood(core: Core) -> None:
    for n in range(120):
        await a_customer(core, f"Hotel {n:03}{'abcdefghij'[n % 10] * 9}", number=str(n + 1))

    assert len(await proposed(core)) <= twins.MAX_LISTED


async def test_merging_needs_another_right_than_dismissing(core: Core) -> None:
    await a_customer(core, "Acme Ltd")
    await a_customer(core, "ACME Limited")
    [pair] = await proposed(core)

    with pytest.raises(NotAllowed):
        await twins.merge(core, twin_id=pair.twin_id, actor=OPAL)
    with pytest.raises(NotAllowed):
        await twins.dismiss(core, twin_id=pair.twin_id, actor=VERA)
    with pytest.raises(TwinNotFound):
        await twins.merge(core, twin_id=UUID(int=1), actor=MAX)
