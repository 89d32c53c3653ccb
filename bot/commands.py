"""Commands: find what was typed in the table, check the right to it, run it, and put every refusal into words."""

import difflib
import logging
import re

from bot import asks, identity, nouns, readers, receipts, text, unclear
from bot.asks import Ask, Misunderstood
from bot.blocks import Message
from bot.routes import Answer, Command, Group
from bot.views import answers
from bot.views import help as help_views
from domain.kernel import patience, watch
from domain.kernel.actor import Actor
from domain.kernel.core import Core
from domain.kernel.refusals import Refusal
from domain.kernel.speech import phrase
from domain.ledger.refusals import AccountUnclear, InvoiceNotFound
from domain.people import people
from domain.people.refusals import PersonUnknown

log = logging.getLogger(__name__)


async def show_help(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo help [WORD|all]``: the topics, all about one word, or every command; what this person may do."""
    mine = [each for each in COMMANDS if each.allowed(ask.actor.may)]
    said = " ".join(ask.words).casefold().strip("`'\"/ ")
    topic, first = help_views.topic(said), said.partition(" ")[0]
    named = {first, first.removesuffix("s")}
    about = [each for each in mine if each.group == topic or (topic is None and not named.isdisjoint(each.words))]
    note = "" if ask.actor.roles else str(PersonUnknown(await people.controllers(core)))
    lines = [
        help_views.HelpLine(each.group, each.usage, each.does, each.example, " ".join(each.words))
        for each in about or mine
    ]
    if about or said == EVERYTHING:
        return help_views.listed(lines, roles=ask.actor.roles, note=note, detailed=bool(about))
    return help_views.topics(lines, roles=ask.actor.roles, note=note)


EVERYTHING = "all"

HELP_WORDS = frozenset({"?", "hilfe", "aide", "ayuda"})
"""What people type who look for help in their own language."""

HELP = Command(
    Group.SELF,
    ("help",),
    "[WORD|all]",
    None,
    phrase("lists what you may do, with examples of one word"),
    "help",
    show_help,
)

COMMANDS = (*nouns.COMMANDS, HELP)


async def answer(core: Core, typed: str, *, slack_id: str, channel: str = "", called: str = "") -> Answer:
    """Run the command in *typed* for the person who typed it and return what to say. Knows no Slack transport."""
    found, _ = find(asks.words(typed))
    name = " ".join(found.words) if found else "unknown"
    reader = await readers.person(core, slack_id=slack_id)
    with patience.limited(), watch.work("slack-command", name), readers.spoken_to(core, reader):
        return await _answer(core, typed, slack_id=slack_id, channel=channel, called=called)


async def _answer(core: Core, typed: str, *, slack_id: str, channel: str, called: str) -> Answer:
    words = asks.words(typed)
    command, rest = find(words)
    actor, unknown = await identity.who(core, slack_id=slack_id)
    log.info("command %s", " ".join(command.words) if command else "unknown")
    if command is None:
        known = any(each.words[0] == words[0].casefold() for each in COMMANDS)
        return answers.unknown(" ".join(words[: 1 + known]), nearest=nearest(words, actor))
    try:
        if command.permission is not None:
            if unknown is not None:
                raise unknown
            if not command.allowed(actor.may):
                actor.require(command.permission)
        work = command.run(core, Ask(rest, actor, slack_id, channel, called))
        return await receipts.numbered(work, actor=actor)
    except InvoiceNotFound as no:
        return await unclear.invoice(core, no, actor, words=words)
    except AccountUnclear as no:
        return unclear.customer(no, words=words)
    except Refusal as no:
        watch.ends_as("refused")
        return answers.refused(str(no))
    except Misunderstood as hint:
        watch.ends_as("misunderstood")
        return answers.misunderstood(str(hint))


def find(words: tuple[str, ...]) -> tuple[Command | None, tuple[str, ...]]:
    """Return the command that the words begin with, and the words behind it."""
    if not words:
        return HELP, ()
    said = tuple(word.casefold() for word in words)
    if said[0] in HELP_WORDS:
        return HELP, words[1:]
    for command in sorted(COMMANDS, key=lambda each: -len(each.words)):
        if said[: len(command.words)] == command.words:
            rest = words[len(command.words) :]
            return (None, words) if rest and not command.takes and _has_more(command) else (command, rest)
    if re.search(r"\d", words[0]):
        return next(each for each in COMMANDS if each.words == ("invoice",)), words
    return None, words


def _has_more(command: Command) -> bool:
    """Tell whether there are longer commands that begin like this one; a word behind it was meant for one of them."""
    own = len(command.words)
    return any(len(each.words) > own and each.words[:own] == command.words for each in COMMANDS)


def nearest(words: tuple[str, ...], actor: Actor) -> str | None:
    """Return the command line that was probably meant, among those that the actor may use."""
    names = {" ".join(each.words): each for each in COMMANDS if each.allowed(actor.may)}
    for count in (2, 1):
        meant = difflib.get_close_matches(" ".join(words[:count]).casefold(), names, n=1, cutoff=0.6)
        if meant and len(names[meant[0]].words) == count:
            rest = f" {text.foreign(' '.join(words[count:]), limit=60)}" if words[count:] else ""
            return f"/plixo {meant[0]}{rest}"
    return None


def may_open(typed: str) -> bool:
    """Tell whether what was typed may be answered by a form; with all its words a command is answered where it was."""
    command, rest = find(asks.words(typed))
    return command is not None and command.opens is not None and len(rest) <= command.opens
