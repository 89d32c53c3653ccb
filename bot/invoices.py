"""Invoices: show one with everything around it."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from bot import asks, entered
from bot.asks import Ask, Filled, Press
from bot.blocks import Message
from bot.ids import Action, ChoiceId, FormId
from bot.inputs import Option
from bot.routes import Answer, Choice, Command, Form, Group, Route, command
from bot.views import case_forms as forms
from bot.views import cases as views
from bot.views import searches as search_views
from domain.kernel.actor import Actor, Permission
from domain.kernel.core import Core
from domain.kernel.speech import phrase
from domain.ledger.refusals import InvoiceNotFound
from domain.operations import cases, searches

SHORTEST_NAME = 3
"""Fewer letters of a customer's name fit too many customers."""


async def show(core: Core, ask: Ask) -> Answer:
    """Answer ``/plixo invoice INV-1042``; a customer's name is answered with that customer's open invoices.

    Without words a form looks one up.
    """
    if not ask.words:
        return forms.find_invoice()
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


async def submit(core: Core, filled: Filled) -> Message:
    """Show the invoice that was looked up."""
    return views.in_full(await entered.case(core, filled))


async def found(core: Core, actor: Actor, typed: str) -> Sequence[Option]:
    """Return the open invoices that a field offers for what was typed so far."""
    del actor
    return [search_views.invoice(each) for each in await searches.open_invoices(core, typed=typed)]


async def show_by_id(core: Core, *, invoice_id: UUID) -> Message:
    """Show the invoice of that id."""
    return views.in_full(await cases.case(core, invoice_id=invoice_id))


COMMANDS: tuple[Command, ...] = (
    command(
        Group.CUSTOMER,
        "invoice",
        "[INV]",
        Permission.VIEW,
        phrase("shows an invoice, or a customer's open ones"),
        "invoice INV-1042",
        show,
        opens=0,
    ),
)

BUTTONS: Mapping[Action, Route] = {
    Action.SHOW: Route(Permission.VIEW, press_show, ("invoice",)),
}

FORMS: Mapping[FormId, Form] = {
    FormId.FIND_INVOICE: Form(Permission.VIEW, submit),
}

SEARCHES: Mapping[ChoiceId, Choice] = {
    ChoiceId.INVOICES: Choice(Permission.VIEW, found),
}
