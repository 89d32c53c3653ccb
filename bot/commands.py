"""Commands: the one table of what can be typed after ``/plixo``; help, rights and did-you-mean are read from it."""

import difflib
import logging
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot import access, asks, invoices, links, queue, suppressions, text, why
from bot.asks import Ask, Misunderstood
from bot.blocks import Message
from bot.views import answers
from bot.views import help as help_views
from domain.kernel.actor import Actor, ActorKind, Permission
from domain.kernel.core import Core
from domain.kernel.refusals import Refusal
from domain.people import people
from domain.people.refusals import PersonUnknown

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Command:
    """One line of the table."""

    words: tuple[str, ...]
    takes: str
    """What follows the words, as help shows it."""
    permission: Permission | None
    """None: anyone in the workspace may."""
    does: str
    example: str
    run: Callable[[Core, Ask], Awaitable[Message]]

    @property
    def usage(self) -> str:
        """The command as help shows it."""
        return " ".join((*self.words, self.takes)).strip()


async def show_help(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo help`` with what this person may do."""
    mine = [each for each in COMMANDS if each.permission is None or each.permission in ask.actor.may]
    note = "" if ask.actor.roles else str(PersonUnknown(await people.controllers(core)))
    return help_views.listed(
        [help_views.HelpLine(each.usage, each.does, each.example) for each in mine], roles=ask.actor.roles, note=note
    )


P = Permission

COMMANDS = (
    Command(("help",), "", None, "lists what you may do", "help", show_help),
    Command(("queue",), "", P.VIEW, "shows what to work on, the most urgent first", "queue", queue.page),
    Command(("next",), "", P.VIEW, "shows the one case that comes first", "next", queue.following),
    Command(
        ("invoice",), "INV", P.VIEW, "shows an invoice, or a customer's open ones", "invoice INV-1042", invoices.show
    ),
    Command(("why",), "INV", P.VIEW, "explains score, mails and what was held back", "why INV-1042", why.explain),
    Command(
        ("link",),
        "INV",
        P.HANDLE_LINKS,
        "mails a new payment link and ends all earlier ones",
        "link INV-1042",
        links.regenerate,
    ),
    Command(
        ("unsuppress",),
        "ADDRESS reason…",
        P.HANDLE_SUPPRESSIONS,
        "lets an address be mailed again",
        suppressions.EXAMPLE,
        suppressions.lift,
    ),
    Command(("access", "request"), "", None, "tells whom to ask for a role", "access request", access.request),
)
"""What can be typed. The longest words that fit win; an invoice number alone means ``invoice``."""


async def answer(core: Core, typed: str, *, slack_id: str) -> Message:
    """Run the command in *typed* for the person who typed it and return what to say. Knows no Slack transport."""
    words = asks.words(typed)
    command, rest = find(words)
    actor, unknown = await _actor(core, slack_id)
    log.info("command %s by %s", " ".join(command.words) if command else "unknown", slack_id)
    if command is None:
        return answers.unknown(words[0], nearest=nearest(words, actor))
    try:
        if command.permission is not None:
            if unknown is not None:
                raise unknown
            actor.require(command.permission)
        return await command.run(core, Ask(rest, actor, slack_id))
    except Refusal as no:
        return answers.refused(str(no))
    except Misunderstood as hint:
        return answers.misunderstood(str(hint))


def find(words: tuple[str, ...]) -> tuple[Command | None, tuple[str, ...]]:
    """Return the command that the words begin with, and the words behind it."""
    if not words:
        return COMMANDS[0], ()
    said = tuple(word.casefold() for word in words)
    for command in sorted(COMMANDS, key=lambda each: -len(each.words)):
        if said[: len(command.words)] == command.words:
            return command, words[len(command.words) :]
    if re.search(r"\d", words[0]):
        return next(each for each in COMMANDS if each.words == ("invoice",)), words
    return None, words


def nearest(words: tuple[str, ...], actor: Actor) -> str | None:
    """Return the command line that was probably meant, among those that the actor may use."""
    names = {" ".join(each.words): each for each in COMMANDS if each.permission is None or each.permission in actor.may}
    for count in (2, 1):
        meant = difflib.get_close_matches(" ".join(words[:count]).casefold(), names, n=1, cutoff=0.6)
        if meant and len(names[meant[0]].words) == count:
            rest = f" {text.foreign(' '.join(words[count:]), limit=60)}" if words[count:] else ""
            return f"/plixo {meant[0]}{rest}"
    return None


async def _actor(core: Core, slack_id: str) -> tuple[Actor, PersonUnknown | None]:
    """Return who acts; a stranger acts without any right, and with the refusal that tells how to get one."""
    try:
        return await people.actor(core, slack_id=slack_id), None
    except PersonUnknown as unknown:
        return Actor(ActorKind.PERSON, "unknown", frozenset()), unknown
