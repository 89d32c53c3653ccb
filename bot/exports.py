"""Exports: papers and tables as files, sent to whoever asks, or into the channel where everybody may see them."""

from bot.asks import Ask, Misunderstood
from bot.blocks import Message
from bot.routes import Command, Group, command
from bot.views import exports as views
from domain.kernel.actor import Permission
from domain.kernel.core import Core
from domain.kernel.speech import phrase, say
from domain.operations import exports
from domain.operations.exports import CHARTS, REPORTS, What

EXAMPLE = "export statement Acme Ltd"
HERE = "here"

_NAMED = (What.STATEMENT, What.INVOICE, What.RECEIPT)
"""Those that are of somebody or something."""


async def export(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo export WHAT [filters] [here]``.

    Raises:
        Misunderstood: It is not said what, or of whom.
    """
    words = [each for each in ask.words if each.casefold() != HERE]
    here = len(words) < len(ask.words)
    name = words[0].casefold() if words else ""
    known = {each.value: each for each in What if each not in (*CHARTS, *REPORTS)}
    if name not in known:
        raise Misunderstood(
            say(
                "What shall it be: {known}? For example `/plixo {example}`.",
                known=", ".join(f"`{each}`" for each in known),
                example=EXAMPLE,
            )
        )
    what = known[name]
    if what in _NAMED and len(words) < 2:
        raise Misunderstood(
            say("Of which? For example `/plixo {example}`, or `/plixo export receipt INV-1042`.", example=EXAMPLE)
        )
    return await queued(core, ask, what=what, words=tuple(words[1:]), here=here)


async def queued(core: Core, ask: Ask, *, what: What, words: tuple[str, ...], here: bool) -> Message:
    """Let a file be made, and say where it comes.

    It comes to the person alone unless ``here`` is said; whether the channel may have it is looked at when it is
    brought, since who reads along may change until then.
    """
    channel = ask.channel if here else ""
    await exports.ask(core, what=what, words=words, chat_id=ask.slack_id, channel=channel, actor=ask.actor)
    return views.queued(what, here=bool(channel))


COMMANDS: tuple[Command, ...] = (
    command(
        Group.MONEY,
        "export",
        "WHAT [filters] [here]",
        Permission.VIEW,
        phrase(
            "sends you a file, or brings it `here`: a statement, invoice or receipt, the queue, ageing, unapplied "
            "cash, bank lines, suppressions, or what the last import rejected"
        ),
        EXAMPLE,
        export,
        Permission.IMPORT,
    ),
)
