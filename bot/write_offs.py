"""Write-offs and voids: proposed, listed while they wait, approved by somebody else, declined, or reversed."""

from collections.abc import Mapping
from uuid import UUID

from bot import asks, reasons, words
from bot.asks import Ask, Filled, Misunderstood, Press
from bot.blocks import Message
from bot.ids import Action, FormId
from bot.routes import Answer, Command, Form, Group, Route, command
from bot.views import answers
from bot.views import write_offs as views
from domain.kernel.actor import Permission
from domain.kernel.core import Core
from domain.kernel.speech import phrase, say
from domain.ledger import invoices, write_off_records, write_offs
from domain.operations import cases, short_ids
from domain.operations.short_ids import Waiting

EXAMPLE = "writeoff INV-1042 80 they are insolvent"
VOID = "void INV-1042 it was sent twice"
REJECT = "writeoff reject 1a2b3c4d they will pay after all"
REVERSE = "writeoff reverse 1a2b3c4d they have paid after all"

WAITS = phrase("It waits for somebody else who may move money (`/plixo writeoff list`); nothing changes until then.")


async def propose(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo writeoff INV [AMOUNT] reason…``; without an amount all that is open is meant.

    Raises:
        Misunderstood: Invoice or reason is missing, or the amount can be read in two ways.
    """
    number, rest = asks.leading_number(ask.words, example=EXAMPLE)
    case = await cases.case(core, invoice_number=number)
    amount, count = words.leading_amount(rest, currency=case.balance.currency) or (None, 0)
    reason = asks.reason(rest[count:], why=say("Why is it given up?"), example=EXAMPLE)
    event = await write_offs.propose(core, invoice_number=number, amount=amount, reason=reason, actor=ask.actor)
    return answers.done(event, note=say(WAITS))


async def void(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo void INV reason…``.

    Raises:
        Misunderstood: Invoice or reason is missing.
    """
    number, rest = asks.leading_number(ask.words, example=VOID)
    reason = asks.reason(rest, why=say("Why is it void?"), example=VOID)
    event = await write_offs.propose_void(core, invoice_number=number, reason=reason, actor=ask.actor)
    return answers.done(event, note=say(WAITS))


async def listed(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo writeoff list``."""
    del ask
    return views.listed(await write_off_records.waiting(core))


async def approve(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo writeoff approve ID|INV``."""
    if not ask.words:
        raise Misunderstood(say("Which one? `/plixo writeoff list` lists them: `/plixo writeoff approve 1a2b3c4d`."))
    write_off_id = await _named(core, ask.words[0])
    return answers.done(await write_offs.approve(core, write_off_id=write_off_id, actor=ask.actor))


async def reject(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo writeoff reject ID|INV reason…``."""
    if not ask.words:
        raise Misunderstood(say("Which one, and why? For example `/plixo {example}`.", example=REJECT))
    reason = asks.reason(ask.words[1:], why=say("Why is it declined?"), example=REJECT)
    write_off_id = await _named(core, ask.words[0])
    return answers.done(await write_offs.reject(core, write_off_id=write_off_id, reason=reason, actor=ask.actor))


async def reverse(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo writeoff reverse ID reason…``."""
    if not ask.words:
        raise Misunderstood(
            say("Which one? `/plixo entries INV` lists them, for example `/plixo {example}`.", example=REVERSE)
        )
    reason = asks.reason(ask.words[1:], why=say("Why is it collected again?"), example=REVERSE)
    write_off_id = await short_ids.resolve(core, what=Waiting.WRITTEN_OFF, text=ask.words[0])
    return answers.done(await write_offs.reverse(core, write_off_id=write_off_id, reason=reason, actor=ask.actor))


async def press_approve(core: Core, press: Press) -> Message:
    """Answer a click on Approve."""
    assert press.subject.write_off is not None, "the route asks for it"
    return answers.done(await write_offs.approve(core, write_off_id=press.subject.write_off, actor=press.actor))


async def press_reject(core: Core, press: Press) -> Answer:
    """Answer a click on Reject…: whoever proposed it wants to know why."""
    found = await write_off_records.waiting(core, only=press.subject.write_off)
    return views.reject_form(found[0]) if found else answers.said(say("That does not wait for a decision any more."))


async def submit_reject(core: Core, filled: Filled) -> Message:
    """Take the reason why a write-off or a void is declined."""
    assert filled.subject.write_off is not None, "the form's route asks for it"
    reason = reasons.given(filled.values, {}, or_else=say("Why? Whoever proposed it reads it."))
    return answers.done(
        await write_offs.reject(core, write_off_id=filled.subject.write_off, reason=reason, actor=filled.actor)
    )


async def _named(core: Core, word: str) -> UUID:
    key = invoices.number_key(word)
    found = [each for each in await write_off_records.waiting(core) if invoices.number_key(each.invoice_number) == key]
    return found[0].write_off_id if found else await short_ids.resolve(core, what=Waiting.WRITE_OFF, text=word)


COMMANDS: tuple[Command, ...] = (
    command(
        Group.MONEY,
        "writeoff",
        "INV [AMOUNT] reason…",
        Permission.WORK_QUEUE,
        phrase("proposes to give up what will not come"),
        EXAMPLE,
        propose,
        Permission.APPLY_CASH,
    ),
    command(
        Group.MONEY,
        "writeoff list",
        "",
        Permission.VIEW,
        phrase("lists write-offs and voids that wait for a decision"),
        "writeoff list",
        listed,
    ),
    command(
        Group.MONEY,
        "writeoff approve",
        "ID|INV",
        Permission.MOVE_MONEY,
        phrase("approves one"),
        "writeoff approve 1a2b3c4d",
        approve,
    ),
    command(
        Group.MONEY,
        "writeoff reject",
        "ID|INV reason…",
        Permission.WORK_QUEUE,
        phrase("declines one, or takes one's own back"),
        REJECT,
        reject,
        Permission.APPLY_CASH,
    ),
    command(
        Group.MONEY,
        "writeoff reverse",
        "ID reason…",
        Permission.MOVE_MONEY,
        phrase("collects again what was given up"),
        REVERSE,
        reverse,
    ),
    command(
        Group.MONEY,
        "void",
        "INV reason…",
        Permission.WORK_QUEUE,
        phrase("proposes that an invoice is owed no more"),
        VOID,
        void,
        Permission.APPLY_CASH,
    ),
)

BUTTONS: Mapping[Action, Route] = {
    Action.APPROVE_WRITE_OFF: Route(Permission.MOVE_MONEY, press_approve, ("write_off",)),
    Action.REJECT_WRITE_OFF: Route(Permission.VIEW, press_reject, ("write_off",), opens=True),
}

FORMS: Mapping[FormId, Form] = {
    FormId.REJECT_WRITE_OFF: Form(Permission.VIEW, submit_reject, ("write_off",)),  # one's own may be taken back
}
