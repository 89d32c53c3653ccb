"""Who acts, and what that one may do."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from domain.kernel.refusals import NotAllowed


class Permission(StrEnum):
    """One thing that a role may allow; which role allows what is in ``domain/people/roles.py``."""

    VIEW = "view"
    HANDLE_LINKS = "handle links"
    HANDLE_SUPPRESSIONS = "handle suppressions"
    WORK_QUEUE = "work the queue"
    IMPORT = "import"
    APPROVE = "approve"
    PUBLISH = "publish policies"
    NUDGE = "nudge"
    APPLY_CASH = "apply cash"
    APPROVE_CREDITS = "approve credits"
    MOVE_MONEY = "move money"
    MANAGE_PEOPLE = "manage people"
    OPERATE = "operate"


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

    def require(self, permission: Permission) -> None:
        """Let the act pass, or refuse it.

        Raises:
            NotAllowed: None of the actor's roles allows it.
        """
        if permission not in self.may:
            held = ", ".join(self.roles) or "no role"
            raise NotAllowed(
                f"This needs the right to {permission.value}; you have {held}. "
                "Ask a Controller with `/plixo access request`."
            )


ANYTHING = frozenset(Permission)

SYSTEM = Actor(ActorKind.SYSTEM, "Plixo", ANYTHING)
"""The product itself: planner, worker, clock."""

SHELL = Actor(ActorKind.SHELL, "command line", ANYTHING)
"""Whoever holds the machine's shell holds the database, so nothing is withheld."""


def payer(contact_id: UUID, masked_address: str) -> Actor:
    """Return the actor for a payer who came through a link or wrote a mail."""
    return Actor(ActorKind.PAYER, masked_address, frozenset(), id=contact_id)
