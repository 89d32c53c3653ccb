"""Incidents: what is wrong, in whose hands, and opening, taking, noting, rating and ending one."""

from collections.abc import Mapping

from bot import asks
from bot.asks import Ask, Filled, Misunderstood, Press
from bot.blocks import Message
from bot.ids import Action, FormId
from bot.modals import Modal
from bot.routes import Command, Form, Group, Route, command
from bot.views import answers
from bot.views import incident_buttons as forms
from bot.views import incidents as views
from domain.kernel.actor import Permission
from domain.kernel.core import Core
from domain.kernel.speech import phrase, say
from domain.operations import incident_lists, incidents
from domain.operations.incident_lists import Shown
from domain.operations.incident_rules import Severity

OPEN = 'incident P1 "checkout is down"'

LONGEST_NUMBER = 9
"""Digits."""


async def show(core: Core, ask: Ask) -> Message | Modal:
    """Answer ``/plixo incident``: the list; with a severity, open one; with a number, show one."""
    if not ask.words:
        return views.listed(await incident_lists.listed(core))
    if ask.words[0].upper() in set(Severity):
        return await open_one(core, ask)
    return await show_one(core, ask)


async def show_one(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo incident show NUMBER``."""
    number, _ = _number(ask, example="incident show 12")
    return await _shown(core, number)


async def open_one(core: Core, ask: Ask) -> Message | Modal:
    """Answer ``/plixo incident open P1 "what is wrong"``; a form asks for what is missing."""
    ask.actor.require(Permission.OPERATE)
    if len(ask.words) < 2:
        return forms.open_form()
    title = asks.reason(ask.words[1:], why=say("What is wrong?"), example=OPEN)
    event = await incidents.open_by_hand(core, severity=ask.words[0], title=title, actor=ask.actor)
    return answers.done(event, forms.look())


async def take(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo incident take NUMBER``."""
    number, _ = _number(ask, example="incident take 12")
    return answers.done(await incidents.take(core, number=number, actor=ask.actor), forms.look())


async def note(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo incident note NUMBER words…``."""
    number, words = _number(ask, example=_NOTE)
    text = asks.reason(words, why=say("What is to be noted?"), example=_NOTE)
    return answers.done(await incidents.note(core, number=number, text=text, actor=ask.actor))


async def worse(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo incident worse NUMBER reason…``."""
    number, words = _number(ask, example=_WORSE)
    reason = asks.reason(words, why=say("Why? Whoever wonders reads it."), example=_WORSE)
    return answers.done(await incidents.worsen(core, number=number, reason=reason, actor=ask.actor))


async def rate(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo incident severity NUMBER P2 reason…``."""
    number, words = _number(ask, example=_RATE)
    reason = asks.reason(words[1:], why=say("Why? Whoever wonders reads it."), example=_RATE)
    event = await incidents.rate(core, number=number, severity=words[0], reason=reason, actor=ask.actor)
    return answers.done(event)


async def over(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo incident over NUMBER reason…``."""
    number, words = _number(ask, example=_OVER)
    reason = asks.reason(words, why=say("Why? Whoever wonders reads it."), example=_OVER)
    return answers.done(await incidents.end(core, number=number, reason=reason, actor=ask.actor))


async def press_list(core: Core, press: Press) -> Message:
    """Answer a click on Look."""
    del press
    return views.listed(await incident_lists.listed(core))


async def press_show(core: Core, press: Press) -> Message:
    """Answer a click on Show."""
    return await _shown(core, (await _of(core, press)).number)


async def press_open(core: Core, press: Press) -> Modal:
    """Answer a click on Open one: a form asks what is wrong."""
    del core, press
    return forms.open_form()


async def press_take(core: Core, press: Press) -> Message:
    """Answer a click on Take."""
    shown = await _of(core, press)
    return answers.done(await incidents.take(core, number=shown.number, actor=press.actor))


async def press_note(core: Core, press: Press) -> Modal:
    """Answer a click on Note: a form takes the words."""
    return forms.note_form(await _of(core, press))


async def press_rate(core: Core, press: Press) -> Modal:
    """Answer a click on Severity: a form asks how bad it is, and why."""
    return forms.rate_form(await _of(core, press))


async def press_end(core: Core, press: Press) -> Modal:
    """Answer a click on Over: a form asks why."""
    return forms.end_form(await _of(core, press))


async def submit_open(core: Core, filled: Filled) -> Message:
    """Take the form in which an incident is opened."""
    title = filled.values.needed("title", or_else=say("What is wrong?"))
    event = await incidents.open_by_hand(
        core, severity=filled.values.choice("severity"), title=title, actor=filled.actor
    )
    return answers.done(event, forms.look())


async def submit_note(core: Core, filled: Filled) -> Message:
    """Take the form with a note."""
    text = filled.values.needed("note", or_else=say("What is to be noted?"))
    number = (await _of(core, filled)).number
    return answers.done(await incidents.note(core, number=number, text=text, actor=filled.actor))


async def submit_rate(core: Core, filled: Filled) -> Message:
    """Take the form that says how bad it is."""
    reason = filled.values.needed("reason", or_else=say("Why? Whoever wonders reads it."))
    number = (await _of(core, filled)).number
    severity = filled.values.choice("severity")
    return answers.done(await incidents.rate(core, number=number, severity=severity, reason=reason, actor=filled.actor))


async def submit_end(core: Core, filled: Filled) -> Message:
    """Take the form that says why it is over."""
    reason = filled.values.needed("reason", or_else=say("Why? Whoever wonders reads it."))
    number = (await _of(core, filled)).number
    return answers.done(await incidents.end(core, number=number, reason=reason, actor=filled.actor))


async def _shown(core: Core, number: int) -> Message:
    shown = await incident_lists.one(core, number=number)
    history = await incident_lists.history(core, incident_id=shown.id)
    return views.one(shown, history, docs=core.limits.docs_url)


async def _of(core: Core, what: Press | Filled) -> Shown:
    assert what.subject.incident is not None, "the route asks for it"
    number = await incidents.number_of(core, incident_id=what.subject.incident)
    return await incident_lists.one(core, number=number)


def _number(ask: Ask, *, example: str) -> tuple[int, tuple[str, ...]]:
    """Return the number that the first word is, and the words behind it.

    Raises:
        Misunderstood: It is none.
    """
    word = ask.words[0].strip("#.,:") if ask.words else ""
    if not (word.isascii() and word.isdigit() and len(word) <= LONGEST_NUMBER):
        raise Misunderstood(say("Which incident? For example `/plixo {example}`.", example=example))
    return int(word), ask.words[1:]


_NOTE = "incident note 12 Stripe says it is on their side"
_WORSE = "incident worse 12 nobody can pay now"
_RATE = "incident severity 12 P3 only one customer is concerned"
_OVER = "incident over 12 the key was renewed"

COMMANDS: tuple[Command, ...] = (
    command(
        Group.POLICY, "incident", "[P1|P2|P3 words…]", Permission.VIEW,
        phrase("lists what is wrong; with a severity, opens one"), OPEN, show, opens=1,
    ),
    command(
        Group.POLICY, "incident list", "", Permission.VIEW, phrase("lists what is wrong, and what was"),
        "incident list", show,
    ),
    command(
        Group.POLICY, "incident show", "NUMBER", Permission.VIEW, phrase("shows one with its history"),
        "incident show 12", show_one,
    ),
    command(
        Group.POLICY, "incident open", "P1|P2|P3 words…", Permission.OPERATE,
        phrase("opens one that no rule sees; P1 holds mail that asks to pay"),
        'incident open P2 "receipts look wrong"', open_one, opens=1,
    ),
    command(
        Group.POLICY, "incident take", "NUMBER", Permission.OPERATE,
        phrase("takes one into your hands, so that nobody is nagged"), "incident take 12", take,
    ),
    command(
        Group.POLICY, "incident note", "NUMBER words…", Permission.OPERATE, phrase("notes what was found or done"),
        _NOTE, note,
    ),
    command(
        Group.POLICY, "incident worse", "NUMBER reason…", Permission.OPERATE, phrase("says that it is a step worse"),
        _WORSE, worse,
    ),
    command(
        Group.POLICY, "incident severity", "NUMBER P1|P2|P3 reason…", Permission.OPERATE,
        phrase("says how bad it is"), _RATE, rate,
    ),
    command(
        Group.POLICY, "incident over", "NUMBER reason…", Permission.OPERATE, phrase("says that it is over"), _OVER,
        over,
    ),
)  # fmt: skip

BUTTONS: Mapping[Action, Route] = {
    Action.LIST_INCIDENTS: Route(Permission.VIEW, press_list),
    Action.SHOW_INCIDENT: Route(Permission.VIEW, press_show, ("incident",)),
    Action.OPEN_INCIDENT: Route(Permission.OPERATE, press_open, opens=True),
    Action.TAKE_INCIDENT: Route(Permission.OPERATE, press_take, ("incident",)),
    Action.NOTE_INCIDENT: Route(Permission.OPERATE, press_note, ("incident",), opens=True),
    Action.RATE_INCIDENT: Route(Permission.OPERATE, press_rate, ("incident",), opens=True),
    Action.END_INCIDENT: Route(Permission.OPERATE, press_end, ("incident",), opens=True),
}

FORMS: Mapping[FormId, Form] = {
    FormId.OPEN_INCIDENT: Form(Permission.OPERATE, submit_open),
    FormId.NOTE_INCIDENT: Form(Permission.OPERATE, submit_note, ("incident",)),
    FormId.RATE_INCIDENT: Form(Permission.OPERATE, submit_rate, ("incident",)),
    FormId.END_INCIDENT: Form(Permission.OPERATE, submit_end, ("incident",)),
}
