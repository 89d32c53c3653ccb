"""Reveals: what a message in a public channel leaves out, shown to the one who clicks, and written down."""

from collections.abc import Mapping
from uuid import UUID

from bot import drawing
from bot.asks import Misunderstood, Press
from bot.audience import FULL
from bot.blocks import Message
from bot.ids import Action
from bot.routes import Route
from bot.views import cases as case_views
from bot.views import imports as import_views
from bot.views import news
from domain.kernel import timeline
from domain.kernel.actor import Permission
from domain.kernel.core import Core
from domain.kernel.speech import say
from domain.operations import cases, reveals, standings
from domain.operations.imports import cards, handing


async def press(core: Core, press: Press) -> Message:
    """Show all of a case, of one event or of a file to whoever clicks, by the rights of this moment."""
    invoice_id, entry_id = press.subject.invoice, press.subject.entry
    if press.subject.file is not None:
        return await _file(core, press, import_id=press.subject.file)
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


async def _file(core: Core, press: Press, *, import_id: UUID) -> Message:
    """Show what a file holds to whoever may import such files."""
    found = await cards.card(core, import_id=import_id)
    if found is None:
        raise Misunderstood(say("There is nothing to reveal any more. `/plixo import list` shows the files that wait."))
    handing.require(press.actor, found.kind)
    await reveals.record(core, actor=press.actor, file_name=found.file_name, channel=found.channel)
    return import_views.in_full(found)


BUTTONS: Mapping[Action, Route] = {Action.REVEAL: Route(Permission.VIEW, press)}
