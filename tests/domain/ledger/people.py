"""People of the tests: one for each role that writes on balances."""

from uuid import UUID

from domain.kernel.actor import Actor, ActorKind
from domain.people import roles
from domain.people.roles import Role


def person(name: str, *held: Role) -> Actor:
    """Return a person with those roles; the same name is the same person."""
    number = UUID(int=sum(map(ord, name)))
    return Actor(ActorKind.PERSON, name, roles.permissions(held), id=number, roles=tuple(role.value for role in held))


OPAL = person("Opal", Role.AR_OPERATOR)
MAX = person("Max", Role.AR_MANAGER)
CORA = person("Cora", Role.CONTROLLER)
CARL = person("Carl", Role.CONTROLLER)
VERA = person("Vera", Role.VIEWER)
