"""Support: calls for help of payers and operators; list, read, close, and ask for oneself."""

from collections.abc import Mapping

from bot import asks
from bot.asks import Ask, Misunderstood, Press
from bot.blocks import Message
from bot.ids import Action
from bot.routes import Command, Group, Route, command
from bot.views import answers
from bot.views import support as views
from domain.kernel.actor import Permission
from domain.kernel.core import Core
from domain.kernel.speech import phrase, say
from domain.operations import short_ids, support
from domain.operations.short_ids import Waiting
from domain.operations.support import Call

SHOW = "support 1a2b3c4d"
CLOSE = "support close 1a2b3c4d the link is replaced"
ASK = "support ask the queue shows nothing since this morning"


async def show(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo support [ID]`` with the open calls for help, or with one of them."""
    if not ask.words:
        return views.waiting(await support.waiting(core, actor=ask.actor))
    support_id = await short_ids.resolve(core, what=Waiting.SUPPORT, text=ask.words[0])
    return views.card(await support.card(core, support_id=support_id, actor=ask.actor))


async def close(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo support close ID outcome…``."""
    if not ask.words:
        raise Misunderstood(
            say("Which call for help, and what came of it? For example `/plixo {example}`.", example=CLOSE)
        )
    support_id = await short_ids.resolve(core, what=Waiting.SUPPORT, text=ask.words[0])
    outcome = asks.reason(ask.words[1:], why=say("What came of it?"), example=CLOSE)
    return answers.done(await support.close(core, support_id=support_id, outcome=outcome, actor=ask.actor))


async def ask_for(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo support ask words…``."""
    said = asks.reason(ask.words, why=say("What went wrong?"), example=ASK)
    event = await support.ask(core, call=Call(text=said, source="slack"), actor=ask.actor)
    return answers.done(event, views.look(event.support_id))


async def press_show(core: Core, press: Press) -> Message:
    """Answer a click on Read it."""
    assert press.subject.support is not None, "the route asks for it"
    return views.card(await support.card(core, support_id=press.subject.support, actor=press.actor))


COMMANDS: tuple[Command, ...] = (
    command(
        Group.WORK,
        "support",
        "[ID]",
        Permission.VIEW,
        phrase("lists calls for help, or shows one with what is known"),
        SHOW,
        show,
    ),
    command(
        Group.WORK,
        "support close",
        "ID outcome…",
        Permission.WORK_QUEUE,
        phrase("says what came of a call for help"),
        CLOSE,
        close,
    ),
    command(Group.WORK, "support ask", "words…", Permission.VIEW, phrase("asks the others for help"), ASK, ask_for),
)

BUTTONS: Mapping[Action, Route] = {
    Action.SHOW_SUPPORT: Route(Permission.VIEW, press_show, ("support",)),
}
