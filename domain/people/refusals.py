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
├── AccountsJoinedAlready  two accounts are known to be one human's
├── AccountAlone        an account is joined with no other
├── OwnAccounts         nobody says of their own accounts that they are two people's
├── EndImpossible       a role's end lies in the past, or years away
├── ReasonNeeded        rights are given and taken with a reason
├── ReasonTooLong
├── AccessAskedAlready  one open request for each person
├── AccessAskedOften    so many in one day
├── AccessNotFound      no such request
├── AccessDecided       somebody else was first
├── SettingMalformed    a setting of one's own that cannot be so
├── CodeWrong           not the code that was mailed to the digest address (code_refusals.py, also those below)
├── NoCodeWaits         no address waits for a code, or its code is over
└── CodesAskedOften     so many codes in one day, or one this minute
"""

from collections.abc import Sequence
from datetime import datetime

from domain.kernel import dates
from domain.kernel.refusals import NotAllowed, NotFound, Refusal
from domain.kernel.speech import joined, say, say_as
from domain.people.roles import Role


class PersonUnknown(NotAllowed):
    """Say that this Slack account may do nothing yet, and how to change that."""

    def __init__(self, controllers: tuple[str, ...]) -> None:
        self.controllers = controllers
        super().__init__(
            say(
                "You have no role in Plixo yet. Ask a Controller for access: {whom}. "
                "`/plixo access request` followed by your reason tells them.",
                whom=", ".join(controllers) or say("whoever runs Plixo (`plixo role grant`)"),
            )
        )


class NobodyCalled(Refusal):
    """Say that a text names no one person here, and how to name one."""

    def __init__(self, text: str, known: tuple[str, ...]) -> None:
        nobody = say("Nobody here is called {text}, or several are. Mention the person with @.", text=repr(text[:60]))
        names = say("Plixo knows: {names}.", names=", ".join(known)) if known else ""
        super().__init__(joined(" ", [nobody, names]) if names else nobody)


class RoleUnknown(Refusal):
    """Say which roles there are."""

    def __init__(self, text: str) -> None:
        names = ", ".join(role.value for role in Role)
        super().__init__(say("{text} is not a role. The roles are: {names}.", text=repr(text[:60]), names=names))


class RoleHeldAlready(Refusal):
    """Say that there is nothing to grant."""

    def __init__(self, person: str, role: str) -> None:
        super().__init__(say("{person} is {role} already.", person=person, role=role))


class RoleNotHeld(NotFound):
    """Say that there is nothing to take."""

    def __init__(self, person: str, role: str, held: Sequence[str]) -> None:
        super().__init__(
            say(
                "{person} is not {role}; what they hold: {held}.",
                person=person,
                role=role,
                held=", ".join(held) or say_as("roles of a person", "no role"),
            )
        )


class LastController(Refusal):
    """Say that nobody could give access any more."""

    def __init__(self, person: str) -> None:
        super().__init__(
            say(
                "{person} is the last Controller without an end; without one nobody could give access. "
                "Make somebody else a Controller first.",
                person=person,
            )
        )


class OwnWork(NotAllowed):
    """Say that a second person is needed, and how to come by one."""

    def __init__(self, maker: str, *, at_shell: bool) -> None:
        self.maker = maker
        way = (
            say(
                "The command line proposed this itself: somebody with the right to it decides in Slack, or a company "
                "of one sets PLIXO_SECOND_PERSON=false."
            )
            if at_shell
            else say("Ask a colleague who may decide it; a company of one sets PLIXO_SECOND_PERSON=false.")
        )
        made = say("{maker} made this, so somebody else has to approve it.", maker=maker)
        super().__init__(joined(" ", [made, way]))


class OwnRoles(NotAllowed):
    """Say that nobody decides about his own rights, and who does."""

    def __init__(self) -> None:
        super().__init__(
            say(
                "These would be your own rights, so somebody else decides. `/plixo access request ROLE for 2 days` and "
                "a reason ask for more; a role of your own can be given up with `/plixo role revoke`."
            )
        )


class SecondPersonNeeded(NotAllowed):
    """Say that a role is too far-reaching for one person to give it."""

    def __init__(self, role: str) -> None:
        super().__init__(
            say(
                "The role {role} is given by two people: one proposes it, another approves. "
                "A company of one sets PLIXO_SECOND_PERSON=false, or uses `plixo role grant` in the shell.",
                role=role,
            )
        )


class AccountsJoinedAlready(Refusal):
    """Say that there is nothing to join."""

    def __init__(self, person: str, other: str) -> None:
        super().__init__(say("{person} and {other} are one person already.", person=person, other=other))


class AccountAlone(Refusal):
    """Say that there is nothing to part."""

    def __init__(self, person: str) -> None:
        super().__init__(say("{person} is joined with no other account.", person=person))


class OwnAccounts(NotAllowed):
    """Say that somebody else parts accounts that are one's own."""

    def __init__(self) -> None:
        super().__init__(say("These accounts are your own; that they are two people’s is said by somebody else."))


class EndImpossible(Refusal):
    """Say which ends a role may have."""

    def __init__(self, most_days: int) -> None:
        super().__init__(
            say(
                "A role ends in the future, and within {days} days; leave the end out for one without an end.",
                days=most_days,
            )
        )


class ReasonNeeded(Refusal):
    """Ask why; it is kept in the audit log."""

    def __init__(self) -> None:
        super().__init__(say("Say why: the reason is kept in the audit log, and whoever decides reads it."))


class ReasonTooLong(Refusal):
    """Say how much can be kept."""

    def __init__(self, most: int) -> None:
        super().__init__(say("The reason is too long: at most {most} characters.", most=most))


class AccessAskedAlready(Refusal):
    """Say that a request is open, and what can be done with it."""

    def __init__(self, name: str, role: str) -> None:
        super().__init__(
            say(
                "A request for {name} ({role}) waits already for a decision. `/plixo access` shows it; "
                "`/plixo access withdraw` takes one's own back.",
                name=name,
                role=role,
            )
        )


class AccessAskedOften(Refusal):
    """Say that it was asked too often."""

    def __init__(self, most: int) -> None:
        super().__init__(
            say("Access was asked for {most} times within a day. Speak with a Controller, or ask tomorrow.", most=most)
        )


class AccessNotFound(NotFound):
    """Say that there is no such request."""

    def __init__(self) -> None:
        super().__init__(say("There is no such access request. `/plixo access` lists those that wait."))


def request_state(state: str) -> str:
    """Return what has become of a request for access, as a word."""
    known = {
        "open": say_as("state of a request for access", "open"),
        "approved": say_as("state of a request for access", "approved"),
        "denied": say_as("state of a request for access", "denied"),
        "withdrawn": say_as("state of a request for access", "withdrawn"),
        "expired": say_as("state of a request for access", "expired"),
    }
    return known.get(state, state)


class AccessDecided(Refusal):
    """Say who was first, and how it was decided."""

    def __init__(self, *, state: str, by: str | None, at: datetime | None) -> None:
        self.state = state
        was = request_state(state)
        if by and at:
            told = say(
                "This access request was {state} by {by} ({moment}); there is nothing left to decide.",
                state=was,
                by=by,
                moment=dates.told(at),
            )
        elif by:
            told = say("This access request was {state} by {by}; there is nothing left to decide.", state=was, by=by)
        else:
            told = say("This access request was {state}; there is nothing left to decide.", state=was)
        super().__init__(told)


class SettingMalformed(Refusal):
    """Say what a setting may be."""

    def __init__(self, setting: str, text: str, choices: str) -> None:
        super().__init__(
            say(
                "{text} is no {setting}. It may be: {choices}.",
                text=repr(text[:60]),
                setting=say(setting),
                choices=choices,
            )
        )
