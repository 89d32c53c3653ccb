"""Accounts: a customer at a glance; where several fit a name, the reader chooses."""

from collections.abc import Mapping, Sequence

from bot import entered
from bot.asks import Ask, Filled, Press
from bot.blocks import Message
from bot.ids import Action, ChoiceId, FormId
from bot.inputs import Option
from bot.routes import Answer, Choice, Command, Form, Group, Route, command
from bot.views import account_forms as forms
from bot.views import accounts as views
from bot.views import searches as search_views
from domain.casework import accounts
from domain.kernel.actor import Actor, Permission
from domain.kernel.core import Core
from domain.kernel.speech import phrase, say
from domain.ledger.refusals import AccountNotFound, AccountUnclear, InvoiceNotFound
from domain.operations import cases, searches


async def show(core: Core, ask: Ask) -> Answer:
    """Answer ``/plixo account NAME``; a customer's number or the number of one of its invoices does, too.

    Without a name a form looks one up.
    """
    name = " ".join(ask.words).strip("`'\"“”")
    if not name:
        return forms.find_account()
    try:
        return views.card(await accounts.show(core, account=name, actor=ask.actor))
    except AccountUnclear as several:
        return views.choices(several.choices, asked=name)
    except AccountNotFound:
        try:
            case = await cases.case(core, invoice_number=name)
        except InvoiceNotFound:
            case = None
        if case is None:
            raise
        return views.card(await accounts.show(core, account=str(case.account_id), actor=ask.actor))


async def press_show(core: Core, press: Press) -> Message:
    """Answer a click on a customer."""
    return views.card(await accounts.show(core, account=str(press.subject.account), actor=press.actor))


async def submit(core: Core, filled: Filled) -> Message:
    """Show the customer that was looked up."""
    account_id = entered.chosen(filled.values, entered.CUSTOMER, or_else=say("Which customer?"))
    return views.card(await accounts.show(core, account=str(account_id), actor=filled.actor))


async def found(core: Core, actor: Actor, typed: str) -> Sequence[Option]:
    """Return the customers that a field offers for what was typed so far."""
    del actor
    return [search_views.customer(each) for each in await searches.customers(core, typed=typed)]


COMMANDS: tuple[Command, ...] = (
    command(
        Group.CUSTOMER,
        "account",
        "[NAME]",
        Permission.VIEW,
        phrase("shows a customer at a glance"),
        "account Acme",
        show,
        opens=0,
    ),
)

BUTTONS: Mapping[Action, Route] = {
    Action.SHOW_ACCOUNT: Route(Permission.VIEW, press_show, ("account",)),
}

FORMS: Mapping[FormId, Form] = {
    FormId.FIND_ACCOUNT: Form(Permission.VIEW, submit),
}

SEARCHES: Mapping[ChoiceId, Choice] = {
    ChoiceId.CUSTOMERS: Choice(Permission.VIEW, found),
}
