"""Privacy: a person's data are erased once somebody has asked for it and somebody else agrees."""

from collections.abc import Mapping

from bot import asks, reasons
from bot.asks import Ask, Filled, Misunderstood, Press
from bot.blocks import Message
from bot.ids import Action, FormId
from bot.routes import Answer, Command, Form, Group, Route, command
from bot.views import answers
from bot.views import privacy as views
from domain.kernel.actor import Permission
from domain.kernel.core import Core
from domain.kernel.speech import phrase, say
from domain.operations.erasing import asking, cards, subjects

ERASE = "privacy erase anna@acme.example she asked by letter of 12 May"
APPROVE = "privacy approve 12"
DECLINE = "privacy decline 12 the contract still runs"


async def show(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo privacy``: the erasures, and how far they are."""
    return views.listed(await asking.listed(core, actor=ask.actor))


async def erase(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo privacy erase ADDRESS|@person reason…``: ask for it, and show what it would come to.

    Raises:
        Misunderstood: It is not said whose data, or why.
    """
    if not ask.words:
        raise Misunderstood(say("Whose data? For example `/plixo {example}`.", example=ERASE))
    why = asks.reason(ask.words[1:], why=say("Why? Who asked for it, and when, is kept."), example=ERASE)
    named = ask.words[0]
    subject = (
        await subjects.operator(core, whom=asks.person(named))
        if asks.is_mention(named)
        else await subjects.contact(core, whom=asks.address(named, example=ERASE))
    )
    shown = await subjects.preview(core, subject)
    return views.proposed(await asking.propose(core, subject=subject, reason=why, actor=ask.actor), shown)


async def approve(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo privacy approve NUMBER``."""
    return answers.done(await asking.approve(core, number=_number(ask, APPROVE), actor=ask.actor))


async def decline(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo privacy decline NUMBER reason…``."""
    number = _number(ask, DECLINE)
    reason = asks.reason(ask.words[1:], why=say("Why not? Whoever asked reads it."), example=DECLINE)
    return answers.done(await asking.decline(core, number=number, reason=reason, actor=ask.actor))


async def press_approve(core: Core, press: Press) -> Message:
    """Answer a click on Approve; where it is decided by now, with who has decided."""
    assert press.subject.erasure is not None, "the route asks for it"
    card = await cards.card(core, erasure_id=press.subject.erasure)
    if not card.open:
        return views.card(card)
    return answers.done(await asking.approve(core, number=card.number, actor=press.actor), replaces=True)


async def press_decline(core: Core, press: Press) -> Answer:
    """Answer a click on Decline…: ask for the reason while there is something to decide."""
    assert press.subject.erasure is not None, "the route asks for it"
    card = await cards.card(core, erasure_id=press.subject.erasure)
    return views.decline_form(card) if card.open else views.card(card)


async def submit_decline(core: Core, filled: Filled) -> Message:
    """Take the reason why a person's data are not erased."""
    assert filled.subject.erasure is not None, "the form's route asks for it"
    reason = reasons.given(filled.values, {}, or_else=say("Why not? Whoever asked reads it."))
    card = await cards.card(core, erasure_id=filled.subject.erasure)
    return answers.done(await asking.decline(core, number=card.number, reason=reason, actor=filled.actor))


def _number(ask: Ask, example: str) -> int:
    digits = ask.words[0].lstrip("#") if ask.words else ""
    if not (digits.isascii() and digits.isdigit() and len(digits) < 10):
        raise Misunderstood(say("Which erasure? For example `/plixo {example}`.", example=example))
    return int(digits)


COMMANDS: tuple[Command, ...] = (
    command(
        Group.PEOPLE, "privacy", "", Permission.MANAGE_PEOPLE, phrase("shows whose data were erased, by their numbers"),
        "privacy", show,
    ),
    command(
        Group.PEOPLE, "privacy erase", "ADDRESS|@person reason…", Permission.MANAGE_PEOPLE,
        phrase("asks for a person's data to be erased for good"), ERASE, erase,
    ),
    command(
        Group.PEOPLE, "privacy approve", "NUMBER", Permission.MANAGE_PEOPLE,
        phrase("agrees to an erasure that somebody else asked for"), APPROVE, approve,
    ),
    command(
        Group.PEOPLE, "privacy decline", "NUMBER reason…", Permission.MANAGE_PEOPLE,
        phrase("declines an erasure"), DECLINE, decline,
    ),
)  # fmt: skip

BUTTONS: Mapping[Action, Route] = {
    Action.APPROVE_ERASURE: Route(Permission.MANAGE_PEOPLE, press_approve, ("erasure",)),
    Action.DECLINE_ERASURE: Route(Permission.MANAGE_PEOPLE, press_decline, ("erasure",), opens=True),
}

FORMS: Mapping[FormId, Form] = {
    FormId.DECLINE_ERASURE: Form(Permission.MANAGE_PEOPLE, submit_decline, ("erasure",)),
}
