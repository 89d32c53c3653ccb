"""Mails: what people wrote, shown with its guesses: confirmed by a click, corrected in a form, answered by mail."""

from collections.abc import Mapping
from uuid import UUID

from bot import asks, mail_forms
from bot.asks import Ask, Misunderstood, Press
from bot.blocks import Message
from bot.ids import Action, FormId
from bot.routes import Answer, Command, Form, Group, Route, command
from bot.views import answers
from bot.views import mails as views
from domain.casework import conversations, mail_answers, wishes
from domain.casework.refusals import GuessUnclear
from domain.deliverability import inbound
from domain.kernel.actor import Permission
from domain.kernel.core import Core
from domain.kernel.events import InvoiceEvent
from domain.kernel.speech import phrase, say
from domain.operations import short_ids
from domain.operations.short_ids import Waiting

SHOW = "mail 1a2b3c4d"
ASSIGN = "mail assign 1a2b3c4d INV-1042"
DONE = "mail done 1a2b3c4d"
ANSWER = "mail answer 1a2b3c4d it is for your order 4711"

BEFORE = phrase("Somebody had dealt with this mail before.")


async def listed(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo mails``: what people wrote and nobody has dealt with, the oldest first."""
    del ask
    return views.waiting(await conversations.waiting(core))


async def show(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo mail ID`` with one mail."""
    return views.card(await conversations.card(core, mail_id=await _named(core, ask.words, SHOW)))


async def assign(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo mail assign ID INV``: say which invoice a mail is about."""
    mail_id = await _named(core, ask.words, ASSIGN)
    number = asks.invoice_number(ask.words[1:], example=ASSIGN)
    event = await conversations.assign(core, mail_id=mail_id, invoice_number=number, actor=ask.actor)
    return answers.done(event, views.look(mail_id))


async def answer(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo mail answer ID text…``: the text leaves as a mail in the thread of the mail."""
    mail_id = await _named(core, ask.words, ANSWER)
    said = asks.reason(ask.words[1:], why=say("What is the answer? The payer reads it."), example=ANSWER)
    event = await mail_answers.answer(core, mail_id=mail_id, text=said, actor=ask.actor)
    return answers.done(event, views.look(mail_id))


async def done(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo mail done ID``: the mail is dealt with."""
    mail_id = await _named(core, ask.words, DONE)
    event = await inbound.seen(core, mail_id=str(mail_id), actor=ask.actor)
    return answers.done(event) if event is not None else answers.done_already(say(BEFORE))


async def press_show(core: Core, press: Press) -> Message:
    """Answer a click on Read it."""
    assert press.subject.mail is not None, "the route asks for it"
    return views.card(await conversations.card(core, mail_id=press.subject.mail))


async def press_confirm(core: Core, press: Press) -> Answer:
    """Answer a click on a guess: it is done; what else the mail wants stands below, with the buttons for it.

    Where the mail does not say something clearly enough, a form asks for it.
    """
    subject = press.subject
    assert subject.mail is not None, "the route asks for it"
    assert subject.place is not None, "the route asks for it"
    try:
        events = await wishes.confirm(
            core, mail_id=subject.mail, place=subject.place, stamp=subject.seen or "", actor=press.actor
        )
    except GuessUnclear:
        return await mail_forms.press_correct(core, press)
    about = events[0].invoice_number if isinstance(events[0], InvoiceEvent) else None
    mail = await conversations.card(core, mail_id=subject.mail)
    beside = [f"{each.told()}." for each in events[1:-1]]
    note = " ".join([*beside, views.also(mail, about=about)]).strip()
    return views.noted(events[0], mail, note=note, replaces=True)


async def press_done(core: Core, press: Press) -> Message:
    """Answer a click on Dealt with."""
    assert press.subject.mail is not None, "the route asks for it"
    event = await inbound.seen(core, mail_id=str(press.subject.mail), actor=press.actor)
    return answers.done(event, replaces=True) if event is not None else answers.done_already(say(BEFORE))


async def _named(core: Core, words: tuple[str, ...], example: str) -> UUID:
    if not words:
        hint = say(
            "Which mail? For example {example}; `/plixo mails` lists those that wait.", example=f"`/plixo {example}`"
        )
        raise Misunderstood(hint)
    return await short_ids.resolve(core, what=Waiting.MAIL, text=words[0])


COMMANDS: tuple[Command, ...] = (
    command(
        Group.WORK,
        "mails",
        "",
        Permission.VIEW,
        phrase("lists what people wrote and nobody has answered"),
        "mails",
        listed,
    ),
    command(Group.WORK, "mail", "ID", Permission.VIEW, phrase("shows a mail, and what it seems to want"), SHOW, show),
    command(
        Group.WORK,
        "mail assign",
        "ID INV",
        Permission.WORK_QUEUE,
        phrase("says which invoice a mail is about"),
        ASSIGN,
        assign,
    ),
    command(
        Group.WORK,
        "mail answer",
        "ID text…",
        Permission.WORK_QUEUE,
        phrase("answers it by mail, in its thread"),
        ANSWER,
        answer,
    ),
    command(Group.WORK, "mail done", "ID", Permission.WORK_QUEUE, phrase("says that a mail is dealt with"), DONE, done),
)

BUTTONS: Mapping[Action, Route] = {
    Action.SHOW_MAIL: Route(Permission.VIEW, press_show, ("mail",)),
    Action.CONFIRM_GUESS: Route(Permission.WORK_QUEUE, press_confirm, ("mail", "place", "seen"), opens=True),
    Action.MAIL_DONE: Route(Permission.WORK_QUEUE, press_done, ("mail",)),
    Action.ANSWER_MAIL: Route(Permission.WORK_QUEUE, mail_forms.press_answer, ("mail",), opens=True),
    Action.CORRECT_MAIL: Route(Permission.WORK_QUEUE, mail_forms.press_correct, ("mail",), opens=True),
    Action.ASSIGN_MAIL: Route(Permission.WORK_QUEUE, mail_forms.press_assign, ("mail",), opens=True),
}

FORMS: Mapping[FormId, Form] = {
    FormId.ANSWER_MAIL: Form(Permission.WORK_QUEUE, mail_forms.submit_answer, ("mail",)),
    FormId.CORRECT_MAIL: Form(Permission.WORK_QUEUE, mail_forms.submit_correct, ("mail",)),
    FormId.ASSIGN_MAIL: Form(Permission.WORK_QUEUE, mail_forms.submit_assign, ("mail",)),
}
