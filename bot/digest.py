"""Digest: yesterday, or the week, and what waits, for whoever asks now."""

from collections.abc import Mapping

from bot.asks import Ask, Misunderstood, Press
from bot.blocks import Message
from bot.ids import Action
from bot.routes import Command, Group, Route, command
from bot.views import digest as views
from domain.kernel.actor import Permission
from domain.kernel.core import Core
from domain.kernel.speech import phrase, say
from domain.operations import digests
from domain.operations.digest_contents import Kind

EXAMPLE = "digest weekly"


async def show(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo digest [weekly]``.

    Raises:
        Misunderstood: There is no such digest.
    """
    word = ask.words[0].casefold() if ask.words else Kind.DAILY.value
    if word not in set(Kind):
        raise Misunderstood(
            say("A digest is of yesterday or `weekly`: `/plixo digest`, `/plixo {example}`.", example=EXAMPLE)
        )
    return views.digest(await digests.now(core, kind=Kind(word), actor=ask.actor, slack_id=ask.slack_id))


async def press(core: Core, press: Press) -> Message:
    """Answer a click on "Send me one now"."""
    return views.digest(await digests.now(core, kind=Kind.DAILY, actor=press.actor, slack_id=press.slack_id))


COMMANDS: tuple[Command, ...] = (
    command(
        Group.SELF,
        "digest",
        "[weekly]",
        Permission.VIEW,
        phrase("shows your digest as it is now: yesterday or the week, and what waits for you"),
        EXAMPLE,
        show,
    ),
)

BUTTONS: Mapping[Action, Route] = {Action.DIGEST_NOW: Route(Permission.VIEW, press)}
