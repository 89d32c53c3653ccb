"""The queue: what to work on, the most urgent first; the next case is taken up, so that nobody else gets it too."""

from collections.abc import Mapping

from bot import asks, sessions
from bot import snoozes as snooze_commands
from bot.asks import Ask, Press
from bot.blocks import Message
from bot.ids import Action
from bot.routes import Command, Group, Route, command
from bot.views import answers
from bot.views import queue as views
from bot.views import sessions as session_views
from domain.casework import cards, claims, queue, snoozes, taking
from domain.casework.taking import Taken
from domain.kernel.actor import Actor, Permission
from domain.kernel.core import Core
from domain.kernel.speech import phrase, say
from domain.operations import cases
from domain.outreach import nudges

MINE = frozenset({"mine", "my", "own"})


async def page(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo queue``."""
    mine = _mine(ask)
    return views.page(await queue.page(core, actor=ask.actor, mine=mine), mine=mine)


async def focus(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo focus``: today's top three."""
    mine = _mine(ask)
    found = await queue.focus(core, actor=ask.actor, mine=mine)
    return views.focus(found, await taking.progress(core, actor=ask.actor, mine=mine))


async def following(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo next``: take up the case that comes first, and show all of it."""
    return await _next(core, ask.actor, mine=_mine(ask))


async def press_next(core: Core, press: Press) -> Message:
    """Answer a click on Next."""
    return await _next(core, press.actor, mine=False)


async def claim(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo claim INV-1042``; ``over`` behind it takes the customer from whoever has it."""
    number, rest = asks.leading_number(ask.words, example="claim INV-1042")
    over = bool(rest) and rest[0].casefold() == "over"
    return answers.done(await claims.take(core, invoice_number=number, actor=ask.actor, over=over))


async def release(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo release INV-1042``."""
    number = asks.invoice_number(ask.words, example="release INV-1042")
    return answers.done(await claims.release(core, invoice_number=number, actor=ask.actor))


async def press_release(core: Core, press: Press) -> Message:
    """Answer a click on Release."""
    return answers.done(await claims.release(core, invoice_number=await _number(core, press), actor=press.actor))


async def skip(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo skip INV-1042``."""
    number = asks.invoice_number(ask.words, example="skip INV-1042")
    return answers.done(await snoozes.skip(core, invoice_number=number, actor=ask.actor), session_views.next_button())


async def press_take_over(core: Core, press: Press) -> Message:
    """Answer a click on Take over: the case is the clicker's, whoever had it, and its card is shown."""
    assert press.subject.invoice is not None, "the route asks for it"
    event = await claims.take(core, invoice_number=await _number(core, press), actor=press.actor, over=True)
    taken = await taking.again(core, invoice_id=event.invoice_id, until=event.until, actor=press.actor)
    return await _card(core, taken, press.actor)


async def press_send(core: Core, press: Press) -> Message:
    """Answer a click on Send reminder now."""
    event = await nudges.nudge(core, invoice_number=await _number(core, press), actor=press.actor)
    return answers.done(
        event, note=say("{owner}, whose customer it is, is told.", owner=event.owner_name) if event.owner_name else ""
    )


async def press_skip(core: Core, press: Press) -> Message:
    """Answer a click on Skip: leave the case for now, and show the next one in its place."""
    event = await snoozes.skip(core, invoice_number=await _number(core, press), actor=press.actor)
    return views.after(event, await _next(core, press.actor, mine=False))


async def _next(core: Core, actor: Actor, *, mine: bool) -> Message:
    taken = await taking.take_next(core, actor=actor, mine=mine)
    if taken is None:
        return views.nothing()
    return await _card(core, taken, actor)


async def _card(core: Core, taken: Taken, actor: Actor) -> Message:
    invoice_id = taken.line.invoice_id
    facts = await cards.facts(core, invoice_id=invoice_id, actor=actor)
    case = await cases.case(core, invoice_id=invoice_id)
    return views.following(taken, case, facts, ends=snooze_commands.offered(core))


async def _number(core: Core, press: Press) -> str:
    assert press.subject.invoice is not None, "the route asks for it"
    return await cases.number(core, invoice_id=press.subject.invoice)


def _mine(ask: Ask) -> bool:
    return bool(ask.words) and ask.words[0].casefold() in MINE


COMMANDS: tuple[Command, ...] = (
    command(
        Group.WORK,
        "queue",
        "[mine]",
        Permission.VIEW,
        phrase("shows what to work on, the most urgent first"),
        "queue",
        page,
    ),
    command(
        Group.WORK,
        "focus",
        "",
        Permission.VIEW,
        phrase("shows today's top three, and how far you have come"),
        "focus",
        focus,
    ),
    command(
        Group.WORK,
        "next",
        "[mine]",
        Permission.WORK_QUEUE,
        phrase("takes up the case that comes first"),
        "next",
        following,
    ),
    command(
        Group.WORK,
        "claim",
        "INV [over]",
        Permission.WORK_QUEUE,
        phrase("takes up a case by name"),
        "claim INV-1042",
        claim,
    ),
    command(
        Group.WORK, "release", "INV", Permission.WORK_QUEUE, phrase("gives a case back"), "release INV-1042", release
    ),
    command(Group.WORK, "skip", "INV", Permission.WORK_QUEUE, phrase("leaves a case for now"), "skip INV-1042", skip),
)

BUTTONS: Mapping[Action, Route] = {
    Action.NEXT: Route(Permission.WORK_QUEUE, press_next),
    Action.RELEASE: Route(Permission.WORK_QUEUE, sessions.pressed(press_release), ("invoice",)),
    Action.SKIP: Route(Permission.WORK_QUEUE, press_skip, ("invoice",)),
    Action.TAKE_OVER: Route(Permission.APPROVE, press_take_over, ("invoice",)),
    Action.SEND_REMINDER: Route(Permission.NUDGE, sessions.pressed(press_send), ("invoice",)),
}
