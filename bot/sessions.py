"""Sessions: a card of the queue acts only while its case is in the clicker's hands, and every act leads on to the next.

Acting renews the claim. Once it has run out, whoever goes on has the case again, unless somebody else took it up: then
nothing is done, and the answer says who has it.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from bot.asks import Filled, Press
from bot.blocks import Message
from bot.routes import Answer
from bot.views import sessions as views
from domain.casework import claims, taking
from domain.casework.refusals import ClaimedByAnother
from domain.kernel.actor import Actor, Permission
from domain.kernel.core import Core


def pressed(run: Callable[[Core, Press], Awaitable[Answer]]) -> Callable[[Core, Press], Awaitable[Answer]]:
    """Return the handler of a button so that on a card it asks whose the case is, and leads on."""

    async def act(core: Core, press: Press) -> Answer:
        if press.subject.card is None or press.subject.invoice is None:
            return await run(core, press)
        try:
            await claims.keep(core, invoice_id=press.subject.invoice, actor=press.actor)
        except ClaimedByAnother as no:
            return views.taken(no, press.subject.invoice, may_take_over=Permission.APPROVE in press.actor.may)
        return await led_on(core, press.actor, await run(core, press))

    return act


def filled(run: Callable[[Core, Filled], Awaitable[Answer]]) -> Callable[[Core, Filled], Awaitable[Answer]]:
    """Return the handler of a form so that from a card it asks whose the case is, and leads on."""

    async def act(core: Core, form: Filled) -> Answer:
        if form.subject.card is None or form.subject.invoice is None:
            return await run(core, form)
        await claims.keep(core, invoice_id=form.subject.invoice, actor=form.actor)
        return await led_on(core, form.actor, await run(core, form))

    return act


async def led_on(core: Core, actor: Actor, answer: Answer) -> Answer:
    """Return what was done with how far the person has come and the way to the next case; forms stay as they are."""
    if not isinstance(answer, Message):
        return answer
    shown = views.next_case(await taking.progress(core, actor=actor))
    return replace(answer, blocks=(*answer.blocks, *shown))
