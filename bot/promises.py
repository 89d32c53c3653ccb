"""Promises: note a payer's word on an amount and a day, as people say it; take it back."""

from calendar import monthrange
from collections.abc import Mapping
from datetime import date, timedelta
from uuid import UUID

from bot import asks, words
from bot.asks import Ask, Misunderstood, Press
from bot.blocks import Message
from bot.ids import Action
from bot.routes import Command, Group, Route, command
from bot.views import answers
from bot.views import promises as views
from domain.commitments import pauses, promises
from domain.commitments.parties import Source
from domain.commitments.promises import PromiseLine
from domain.commitments.states import PromiseState
from domain.kernel.actor import Permission
from domain.kernel.clock import local_date
from domain.kernel.core import Core
from domain.operations import cases

EXAMPLE = "promise INV-1042 500 on friday their boss said so"

FRIDAY = 4


async def make(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo promise INV-1042 500 on friday note…``; without an amount all that may be asked for is promised.

    Raises:
        Misunderstood: Invoice or day is missing, or can be read in two ways.
    """
    number, rest = asks.leading_number(ask.words, example=EXAMPLE)
    case = await cases.case(core, invoice_number=number)
    if not rest:
        return await _choices(core, invoice_id=case.invoice_id, number=case.invoice_number)
    today = local_date(core.clock, core.merchant.zone)
    read = words.terms(rest, currency=case.balance.currency, today=today)
    if read.day is None:
        raise Misunderstood(f"By which day will they pay? For example `/plixo {EXAMPLE}`.")
    amount = read.amount
    if amount is None:
        amount = (await pauses.of(core.database, invoice_id=case.invoice_id, today=today)).chaseable
    event = await promises.make(
        core,
        invoice_number=number,
        amount=amount,
        on=read.day,
        actor=ask.actor,
        source=Source.OPERATOR,
        note=read.rest,
    )
    return answers.done(event)


async def press(core: Core, press: Press) -> Message:
    """Answer a click on Promise: offer days, or note the one that was chosen, if the amount is still what was shown.

    Raises:
        Misunderstood: Another amount may be promised by now.
    """
    assert press.subject.invoice is not None, "the route asks for it"
    number = await cases.number(core, invoice_id=press.subject.invoice)
    if press.subject.on is None:
        return await _choices(core, invoice_id=press.subject.invoice, number=number)
    today = local_date(core.clock, core.merchant.zone)
    left = (await pauses.of(core.database, invoice_id=press.subject.invoice, today=today)).chaseable
    if press.subject.seen != str(left.minor):
        raise Misunderstood(
            f"What may be promised about {number} has changed to {left}. Look again before you note it."
        )
    event = await promises.make(
        core, invoice_number=number, amount=left, on=press.subject.on, actor=press.actor, source=Source.OPERATOR
    )
    return answers.done(event, replaces=True)


async def withdraw(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo promise withdraw INV-1042 reason…``; of several promises an amount or a day names the one.

    Raises:
        Misunderstood: Invoice or reason is missing, or several promises run.
    """
    example = "promise withdraw INV-1042 they cannot pay after all"
    number, rest = asks.leading_number(ask.words, example=example)
    case = await cases.case(core, invoice_number=number)
    running = [
        each
        for each in await promises.of_invoice(core, invoice_id=case.invoice_id)
        if each.state is PromiseState.RUNNING
    ]
    if not running:
        raise Misunderstood(f"No promise about {case.invoice_number} runs.")
    reason = " ".join(rest)
    if len(running) > 1:
        read = words.terms(rest, currency=case.balance.currency, today=local_date(core.clock, core.merchant.zone))
        running = [
            each
            for each in running
            if (read.amount, read.day) != (None, None)
            and read.amount in (None, each.amount)
            and read.day in (None, each.promised_on)
        ] or running
        reason = read.rest
    if len(running) > 1:
        raise Misunderstood(f"Several promises about {case.invoice_number} run: {_listed(running)}. Name the day.")
    reason = asks.reason(tuple(reason.split()), why="Why is it withdrawn?", example=example)
    return answers.done(await promises.withdraw(core, promise_id=running[0].promise_id, reason=reason, actor=ask.actor))


async def _choices(core: Core, *, invoice_id: UUID, number: str) -> Message:
    today = local_date(core.clock, core.merchant.zone)
    paused = await pauses.of(core.database, invoice_id=invoice_id, today=today)
    return views.choices(number, invoice_id, paused, days=_days(today))


def _days(today: date) -> tuple[date, ...]:
    """Return this Friday, the next one and the month's end: what payers mostly say."""
    friday = today + timedelta(days=(FRIDAY - today.weekday()) % 7 or 7)
    end = today.replace(day=monthrange(today.year, today.month)[1])
    offered = {friday, friday + timedelta(days=7), *([end] if end > today else ())}
    return tuple(sorted(offered))


def _listed(lines: list[PromiseLine]) -> str:
    return ", ".join(f"{each.amount} by {each.promised_on}" for each in lines)


COMMANDS: tuple[Command, ...] = (
    command(
        Group.PROMISES,
        "promise",
        "INV [AMOUNT] on DAY [note…]",
        Permission.WORK_QUEUE,
        "notes a payer's word",
        EXAMPLE,
        make,
    ),
    command(
        Group.PROMISES,
        "promise withdraw",
        "INV reason…",
        Permission.WORK_QUEUE,
        "takes it back",
        "promise withdraw INV-1042 they cannot pay",
        withdraw,
    ),
)

BUTTONS: Mapping[Action, Route] = {
    Action.PROMISE: Route(Permission.WORK_QUEUE, press, ("invoice",)),
}
