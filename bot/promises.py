"""Promises: note a payer's word on an amount and a day, as people say it; take it back."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Literal

from bot import asks, entered, sessions, words
from bot.asks import Ask, Filled, Misunderstood, Press
from bot.blocks import Message
from bot.ids import Action, FormId
from bot.routes import Answer, Command, Form, Group, Route, command
from bot.views import answers
from bot.views import case_forms as forms
from bot.views import promises as views
from domain.commitments import pauses, promises
from domain.commitments.events import PromiseMade
from domain.commitments.parties import Source
from domain.commitments.promises import PromiseLine
from domain.commitments.refusals import (
    AmountNotPositive,
    OtherCurrency,
    PromiseDayOver,
    PromiseInPast,
    PromiseRepeated,
    PromiseTooFar,
    PromiseTooLarge,
)
from domain.commitments.states import PromiseState
from domain.kernel.actor import Permission
from domain.kernel.clock import local_date
from domain.kernel.core import Core
from domain.kernel.speech import phrase, say
from domain.operations import cases
from domain.operations.cases import Case
from domain.outreach import confirmations

EXAMPLE = "promise INV-1042 500 on friday their boss said so"

FRIDAY = 4

AMOUNT_WRONG = (AmountNotPositive, OtherCurrency, PromiseTooLarge)
DAY_WRONG = (PromiseInPast, PromiseTooFar, PromiseDayOver, PromiseRepeated)
"""Refusals, by the field at which each is shown."""


async def make(core: Core, ask: Ask) -> Answer:
    """Answer ``/plixo promise INV-1042 500 on friday note…``; without an amount all that may be asked for is promised.

    With fewer words a form asks for the rest.

    Raises:
        Misunderstood: Invoice or day is missing, or can be read in two ways.
    """
    if not ask.words:
        on = _friday(local_date(core.clock, core.merchant.zone))
        return forms.promise(None, on=on, confirmed=views.confirmed(None))
    number, rest = asks.leading_number(ask.words, example=EXAMPLE)
    case = await cases.case(core, invoice_number=number)
    if not rest:
        return await _form(core, case)
    today = local_date(core.clock, core.merchant.zone)
    read = words.terms(rest, currency=case.balance.currency, today=today)
    if read.day is None and read.amount is None and read.rest:
        said = " ".join(rest[:2])
        raise Misunderstood(
            say(
                "'{words}' is no amount and no day I know. For example `/plixo {example}`.", words=said, example=EXAMPLE
            )
        )
    if read.day is None:
        raise Misunderstood(say("By which day will they pay? For example `/plixo {example}`.", example=EXAMPLE))
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
    return await _noted(core, case, event)


async def press(core: Core, press: Press) -> Answer:
    """Answer a click on Promise: show the form."""
    assert press.subject.invoice is not None, "the route asks for it"
    return await _form(core, await cases.case(core, invoice_id=press.subject.invoice), card=press.subject.card)


async def submit(core: Core, filled: Filled) -> Message:
    """Note the promise that was entered."""
    case = await entered.case(core, filled)
    amount = entered.amount(filled.values, "amount", currency=case.balance.currency)
    on = entered.day(filled.values, "on", or_else=say("By which day will they pay?"))
    if amount is None:
        today = local_date(core.clock, core.merchant.zone)
        amount = (await pauses.of(core.database, invoice_id=case.invoice_id, today=today)).chaseable
    with entered.at_fields({"amount": AMOUNT_WRONG, "on": DAY_WRONG}):
        event = await promises.make(
            core,
            invoice_number=case.invoice_number,
            amount=amount,
            on=on,
            actor=filled.actor,
            source=Source.OPERATOR,
            note=filled.values.text("note"),
        )
    return await _noted(core, case, event)


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
        raise Misunderstood(say("No promise about {invoice} runs.", invoice=case.invoice_number))
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
        raise Misunderstood(
            say(
                "Several promises about {invoice} run: {promises}. Name the day.",
                invoice=case.invoice_number,
                promises=_listed(running),
            )
        )
    reason = asks.reason(tuple(reason.split()), why=say("Why is it withdrawn?"), example=example)
    return answers.done(await promises.withdraw(core, promise_id=running[0].promise_id, reason=reason, actor=ask.actor))


async def _form(core: Core, case: Case, *, card: Literal[True] | None = None) -> Answer:
    """Return the form, or why there is nothing to promise."""
    today = local_date(core.clock, core.merchant.zone)
    paused = await pauses.of(core.database, invoice_id=case.invoice_id, today=today)
    if not paused.chaseable:
        return views.nothing_left(case.invoice_number, paused)
    mail = await confirmations.of_account(core, account_id=case.account_id)
    return forms.promise(case, paused=paused, on=_friday(today), card=card, confirmed=views.confirmed(mail))


async def _noted(core: Core, case: Case, event: PromiseMade) -> Message:
    """Return the answer to a promise: what is noted, and whom a mail about it goes to."""
    mail = await confirmations.of_account(core, account_id=case.account_id)
    return answers.done(event, note=views.confirmed(mail))


def _friday(today: date) -> date:
    """Return the day that payers mostly say."""
    return today + timedelta(days=(FRIDAY - today.weekday()) % 7 or 7)


def _listed(lines: list[PromiseLine]) -> str:
    return ", ".join(say("{amount} by {day}", amount=each.amount, day=each.promised_on) for each in lines)


COMMANDS: tuple[Command, ...] = (
    command(
        Group.PROMISES,
        "promise",
        "[INV [AMOUNT] on DAY [note…]]",
        Permission.WORK_QUEUE,
        phrase("notes a payer's word"),
        EXAMPLE,
        make,
        opens=1,
    ),
    command(
        Group.PROMISES,
        "promise withdraw",
        "INV reason…",
        Permission.WORK_QUEUE,
        phrase("takes it back"),
        "promise withdraw INV-1042 they cannot pay",
        withdraw,
    ),
)

BUTTONS: Mapping[Action, Route] = {
    Action.PROMISE: Route(Permission.WORK_QUEUE, sessions.pressed(press), ("invoice",), opens=True),
}

FORMS: Mapping[FormId, Form] = {
    FormId.PROMISE: Form(Permission.WORK_QUEUE, sessions.filled(submit)),
}
