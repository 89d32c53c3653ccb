"""Refusals about people.

Refusal
├── PersonUnknown     this Slack account has no role here
├── NobodyCalled      no person here has that name
├── RoleUnknown       no such role; the nine are named
├── RoleHeldAlready   the person has it
└── OwnWork           whoever made something may not also approve it
"""

from domain.kernel.refusals import NotAllowed, Refusal
from domain.people.roles import Role


class PersonUnknown(NotAllowed):
    """Say that this Slack account may do nothing yet, and how to change that."""

    def __init__(self, controllers: tuple[str, ...]) -> None:
        self.controllers = controllers
        whom = ", ".join(controllers) if controllers else "whoever runs Plixo (`plixo role grant`)"
        super().__init__(f"You have no role in Plixo yet. Ask a Controller for access: {whom}.")


class NobodyCalled(Refusal):
    """Say that a text names no one person here, and how to name one."""

    def __init__(self, text: str, known: tuple[str, ...]) -> None:
        names = f" Plixo knows: {', '.join(known)}." if known else ""
        super().__init__(f"Nobody here is called {text[:60]!r}, or several are. Mention the person with @.{names}")


class RoleUnknown(Refusal):
    """Say which roles there are."""

    def __init__(self, text: str) -> None:
        names = ", ".join(role.value for role in Role)
        super().__init__(f"{text!r} is not a role. The roles are: {names}.")


class RoleHeldAlready(Refusal):
    """Say that there is nothing to grant."""

    def __init__(self, person: str, role: str) -> None:
        super().__init__(f"{person} is {role} already.")


class OwnWork(NotAllowed):
    """Say that a second person is needed, and how to come by one."""

    def __init__(self, maker: str, *, at_shell: bool) -> None:
        self.maker = maker
        way = (
            "The command line proposed this itself: somebody with the right to it decides in Slack, or a company of "
            "one sets PLIXO_SECOND_PERSON=false."
            if at_shell
            else "Ask a colleague who may decide it; a company of one sets PLIXO_SECOND_PERSON=false."
        )
        super().__init__(f"{maker} made this, so somebody else has to approve it. {way}")
