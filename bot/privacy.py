"""Privacy: a person's data are erased once somebody has asked for it and somebody else agrees."""

from collections.abc import Mapping

from bot import asks
from bot.asks import Ask, Misunderstood
from bot.blocks import Message
from bot.ids import Action, FormId
from bot.routes import Command, Form, Group, Route, command
from bot.views import answers
from bot.views import privacy as views
from domain.kernel.actor import Permission
from domain.kernel.core import Core
from domain.kernel.speech import phrase, say
from domain.operations.erasing import asking, subjects

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

BUTTONS: Mapping[Action, Route] = {}

FORMS: Mapping[FormId, Form] = {}
