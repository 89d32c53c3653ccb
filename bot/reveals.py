"""Reveals: what a message in a public channel leaves out, shown to the one who clicks, and written down."""

from collections.abc import Mapping

from bot import drawing
from bot.asks import Misunderstood, Press
from bot.audience import FULL
from bot.blocks import Message
from bot.ids import Action
from bot.routes import Route
from bot.views import cases as case_views
from bot.views import news
from domain.kernel import timeline
from domain.kernel.actor import Permission
from domain.kernel.core import Core
from domain.kernel.speech import say
from domain.operations import cases, reveals, standings


async def press(core: Core, press: Press) -> Message:
    """Show all of a case or of one event to whoever clicks, by the rights of this moment."""
    invoice_id, entry_id = press.subject.invoice, press.subject.entry
    if invoice_id is not None:
        await reveals.record(core, actor=press.actor, invoice_id=invoice_id)
        return case_views.in_full(await cases.case(core, invoice_id=invoice_id))
    found = await timeline.entries(core, [entry_id]) if entry_id is not None else []
    if not found:
        raise Misunderstood(say("There is nothing to reveal any more. `/plixo queue` shows what waits."))
    await reveals.record(core, actor=press.actor, entry_id=entry_id)
    subject = news.subject(found[0].event)
    decided = await standings.of(core, [subject] if subject else [])
    return drawing.alone(found[0], standings=decided, less=None)(FULL)


BUTTONS: Mapping[Action, Route] = {Action.REVEAL: Route(Permission.VIEW, press)}
