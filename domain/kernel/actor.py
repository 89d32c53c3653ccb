"""Who acts, and what that one may do."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from domain.kernel.refusals import NotAllowed
from domain.kernel.speech import phrase, say, say_as


class Permission(StrEnum):
    """One thing that a role may allow; which role allows what is in ``domain/people/roles.py``."""

    VIEW = phrase("view")
    HANDLE_LINKS = phrase("handle links")
    HANDLE_SUPPRESSIONS = phrase("handle suppressions")
    WORK_QUEUE = phrase("work the queue")
    IMPORT = phrase("import")
    APPROVE = phrase("approve")
    PUBLISH = phrase("publish policies")
    NUDGE = phrase("nudge")
    APPLY_CASH = phrase("apply cash")
    APPROVE_CREDITS = phrase("approve credits")
    MOVE_MONEY = phrase("move money")
    MANAGE_PEOPLE = phrase("manage people")
    OPERATE = phrase("operate")
    OVERRIDE = phrase("override readiness")


class ActorKind(StrEnum):
    """On whose behalf something is done."""

    PERSON = "person"
    PAYER = "payer"
    SYSTEM = "system"
    SHELL = "shell"


@dataclass(frozen=True, slots=True)
class Actor:
    """The one who acts. ``name`` may be shown and stored; it never is an e-mail address."""

    kind: ActorKind
    name: str
    may: frozenset[Permission]
    id: UUID | None = None
    roles: tuple[str, ...] = ()
    also: frozenset[UUID] = frozenset()
    """Ids of the other accounts of the same human."""

    @property
    def ids(self) -> frozenset[UUID]:
        """Return the ids under which this human makes things; none of the command line and of the product itself."""
        return self.also | {self.id} if self.id is not None else self.also

    def require(self, permission: Permission) -> None:
        """Let the act pass, or refuse it.

        Raises:
            NotAllowed: None of the actor's roles allows it.
        """
        if permission not in self.may:
            raise NotAllowed(
                say(
                    "This needs the right to {right}; you have {roles}. Ask a Controller with `/plixo access request`.",
                    right=say(permission.value),
                    roles=", ".join(self.roles) or say_as("roles of a person", "no role"),
                )
            )


ANYTHING = frozenset(Permission)

SYSTEM = Actor(ActorKind.SYSTEM, "Plixo", ANYTHING)
"""The product itself: planner, worker, clock."""

SHELL = Actor(ActorKind.SHELL, phrase("command line"), ANYTHING)
"""Whoever holds the machine's shell holds the database, so nothing is withheld."""


def payer(contact_id: UUID, masked_address: str) -> Actor:
    """Return the actor for a payer who came through a link or wrote a mail."""
    return Actor(ActorKind.PAYER, masked_address, frozenset(), id=contact_id)
