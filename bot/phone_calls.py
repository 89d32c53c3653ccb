"""Phone calls: note what came of one, and when to follow it up."""

from collections.abc import Mapping

from bot import asks, entered, sessions
from bot.asks import Ask, Filled, Press
from bot.blocks import Message
from bot.filled import Misfilled
from bot.ids import Action, FormId
from bot.routes import Answer, Command, Form, Group, Route, command
from bot.views import answers
from bot.views import case_forms as forms
from domain.casework import phone_calls
from domain.casework.phone_calls import CallOutcome
from domain.casework.refusals import FollowUpImpossible
from domain.kernel.actor import Permission
from domain.kernel.core import Core
from domain.kernel.speech import phrase, say
from domain.operations import cases

EXAMPLE = "called INV-1042 they look for the invoice"


async def called(core: Core, ask: Ask) -> Answer:
    """Answer ``/plixo called INV-1042 note…``; without a note a form asks what came of it."""
    if not ask.words:
        return forms.call(None)
    number, rest = asks.leading_number(ask.words, example=EXAMPLE)
    if not rest:
        return forms.call(await cases.case(core, invoice_number=number))
    event = await phone_calls.log(
        core, invoice_number=number, outcome=CallOutcome.SPOKE, note=" ".join(rest), actor=ask.actor
    )
    return answers.done(event)


async def press(core: Core, press: Press) -> Answer:
    """Answer a click on Log a call: show the form."""
    case = await cases.case(core, invoice_id=press.subject.invoice)
    return forms.call(case, card=press.subject.card)


async def submit(core: Core, filled: Filled) -> Message:
    """Note the call that was entered."""
    case = await entered.case(core, filled)
    try:
        outcome = CallOutcome[filled.values.choice("outcome")]
    except KeyError:
        raise Misfilled({"outcome": say("What came of it?")}) from None
    with entered.at_fields({"on": (FollowUpImpossible,)}):
        event = await phone_calls.log(
            core,
            invoice_number=case.invoice_number,
            outcome=outcome,
            note=filled.values.text("note"),
            follow_up=filled.values.day("on"),
            actor=filled.actor,
        )
    return answers.done(event)


COMMANDS: tuple[Command, ...] = (
    command(
        Group.WORK,
        "called",
        "[INV [note…]]",
        Permission.WORK_QUEUE,
        phrase("notes a call"),
        EXAMPLE,
        called,
        opens=1,
    ),
)

BUTTONS: Mapping[Action, Route] = {
    Action.LOG_CALL: Route(Permission.WORK_QUEUE, sessions.pressed(press), ("invoice",), opens=True),
}

FORMS: Mapping[FormId, Form] = {
    FormId.LOG_CALL: Form(Permission.WORK_QUEUE, sessions.filled(submit)),
}
