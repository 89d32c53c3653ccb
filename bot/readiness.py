"""Readiness: the board of checks, a test dispute or a new judgement, and overriding one check for a while."""

from collections.abc import Mapping
from datetime import timedelta

from bot import asks, entered, exports, words
from bot.asks import Ask, Filled, Misunderstood, Press
from bot.blocks import Message
from bot.ids import Action, FormId
from bot.modals import Modal
from bot.routes import Command, Form, Group, Route, command
from bot.views import answers
from bot.views import parity as parity_views
from bot.views import readiness as views
from domain.kernel.actor import Permission
from domain.kernel.core import Core
from domain.kernel.speech import phrase, say
from domain.ledger import parity
from domain.operations import readiness, readiness_accounts, readiness_overrides, readiness_smoke, readiness_wishes
from domain.operations.exports import What

OVERRIDE = 'readiness override contacts "the list comes on Monday" until tomorrow 12:00'


async def show(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo readiness``: the board, seen by the one who asks only."""
    del ask
    return views.board(await readiness.board(core))


async def override(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo readiness override CHECK "reason" until TIME``.

    Raises:
        Misunderstood: Check, reason or end is missing.
    """
    if not ask.words:
        raise Misunderstood(say("Which check? For example `/plixo {example}`.", example=OVERRIDE))
    read = words.until(ask.words[1:], now=core.clock.now(), zone=core.merchant.zone, opens=core.limits.opens)
    reason = asks.reason(tuple(read.rest.split()), why=say("Why? A second person reads it."), example=OVERRIDE)
    if read.at is None:
        raise Misunderstood(
            say("Until when? It ends by itself then. For example `/plixo {example}`.", example=OVERRIDE)
        )
    event = await readiness_overrides.propose(core, name=ask.words[0], reason=reason, until=read.at, actor=ask.actor)
    return answers.done(event)


async def approve(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo readiness approve CHECK``."""
    override_id = await readiness_overrides.proposed(core, name=_name(ask))
    return answers.done(await readiness_overrides.approve(core, override_id=override_id, actor=ask.actor))


async def decline(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo readiness decline CHECK``."""
    override_id = await readiness_overrides.proposed(core, name=_name(ask))
    return answers.done(await readiness_overrides.decline(core, override_id=override_id, actor=ask.actor))


async def end(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo readiness end CHECK``."""
    return answers.done(await readiness_overrides.end(core, name=_name(ask), actor=ask.actor))


async def smoke(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo readiness smoke``."""
    await readiness_smoke.request(core, actor=ask.actor)
    return _filed()


async def recheck(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo readiness check``."""
    await readiness_wishes.recheck(core, actor=ask.actor)
    return _judged()


async def contacts(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo readiness contacts``."""
    return views.lacking(*await readiness_accounts.lacking(core, actor=ask.actor))


async def press_show(core: Core, press: Press) -> Message:
    """Answer a click on the board's button."""
    del press
    return views.board(await readiness.board(core))


async def press_recheck(core: Core, press: Press) -> Message:
    """Answer a click on Check again."""
    await readiness_wishes.recheck(core, actor=press.actor)
    return _judged()


async def press_smoke(core: Core, press: Press) -> Message:
    """Answer a click on Resend test dispute."""
    await readiness_smoke.request(core, actor=press.actor)
    return _filed()


async def press_contacts(core: Core, press: Press) -> Message:
    """Answer a click on Without contact."""
    return views.lacking(*await readiness_accounts.lacking(core, actor=press.actor))


async def press_file(core: Core, press: Press) -> Message:
    """Answer a click on Send me the file."""
    asked = Ask((), press.actor, press.slack_id)
    return await exports.queued(core, asked, what=What.CONTACTLESS, words=(), here=False)


async def press_parity(core: Core, press: Press) -> Message:
    """Answer a click on Compare ageing."""
    return parity_views.shown(await parity.latest(core, actor=press.actor, limit=parity_views.INVOICES_SHOWN))


async def press_override(core: Core, press: Press) -> Message | Modal:
    """Answer a click on the button that overrides."""
    del press
    shown = await readiness.board(core)
    if not any(each.holds for each in shown.checks):
        return answers.said(say("No check holds anything any more, so there is nothing to override."))
    hours = int(core.limits.readiness.override_longest / timedelta(hours=1))
    return views.override_form(shown.checks, longest_hours=hours)


async def press_approve(core: Core, press: Press) -> Message:
    """Answer a click on Agree."""
    assert press.subject.override is not None, "the route asks for it"
    return answers.done(await readiness_overrides.approve(core, override_id=press.subject.override, actor=press.actor))


async def press_decline(core: Core, press: Press) -> Message:
    """Answer a click on Decline."""
    assert press.subject.override is not None, "the route asks for it"
    return answers.done(await readiness_overrides.decline(core, override_id=press.subject.override, actor=press.actor))


async def submit_override(core: Core, filled: Filled) -> Message:
    """Take the form in which a check is to be overridden."""
    until = entered.until(core, filled.values, "hours", views.TERMS)
    event = await readiness_overrides.propose(
        core,
        name=filled.values.choice("check"),
        reason=filled.values.needed("reason", or_else=say("Why? A second person reads it.")),
        until=until,
        actor=filled.actor,
    )
    return answers.done(event)


def _name(ask: Ask) -> str:
    if not ask.words:
        raise Misunderstood(say("Which check? For example `/plixo {example}`.", example="readiness approve contacts"))
    return ask.words[0]


def _judged() -> Message:
    return answers.said(say("Every check is judged anew; the board shows it in a moment."), views.look())


def _filed() -> Message:
    return answers.said(
        say("A test dispute is on its way through the payers' pages; within a minute the board says how it fared."),
        views.look(),
    )


COMMANDS: tuple[Command, ...] = (
    command(
        Group.POLICY, "readiness", "", Permission.VIEW, phrase("shows what Autopilot waits for, and what to do"),
        "readiness", show,
    ),
    command(
        Group.POLICY, "readiness check", "", Permission.VIEW, phrase("judges every check anew"), "readiness check",
        recheck,
    ),
    command(
        Group.POLICY, "readiness smoke", "", Permission.WORK_QUEUE,
        phrase("sends a test dispute through the payers' pages"), "readiness smoke", smoke,
    ),
    command(
        Group.POLICY, "readiness contacts", "", Permission.VIEW,
        phrase("lists customers without a contact, the largest exposure first"), "readiness contacts", contacts,
    ),
    command(
        Group.POLICY, "readiness override", 'CHECK "reason" until TIME', Permission.OVERRIDE,
        phrase("proposes that a failing check hold nothing back for a while"), OVERRIDE, override,
    ),
    command(
        Group.POLICY, "readiness approve", "CHECK", Permission.OVERRIDE, phrase("agrees to an override"),
        "readiness approve contacts", approve,
    ),
    command(
        Group.POLICY, "readiness decline", "CHECK", Permission.OVERRIDE, phrase("declines an override"),
        "readiness decline contacts", decline,
    ),
    command(
        Group.POLICY, "readiness end", "CHECK", Permission.OVERRIDE, phrase("lets an overridden check count again"),
        "readiness end contacts", end,
    ),
)  # fmt: skip

BUTTONS: Mapping[Action, Route] = {
    Action.SHOW_READINESS: Route(Permission.VIEW, press_show),
    Action.RECHECK_READINESS: Route(Permission.VIEW, press_recheck),
    Action.SMOKE_DISPUTE: Route(Permission.WORK_QUEUE, press_smoke),
    Action.LIST_CONTACTLESS: Route(Permission.VIEW, press_contacts),
    Action.EXPORT_CONTACTLESS: Route(Permission.VIEW, press_file),
    Action.SHOW_PARITY: Route(Permission.VIEW, press_parity),
    Action.OVERRIDE_CHECK: Route(Permission.OVERRIDE, press_override, opens=True),
    Action.APPROVE_OVERRIDE: Route(Permission.OVERRIDE, press_approve, ("override",)),
    Action.DECLINE_OVERRIDE: Route(Permission.OVERRIDE, press_decline, ("override",)),
}

FORMS: Mapping[FormId, Form] = {FormId.OVERRIDE_CHECK: Form(Permission.OVERRIDE, submit_override)}
