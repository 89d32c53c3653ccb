"""Roles: what each may do, who holds which; given, taken and given up with a reason."""

from bot import asks, terms
from bot.asks import Ask, Misunderstood
from bot.blocks import Message
from bot.routes import Command, Group, command
from bot.views import access as access_views
from bot.views import answers
from bot.views import roles as views
from domain.kernel.actor import Permission
from domain.kernel.core import Core
from domain.kernel.speech import phrase, say
from domain.people import access, access_lists, people, roles
from domain.people.access_events import AccessAsked
from domain.people.refusals import RoleUnknown
from domain.people.roles import Role

GRANT = "role grant @ben A/R Manager for 2 days stands in for Anna"
REVOKE = "role revoke @ben A/R Manager has moved to Sales"


async def show(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo role`` with the one table of who may do what."""
    del core
    return views.table(roles.MAY, held=ask.actor.roles)


async def listed(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo role list [ROLE]``: who holds which role."""
    only = people.role(" ".join(ask.words)) if ask.words else None
    return views.holders(await people.listed(core, actor=ask.actor, role=only))


async def grant(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo role grant @person ROLE [for 2 days | until friday] reason…``."""
    slack_id, name, rest = await _person(core, ask.words, GRANT)
    role, rest = named(rest, example=GRANT)
    term, rest = terms.term(core, rest)
    event = await access.give(
        core, slack_id=slack_id, name=name, role=role, reason=" ".join(rest), term=term, actor=ask.actor
    )
    if isinstance(event, AccessAsked):
        others = [each for each in await people.controllers(core) if each != ask.actor.name]
        card = await access_lists.card(core, access_id=event.access_id)
        return access_views.asked(card, controllers=others, proposed=True)
    return answers.done(event)


async def revoke(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo role revoke @person ROLE reason…``; without a person it is one's own."""
    own = not asks.is_mention(ask.words[0]) and _role(ask.words) is not None if ask.words else False
    if own:
        slack_id, rest = ask.slack_id, ask.words
    else:
        slack_id, _, rest = await _person(core, ask.words, REVOKE)
    role, rest = named(rest, example=REVOKE)
    return answers.done(await people.revoke(core, slack_id=slack_id, role=role, reason=" ".join(rest), actor=ask.actor))


def named(words: tuple[str, ...], *, example: str) -> tuple[Role, tuple[str, ...]]:
    """Return the role with which the words begin, and the words behind it.

    Raises:
        Misunderstood: There are no words.
        RoleUnknown: They begin with none; the nine are named.
    """
    if not words:
        raise Misunderstood(say("Which role? For example `/plixo {example}`.", example=example))
    found = _role(words)
    if found is None:
        raise RoleUnknown(words[0])
    return found


def _role(words: tuple[str, ...]) -> tuple[Role, tuple[str, ...]] | None:
    for count in (2, 1):
        try:
            return people.role(" ".join(words[:count]).strip(",.:;")), words[count:]
        except RoleUnknown:
            continue
    return None


async def _person(core: Core, words: tuple[str, ...], example: str) -> tuple[str, str, tuple[str, ...]]:
    """Return the Slack account and the name of the person with whom the words begin, and the words behind."""
    if not words:
        raise Misunderstood(say("Whom? For example `/plixo {example}`.", example=example))
    slack_id = asks.person(words[0])
    if asks.is_mention(words[0]):
        return slack_id, asks.mentioned_as(words[0]) or slack_id, words[1:]
    known = await people.named(core, text=slack_id)
    return known.slack_id, known.name, words[1:]


COMMANDS: tuple[Command, ...] = (
    command(Group.PEOPLE, "role", "", None, phrase("shows what each role may do"), "role", show),
    command(Group.PEOPLE, "role list", "[ROLE]", Permission.VIEW, phrase("lists who holds which"), "role list", listed),
    command(
        Group.PEOPLE,
        "role grant",
        "@person ROLE [for 2 days|until DAY] reason…",
        Permission.MANAGE_PEOPLE,
        phrase("gives a role, or proposes it to a second person"),
        GRANT,
        grant,
    ),
    command(
        Group.PEOPLE,
        "role revoke",
        "[@person] ROLE reason…",
        Permission.VIEW,
        phrase("takes a role, or gives up one of your own"),
        REVOKE,
        revoke,
    ),
)
