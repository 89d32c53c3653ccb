"""Who acts in these tests, each with the rights of one role."""

from uuid import UUID, uuid4

from domain.kernel.actor import Actor, ActorKind, payer
from domain.ledger.models import Contact, Invoice
from domain.people.roles import Role, permissions


def _person(name: str, role: Role) -> Actor:
    return Actor(ActorKind.PERSON, name, permissions((role,)), id=uuid4(), roles=(role.value,))


BEN = _person("Ben", Role.AR_OPERATOR)
MIA = _person("Mia", Role.AR_MANAGER)
CARL = _person("Carl", Role.CONTROLLER)
VERA = _person("Vera", Role.VIEWER)


async def payer_of(invoice: Invoice) -> Actor:
    """Return the invoice's payer, as they come through a link."""
    contact = await Contact.filter(account_id=invoice.account_id).first()
    assert contact is not None
    return payer(contact.id, "a…@acme.example")


def stranger() -> Actor:
    """Return a payer of nobody we know."""
    return payer(UUID(int=7), "x…@evil.example")
