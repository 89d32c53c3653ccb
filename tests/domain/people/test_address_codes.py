"""An address is an operator's own once the code that was mailed there was typed in; nothing else is mailed before."""

import asyncio
from contextvars import Context
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from domain.kernel.actor import SHELL, Actor
from domain.kernel.core import Core
from domain.kernel.keys import Keyring, SigningKey
from domain.kernel.refusals import NotAllowed, Refusal
from domain.kernel.transactions import Row
from domain.people import address_codes, preferences
from domain.people.code_refusals import CodesAskedOften, CodeWrong, NoCodeWaits
from domain.people.refusals import PersonUnknown
from domain.people.roles import Role
from domain.people.setting_words import Setting
from tests.clocks import StandingClock
from tests.domain.people.test_preferences import ANNA, BEN, person
from tests.flows.stage import until

ADDRESS = "anna.keller@northwind.example"


async def given(core: Core, anna: UUID, actor: Actor, address: str = ADDRESS) -> None:
    """Set an address."""
    await preferences.set(core, person_id=anna, setting=Setting.ADDRESS, value=address, actor=actor)


async def mailed(core: Core) -> str:
    """Return the code that was asked for last, as the letter has it."""
    row = await core.database.row("SELECT id FROM address_code ORDER BY number DESC LIMIT 1")
    assert row is not None
    code = await address_codes.code(core, code_id=row["id"])
    assert code is not None
    return code.digits


def another(code: str) -> str:
    """Return six digits that are not the code."""
    return f"{(int(code) + 1) % 10**6:06}"


async def test_an_address_is_mailed_nothing_but_a_code_until_that_is_typed_in(core: Core) -> None:
    anna, actor = await person(core, ANNA)
    await given(core, anna, actor)
    before = (await preferences.of(core, anna)).mailed_to
    code = await mailed(core)

    event = await address_codes.confirm(core, person_id=anna, typed=f" {code[:3]} {code[3:]}", actor=actor)

    assert before is None
    assert (await preferences.of(core, anna)).mailed_to == ADDRESS
    assert event.address == "a…@northwind.example"
    kept = await core.database.rows("SELECT 1 FROM timeline_entry WHERE fact::text LIKE ANY(%s)",
                                    ([f"%{code}%", "%anna.keller%"],))  # fmt: skip
    assert kept == []
    with pytest.raises(NoCodeWaits, match="is confirmed"):
        await address_codes.confirm(core, person_id=anna, typed=code, actor=actor)
    with pytest.raises(NoCodeWaits):
        await address_codes.ask_anew(core, person_id=anna, actor=actor)


async def test_another_address_is_to_be_confirmed_anew_and_other_capitals_are_not(core: Core) -> None:
    anna, actor = await person(core, ANNA)
    await given(core, anna, actor)
    code = await mailed(core)
    await address_codes.confirm(core, person_id=anna, typed=code, actor=actor)

    await given(core, anna, actor, "Anna.Keller@Northwind.example")
    capitals = (await preferences.of(core, anna)).confirmed
    await given(core, anna, actor, "anna@typo.example")
    other = (await preferences.of(core, anna)).mailed_to
    with pytest.raises(CodeWrong):
        await address_codes.confirm(core, person_id=anna, typed=code, actor=actor)
    await given(core, anna, actor, "none")

    assert (capitals, other) == (True, None)
    with pytest.raises(NoCodeWaits):
        await address_codes.confirm(core, person_id=anna, typed="000000", actor=actor)


async def test_a_code_that_went_to_an_earlier_address_confirms_no_other(core: Core) -> None:
    anna, actor = await person(core, ANNA)
    await given(core, anna, actor)
    row = await core.database.row("SELECT id FROM address_code")
    assert row is not None
    await core.database.execute("UPDATE person_preference SET address = 'eve@elsewhere.example'")

    assert await address_codes.code(core, code_id=row["id"]) is None
    with pytest.raises(NoCodeWaits):
        await address_codes.confirm(core, person_id=anna, typed="123456", actor=actor)


async def test_a_mail_that_came_back_from_an_address_that_was_just_changed_stops_nothing(core: Core) -> None:
    anna, actor = await person(core, ANNA)
    await given(core, anna, actor, "old@northwind.example")

    async def came_back() -> object:
        async with core.transaction() as tx:
            return await preferences.leave_mail(core, tx, person_id=anna, address="old@northwind.example")

    async def it_waits() -> Row | None:
        await tx.execute("SELECT pg_stat_clear_snapshot()")  # else a transaction sees the activity of its first look
        return await tx.row(
            "SELECT 1 FROM pg_locks l JOIN pg_stat_activity s ON s.pid = l.pid"
            " WHERE NOT l.granted AND s.datname = current_database()"
        )

    async with core.transaction() as tx:
        await tx.row("SELECT FROM person WHERE id = %s FOR UPDATE", (anna,))
        late = asyncio.get_running_loop().create_task(came_back(), context=Context())
        await until(it_waits, missing="a report that waits for the person")
        await tx.execute("UPDATE person_preference SET address = %s WHERE person_id = %s", (ADDRESS, anna))

    assert await late is None
    row = await core.database.row("SELECT unwanted FROM person_preference")
    assert row == {"unwanted": False}


async def test_tries_are_counted_also_at_once_and_end_the_code(core: Core) -> None:
    anna, actor = await person(core, ANNA)
    await given(core, anna, actor)
    code = await mailed(core)

    async def wrong() -> Refusal | None:
        try:
            await address_codes.confirm(core, person_id=anna, typed=another(code), actor=actor)
        except Refusal as no:
            return no
        return None

    answers = await asyncio.gather(*(wrong() for _ in range(8)))

    assert sorted(each.left for each in answers if isinstance(each, CodeWrong)) == [0, 1, 2, 3, 4]
    assert len([each for each in answers if isinstance(each, NoCodeWaits)]) == 3
    with pytest.raises(NoCodeWaits):
        await address_codes.confirm(core, person_id=anna, typed=code, actor=actor)
    assert not (await preferences.of(core, anna)).confirmed


async def test_a_code_is_good_for_a_day_and_a_newer_one_ends_it(core: Core, clock: StandingClock) -> None:
    anna, actor = await person(core, ANNA)
    await given(core, anna, actor)
    first = await mailed(core)
    clock.advance(minutes=2)
    await address_codes.ask_anew(core, person_id=anna, actor=actor)
    second = await mailed(core)

    if first != second:  # two codes of a million may be the same
        with pytest.raises(CodeWrong):
            await address_codes.confirm(core, person_id=anna, typed=first, actor=actor)
    clock.advance(days=1)

    with pytest.raises(NoCodeWaits):
        await address_codes.confirm(core, person_id=anna, typed=second, actor=actor)


async def test_an_address_gets_few_codes_whoever_asks(core: Core, clock: StandingClock) -> None:
    anna, actor = await person(core, ANNA)
    ben, other = await person(core, BEN)
    await given(core, anna, actor)
    with pytest.raises(CodesAskedOften):  # the button was pressed twice
        await address_codes.ask_anew(core, person_id=anna, actor=actor)
    for _ in range(address_codes.MOST - 1):
        clock.advance(minutes=2)
        await address_codes.ask_anew(core, person_id=anna, actor=actor)
    clock.advance(minutes=2)

    with pytest.raises(CodesAskedOften):
        await given(core, ben, other, ADDRESS.upper())
    assert (await preferences.of(core, ben)).address is None
    clock.advance(seconds=timedelta(days=1).total_seconds())
    await given(core, ben, other, ADDRESS)


async def test_others_are_confirmed_by_who_manages_people_and_knows_the_code(core: Core) -> None:
    anna, _ = await person(core, ANNA)
    _, ben = await person(core, BEN)
    await given(core, anna, SHELL)
    code = await mailed(core)

    with pytest.raises(NotAllowed):
        await address_codes.confirm(core, person_id=anna, typed=code, actor=ben)
    with pytest.raises(NotAllowed):
        await address_codes.ask_anew(core, person_id=anna, actor=ben)
    _, admin = await person(core, "U04CARL", Role.ADMIN)
    await address_codes.confirm(core, person_id=anna, typed=code, actor=admin)

    assert (await preferences.of(core, anna)).confirmed
    for act in (address_codes.ask_anew(core, person_id=uuid4(), actor=SHELL),
                address_codes.confirm(core, person_id=uuid4(), typed=code, actor=SHELL)):  # fmt: skip
        with pytest.raises(PersonUnknown):
            await act


async def test_a_code_outlives_a_rotation_of_the_keys_and_needs_one_of_them(core: Core) -> None:
    anna, actor = await person(core, ANNA)
    await given(core, anna, actor)
    code = await mailed(core)
    added = replace(core, keys=Keyring((SigningKey(9, b"n" * 32), *core.keys.keys)))
    others = replace(core, keys=Keyring((SigningKey(9, b"n" * 32),)))

    with pytest.raises(CodeWrong):
        await address_codes.confirm(others, person_id=anna, typed=code, actor=actor)
    await address_codes.confirm(added, person_id=anna, typed=code, actor=actor)

    assert (await preferences.of(core, anna)).confirmed


@pytest.mark.parametrize("typed", ["", "abcdef", "١٢٣٤٥٦", "1" * 5_000, "' OR 1=1", "\udcff"])
async def test_nonsense_is_a_wrong_code(core: Core, typed: str) -> None:
    anna, actor = await person(core, ANNA)
    await given(core, anna, actor)

    with pytest.raises(CodeWrong):
        await address_codes.confirm(core, person_id=anna, typed=typed, actor=actor)
