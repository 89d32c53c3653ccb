"""Accounts: a customer at a glance; where several fit a name, the reader chooses."""

from collections.abc import Mapping

from bot.asks import Ask, Misunderstood, Press
from bot.blocks import Message
from bot.ids import Action
from bot.routes import Command, Group, Route, command
from bot.views import accounts as views
from domain.casework import accounts
from domain.kernel.actor import Permission
from domain.kernel.core import Core
from domain.ledger.refusals import AccountNotFound, AccountUnclear, InvoiceNotFound
from domain.operations import cases


async def show(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo account NAME``; a customer's number or the number of one of its invoices does, too."""
    name = " ".join(ask.words).strip("`'\"“”")
    if not name:
        raise Misunderstood("Which customer? For example `/plixo account Acme`.")
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


COMMANDS: tuple[Command, ...] = (
    command(Group.CUSTOMER, "account", "NAME", Permission.VIEW, "shows a customer at a glance", "account Acme", show),
)

BUTTONS: Mapping[Action, Route] = {
    Action.SHOW_ACCOUNT: Route(Permission.VIEW, press_show, ("account",)),
}
