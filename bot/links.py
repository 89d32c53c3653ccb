"""Payment links: make a fresh one."""

from collections.abc import Mapping
from datetime import timedelta

from bot import asks, entered, sessions
from bot.asks import Ask, Filled, Press
from bot.blocks import Message
from bot.ids import Action, FormId
from bot.routes import Answer, Command, Form, Group, Route, command
from bot.views import answers
from bot.views import case_forms as forms
from bot.views import links as views
from domain.kernel.actor import Actor, Permission
from domain.kernel.core import Core
from domain.kernel.speech import phrase, say
from domain.ledger import invoices
from domain.operations import cases, seen_requests
from domain.pay_links import links

DOUBLE_CLICK = timedelta(seconds=15)
"""Whoever clicks twice within it, or just after a colleague, means one link."""


async def regenerate(core: Core, ask: Ask) -> Answer:
    """Answer ``/plixo link INV-1042``; without a number a form asks for it."""
    if not ask.words:
        return forms.link()
    return await fresh(core, invoice_number=asks.invoice_number(ask.words, example="link INV-1042"), actor=ask.actor)


async def press(core: Core, press: Press) -> Message:
    """Answer a click on New link…."""
    assert press.subject.invoice is not None, "the route asks for it"
    number = await cases.number(core, invoice_id=press.subject.invoice)
    return await fresh(core, invoice_number=number, actor=press.actor)


async def submit(core: Core, filled: Filled) -> Message:
    """Replace the link of the invoice that was looked up."""
    case = await entered.case(core, filled)
    return await fresh(core, invoice_number=case.invoice_number, actor=filled.actor)


async def fresh(core: Core, *, invoice_number: str, actor: Actor) -> Message:
    """Replace the payer's link, once however often it is clicked."""
    key = f"link.regenerate:{invoices.number_key(invoice_number)}"
    if not await seen_requests.first_time(core, key, within=DOUBLE_CLICK):
        return answers.done_already(say("A new link for {number} was asked for a moment ago.", number=invoice_number))
    try:
        event = await links.regenerate(core, invoice_number=invoice_number, actor=actor)
    except BaseException:
        await seen_requests.forget(core, key)
        raise
    return views.regenerated(event)


COMMANDS: tuple[Command, ...] = (
    command(
        Group.CUSTOMER,
        "link",
        "[INV]",
        Permission.HANDLE_LINKS,
        phrase("mails a new payment link and ends all earlier ones"),
        "link INV-1042",
        regenerate,
        opens=0,
    ),
)

BUTTONS: Mapping[Action, Route] = {
    Action.REGENERATE_LINK: Route(Permission.HANDLE_LINKS, sessions.pressed(press), ("invoice",)),
}

FORMS: Mapping[FormId, Form] = {
    FormId.LINK: Form(Permission.HANDLE_LINKS, submit),
}
