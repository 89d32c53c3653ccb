"""Credit notes: listed while something of them is left, applied to invoices, or voided."""

from collections.abc import Mapping

from bot import asks, words
from bot.asks import Ask, Misunderstood, Press
from bot.blocks import Message
from bot.ids import Action
from bot.routes import Command, Group, Route, command
from bot.views import answers
from bot.views import money as views
from domain.kernel.actor import Permission
from domain.kernel.core import Core
from domain.kernel.speech import phrase, say
from domain.ledger import credit_notes
from domain.operations import cases

APPLY = "credit note apply CN-17 INV-1042 80"
VOID = "credit note void CN-17 it was written by mistake"


async def listed(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo credit note list [WORDS]``."""
    notes, found = await credit_notes.listed(core, actor=ask.actor, text=" ".join(ask.words), limit=views.LINES_SHOWN)
    return views.credit_notes(notes, found=found)


async def show(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo credit note NUMBER``: what is left, and where it may go, the oldest invoice first."""
    number = " ".join(ask.words).strip("`'\",;:<>")
    if not number:
        raise Misunderstood(say("Which credit note? `/plixo credit note list` lists the open ones."))
    return views.credit_note(await credit_notes.shown(core, number=number, actor=ask.actor))


async def apply(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo credit note apply NUMBER [INV [AMOUNT] [reason…] | oldest]``.

    Raises:
        Misunderstood: The number is missing, or the amount can be read in two ways.
    """
    if not ask.words:
        raise Misunderstood(say("Which credit note? For example `/plixo {example}`.", example=APPLY))
    number, rest = ask.words[0], ask.words[1:]
    if rest and rest[0].casefold() == "oldest":
        return views.done(await credit_notes.apply_oldest(core, number=number, actor=ask.actor))
    if not rest:
        return answers.done(await credit_notes.apply(core, number=number, actor=ask.actor))
    invoice, rest = asks.leading_number(rest, example=APPLY)
    case = await cases.case(core, invoice_number=invoice)
    amount, count = words.leading_amount(rest, currency=case.balance.currency) or (None, 0)
    event = await credit_notes.apply(
        core,
        number=number,
        invoice_number=invoice,
        amount=amount,
        note=" ".join(rest[count:]),
        actor=ask.actor,
    )
    return answers.done(event)


async def void(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo credit note void NUMBER reason…``."""
    if not ask.words:
        raise Misunderstood(say("Which credit note, and why? For example `/plixo {example}`.", example=VOID))
    reason = asks.reason(ask.words[1:], why=say("Why is it void?"), example=VOID)
    return answers.done(await credit_notes.void(core, number=ask.words[0], reason=reason, actor=ask.actor))


async def press_apply(core: Core, press: Press) -> Message:
    """Answer a click on Apply: to the invoices that were shown beside the button, as far as they are open still."""
    assert press.subject.seen is not None, "the route asks for it"
    return views.done(await credit_notes.apply_oldest(core, number=press.subject.seen, actor=press.actor))


COMMANDS: tuple[Command, ...] = (
    command(
        Group.MONEY,
        "credit note",
        "NUMBER",
        Permission.VIEW,
        phrase("shows where a credit note may go"),
        "credit note CN-17",
        show,
    ),
    command(
        Group.MONEY,
        "credit note list",
        "[WORDS]",
        Permission.VIEW,
        phrase("lists credit notes that are not used up"),
        "credit note list",
        listed,
    ),
    command(
        Group.MONEY,
        "credit note apply",
        "NUMBER [INV [AMOUNT] [reason…]|oldest]",
        Permission.APPLY_CASH,
        phrase("takes it off invoices"),
        APPLY,
        apply,
    ),
    command(
        Group.MONEY,
        "credit note void",
        "NUMBER reason…",
        Permission.MOVE_MONEY,
        phrase("makes it good for nothing"),
        VOID,
        void,
    ),
)

BUTTONS: Mapping[Action, Route] = {
    Action.APPLY_NOTE: Route(Permission.APPLY_CASH, press_apply, ("seen",)),
}
