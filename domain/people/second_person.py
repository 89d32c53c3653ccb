"""A second person: nobody approves what they made themselves."""

from uuid import UUID

from domain.kernel.actor import Actor, ActorKind
from domain.kernel.core import Core
from domain.people.models import Person
from domain.people.refusals import OwnWork


def different(core: Core, *, maker_id: UUID | None, maker: str, actor: Actor) -> None:
    """Let somebody else than the maker pass; where the merchant asks for no second person, anybody.

    Who has no id (the command line, the product itself) is known by name. A person and the command line are
    two: whoever may use the machine's shell is let in by its owner, and the timeline shows which of them it was.

    Raises:
        OwnWork: The actor made it.
    """
    if core.limits.second_person and made_by(actor, maker_id=maker_id, maker=maker):
        raise OwnWork(maker, at_shell=actor.kind is ActorKind.SHELL)


def made_by(actor: Actor, *, maker_id: UUID | None, maker: str) -> bool:
    """Tell whether the actor is the maker: by one of their accounts, or both without one and of the same name."""
    if maker_id is not None or actor.id is not None:
        return maker_id in actor.ids
    return maker == actor.name


async def names(actor: Actor) -> frozenset[str]:
    """Return the names of all accounts of the actor's, for what is kept with a name only."""
    if not actor.also:
        return frozenset({actor.name})
    return frozenset({actor.name, *(each.name for each in await Person.filter(id__in=actor.also))})
