"""Twins: customers that may be one are listed, merged, or said to be two."""

from collections.abc import Mapping
from uuid import UUID

from bot.asks import Ask, Misunderstood, Press
from bot.blocks import Message
from bot.ids import Action
from bot.routes import Command, Group, Route, command
from bot.views import answers
from bot.views import twins as views
from domain.kernel.actor import Permission
from domain.kernel.core import Core
from domain.kernel.speech import phrase, say
from domain.ledger import twins
from domain.operations import short_ids
from domain.operations.short_ids import Waiting

MERGE = "twins merge 1a2b3c4d"
DISMISS = "twins dismiss 1a2b3c4d"


async def listed(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo twins``."""
    found, count = await twins.waiting(core, actor=ask.actor, limit=views.PAIRS_SHOWN)
    return views.listed(found, count=count)


async def merge(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo twins merge ID``."""
    return answers.done(await twins.merge(core, twin_id=await _named(core, ask, MERGE), actor=ask.actor))


async def dismiss(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo twins dismiss ID``."""
    return answers.done(await twins.dismiss(core, twin_id=await _named(core, ask, DISMISS), actor=ask.actor))


async def press_merge(core: Core, press: Press) -> Message:
    """Answer a click on Merge."""
    assert press.subject.twin is not None, "the route asks for it"
    return answers.done(await twins.merge(core, twin_id=press.subject.twin, actor=press.actor))


async def press_dismiss(core: Core, press: Press) -> Message:
    """Answer a click on Not the same."""
    assert press.subject.twin is not None, "the route asks for it"
    return answers.done(await twins.dismiss(core, twin_id=press.subject.twin, actor=press.actor))


async def _named(core: Core, ask: Ask, example: str) -> UUID:
    if not ask.words:
        raise Misunderstood(
            say("Which pair? `/plixo twins` lists them, for example `/plixo {example}`.", example=example)
        )
    return await short_ids.resolve(core, what=Waiting.TWIN, text=ask.words[0])


COMMANDS: tuple[Command, ...] = (
    command(Group.CUSTOMER, "twins", "", Permission.VIEW, phrase("lists customers that may be one"), "twins", listed),
    command(
        Group.CUSTOMER,
        "twins merge",
        "ID",
        Permission.APPROVE,
        phrase("merges the second into the first"),
        MERGE,
        merge,
    ),
    command(
        Group.CUSTOMER, "twins dismiss", "ID", Permission.IMPORT, phrase("says that they are two"), DISMISS, dismiss
    ),
)

BUTTONS: Mapping[Action, Route] = {
    Action.MERGE_TWINS: Route(Permission.APPROVE, press_merge, ("twin",)),
    Action.DISMISS_TWINS: Route(Permission.IMPORT, press_dismiss, ("twin",)),
}
