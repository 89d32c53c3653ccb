"""Preview: what tomorrow would send, and striking single steps out before they are sent."""

from collections.abc import Mapping
from datetime import date

from bot import asks, words
from bot.asks import Ask, Misunderstood, Press
from bot.blocks import Message
from bot.ids import Action
from bot.routes import Command, Group, Route, command
from bot.views import answers
from bot.views import preview as views
from domain.kernel.actor import Actor, Permission
from domain.kernel.clock import local_date
from domain.kernel.core import Core
from domain.kernel.speech import phrase, say
from domain.operations import cases
from domain.outreach import preview, vetoes

LONGEST_PAGE = 4
"""Digits of a page's number; what has more is a day or nothing."""

VETO = "veto INV-1042 3 we spoke on the phone"

STRUCK = phrase("struck out in the preview")
"""Kept as the reason of a veto that was made by a click."""


async def show(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo preview`` for tomorrow, or for a day to come; `/plixo preview 2` is the second page."""
    today = local_date(core.clock, core.merchant.zone)
    rest, page = _page(ask.words)
    day = words.day(rest, today=today) if rest else None
    return await _shown(core, ask.actor, day, page)


async def press_page(core: Core, press: Press) -> Message:
    """Answer a click on another page: of the same day, in place of the page that was shown."""
    return await _shown(core, press.actor, press.subject.on, press.subject.page or 1, replaces=True)


async def _shown(core: Core, actor: Actor, day: date | None, page: int, *, replaces: bool = False) -> Message:
    found = await preview.tomorrow(core, actor=actor, day=day, limit=views.PAGE, page=page)
    return views.page(found, replaces=replaces)


def _page(said: tuple[str, ...]) -> tuple[tuple[str, ...], int]:
    """Return the words before the page, and the page: a number alone, or one behind the word."""
    last = said[-1] if said else ""
    if last.isascii() and last.isdigit() and len(last) <= LONGEST_PAGE:
        if len(said) == 1:
            return (), int(last)
        if said[-2].casefold() == "page":
            return said[:-2], int(last)
    return said, 1


async def veto(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo veto INV-1042 [step] reason…``; without a step the next one is meant."""
    number, rest = asks.leading_number(ask.words, example=VETO)
    step, rest = await _step(core, number, rest)
    reason = asks.reason(rest, why=say("Why is it not sent?"), example=VETO)
    event = await vetoes.strike(core, invoice_number=number, step=step, reason=reason, actor=ask.actor)
    return answers.done(event, views.restore(event.invoice_id, event.step))


async def unveto(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo unveto INV-1042 [step]``."""
    number, rest = asks.leading_number(ask.words, example="unveto INV-1042 3")
    step, _ = await _step(core, number, rest)
    return answers.done(await vetoes.restore(core, invoice_number=number, step=step, actor=ask.actor))


async def press_veto(core: Core, press: Press) -> Message:
    """Answer a click on Veto in a preview."""
    assert press.subject.invoice is not None and press.subject.step is not None  # noqa: PT018 - the route asks for both
    number = await cases.number(core, invoice_id=press.subject.invoice)
    event = await vetoes.strike(
        core, invoice_number=number, step=press.subject.step, reason=say(STRUCK), actor=press.actor
    )
    return answers.done(event, views.restore(event.invoice_id, event.step))


async def press_unveto(core: Core, press: Press) -> Message:
    """Answer a click on Restore."""
    assert press.subject.invoice is not None and press.subject.step is not None  # noqa: PT018 - the route asks for both
    number = await cases.number(core, invoice_id=press.subject.invoice)
    event = await vetoes.restore(core, invoice_number=number, step=press.subject.step, actor=press.actor)
    return answers.done(event, replaces=True)


async def _step(core: Core, number: str, rest: tuple[str, ...]) -> tuple[int, tuple[str, ...]]:
    """Return the step that is named, or the next one of the invoice's cadence."""
    if rest and rest[0].casefold() == "step":
        rest = rest[1:]
    if rest and rest[0].isascii() and rest[0].isdigit() and len(rest[0]) <= 3:
        return int(rest[0]), rest[1:]
    step = await cases.next_step(core, invoice_number=number)
    if step is None:
        hint = say(
            "No step of {number} is ahead. Name one if you mean another: {example}.",
            number=number,
            example=f"`/plixo {VETO}`",
        )
        raise Misunderstood(hint)
    return step, rest


COMMANDS: tuple[Command, ...] = (
    command(
        Group.DRAFTS,
        "preview",
        "[DAY] [page N]",
        Permission.VIEW,
        phrase("shows what tomorrow would send, each with a veto"),
        "preview",
        show,
    ),
    command(
        Group.DRAFTS,
        "veto",
        "INV [STEP] reason…",
        Permission.WORK_QUEUE,
        phrase("strikes out a step before it is sent"),
        VETO,
        veto,
    ),
    command(
        Group.DRAFTS,
        "unveto",
        "INV [STEP]",
        Permission.WORK_QUEUE,
        phrase("lets it be sent after all"),
        "unveto INV-1042 3",
        unveto,
    ),
)

BUTTONS: Mapping[Action, Route] = {
    Action.VETO: Route(Permission.WORK_QUEUE, press_veto, ("invoice", "step")),
    Action.UNVETO: Route(Permission.WORK_QUEUE, press_unveto, ("invoice", "step")),
    Action.PREVIEW_BACK: Route(Permission.VIEW, press_page, ("on", "page")),
    Action.PREVIEW_MORE: Route(Permission.VIEW, press_page, ("on", "page")),
    Action.PREVIEW_HELD: Route(Permission.VIEW, press_page, ("on", "page")),
}
