"""Policies and segments: what is in force, what is proposed and how it differs; published or rejected by a click."""

from collections.abc import Mapping

from bot import asks, reasons
from bot.asks import Ask, Filled, Misunderstood, Press
from bot.blocks import Message
from bot.ids import Action, FormId
from bot.routes import Answer, Command, Form, Group, Route, command
from bot.views import answers
from bot.views import policies as views
from domain.kernel.actor import Permission
from domain.kernel.core import Core
from domain.kernel.speech import phrase, say
from domain.policies import differences, health, policies, previews, queries
from domain.policies.policies import Running
from domain.policies.values import Mode

PUBLISH = "policy publish 3 move"

RUNNING = {"move": Running.MOVE, "finish": Running.FINISH}

LIVE = ("proposed", "published")
"""States of a version that is shown with what it does to the invoices of today."""

MODES = {"shadow": Mode.SHADOW, "autopilot": Mode.AUTOPILOT, "auto": Mode.AUTOPILOT}


async def policy(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo policy``: the proposal that waits with what it changes, and the versions; or one version."""
    if ask.words:
        return await _card(core, _version(ask.words[0], example="policy 3"))
    proposal = await queries.proposal(core)
    if proposal is not None:
        return await _card(core, proposal.version)
    return views.versions(await queries.versions(core, limit=10))


async def publish(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo policy publish 3 move|finish``.

    Raises:
        Misunderstood: The version, or what becomes of running reminders, is missing.
    """
    if not ask.words:
        raise Misunderstood(say("Which version? For example {example}.", example=f"`/plixo {PUBLISH}`"))
    running = RUNNING.get(ask.words[1].casefold()) if len(ask.words) > 1 else None
    if running is None:
        hint = say(
            "What becomes of reminders that run: `move` to the new cadence, or `finish` in the old one? "
            "For example {example}.",
            example=f"`/plixo {PUBLISH}`",
        )
        raise Misunderstood(hint)
    version = _version(ask.words[0], example=PUBLISH)
    return answers.done(await policies.publish(core, version=version, running=running, actor=ask.actor))


async def reject(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo policy reject 3 reason…``."""
    example = "policy reject 3 too harsh for new customers"
    if not ask.words:
        raise Misunderstood(say("Which version, and why? For example {example}.", example=f"`/plixo {example}`"))
    version = _version(ask.words[0], example=example)
    reason = asks.reason(ask.words[1:], why=say("Why? Whoever proposed it wants to know."), example=example)
    return answers.done(await policies.reject(core, version=version, reason=reason, actor=ask.actor))


async def segment(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo segment``: the list; with a name and a mode, propose that mode.

    Raises:
        Misunderstood: The mode is none.
    """
    if not ask.words:
        in_force = await queries.in_force(core)
        return views.segments(in_force, await health.of_segments(core), limits=core.limits)
    mode = MODES.get(ask.words[-1].casefold())
    if mode is None or len(ask.words) < 2:
        raise Misunderstood(say("Which mode? For example `/plixo segment large autopilot`, or `… shadow`."))
    quoted = asks.quoted(ask.words[:-1])
    name = quoted[0] if quoted else " ".join(ask.words[:-1])
    event = await policies.set_mode(core, segment=name, mode=mode, actor=ask.actor)
    return answers.done(event, views.look(event.version), note=say("Somebody else publishes it."))


async def press_show(core: Core, press: Press) -> Message:
    """Answer a click on Look at it."""
    return await _card(core, _pressed(press))


async def press_move(core: Core, press: Press) -> Message:
    """Answer a click on Publish and move."""
    event = await policies.publish(core, version=_pressed(press), running=Running.MOVE, actor=press.actor)
    return answers.done(event, replaces=True)


async def press_finish(core: Core, press: Press) -> Message:
    """Answer a click on Publish and let finish."""
    event = await policies.publish(core, version=_pressed(press), running=Running.FINISH, actor=press.actor)
    return answers.done(event, replaces=True)


async def press_reject(core: Core, press: Press) -> Answer:
    """Answer a click on Reject…: whoever proposed it wants to know why."""
    number = _pressed(press)
    version = await queries.version(core, number)
    return views.reject_form(version) if version.state == "proposed" else await _card(core, number)


async def submit_reject(core: Core, filled: Filled) -> Message:
    """Take the reason why a version is turned down."""
    assert filled.subject.policy is not None, "the form's route asks for it"
    reason = reasons.given(filled.values, {}, or_else=say("Why? Whoever proposed it wants to know."))
    event = await policies.reject(core, version=filled.subject.policy, reason=reason, actor=filled.actor)
    return answers.done(event)


async def _card(core: Core, number: int) -> Message:
    version = await queries.version(core, number)
    in_force = await queries.in_force(core)
    changes = differences.between(in_force.document, version.document)
    today = await previews.of(core, document=version.document) if version.state in LIVE else None
    return views.card(version, in_force.version, [str(each) for each in changes], today=today)


def _version(word: str, *, example: str) -> int:
    digits = word.casefold().lstrip("v")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 9):
        raise Misunderstood(say("A version is a number. For example {example}.", example=f"`/plixo {example}`"))
    return int(digits)


def _pressed(press: Press) -> int:
    assert press.subject.policy is not None, "the route asks for it"
    return press.subject.policy


COMMANDS: tuple[Command, ...] = (
    command(
        Group.POLICY,
        "policy",
        "[VERSION]",
        Permission.VIEW,
        phrase("shows the proposal that waits, or a version"),
        "policy",
        policy,
    ),
    command(
        Group.POLICY,
        "policy publish",
        "VERSION move|finish",
        Permission.PUBLISH,
        phrase("brings a proposal into force"),
        PUBLISH,
        publish,
    ),
    command(
        Group.POLICY,
        "policy reject",
        "VERSION reason…",
        Permission.PUBLISH,
        phrase("turns a proposal down, or takes one's own back"),
        "policy reject 3 too harsh",
        reject,
        Permission.WORK_QUEUE,
    ),
    command(
        Group.POLICY,
        "segment",
        "[NAME shadow|autopilot]",
        Permission.VIEW,
        phrase("lists segments, or proposes a mode for one"),
        "segment",
        segment,
    ),
)

BUTTONS: Mapping[Action, Route] = {
    Action.SHOW_POLICY: Route(Permission.VIEW, press_show, ("policy",)),
    Action.PUBLISH_MOVE: Route(Permission.PUBLISH, press_move, ("policy",)),
    Action.PUBLISH_FINISH: Route(Permission.PUBLISH, press_finish, ("policy",)),
    Action.REJECT_POLICY: Route(Permission.VIEW, press_reject, ("policy",), opens=True),  # its maker may take it back
}

FORMS: Mapping[FormId, Form] = {
    FormId.REJECT_POLICY: Form(Permission.VIEW, submit_reject, ("policy",)),
}
