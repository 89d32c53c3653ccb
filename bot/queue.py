"""The queue: what to work on, the most urgent first."""

from bot.asks import Ask
from bot.blocks import Message
from bot.views import queue as views
from domain.casework import queue
from domain.kernel.core import Core
from domain.operations import cases


async def page(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo queue``."""
    return views.page(await queue.page(core, actor=ask.actor))


async def following(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo next``: the one invoice that comes first, with its whole case."""
    top = await queue.page(core, actor=ask.actor, limit=1)
    if not top.lines:
        return views.nothing()
    line = top.lines[0]
    return views.focus(line, await cases.case(core, invoice_id=line.invoice_id))
