"""Refusals about people.

Refusal
├── PersonUnknown     this Slack account has no role here
├── RoleUnknown       no such role; the nine are named
└── RoleHeldAlready   the person has it
"""

from domain.kernel.refusals import NotAllowed, Refusal
from domain.people.roles import Role


class PersonUnknown(NotAllowed):
    """Say that this Slack account may do nothing yet, and how to change that."""

    def __init__(self, controllers: tuple[str, ...]) -> None:
        self.controllers = controllers
        whom = ", ".join(controllers) if controllers else "whoever runs Plixo (`plixo role grant`)"
        super().__init__(f"You have no role in Plixo yet. Ask a Controller for access: {whom}.")


class RoleUnknown(Refusal):
    """Say which roles there are."""

    def __init__(self, text: str) -> None:
        names = ", ".join(role.value for role in Role)
        super().__init__(f"{text!r} is not a role. The roles are: {names}.")


class RoleHeldAlready(Refusal):
    """Say that there is nothing to grant."""

    def __init__(self, person: str, role: str) -> None:
        super().__init__(f"{person} is {role} already.")
