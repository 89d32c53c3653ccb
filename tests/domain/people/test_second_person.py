"""Nobody approves what they made, in any of the ways in which one may be named."""

from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from domain.kernel.actor import SHELL, SYSTEM, Actor, ActorKind
from domain.kernel.core import Core
from domain.people import second_person
from domain.people.refusals import OwnWork

ANNA = Actor(ActorKind.PERSON, "Anna", frozenset(), id=uuid4())
NAMESAKE = Actor(ActorKind.PERSON, "Anna", frozenset(), id=uuid4())


def decided(core: Core, maker: Actor, actor: Actor) -> None:
    """Let *actor* decide about what *maker* made."""
    second_person.different(core, maker_id=maker.id, maker=maker.name, actor=actor)


async def test_whoever_made_it_may_not_approve_it(core: Core) -> None:
    with pytest.raises(OwnWork, match="somebody else"):
        decided(core, ANNA, ANNA)


async def test_a_namesake_is_somebody_else(core: Core) -> None:
    decided(core, ANNA, NAMESAKE)


async def test_a_changed_name_does_not_make_another_person_of_the_maker(core: Core) -> None:
    with pytest.raises(OwnWork):
        decided(core, ANNA, replace(ANNA, name="Anna Schmidt"))


async def test_the_shell_is_told_how_to_come_by_a_second_person(core: Core) -> None:
    with pytest.raises(OwnWork, match="PLIXO_SECOND_PERSON=false"):
        decided(core, SHELL, SHELL)


@pytest.mark.parametrize(("maker", "actor"), [(SHELL, ANNA), (ANNA, SHELL), (SYSTEM, SHELL)])
async def test_a_person_and_the_shell_are_two(core: Core, maker: Actor, actor: Actor) -> None:
    decided(core, maker, actor)


async def test_a_company_of_one_may_approve_its_own_work(core: Core) -> None:
    alone = replace(core, limits=replace(core.limits, second_person=False))

    decided(alone, ANNA, ANNA)


def test_an_id_is_never_taken_for_a_name() -> None:
    nobody = Actor(ActorKind.PERSON, "Anna", frozenset(), id=UUID(int=7))

    assert not second_person.made_by(nobody, maker_id=None, maker="Anna")
