"""Persons: which accounts are one human's, so that four eyes are two people's."""

from bot import asks, text
from bot.asks import Ask, Misunderstood
from bot.blocks import Message
from bot.routes import Command, Group, command
from bot.views import answers
from domain.kernel.actor import Permission
from domain.kernel.core import Core
from domain.kernel.speech import phrase, say
from domain.people import humans
from domain.people.humans import Human

SAME = "person same @anna @anna-admin both are Anna Schmidt"
APART = "person apart @anna-admin they only share a mailbox"

ACCOUNTS = 2


async def listed(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo person``: who has several accounts."""
    found = await humans.listed(core, actor=ask.actor)
    if not found:
        return answers.said(say("Nobody is known to have several accounts."))
    return answers.said("\n".join(f"• {_line(each)}" for each in found))


def _line(human: Human) -> str:
    return " = ".join(f"{text.foreign(name, limit=60)} ({text.foreign(account)})" for name, account in human.accounts)


async def same(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo person same @anna @anna-admin reason…``.

    Raises:
        Misunderstood: Fewer than two accounts are named.
    """
    if len(ask.words) < ACCOUNTS:
        raise Misunderstood(say("Which two accounts? For example `/plixo {example}`.", example=SAME))
    account, other = (asks.person(word) for word in ask.words[:ACCOUNTS])
    reason = " ".join(ask.words[ACCOUNTS:])
    return answers.done(await humans.join(core, account=account, other=other, reason=reason, actor=ask.actor))


async def apart(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo person apart @anna-admin reason…``.

    Raises:
        Misunderstood: No account is named.
    """
    if not ask.words:
        raise Misunderstood(say("Whose account? For example `/plixo {example}`.", example=APART))
    reason = " ".join(ask.words[1:])
    return answers.done(await humans.part(core, account=asks.person(ask.words[0]), reason=reason, actor=ask.actor))


COMMANDS: tuple[Command, ...] = (
    command(Group.PEOPLE, "person", "", Permission.VIEW, phrase("lists who has several accounts"), "person", listed),
    command(
        Group.PEOPLE,
        "person same",
        "@person @person reason…",
        Permission.MANAGE_PEOPLE,
        phrase("says that two accounts are one person’s"),
        SAME,
        same,
    ),
    command(
        Group.PEOPLE,
        "person apart",
        "@person reason…",
        Permission.MANAGE_PEOPLE,
        phrase("says that an account is nobody else’s"),
        APART,
        apart,
    ),
)
