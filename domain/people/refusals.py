"""Refusals about people.

Refusal
├── PersonUnknown       this Slack account has no role here
├── NobodyCalled        no person here has that name
├── RoleUnknown         no such role; the nine are named
├── RoleHeldAlready     the person has it
├── RoleNotHeld         the person does not have it
├── LastController      nobody could give access any more
├── OwnWork             whoever made something may not also approve it
├── OwnRoles            nobody decides about his own rights
├── SecondPersonNeeded  a far-reaching role is proposed, and given by another
├── EndImpossible       a role's end lies in the past, or years away
├── ReasonNeeded        rights are given and taken with a reason
├── ReasonTooLong
├── AccessAskedAlready  one open request for each person
├── AccessAskedOften    so many in one day
├── AccessNotFound      no such request
├── AccessDecided       somebody else was first
└── SettingMalformed    a setting of one's own that cannot be so
"""

from collections.abc import Sequence
from datetime import datetime

from domain.kernel.refusals import NotAllowed, NotFound, Refusal
from domain.people.roles import Role


class PersonUnknown(NotAllowed):
    """Say that this Slack account may do nothing yet, and how to change that."""

    def __init__(self, controllers: tuple[str, ...]) -> None:
        self.controllers = controllers
        whom = ", ".join(controllers) if controllers else "whoever runs Plixo (`plixo role grant`)"
        super().__init__(
            f"You have no role in Plixo yet. Ask a Controller for access: {whom}. "
            "`/plixo access request` followed by your reason tells them."
        )


class NobodyCalled(Refusal):
    """Say that a text names no one person here, and how to name one."""

    def __init__(self, text: str, known: tuple[str, ...]) -> None:
        names = f" Plixo knows: {', '.join(known)}." if known else ""
        super().__init__(f"Nobody here is called {text[:60]!r}, or several are. Mention the person with @.{names}")


class RoleUnknown(Refusal):
    """Say which roles there are."""

    def __init__(self, text: str) -> None:
        names = ", ".join(role.value for role in Role)
        super().__init__(f"{text[:60]!r} is not a role. The roles are: {names}.")


class RoleHeldAlready(Refusal):
    """Say that there is nothing to grant."""

    def __init__(self, person: str, role: str) -> None:
        super().__init__(f"{person} is {role} already.")


class RoleNotHeld(NotFound):
    """Say that there is nothing to take."""

    def __init__(self, person: str, role: str, held: Sequence[str]) -> None:
        super().__init__(f"{person} is not {role}; what they hold: {', '.join(held) or 'no role'}.")


class LastController(Refusal):
    """Say that nobody could give access any more."""

    def __init__(self, person: str) -> None:
        super().__init__(
            f"{person} is the last Controller without an end; without one nobody could give access. "
            "Make somebody else a Controller first."
        )


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


class OwnRoles(NotAllowed):
    """Say that nobody decides about his own rights, and who does."""

    def __init__(self) -> None:
        super().__init__(
            "These would be your own rights, so somebody else decides. `/plixo access request ROLE for 2 days` and a "
            "reason ask for more; a role of your own can be given up with `/plixo role revoke`."
        )


class SecondPersonNeeded(NotAllowed):
    """Say that a role is too far-reaching for one person to give it."""

    def __init__(self, role: str) -> None:
        super().__init__(
            f"The role {role} is given by two people: one proposes it, another approves. "
            "A company of one sets PLIXO_SECOND_PERSON=false, or uses `plixo role grant` in the shell."
        )


class EndImpossible(Refusal):
    """Say which ends a role may have."""

    def __init__(self, most_days: int) -> None:
        super().__init__(
            f"A role ends in the future, and within {most_days} days; leave the end out for one without an end."
        )


class ReasonNeeded(Refusal):
    """Ask why; it is kept in the audit log."""

    def __init__(self) -> None:
        super().__init__("Say why: the reason is kept in the audit log, and whoever decides reads it.")


class ReasonTooLong(Refusal):
    """Say how much can be kept."""

    def __init__(self, most: int) -> None:
        super().__init__(f"The reason is too long: at most {most} characters.")


class AccessAskedAlready(Refusal):
    """Say that a request is open, and what can be done with it."""

    def __init__(self, name: str, role: str) -> None:
        super().__init__(
            f"A request for {name} ({role}) waits already for a decision. `/plixo access` shows it; "
            "`/plixo access withdraw` takes one's own back."
        )


class AccessAskedOften(Refusal):
    """Say that it was asked too often."""

    def __init__(self, most: int) -> None:
        super().__init__(f"Access was asked for {most} times within a day. Speak with a Controller, or ask tomorrow.")


class AccessNotFound(NotFound):
    """Say that there is no such request."""

    def __init__(self) -> None:
        super().__init__("There is no such access request. `/plixo access` lists those that wait.")


class AccessDecided(Refusal):
    """Say who was first, and how it was decided."""

    def __init__(self, *, state: str, by: str | None, at: datetime | None) -> None:
        self.state = state
        who = f" by {by}" if by else ""
        when = f" ({at:%Y-%m-%d %H:%M} UTC)" if at else ""
        super().__init__(f"This access request was {state}{who}{when}; there is nothing left to decide.")


class SettingMalformed(Refusal):
    """Say what a setting may be."""

    def __init__(self, setting: str, text: str, choices: str) -> None:
        super().__init__(f"{text[:60]!r} is no {setting}. It may be: {choices}.")
