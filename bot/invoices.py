"""Invoices: show one with everything around it."""

from collections.abc import Mapping
from uuid import UUID

from bot import asks
from bot.asks import Ask, Press
from bot.blocks import Message
from bot.ids import Action
from bot.routes import Command, Group, Route, command
from bot.views import cases as views
from domain.kernel.actor import Permission
from domain.kernel.core import Core
from domain.ledger.refusals import InvoiceNotFound
from domain.operations import cases, searches

SHORTEST_NAME = 3
"""Fewer letters of a customer's name fit too many customers."""


async def show(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo invoice INV-1042``; a customer's name is answered with that customer's open invoices."""
    asked = asks.invoice_number(ask.words, example="invoice INV-1042")
    try:
        return views.in_full(await cases.case(core, invoice_number=asked))
    except InvoiceNotFound:
        if len(asked) < SHORTEST_NAME:
            raise
        matches = await searches.by_customer(core, name=asked)
        if not matches.lines:
            raise
        if matches.total == 1:
            return await show_by_id(core, invoice_id=matches.lines[0].invoice_id)
        return views.choices(matches, asked=asked)


async def press_show(core: Core, press: Press) -> Message:
    """Answer a click on Show."""
    assert press.subject.invoice is not None, "the route asks for it"
    return await show_by_id(core, invoice_id=press.subject.invoice)


async def show_by_id(core: Core, *, invoice_id: UUID) -> Message:
    """Show the invoice of that id."""
    return views.in_full(await cases.case(core, invoice_id=invoice_id))


COMMANDS: tuple[Command, ...] = (
    command(
        Group.CUSTOMER,
        "invoice",
        "INV",
        Permission.VIEW,
        "shows an invoice, or a customer's open ones",
        "invoice INV-1042",
        show,
    ),
)

BUTTONS: Mapping[Action, Route] = {
    Action.SHOW: Route(Permission.VIEW, press_show, ("invoice",)),
}
