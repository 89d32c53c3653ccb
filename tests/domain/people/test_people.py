"""Who may do what is decided at the click: by the roles held at that moment, which may end by themselves."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from domain.kernel.actor import SHELL, Actor, Permission
from domain.kernel.core import Core
from domain.kernel.limits import Limits
from domain.kernel.refusals import NotAllowed
from domain.people import people, roles
from domain.people.refusals import (
    EndImpossible,
    LastController,
    NobodyCalled,
    OwnRoles,
    PersonUnknown,
    ReasonNeeded,
    RoleHeldAlready,
    RoleNotHeld,
    RoleUnknown,
    SecondPersonNeeded,
)
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
    await granted(core, ANNA, Role.CONTROLLER)
    await granted(core, BEN, Role.CONTROLLER)
    await granted(core, BEN, Role.VIEWER)

    await people.revoke(core, slack_id=BEN, role=Role.CONTROLLER, reason="left finance", actor=SHELL)

    assert (await people.actor(core, slack_id=BEN)).roles == ("Viewer",)


async def test_a_role_that_is_not_held_cannot_be_revoked(core: Core) -> None:
    await granted(core, BEN, Role.SALES)

    with pytest.raises(RoleNotHeld, match="Ben is not Legal; what they hold: Sales"):
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


# Who decides about whose rights -------------------------------------------------------------------


async def person(core: Core, slack_id: str, role: Role) -> Actor:
    """Give a role and return the actor."""
    await granted(core, slack_id, role)
    return await people.actor(core, slack_id=slack_id)


@pytest.mark.parametrize("role", [Role.ADMIN, Role.LEGAL])
async def test_nobody_gives_a_role_to_himself(core: Core, role: Role) -> None:
    anna = await person(core, ANNA, Role.CONTROLLER)

    with pytest.raises(OwnRoles, match="somebody else decides"):
        await people.grant(core, slack_id=ANNA, name="Anna", role=role, reason="mine", actor=anna)


@pytest.mark.parametrize("role", [Role.ADMIN, Role.CONTROLLER])
async def test_one_person_alone_gives_no_far_reaching_role(core: Core, role: Role) -> None:
    anna = await person(core, ANNA, Role.CONTROLLER)

    with pytest.raises(SecondPersonNeeded, match="one proposes it, another approves"):
        await people.grant(core, slack_id=BEN, name="Ben", role=role, reason="help", actor=anna)


async def test_a_company_of_one_gives_every_role_alone_but_not_to_itself(core: Core) -> None:
    core = replace(core, limits=Limits(second_person=False))
    anna = await person(core, ANNA, Role.CONTROLLER)

    await people.grant(core, slack_id=BEN, name="Ben", role=Role.CONTROLLER, reason="help", actor=anna)

    assert await people.controllers(core) == ("Anna", "Ben")
    with pytest.raises(OwnRoles):
        await people.grant(core, slack_id=ANNA, name="Anna", role=Role.ADMIN, reason="mine", actor=anna)


async def test_a_role_of_ones_own_can_be_given_up_by_anybody(core: Core) -> None:
    vera = await person(core, BEN, Role.VIEWER)

    event = await people.revoke(core, slack_id=BEN, role=Role.VIEWER, reason="another team", actor=vera)

    assert event.given_up
    with pytest.raises(PersonUnknown):
        await people.actor(core, slack_id=BEN)


@pytest.mark.parametrize("by_itself", [True, False], ids=["given up", "at the shell"])
async def test_the_last_controller_stays(core: Core, by_itself: bool) -> None:
    anna = await person(core, ANNA, Role.CONTROLLER)

    with pytest.raises(LastController, match="Anna is the last Controller"):
        await people.revoke(
            core, slack_id=ANNA, role=Role.CONTROLLER, reason="gone", actor=anna if by_itself else SHELL
        )


async def test_a_controller_for_a_day_is_no_heir_of_the_last_one(core: Core) -> None:
    await granted(core, ANNA, Role.CONTROLLER)
    await granted(core, BEN, Role.CONTROLLER, until=START + timedelta(days=1))

    with pytest.raises(LastController):
        await people.revoke(core, slack_id=ANNA, role=Role.CONTROLLER, reason="gone", actor=SHELL)

    await people.revoke(core, slack_id=BEN, role=Role.CONTROLLER, reason="back early", actor=SHELL)
    assert await people.controllers(core) == ("Anna",)


async def test_two_controllers_who_throw_each_other_out_at_once_leave_one(core: Core) -> None:
    anna, ben = await person(core, ANNA, Role.CONTROLLER), await person(core, BEN, Role.CONTROLLER)

    results = await asyncio.gather(
        people.revoke(core, slack_id=BEN, role=Role.CONTROLLER, reason="away", actor=anna),
        people.revoke(core, slack_id=ANNA, role=Role.CONTROLLER, reason="away", actor=ben),
        return_exceptions=True,
    )

    assert [type(each) for each in results if isinstance(each, BaseException)] == [LastController]
    assert len(await people.controllers(core)) == 1


async def test_a_role_for_a_time_can_be_made_longer_and_not_shorter(core: Core) -> None:
    await granted(core, BEN, Role.LEGAL, until=START + timedelta(days=1))

    await granted(core, BEN, Role.LEGAL, until=START + timedelta(days=3))

    with pytest.raises(RoleHeldAlready):
        await granted(core, BEN, Role.LEGAL, until=START + timedelta(days=2))
    (held,) = await people.listed(core, actor=SHELL)
    assert (held.role, held.until) == ("Legal", START + timedelta(days=3))


@pytest.mark.parametrize("days", [-1, 0, 400])
async def test_an_end_that_makes_no_sense_is_refused(core: Core, days: int) -> None:
    with pytest.raises(EndImpossible, match="within 366 days"):
        await granted(core, BEN, Role.LEGAL, until=START + timedelta(days=days))


@pytest.mark.parametrize("reason", ["", "  ", "-", "\0"])
async def test_rights_are_given_and_taken_with_a_reason(core: Core, reason: str) -> None:
    with pytest.raises(ReasonNeeded):
        await people.grant(core, slack_id=BEN, name="Ben", role=Role.LEGAL, reason=reason, actor=SHELL)


async def test_who_holds_what_is_listed_by_name_and_without_what_is_over(core: Core, clock: StandingClock) -> None:
    await granted(core, BEN, Role.LEGAL, until=START + timedelta(hours=1))
    await granted(core, BEN, Role.SALES)
    await granted(core, ANNA, Role.CONTROLLER)
    clock.advance(hours=2)

    held = await people.listed(core, actor=SHELL)
    only = await people.listed(core, actor=SHELL, role=Role.SALES)

    assert [(each.name, each.role, each.granted_by) for each in held] == [
        ("Anna", "Controller", "command line"),
        ("Ben", "Sales", "command line"),
    ]
    assert [each.name for each in only] == ["Ben"]


@pytest.mark.parametrize(("word", "role"), [("operator", Role.AR_OPERATOR), ("Billing", Role.BILLING_ADMIN)])
def test_a_word_that_only_one_role_has_is_enough(word: str, role: Role) -> None:
    assert people.role(word) is role
