"""Who may do what is decided at the click: by the roles held at that moment, which may end by themselves."""

import asyncio
from datetime import timedelta

import pytest

from domain.kernel.actor import SHELL, Permission
from domain.kernel.core import Core
from domain.kernel.refusals import NotAllowed
from domain.people import people, roles
from domain.people.refusals import NobodyCalled, PersonUnknown, RoleHeldAlready, RoleUnknown
from domain.people.roles import Role
from tests.clocks import START, StandingClock

ANNA, BEN = "U02ANNA", "U03BEN"


async def granted(core: Core, slack_id: str, role: Role, **how: object) -> None:
    """Give a role from the shell."""
    name = slack_id[3:].capitalize()
    await people.grant(core, slack_id=slack_id, name=name, role=role, reason="test", actor=SHELL, **how)  # type: ignore[arg-type]


async def test_someone_without_a_role_is_told_whom_to_ask(core: Core) -> None:
    await granted(core, ANNA, Role.CONTROLLER)

    with pytest.raises(PersonUnknown, match="Ask a Controller for access: Anna"):
        await people.actor(core, slack_id=BEN)


async def test_where_there_is_no_controller_yet_the_shell_is_named(core: Core) -> None:
    with pytest.raises(PersonUnknown, match="plixo role grant"):
        await people.actor(core, slack_id=BEN)


async def test_a_person_acts_with_all_roles_together(core: Core) -> None:
    await granted(core, BEN, Role.SALES)
    await granted(core, BEN, Role.LEGAL)

    actor = await people.actor(core, slack_id=BEN)

    assert (actor.name, actor.roles) == ("Ben", ("Legal", "Sales"))
    assert actor.may == roles.MAY[Role.SALES] | roles.MAY[Role.LEGAL]


async def test_a_grant_with_an_end_stops_by_itself(core: Core, clock: StandingClock) -> None:
    await granted(core, BEN, Role.VIEWER)
    await granted(core, BEN, Role.CONTROLLER, until=START + timedelta(hours=2))

    clock.advance(hours=1, minutes=59)
    before = await people.actor(core, slack_id=BEN)
    clock.advance(minutes=1)
    after = await people.actor(core, slack_id=BEN)

    assert Permission.MOVE_MONEY in before.may
    assert after.roles == ("Viewer",)


async def test_a_controller_whose_time_is_over_is_not_named(core: Core, clock: StandingClock) -> None:
    await granted(core, ANNA, Role.CONTROLLER, until=START + timedelta(hours=1))

    clock.advance(hours=1)

    assert await people.controllers(core) == ()


async def test_a_role_that_ran_out_can_be_granted_again(core: Core, clock: StandingClock) -> None:
    await granted(core, BEN, Role.LEGAL, until=START + timedelta(hours=1))
    clock.advance(hours=2)

    await granted(core, BEN, Role.LEGAL)

    assert (await people.actor(core, slack_id=BEN)).roles == ("Legal",)


async def test_a_role_that_is_held_is_not_granted_twice(core: Core) -> None:
    await granted(core, BEN, Role.LEGAL)

    with pytest.raises(RoleHeldAlready, match="Ben is Legal already"):
        await granted(core, BEN, Role.LEGAL)


async def test_a_double_click_grants_once_and_says_so(core: Core) -> None:
    results = await asyncio.gather(*(granted(core, BEN, Role.LEGAL) for _ in range(4)), return_exceptions=True)

    assert results.count(None) == 1
    assert {type(each) for each in results if each is not None} == {RoleHeldAlready}


async def test_a_revoked_role_stops_at_the_next_click(core: Core) -> None:
    await granted(core, BEN, Role.CONTROLLER)
    await granted(core, BEN, Role.VIEWER)

    await people.revoke(core, slack_id=BEN, role=Role.CONTROLLER, reason="left finance", actor=SHELL)

    assert (await people.actor(core, slack_id=BEN)).roles == ("Viewer",)


async def test_a_role_that_is_not_held_cannot_be_revoked(core: Core) -> None:
    with pytest.raises(PersonUnknown):
        await people.revoke(core, slack_id=BEN, role=Role.LEGAL, reason="never was", actor=SHELL)


async def test_only_who_manages_people_gives_and_takes_roles(core: Core) -> None:
    for role in Role:
        await granted(core, f"U00{role.name}", role)

    for role in Role:
        actor = await people.actor(core, slack_id=f"U00{role.name}")
        if Permission.MANAGE_PEOPLE in actor.may:
            continue
        with pytest.raises(NotAllowed, match="manage people"):
            await people.grant(core, slack_id=BEN, name="Ben", role=Role.ADMIN, reason="mine", actor=actor)
        with pytest.raises(NotAllowed, match="manage people"):
            await people.revoke(core, slack_id="U00CONTROLLER", role=Role.CONTROLLER, reason="away", actor=actor)

    assert await people.controllers(core) == ("Controller",)


async def test_the_timeline_keeps_who_gave_what_to_whom_and_why(core: Core) -> None:
    await granted(core, BEN, Role.LEGAL, until=START + timedelta(days=1))
    await people.revoke(core, slack_id=BEN, role=Role.LEGAL, reason="case closed", actor=SHELL)

    kept = await core.database.rows("SELECT kind, actor, fact FROM timeline_entry ORDER BY id")

    assert [(each["kind"], each["actor"], each["fact"]["reason"]) for each in kept] == [
        ("role.granted", "command line", "test"),
        ("role.revoked", "command line", "case closed"),
    ]


def test_there_are_nine_roles_and_each_may_at_least_look() -> None:
    assert len(Role) == 9
    assert set(roles.MAY) == set(Role)
    assert all(Permission.VIEW in allowed for allowed in roles.MAY.values())


def test_only_the_controller_moves_money() -> None:
    assert roles.roles_with(Permission.MOVE_MONEY) == (Role.CONTROLLER,)


@pytest.mark.parametrize("role", Role)
def test_a_role_is_known_by_every_spelling_people_use(role: Role) -> None:
    spellings = {
        role.value,
        role.value.upper(),
        f" {role.value.lower()} ",
        role.name,
        role.name.lower().replace("_", "-"),
    }

    assert {people.role(each) for each in spellings} == {role}


@pytest.mark.parametrize("text", ["", "boss", "controller; drop table person", "Admin Controller", "\0"])
def test_an_unknown_role_is_refused_with_the_nine(text: str) -> None:
    with pytest.raises(RoleUnknown, match="Admin, Controller, A/R Manager"):
        people.role(text)


async def test_a_first_name_is_enough_where_only_one_person_has_it(core: Core) -> None:
    names = ("Anna Keller", "Ben", "Ben Okri", "Carla B", "Carla K")
    for slack_id, name in ((f"U{number}", name) for number, name in enumerate(names, start=1)):
        await people.grant(core, slack_id=slack_id, name=name, role=Role.VIEWER, reason="test", actor=SHELL)

    found = [await people.slack_id(core, text=text) for text in ("anna", "Anna  Keller", "ben", "U3")]

    assert found == ["U1", "U1", "U2", "U3"]
    with pytest.raises(NobodyCalled):
        await people.slack_id(core, text="carla")
