"""Credits: proposed, listed while they wait, approved by somebody else, or declined."""

from collections.abc import Mapping
from uuid import UUID

from bot import asks, reasons, words
from bot.asks import Ask, Filled, Misunderstood, Press
from bot.blocks import Message
from bot.ids import Action, FormId
from bot.routes import Answer, Command, Form, Group, Route, command
from bot.views import answers
from bot.views import credits as views
from domain.kernel.actor import Permission
from domain.kernel.core import Core
from domain.kernel.speech import phrase, say
from domain.ledger import credits, invoices  # noqa: A004 - named after what it is about, as every module
from domain.operations import cases, short_ids
from domain.operations.short_ids import Waiting

EXAMPLE = "credit INV-1042 80 goodwill for the late delivery"


async def propose(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo credit INV-1042 80 reason…``.

    Raises:
        Misunderstood: Invoice, amount or reason is missing.
    """
    number, rest = asks.leading_number(ask.words, example=EXAMPLE)
    case = await cases.case(core, invoice_number=number)
    read = words.leading_amount(rest, currency=case.balance.currency)
    if read is None:
        raise Misunderstood(say("How much? For example `/plixo {example}`.", example=EXAMPLE))
    reason = asks.reason(rest[read[1] :], why=say("Why is it given?"), example=EXAMPLE)
    event = await credits.propose(core, invoice_number=number, amount=read[0], reason=reason, actor=ask.actor)
    note = (
        say("It waits for Legal or a Controller (`/plixo credit list`); nothing changes until then.")
        if event.above_cap
        else say("It waits for somebody else who may approve (`/plixo credit list`); nothing changes until then.")
    )
    return answers.done(event, note=note)


async def listed(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo credit list``."""
    del ask
    return views.listed(await credits.waiting(core))


async def approve(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo credit approve ID``; the number of an invoice with one waiting credit names it, too."""
    if not ask.words:
        raise Misunderstood(
            say("Which credit? `/plixo credit list` lists them, for example `/plixo credit approve 1a2b3c4d`.")
        )
    credit_id = await _named(core, ask.words[0])
    return answers.done(await credits.approve(core, credit_id=credit_id, actor=ask.actor))


async def reject(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo credit reject ID reason…``."""
    example = "credit reject 1a2b3c4d the delivery was on time"
    if not ask.words:
        raise Misunderstood(say("Which credit, and why? For example `/plixo {example}`.", example=example))
    reason = asks.reason(ask.words[1:], why=say("Why is it declined?"), example=example)
    credit_id = await _named(core, ask.words[0])
    return answers.done(await credits.reject(core, credit_id=credit_id, reason=reason, actor=ask.actor))


async def press_approve(core: Core, press: Press) -> Message:
    """Answer a click on Approve."""
    assert press.subject.credit is not None, "the route asks for it"
    return answers.done(await credits.approve(core, credit_id=press.subject.credit, actor=press.actor))


async def press_reject(core: Core, press: Press) -> Answer:
    """Answer a click on Reject…: whoever proposed it wants to know why."""
    found = await credits.waiting(core, only=press.subject.credit)
    return (
        views.reject_form(found[0])
        if found
        else answers.said(say("That credit does not wait for a decision any more."))
    )


async def submit_reject(core: Core, filled: Filled) -> Message:
    """Take the reason why a credit is declined."""
    assert filled.subject.credit is not None, "the form's route asks for it"
    reason = reasons.given(filled.values, {}, or_else=say("Why? Whoever proposed it reads it."))
    return answers.done(await credits.reject(core, credit_id=filled.subject.credit, reason=reason, actor=filled.actor))


async def _named(core: Core, word: str) -> UUID:
    key = invoices.number_key(word)
    found = [each for each in await credits.waiting(core) if invoices.number_key(each.invoice_number) == key]
    if len(found) == 1:
        return found[0].credit_id
    return await short_ids.resolve(core, what=Waiting.CREDIT, text=word)


COMMANDS: tuple[Command, ...] = (
    command(
        Group.DISPUTES,
        "credit",
        "INV AMOUNT reason…",
        Permission.WORK_QUEUE,
        phrase("proposes to give up a part"),
        EXAMPLE,
        propose,
        Permission.APPROVE_CREDITS,
    ),
    command(
        Group.DISPUTES,
        "credit list",
        "",
        Permission.VIEW,
        phrase("lists credits that wait for a decision"),
        "credit list",
        listed,
    ),
    command(
        Group.DISPUTES,
        "credit approve",
        "ID",
        Permission.APPROVE,
        phrase("approves a credit"),
        "credit approve 1a2b3c4d",
        approve,
        Permission.APPROVE_CREDITS,
    ),
    command(
        Group.DISPUTES,
        "credit reject",
        "ID reason…",
        Permission.WORK_QUEUE,
        phrase("declines a credit, or takes one's own back"),
        "credit reject 1a2b3c4d it came on time",
        reject,
        Permission.APPROVE_CREDITS,
    ),
)

BUTTONS: Mapping[Action, Route] = {
    Action.APPROVE_CREDIT: Route(Permission.VIEW, press_approve, ("credit",)),  # who may depends on the amount
    Action.REJECT_CREDIT: Route(Permission.VIEW, press_reject, ("credit",), opens=True),
}

FORMS: Mapping[FormId, Form] = {
    FormId.REJECT_CREDIT: Form(Permission.VIEW, submit_reject, ("credit",)),  # whoever proposed it may take it back
}
