"""Access: anybody asks for a role, somebody else decides with one click."""

from collections.abc import Mapping
from uuid import UUID

from bot import asks, roles, terms
from bot.asks import Ask, Filled, Misunderstood, Press
from bot.blocks import Message
from bot.ids import Action, FormId
from bot.modals import Modal
from bot.routes import Answer, Command, Form, Group, Route, command
from bot.views import access as views
from bot.views import answers
from bot.views import home as home_views
from domain.kernel.actor import Actor, ActorKind, Permission
from domain.kernel.core import Core
from domain.kernel.speech import phrase, say
from domain.operations import homes, short_ids
from domain.operations.short_ids import Waiting
from domain.people import access, access_lists, people
from domain.people.grants import WITHOUT_END
from domain.people.refusals import RoleUnknown
from domain.people.roles import Role

REQUEST = "access request A/R Operator for 2 days I help with month end"
APPROVE = "access approve 1a2b3c4d"
DENY = "access deny 1a2b3c4d ask your own team"


async def show(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo access``: what waits to whoever decides, one's own request to everybody else."""
    if Permission.MANAGE_PEOPLE in ask.actor.may:
        return views.waiting(await access_lists.waiting(core, actor=ask.actor))
    return await _own(core, ask)


async def request(core: Core, ask: Ask) -> Answer:
    """Answer ``/plixo access request [ROLE] [for 2 days] reason…``; without a role it is the least one.

    Alone it shows the form, or how it stands with what was asked for already.
    """
    if not ask.words:
        own = await access_lists.of_account(core, slack_id=ask.slack_id)
        return await _own(core, ask) if own is not None and own.open else home_views.ask_form()
    role, rest = _wanted(ask)
    term, rest = terms.term(core, rest)
    actor = _asker(ask)
    event = await access.request(
        core, slack_id=ask.slack_id, name=actor.name, role=role, reason=" ".join(rest), term=term, actor=actor
    )
    card = await access_lists.card(core, access_id=event.access_id)
    return views.asked(card, controllers=await people.controllers(core))


async def withdraw(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo access withdraw [@person]``: take one's own request back, or one's own proposal."""
    slack_id = asks.person(ask.words[0]) if ask.words else ask.slack_id
    return answers.done(await access.withdraw(core, slack_id=slack_id, actor=_asker(ask, of=slack_id)))


async def approve(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo access approve ID [ROLE] [for 2 days]``: give what was asked for, or something else."""
    access_id = await _named(core, ask.words, APPROVE)
    role, rest = (
        roles.named(ask.words[1:], example=APPROVE)
        if ask.words[1:] and _begins(ask.words[1:])
        else (None, ask.words[1:])
    )
    term, left = terms.term(core, rest)
    if left:
        raise Misunderstood(
            say(
                "'{words}' is no role and no time. For example `/plixo {example} Viewer for 2 days`.",
                words=" ".join(left),
                example=APPROVE,
            )
        )
    given = None if term == WITHOUT_END else term
    return answers.done(await access.approve(core, access_id=access_id, actor=ask.actor, role=role, term=given))


async def deny(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo access deny ID reason…``."""
    access_id = await _named(core, ask.words, DENY)
    reason = " ".join(ask.words[1:])
    return answers.done(await access.deny(core, access_id=access_id, reason=reason, actor=ask.actor))


async def press_list(core: Core, press: Press) -> Message:
    """Answer a click on the requests that wait."""
    return views.waiting(await access_lists.waiting(core, actor=press.actor))


async def press_approve(core: Core, press: Press) -> Message:
    """Answer a click on Approve."""
    assert press.subject.access is not None, "the route asks for it"
    return answers.done(await access.approve(core, access_id=press.subject.access, actor=press.actor), replaces=True)


async def press_deny(core: Core, press: Press) -> Answer:
    """Answer a click on Deny…: ask for the reason while there is something to decide."""
    assert press.subject.access is not None, "the route asks for it"
    card = await access_lists.card(core, access_id=press.subject.access)
    return views.deny_form(card) if card.open else views.card(card)


async def submit_deny(core: Core, filled: Filled) -> Message | Modal:
    """Take the denial with its reason."""
    assert filled.subject.access is not None, "the form's route asks for it"
    reason = filled.values.needed("reason", or_else=say("Why not? Whoever asked reads it."))
    return answers.done(await access.deny(core, access_id=filled.subject.access, reason=reason, actor=filled.actor))


async def press_withdraw(core: Core, press: Press) -> Message:
    """Answer a click on Withdraw: take that very request back, as whoever made it may."""
    assert press.subject.access is not None, "the route asks for it"
    card = await access_lists.card(core, access_id=press.subject.access)
    if not card.open:
        return views.card(card)
    actor = press.actor
    if actor.id is None and press.slack_id == card.slack_id:
        actor = Actor(ActorKind.PERSON, card.name, frozenset())  # a stranger, for himself only
    event = await access.withdraw(core, slack_id=card.slack_id, actor=actor)
    await homes.stir(core)
    return answers.done(event, replaces=True)


async def _own(core: Core, ask: Ask) -> Message:
    """Return how it stands with the rights of the one who asks, and whom to ask for more."""
    own = await access_lists.of_account(core, slack_id=ask.slack_id)
    controllers = await people.controllers(core)
    return views.own(own, controllers=controllers, held=ask.actor.roles, slack_id=ask.slack_id)


def _wanted(ask: Ask) -> tuple[Role, tuple[str, ...]]:
    """Return the role that is asked for, the least one where none is named, and the words behind it."""
    try:
        return roles.named(ask.words, example=REQUEST)
    except RoleUnknown:
        return Role.VIEWER, ask.words


def _begins(words: tuple[str, ...]) -> bool:
    try:
        roles.named(words, example=APPROVE)
    except RoleUnknown:
        return False
    return True


def _asker(ask: Ask, *, of: str = "") -> Actor:
    """Return who asks; a stranger by the name that Slack has, and for himself only."""
    if ask.actor.id is not None or (of and of != ask.slack_id):
        return ask.actor
    return Actor(ActorKind.PERSON, ask.called[:80] or ask.slack_id, frozenset())


async def _named(core: Core, words: tuple[str, ...], example: str) -> UUID:
    if not words:
        raise Misunderstood(
            say(
                "Which request? For example `/plixo {example}`; `/plixo access` lists those that wait.",
                example=example,
            )
        )
    return await short_ids.resolve(core, what=Waiting.ACCESS, text=words[0])


COMMANDS: tuple[Command, ...] = (
    command(
        Group.SELF,
        "access",
        "",
        None,
        phrase("shows how it stands with access: yours, or that of those who ask you"),
        "access",
        show,
    ),
    command(
        Group.SELF,
        "access request",
        "[ROLE] [for 2 days|until DAY] reason…",
        None,
        phrase("asks for a role"),
        REQUEST,
        request,
        opens=0,
    ),
    command(Group.SELF, "access withdraw", "[@person]", None, phrase("takes that back"), "access withdraw", withdraw),
    command(
        Group.PEOPLE,
        "access approve",
        "ID [ROLE] [for 2 days|until DAY]",
        Permission.MANAGE_PEOPLE,
        phrase("gives what was asked for, or something else"),
        APPROVE,
        approve,
    ),
    command(
        Group.PEOPLE, "access deny", "ID reason…", Permission.MANAGE_PEOPLE, phrase("declines a request"), DENY, deny
    ),
)

BUTTONS: Mapping[Action, Route] = {
    Action.LIST_ACCESS: Route(Permission.MANAGE_PEOPLE, press_list),
    Action.APPROVE_ACCESS: Route(Permission.MANAGE_PEOPLE, press_approve, ("access",)),
    Action.DENY_ACCESS: Route(Permission.MANAGE_PEOPLE, press_deny, ("access",), opens=True),
    Action.WITHDRAW_ACCESS: Route(None, press_withdraw, ("access",)),
}

FORMS: Mapping[FormId, Form] = {
    FormId.DENY_ACCESS: Form(Permission.MANAGE_PEOPLE, submit_deny, ("access",)),
}
