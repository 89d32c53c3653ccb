"""Payments: whether Stripe can be relied upon, and money at Stripe that fits no entry of ours."""

from collections.abc import Mapping
from uuid import UUID

from bot import asks
from bot.asks import Ask, Misunderstood, Press
from bot.blocks import Message
from bot.ids import Action
from bot.routes import Command, Group, Route, command
from bot.views import answers
from bot.views import payments as views
from domain.kernel.actor import Permission
from domain.kernel.core import Core
from domain.kernel.speech import phrase, say
from domain.operations import cases, short_ids
from domain.operations.short_ids import Waiting
from domain.pay_links import provider_health, strays

BOOK = "stray book 1a2b3c4d INV-1042"
DISMISS = "stray dismiss 1a2b3c4d it is from the web shop"


async def health(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo payments``."""
    del ask
    return views.health(await provider_health.health(core))


async def listed(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo stray``."""
    return views.listed(await strays.waiting(core, actor=ask.actor))


async def book(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo stray book ID INV``.

    Raises:
        Misunderstood: Id or invoice is missing.
    """
    if len(ask.words) < 2:
        raise Misunderstood(say("Which money, and on which invoice? For example `/plixo {example}`.", example=BOOK))
    stray_id = await _named(core, ask.words[0])
    number, _ = asks.leading_number(ask.words[1:], example=BOOK)
    return answers.done(await strays.book(core, stray_id=stray_id, invoice_number=number, actor=ask.actor))


async def dismiss(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo stray dismiss ID reason…``.

    Raises:
        Misunderstood: Id or reason is missing.
    """
    if not ask.words:
        raise Misunderstood(say("Which money, and why? For example `/plixo {example}`.", example=DISMISS))
    reason = asks.reason(ask.words[1:], why=say("Why is it left out of the ledger?"), example=DISMISS)
    stray_id = await _named(core, ask.words[0])
    return answers.done(await strays.dismiss(core, stray_id=stray_id, reason=reason, actor=ask.actor))


async def press_list(core: Core, press: Press) -> Message:
    """Answer a click on the button below the news of such money."""
    return views.listed(await strays.waiting(core, actor=press.actor))


async def press_health(core: Core, press: Press) -> Message:
    """Answer a click on the button below the news of a problem."""
    del press
    return views.health(await provider_health.health(core))


async def press_book(core: Core, press: Press) -> Message:
    """Answer a click on Book: on the invoice that was named beside the button."""
    assert press.subject.stray is not None, "the route asks for it"
    case = await cases.case(core, invoice_id=press.subject.invoice)
    number = case.invoice_number
    return answers.done(await strays.book(core, stray_id=press.subject.stray, invoice_number=number, actor=press.actor))


async def press_dismiss(core: Core, press: Press) -> Message:
    """Answer a click on Dismiss: whoever looks at the books later wants to know why, so the reason is typed."""
    assert press.subject.stray is not None, "the route asks for it"
    del core
    short = short_ids.short(press.subject.stray)
    return answers.said(
        say("Whoever looks at the books later wants to know why: `/plixo stray dismiss {id} reason…`", id=short)
    )


async def _named(core: Core, word: str) -> UUID:
    return await short_ids.resolve(core, what=Waiting.STRAY, text=word)


COMMANDS: tuple[Command, ...] = (
    command(
        Group.MONEY,
        "payments",
        "",
        Permission.VIEW,
        phrase("shows whether Stripe can be relied upon"),
        "payments",
        health,
    ),
    command(
        Group.MONEY,
        "stray",
        "",
        Permission.VIEW,
        phrase("lists money at Stripe that fits no entry of ours"),
        "stray",
        listed,
    ),
    command(
        Group.MONEY, "stray book", "ID INV", Permission.APPLY_CASH, phrase("enters it into the ledger"), BOOK, book
    ),
    command(
        Group.MONEY,
        "stray dismiss",
        "ID reason…",
        Permission.APPLY_CASH,
        phrase("leaves it out of the ledger"),
        DISMISS,
        dismiss,
    ),
)

BUTTONS: Mapping[Action, Route] = {
    Action.SHOW_PAYMENTS: Route(Permission.VIEW, press_health),
    Action.LIST_STRAYS: Route(Permission.VIEW, press_list),
    Action.BOOK_STRAY: Route(Permission.APPLY_CASH, press_book, ("stray", "invoice")),
    Action.DISMISS_STRAY: Route(Permission.APPLY_CASH, press_dismiss, ("stray",)),
}
