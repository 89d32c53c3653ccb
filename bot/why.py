"""Why: explain an invoice's place in the queue and every mail about it."""

from collections.abc import Mapping

from bot import asks
from bot.asks import Ask, Press
from bot.blocks import Message
from bot.ids import Action
from bot.routes import Command, Group, Route, command
from bot.views import why as views
from domain.casework import why
from domain.kernel.actor import Actor, Permission
from domain.kernel.core import Core
from domain.kernel.speech import phrase
from domain.operations import cases


async def explain(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo why INV-1042``."""
    return await explained(core, invoice_number=asks.invoice_number(ask.words, example="why INV-1042"), actor=ask.actor)


async def press(core: Core, press: Press) -> Message:
    """Answer a click on Why."""
    assert press.subject.invoice is not None, "the route asks for it"
    number = await cases.number(core, invoice_id=press.subject.invoice)
    return await explained(core, invoice_number=number, actor=press.actor)


async def explained(core: Core, *, invoice_number: str, actor: Actor) -> Message:
    """Explain the invoice of that number."""
    return views.explained(await why.explain(core, invoice_number=invoice_number, actor=actor))


COMMANDS: tuple[Command, ...] = (
    command(
        Group.CUSTOMER,
        "why",
        "INV",
        Permission.VIEW,
        phrase("explains score, mails and what was held back"),
        "why INV-1042",
        explain,
    ),
)

BUTTONS: Mapping[Action, Route] = {
    Action.WHY: Route(Permission.VIEW, press, ("invoice",)),
}
