"""Actions: what each button does, and the one way in which every click is checked and answered."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from bot import ids, invoices, links, why
from bot.asks import Click
from bot.blocks import Message
from bot.ids import Action
from bot.views import answers
from domain.kernel.actor import Actor, Permission
from domain.kernel.core import Core
from domain.kernel.refusals import Refusal
from domain.operations import cases
from domain.people import people

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Route:
    """What a button does and what right it needs."""

    permission: Permission
    run: Callable[[Core, UUID, Actor], Awaitable[Message]]


async def _regenerate(core: Core, invoice_id: UUID, actor: Actor) -> Message:
    return await links.fresh(core, invoice_number=await cases.number(core, invoice_id=invoice_id), actor=actor)


async def _why(core: Core, invoice_id: UUID, actor: Actor) -> Message:
    return await why.explained(core, invoice_number=await cases.number(core, invoice_id=invoice_id), actor=actor)


async def _show(core: Core, invoice_id: UUID, actor: Actor) -> Message:
    actor.require(Permission.VIEW)
    return await invoices.show_by_id(core, invoice_id=invoice_id)


ROUTES: Mapping[str, Route] = {
    Action.REGENERATE_LINK: Route(Permission.HANDLE_LINKS, _regenerate),
    Action.WHY: Route(Permission.VIEW, _why),
    Action.SHOW: Route(Permission.VIEW, _show),
}
"""Every button of every view; a test finds the one that is missing."""


async def press(core: Core, click: Click) -> Message:
    """Do what the button says, with the rights that the person has at this moment, and return what to say."""
    route = ROUTES.get(click.action)
    subject = ids.subject(click.value)
    log.info("click %s by %s", click.action if route else "unknown", click.slack_id)
    if route is None or subject is None:
        return answers.out_of_date()
    try:
        actor = await people.actor(core, slack_id=click.slack_id)
        actor.require(route.permission)
        return await route.run(core, subject.invoice, actor)
    except Refusal as no:
        return answers.refused(str(no))
