"""Forwardings: payers' wishes that somebody else gets a link; listed, agreed to, or declined."""

from collections.abc import Awaitable, Callable, Mapping
from uuid import UUID

from bot.asks import Ask, Misunderstood, Press
from bot.blocks import Message
from bot.ids import Action
from bot.routes import Command, Group, Route, command
from bot.views import answers
from bot.views import forwardings as views
from domain.kernel.actor import Permission
from domain.kernel.core import Core
from domain.kernel.events import Event
from domain.kernel.speech import phrase, say
from domain.operations import short_ids
from domain.operations.short_ids import Waiting
from domain.pay_links import forwardings
from domain.pay_links.refusals import ForwardingDecided, ForwardingNotFound, ForwardingOld

APPROVE, DENY = "forward approve 1a2b3c4d", "forward deny 1a2b3c4d"

NEXT = phrase("A link is mailed to them now; they get no reminders unless you make them a billing contact.")


async def listed(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo forward``."""
    del ask
    return views.listed(await forwardings.waiting(core))


async def approve(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo forward approve ID``."""
    found = await _named(core, ask, example=APPROVE)
    return answers.done(await forwardings.approve(core, forwarding_id=found, actor=ask.actor), note=say(NEXT))


async def deny(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo forward deny ID``."""
    found = await _named(core, ask, example=DENY)
    return answers.done(await forwardings.deny(core, forwarding_id=found, actor=ask.actor))


async def press_show(core: Core, press: Press) -> Message:
    """Answer a click on the button of a case: the wishes about that invoice."""
    of = press.subject.invoice
    return views.listed(await forwardings.waiting(core, invoice_id=of), of=of)


async def press_approve(core: Core, press: Press) -> Message:
    """Answer a click on Approve."""
    return await _pressed(core, press, forwardings.approve, note=say(NEXT))


async def press_deny(core: Core, press: Press) -> Message:
    """Answer a click on Deny."""
    return await _pressed(core, press, forwardings.deny)


async def _pressed(core: Core, press: Press, decide: Callable[..., Awaitable[Event]], *, note: str = "") -> Message:
    """Decide, and show the list as it is now in place of the one that was clicked, also where somebody was first."""
    assert press.subject.forwarding is not None, "the route asks for it"
    try:
        event = await decide(core, forwarding_id=press.subject.forwarding, actor=press.actor)
        became = answers.done(event, note=note)
    except (ForwardingDecided, ForwardingOld, ForwardingNotFound) as no:
        became = answers.refused(str(no))
    of = press.subject.invoice
    return views.left(became, await forwardings.waiting(core, invoice_id=of), of=of)


async def _named(core: Core, ask: Ask, *, example: str) -> UUID:
    if not ask.words:
        hint = say("Which one? `/plixo forward` lists them, for example {example}.", example=f"`/plixo {example}`")
        raise Misunderstood(hint)
    return await short_ids.resolve(core, what=Waiting.FORWARDING, text=ask.words[0])


COMMANDS: tuple[Command, ...] = (
    command(
        Group.CUSTOMER,
        "forward",
        "",
        Permission.VIEW,
        phrase("lists people for whom a payer asked a link"),
        "forward",
        listed,
    ),
    command(Group.CUSTOMER, "forward approve", "ID", Permission.HANDLE_LINKS, phrase("agrees to it"), APPROVE, approve),
    command(Group.CUSTOMER, "forward deny", "ID", Permission.HANDLE_LINKS, phrase("declines it"), DENY, deny),
)

BUTTONS: Mapping[Action, Route] = {
    Action.SHOW_FORWARDINGS: Route(Permission.VIEW, press_show, ("invoice",)),
    Action.APPROVE_FORWARDING: Route(Permission.HANDLE_LINKS, press_approve, ("forwarding",)),
    Action.DENY_FORWARDING: Route(Permission.HANDLE_LINKS, press_deny, ("forwarding",)),
}
