"""Routes: what a command, a button, a form and a field with choices are; each noun lists its own of them."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bot.asks import Ask, Filled, Press
from bot.blocks import Message
from bot.inputs import Option
from bot.modals import Modal
from domain.kernel.actor import Actor, Permission
from domain.kernel.core import Core
from domain.kernel.speech import phrase

Answer = Message | Modal
"""What is said to the one who typed, clicked or submitted: words, or a form to fill in."""


class Group(StrEnum):
    """What commands are about, in the order of help."""

    WORK = phrase("Work")
    CUSTOMER = phrase("Customers")
    DRAFTS = phrase("Mail before it leaves")
    PROMISES = phrase("Promises and plans")
    DISPUTES = phrase("Disputes and credits")
    MONEY = phrase("Money")
    STOPS = phrase("Stops")
    POLICY = phrase("Policies and operations")
    PEOPLE = phrase("People and the audit log")
    SELF = phrase("You")


@dataclass(frozen=True, slots=True)
class Command:
    """What can be typed after ``/plixo``. Help, rights, docs and did-you-mean are read from it."""

    group: Group
    words: tuple[str, ...]
    takes: str
    """What follows the words, as help shows it."""
    permission: Permission | None
    """None: anyone in the workspace may."""
    does: str
    example: str
    run: Callable[[Core, Ask], Awaitable[Answer]]
    also: Permission | None = None
    """Another right that is enough: for a part of what the command does, or up to an amount."""
    opens: int | None = None
    """With at most so many words behind its own it may answer with a form, which Slack lets us open within three
    seconds only; None: it never does."""

    @property
    def usage(self) -> str:
        """The command as help shows it."""
        return " ".join((*self.words, self.takes)).strip()

    def allowed(self, may: frozenset[Permission]) -> bool:
        """Tell whether somebody with these rights may try it."""
        return self.permission is None or not may.isdisjoint({self.permission, self.also or self.permission})


def command(
    group: Group,
    words: str,
    takes: str,
    permission: Permission | None,
    does: str,
    example: str,
    run: Callable[[Core, Ask], Awaitable[Answer]],
    also: Permission | None = None,
    *,
    opens: int | None = None,
) -> Command:
    """Return one line of a noun's commands."""
    return Command(group, tuple(words.split()), takes, permission, does, example, run, also, opens)


@dataclass(frozen=True, slots=True)
class Route:
    """What a button does, what right it needs, and which parts its value must carry."""

    permission: Permission | None
    """None: anyone in the workspace may."""
    run: Callable[[Core, Press], Awaitable[Answer]]
    carries: tuple[str, ...] = ()
    opens: bool = False
    """Whether it may answer with a form."""


@dataclass(frozen=True, slots=True)
class Form:
    """What the submission of a form does, what right it needs, and which parts its subject must carry."""

    permission: Permission | None
    """None: anyone in the workspace may."""
    run: Callable[[Core, Filled], Awaitable[Answer]]
    carries: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """What a field offers while somebody types in it."""

    permission: Permission
    run: Callable[[Core, Actor, str], Awaitable[Sequence[Option]]]


Listener = Callable[[Core, Mapping[str, Any]], Awaitable[None]]
"""What is done with an event that Slack sends; it gets the event itself, and may come twice."""
