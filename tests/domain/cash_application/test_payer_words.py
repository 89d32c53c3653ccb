"""Payer words: a payer's name finds its customer by the name of today, without a look at all customers."""

import asyncio
from uuid import UUID

from domain.cash_application import names, payer_words
from domain.kernel.core import Core
from domain.ledger import merging_accounts
from domain.ledger.models import Account
from tests.builders import an_account, an_invoice
from tests.domain.ledger.people import MAX


async def found(core: Core, *payers: str) -> dict[str, list[tuple[UUID, bool]]]:
    """Return the customers of each payer's name, and whether it is the very name."""
    await payer_words.read_new(core)
    fits = await payer_words.fitting(core.database, payers)
    return {name: [(each.account_id, each.likeness == names.SAME) for each in fits[name]] for name in payers}


async def owing(core: Core, name: str, number: str) -> Account:
    account = await an_account(core, name)
    await an_invoice(core, number, account=account)
    return account


async def test_a_name_finds_the_very_customer_or_those_it_resembles(core: Core) -> None:
    builder = await owing(core, "Müller Hochbau GmbH", "INV-1")
    await owing(core, "Möller Tiefbau GmbH", "INV-2")
    await an_account(core, "Hansen Logistik GmbH")  # owes nothing

    assert await found(core, "MUELLER HOCHBAU", "Mueller Hochbav", "Hansen Logistik", "GmbH", "") == {
        "MUELLER HOCHBAU": [(builder.id, True)],
        "Mueller Hochbav": [(builder.id, False)],
        "Hansen Logistik": [],
        "GmbH": [],
        "": [],
    }


async def test_a_customer_is_found_by_its_name_of_today_also_when_two_read_at_once(core: Core) -> None:
    account = await owing(core, "Nordwind Reisen", "INV-1")
    await payer_words.read_new(core)
    await core.database.execute("UPDATE account SET name = 'Suedwind Reisen' WHERE id = %s", (account.id,))

    read = await asyncio.gather(payer_words.read_new(core), payer_words.read_new(core))

    assert sum(read) == 1
    assert await found(core, "Nordwind Reisen", "Suedwind Reisen") == {
        "Nordwind Reisen": [],
        "Suedwind Reisen": [(account.id, True)],
    }


async def test_a_merged_customers_name_leads_once_to_the_kept_one(core: Core) -> None:
    kept, other = await owing(core, "Acme Ltd", "INV-1"), await owing(core, "ACME Limited", "INV-2")
    third = await owing(core, "Old Acme Works", "INV-3")
    for each in (other, third):
        await merging_accounts.merge(core, kept_id=kept.id, other_id=each.id, actor=MAX)

    assert await found(core, "Acme", "Old Acme Works") == {
        "Acme": [(kept.id, True)],
        "Old Acme Works": [(kept.id, True)],
    }


async def test_a_word_of_very_many_customers_finds_none_and_a_rarer_one_still_does(core: Core) -> None:
    await core.database.execute(
        "INSERT INTO account (id, name, name_key, state, created_at)"
        " SELECT gen_random_uuid(), 'Bauhof ' || n, 'bauhof ' || n, 'active', now() FROM generate_series(1, %s) n",
        (names.COMMON,),
    )
    account = await owing(core, "Bauhof Zwickau", "INV-1")

    assert await found(core, "Bauhof Zwickao", "Bauhof") == {"Bauhof Zwickao": [(account.id, False)], "Bauhof": []}


async def test_a_name_as_long_as_an_import_takes_is_read_and_found(core: Core) -> None:
    long = await owing(core, "x" * 290 + " & Sons", "INV-1")
    wordy = await owing(core, " ".join(f"w{n}" for n in range(75)), "INV-2")

    assert await found(core, long.name, wordy.name) == {long.name: [(long.id, True)], wordy.name: [(wordy.id, True)]}
    rows = await core.database.rows("SELECT max(length(word)) AS longest, count(*) AS words FROM payer_word")
    assert rows == [{"longest": payer_words.LONGEST + 1, "words": 2 + 1 + names.MOST_WORDS + 1}]
