"""Anybody may ask for a role; somebody else decides, once; what was given for a time ends by itself."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from domain.kernel.actor import SHELL, Actor, ActorKind
from domain.kernel.core import Core
from domain.kernel.limits import Limits
from domain.kernel.refusals import NotAllowed
from domain.people import access, access_lists, grants, people
from domain.people.access_events import AccessAsked, wished
from domain.people.events import RoleGranted
from domain.people.grants import Term
from domain.people.refusals import (
    AccessAskedAlready,
    AccessAskedOften,
    AccessDecided,
    AccessNotFound,
    EndImpossible,
    OwnRoles,
    OwnWork,
    PersonUnknown,
    ReasonNeeded,
    ReasonTooLong,
    RoleHeldAlready,
    SecondPersonNeeded,
)
from domain.people.roles import Role
from tests.clocks import START, StandingClock

ANNA, BEN, CARL, EVE = "U02ANNA", "U03BEN", "U04CARL", "U09EVE"

STRANGER = Actor(ActorKind.PERSON, "eve", frozenset())


async def person(core: Core, slack_id: str, role: Role) -> Actor:
    """Give a role and return the actor."""
    name = slack_id[3:].capitalize()
    await people.grant(core, slack_id=slack_id, name=name, role=role, reason="test", actor=SHELL)
    return await people.actor(core, slack_id=slack_id)


async def asked(
    core: Core, role: Role = Role.VIEWER, *, slack_id: str = EVE, term: Term = grants.WITHOUT_END
) -> AccessAsked:
    """Let a stranger ask."""
    return await access.request(
        core, slack_id=slack_id, name="Eve", role=role, reason="I help with month end", term=term, actor=STRANGER
    )


async def kinds(core: Core) -> list[str]:
    """Return what happened, without the grants of the test's own."""
    rows = await core.database.rows("SELECT kind FROM timeline_entry WHERE actor <> 'command line' ORDER BY id")
    return [row["kind"] for row in rows]


async def test_a_stranger_asks_and_becomes_known_by_the_approval(core: Core) -> None:
    anna = await person(core, ANNA, Role.CONTROLLER)
    wish = await asked(core, Role.AR_OPERATOR)

    event = await access.approve(core, access_id=wish.access_id, actor=anna)

    assert event.told() == "The request for Eve was approved: A/R Operator"
    eve = await people.actor(core, slack_id=EVE)
    assert (eve.name, eve.roles) == ("Eve", ("A/R Operator",))
    assert await kinds(core) == ["access.asked", "role.granted", "access.approved"]


async def test_the_controllers_are_told_in_the_same_transaction(core: Core) -> None:
    wish = await asked(core)

    queued = await core.database.rows("SELECT task_name FROM procrastinate_jobs")

    assert [row["task_name"] for row in queued] == ["tell_operators", "tell_person"]
    assert wish.told() == "Eve asks to be Viewer: I help with month end"


async def test_one_request_of_a_person_waits_at_a_time(core: Core) -> None:
    results = await asyncio.gather(*(asked(core) for _ in range(4)), return_exceptions=True)

    assert [type(each) for each in results].count(AccessAsked) == 1
    assert {type(each) for each in results} == {AccessAsked, AccessAskedAlready}


async def test_asking_and_taking_back_floods_nobody(core: Core, clock: StandingClock) -> None:
    for _ in range(access.MOST_A_DAY):
        await asked(core)
        await access.withdraw(core, slack_id=EVE, actor=STRANGER)

    with pytest.raises(AccessAskedOften, match="5 times within a day"):
        await asked(core)

    clock.advance(days=1)
    assert (await asked(core)).role == "Viewer"


@pytest.mark.parametrize(("reason", "refusal"), [(" - ", ReasonNeeded), ("x" * 301, ReasonTooLong)])
async def test_a_reason_is_one_that_can_be_read(core: Core, reason: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        await access.request(core, slack_id=EVE, name="Eve", role=Role.VIEWER, reason=reason, actor=STRANGER)


async def test_what_is_held_already_is_not_asked_for(core: Core) -> None:
    ben = await person(core, BEN, Role.LEGAL)

    with pytest.raises(RoleHeldAlready):
        await access.request(core, slack_id=BEN, name="Ben", role=Role.LEGAL, reason="more", actor=ben)


async def test_nobody_asks_for_another_who_does_not_manage_people(core: Core) -> None:
    ben = await person(core, BEN, Role.LEGAL)

    with pytest.raises(NotAllowed, match="manage people"):
        await access.request(core, slack_id=EVE, name="Eve", role=Role.VIEWER, reason="friend", actor=ben)


async def test_only_who_manages_people_decides(core: Core) -> None:
    ben = await person(core, BEN, Role.AR_MANAGER)
    wish = await asked(core)

    with pytest.raises(NotAllowed, match="manage people"):
        await access.approve(core, access_id=wish.access_id, actor=ben)
    with pytest.raises(NotAllowed, match="manage people"):
        await access.deny(core, access_id=wish.access_id, reason="no", actor=ben)
    with pytest.raises(NotAllowed, match="manage people"):
        await access_lists.waiting(core, actor=ben)


async def test_nobody_decides_about_his_own_rights(core: Core) -> None:
    ben = await person(core, BEN, Role.ADMIN)
    wish = await access.request(core, slack_id=BEN, name="Ben", role=Role.CONTROLLER, reason="month end", actor=ben)

    with pytest.raises(OwnRoles):
        await access.approve(core, access_id=wish.access_id, actor=ben)
    with pytest.raises(OwnRoles):
        await access.approve(replace(core, limits=Limits(second_person=False)), access_id=wish.access_id, actor=ben)


async def test_a_far_reaching_role_is_proposed_by_one_and_given_by_another(core: Core) -> None:
    anna, carl = await person(core, ANNA, Role.CONTROLLER), await person(core, CARL, Role.CONTROLLER)
    ben = await person(core, BEN, Role.ADMIN)

    wish = await access.give(core, slack_id=BEN, name="Ben", role=Role.CONTROLLER, reason="deputy", actor=anna)

    assert isinstance(wish, AccessAsked)
    assert wish.told() == "Ben is proposed as Controller: deputy"
    with pytest.raises(OwnWork, match="Anna made this"):
        await access.approve(core, access_id=wish.access_id, actor=anna)
    with pytest.raises(OwnRoles):
        await access.approve(core, access_id=wish.access_id, actor=ben)
    await access.approve(core, access_id=wish.access_id, actor=carl)
    assert await people.controllers(core) == ("Anna", "Ben", "Carl")


async def test_any_other_role_is_given_at_once(core: Core) -> None:
    anna = await person(core, ANNA, Role.CONTROLLER)

    event = await access.give(
        core, slack_id=EVE, name="Eve", role=Role.SALES, reason="new here", actor=anna, term=Term(minutes=120)
    )

    assert isinstance(event, RoleGranted)
    assert event.until == START + timedelta(hours=2)


async def test_of_two_who_decide_at_once_one_is_told_that_the_other_did(core: Core) -> None:
    anna, carl = await person(core, ANNA, Role.CONTROLLER), await person(core, CARL, Role.CONTROLLER)
    wish = await asked(core)

    results = await asyncio.gather(
        access.approve(core, access_id=wish.access_id, actor=anna),
        access.deny(core, access_id=wish.access_id, reason="not now", actor=carl),
        access.approve(core, access_id=wish.access_id, actor=anna),
        return_exceptions=True,
    )

    refused = [each for each in results if isinstance(each, BaseException)]
    assert [type(each) for each in refused] == [AccessDecided, AccessDecided]
    assert "nothing left to decide" in str(refused[0])


async def test_whoever_decides_may_give_less(core: Core) -> None:
    anna = await person(core, ANNA, Role.CONTROLLER)
    wish = await asked(core, Role.CONTROLLER)

    event = await access.approve(
        core, access_id=wish.access_id, actor=anna, role=Role.VIEWER, term=Term(minutes=24 * 60)
    )

    assert event.told() == "The request for Eve was approved: Viewer for 1 day (asked for: Controller)"
    assert (await people.actor(core, slack_id=EVE)).roles == ("Viewer",)


async def test_nobody_makes_a_far_reaching_role_of_a_request_for_another(core: Core) -> None:
    anna = await person(core, ANNA, Role.CONTROLLER)
    wish = await asked(core, Role.VIEWER)

    with pytest.raises(SecondPersonNeeded):
        await access.approve(core, access_id=wish.access_id, actor=anna, role=Role.CONTROLLER)

    with pytest.raises(PersonUnknown):
        await people.actor(core, slack_id=EVE)
    await access.approve(core, access_id=wish.access_id, actor=anna)


async def test_a_denial_says_why_and_changes_no_rights(core: Core) -> None:
    anna = await person(core, ANNA, Role.CONTROLLER)
    wish = await asked(core)

    await access.deny(core, access_id=wish.access_id, reason="ask your own team", actor=anna)

    card = await access_lists.card(core, access_id=wish.access_id)
    assert (card.state, card.decided_by, card.outcome) == ("denied", "Anna", "ask your own team")
    with pytest.raises(PersonUnknown):
        await people.actor(core, slack_id=EVE)


async def test_only_whoever_asked_takes_a_request_back(core: Core) -> None:
    anna, carl = await person(core, ANNA, Role.CONTROLLER), await person(core, CARL, Role.CONTROLLER)
    await access.give(core, slack_id=EVE, name="Eve", role=Role.ADMIN, reason="new", actor=anna)

    with pytest.raises(AccessNotFound):
        await access.withdraw(core, slack_id=EVE, actor=carl)
    await access.withdraw(core, slack_id=EVE, actor=anna)

    assert await access_lists.waiting(core, actor=carl) == ()


async def test_a_role_for_a_time_counts_from_the_approval_and_ends_by_itself(core: Core, clock: StandingClock) -> None:
    anna = await person(core, ANNA, Role.CONTROLLER)
    wish = await asked(core, Role.AR_MANAGER, term=Term(minutes=2 * 24 * 60))
    clock.advance(days=1)
    await access.approve(core, access_id=wish.access_id, actor=anna)

    clock.advance(hours=35)
    await grants.end_due(core)
    early = await kinds(core)
    clock.advance(hours=1)
    await grants.end_due(core)
    await grants.end_due(core)
    clock.advance(hours=12)
    await grants.end_due(core)
    await grants.end_due(core)

    assert early == ["access.asked", "role.granted", "access.approved"]
    assert await kinds(core) == [*early, "role.ends_soon", "role.ended"]
    with pytest.raises(PersonUnknown):
        await people.actor(core, slack_id=EVE)


async def test_the_reminder_of_a_short_role_comes_when_a_quarter_is_left(core: Core, clock: StandingClock) -> None:
    await people.grant(
        core, slack_id=EVE, name="Eve", role=Role.LEGAL, reason="x y", until=START + timedelta(hours=4), actor=SHELL
    )

    clock.advance(hours=2, minutes=59)
    await grants.end_due(core)
    before = await kinds(core)
    clock.advance(minutes=1)
    await grants.end_due(core)

    assert (before, await kinds(core)) == ([], ["role.ends_soon"])


async def test_a_request_that_nobody_decides_is_over_after_two_weeks(core: Core, clock: StandingClock) -> None:
    await asked(core)
    await asked(core, slack_id="U10", term=Term(until=START + timedelta(days=1)))

    clock.advance(days=1)
    first = await access.expire_old(core)
    clock.advance(days=13)
    second = await access.expire_old(core)

    assert (first, second, await access.expire_old(core)) == (1, 1, 0)
    assert (await kinds(core))[2:] == ["access.expired", "access.expired"]
    assert (await asked(core)).role == "Viewer"


async def test_a_time_that_is_over_is_not_approved(core: Core, clock: StandingClock) -> None:
    anna = await person(core, ANNA, Role.CONTROLLER)
    wish = await asked(core, term=Term(until=START + timedelta(hours=1)))
    clock.advance(hours=2)

    with pytest.raises(EndImpossible):
        await access.approve(core, access_id=wish.access_id, actor=anna)


async def test_the_card_says_what_the_person_holds(core: Core) -> None:
    ben = await person(core, BEN, Role.SALES)
    wish = await access.request(
        core, slack_id=BEN, name="Ben", role=Role.CSM, reason="both teams", term=Term(minutes=90), actor=ben
    )

    (card,) = await access_lists.waiting(core, actor=SHELL)

    assert (card.access_id, card.held, card.wish, card.open) == (wish.access_id, ("Sales",), "CSM for 90 minutes", True)
    assert await access_lists.of_account(core, slack_id=BEN) == card
    assert await access_lists.of_account(core, slack_id=EVE) is None


@pytest.mark.parametrize(
    ("minutes", "words"), [(None, ""), (1, " for 1 minute"), (120, " for 2 hours"), (2880, " for 2 days")]
)
def test_a_time_is_said_in_the_largest_whole_unit(minutes: int | None, words: str) -> None:
    assert wished("Viewer", minutes=minutes, until=None) == f"Viewer{words}"
