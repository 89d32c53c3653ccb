"""Of two racing moves one wins; the other is told, and nothing is written twice."""

import asyncio

import pytest

from domain.kernel.core import Core
from domain.kernel.refusals import MoveRefused, StaleRecord
from domain.ledger.models import Account
from domain.ledger.states import AccountState
from tests.builders import an_account


async def test_of_two_racing_moves_one_is_stale(core: Core) -> None:
    account = await an_account(core)
    seen_by_two = [await Account.get(id=account.id) for _ in range(2)]

    async def exclude(seen: Account) -> None:
        async with core.transaction():
            await seen.move("exclude")
            await asyncio.sleep(0.05)

    results = await asyncio.gather(*(exclude(each) for each in seen_by_two), return_exceptions=True)

    assert [type(each) for each in results if each is not None] == [StaleRecord]
    assert (await Account.get(id=account.id)).state == "excluded"


async def test_a_stale_move_writes_none_of_its_columns(core: Core) -> None:
    account = await an_account(core)
    late = await Account.get(id=account.id)
    async with core.transaction():
        await account.move("exclude", country="DE")

    async def move_late() -> None:
        async with core.transaction():
            await late.move("exclude", country="FR")

    with pytest.raises(StaleRecord, match="Look again"):
        await move_late()
    assert (await Account.get(id=account.id)).country == "DE"


async def test_a_move_sets_its_columns_in_the_record_too(core: Core) -> None:
    account = await an_account(core)

    await account.move("exclude", country="DE")

    assert (account.state, account.status.name, account.country) == ("excluded", "EXCLUDED", "DE")


async def test_a_step_that_the_state_does_not_permit_is_refused(core: Core) -> None:
    account = await an_account(core)

    with pytest.raises(MoveRefused, match="This account is active; it cannot include now"):
        await account.move("include")


async def test_a_locked_row_waits_for_the_other_transaction(core: Core) -> None:
    account = await an_account(core)
    order = []

    async def locking(name: str) -> None:
        async with core.transaction():
            assert await Account.locked(id=account.id)
            order.append(f"{name} in")
            await asyncio.sleep(0.05)
            order.append(f"{name} out")

    await asyncio.gather(locking("a"), locking("b"))

    assert order in (["a in", "a out", "b in", "b out"], ["b in", "b out", "a in", "a out"])


async def test_of_a_set_only_the_rows_in_that_state_are_moved(core: Core) -> None:
    accounts = [await an_account(core, f"Customer {place}") for place in range(3)]
    await accounts[0].move("exclude")

    async with core.transaction():
        moved = await Account.move_all(
            "exclude", ids=[each.id for each in accounts], before=AccountState.ACTIVE, country="DE"
        )

    assert moved == 2
    found = {each.id: (each.state, each.country) for each in await Account.all()}
    assert [found[each.id][0] for each in accounts] == ["excluded"] * 3
    assert [found[each.id][1] == "DE" for each in accounts] == [False, True, True]


async def test_a_locked_set_comes_as_it_is_stored_in_the_order_of_its_ids(core: Core) -> None:
    accounts = [await an_account(core, f"Customer {place}") for place in range(3)]

    async with core.transaction():
        held = await Account.all_locked([each.id for each in accounts])

    stored = await Account.all().order_by("id")
    assert [(each.id, each.name, each.state, each.created_at) for each in held] == [
        (each.id, each.name, each.state, each.created_at) for each in stored
    ]
