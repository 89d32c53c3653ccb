"""Digest: yesterday, or the week, and what waits, for whoever asks now."""

from collections.abc import Mapping

from bot import exports
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
from domain.operations.exports import What

EXAMPLE = "digest weekly"

_ALSO = {"week": Kind.WEEKLY.value, "day": Kind.DAILY.value, "today": Kind.DAILY.value, "yesterday": Kind.DAILY.value}
"""How people call a digest besides by its name."""


async def show(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo digest [weekly] [as pdf]``.

    Raises:
        Misunderstood: There is no such digest.
    """
    words = [each.casefold() for each in ask.words]
    here = exports.HERE in words
    as_file = bool({"pdf", "file"} & set(words))
    left = [each for each in words if each not in {exports.HERE, "as", "pdf", "file", "now"}]
    word = _ALSO.get(left[0], left[0]) if left else Kind.DAILY.value
    if word not in set(Kind) or len(left) > 1:
        raise Misunderstood(
            say(
                "A digest is of yesterday or `weekly`: `/plixo digest`, `/plixo {example}`; `as pdf` brings it as a"
                " file. Tables come from `/plixo report as csv`.",
                example=EXAMPLE,
            )
        )
    if as_file:
        return await exports.queued(core, ask, what=What.DIGEST, words=(word, "as", "pdf"), here=here)
    return views.digest(await digests.now(core, kind=Kind(word), actor=ask.actor, slack_id=ask.slack_id))


async def press(core: Core, press: Press) -> Message:
    """Answer a click on "Send me one now"."""
    return views.digest(await digests.now(core, kind=Kind.DAILY, actor=press.actor, slack_id=press.slack_id))


COMMANDS: tuple[Command, ...] = (
    command(
        Group.SELF,
        "digest",
        "[weekly] [as pdf]",
        Permission.VIEW,
        phrase("shows your digest as it is now: yesterday or the week, and what waits for you"),
        EXAMPLE,
        show,
    ),
)

BUTTONS: Mapping[Action, Route] = {Action.DIGEST_NOW: Route(Permission.VIEW, press)}
