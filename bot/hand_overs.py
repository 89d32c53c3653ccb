"""Hand-overs: pass one case on to somebody, who gets a task about it and is told."""

from collections.abc import Mapping

from bot import asks, entered, sessions
from bot.asks import Ask, Filled, Misunderstood, Press
from bot.blocks import Message
from bot.ids import Action, FormId
from bot.routes import Answer, Command, Form, Group, Route, command
from bot.views import answers
from bot.views import case_forms as forms
from domain.casework import hand_overs
from domain.casework.refusals import HandedOverAlready, HandedToSelf, WithoutRole, WordsMissing
from domain.kernel.actor import Permission
from domain.kernel.core import Core
from domain.kernel.speech import phrase, say
from domain.operations import cases
from domain.people import people

EXAMPLE = "escalate INV-1042 @ben they only talk to their account manager"


async def escalate(core: Core, ask: Ask) -> Answer:
    """Answer ``/plixo escalate INV-1042 @ben words…``; with fewer words a form asks for the rest.

    Raises:
        Misunderstood: Nobody was named, or nothing was said.
    """
    if not ask.words:
        return forms.hand_over(None)
    number, rest = asks.leading_number(ask.words, example=EXAMPLE)
    rest = rest[1:] if rest and rest[0].casefold() == "to" else rest
    if not rest:
        return forms.hand_over(await cases.case(core, invoice_number=number))
    if len(rest) == 1:
        raise Misunderstood(say("What is to be done? For example `/plixo {example}`.", example=EXAMPLE))
    slack_id = await people.slack_id(core, text=asks.person(rest[0]))
    event = await hand_overs.hand_over(
        core, invoice_number=number, slack_id=slack_id, words=" ".join(rest[1:]), actor=ask.actor
    )
    return answers.done(event)


async def press(core: Core, press: Press) -> Answer:
    """Answer a click on Hand over: show the form."""
    case = await cases.case(core, invoice_id=press.subject.invoice)
    return forms.hand_over(case, card=press.subject.card)


async def submit(core: Core, filled: Filled) -> Message:
    """Pass the case on to whom was chosen."""
    case = await entered.case(core, filled)
    slack_id = entered.person(filled.values, "person", or_else=say("To whom?"))
    with entered.at_fields({"person": (WithoutRole, HandedToSelf, HandedOverAlready), "words": (WordsMissing,)}):
        event = await hand_overs.hand_over(
            core,
            invoice_number=case.invoice_number,
            slack_id=slack_id,
            words=filled.values.text("words"),
            actor=filled.actor,
        )
    return answers.done(event)


COMMANDS: tuple[Command, ...] = (
    command(
        Group.WORK,
        "escalate",
        "[INV @person words…]",
        Permission.WORK_QUEUE,
        phrase("passes a case on, as a task"),
        EXAMPLE,
        escalate,
        opens=2,
    ),
)

BUTTONS: Mapping[Action, Route] = {
    Action.HAND_OVER: Route(Permission.WORK_QUEUE, sessions.pressed(press), ("invoice",), opens=True),
}

FORMS: Mapping[FormId, Form] = {
    FormId.HAND_OVER: Form(Permission.WORK_QUEUE, sessions.filled(submit)),
}
