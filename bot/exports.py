"""Exports: papers and tables as files, sent to whoever asks, or into the channel where everybody may see them."""

from bot.asks import Ask, Misunderstood
from bot.blocks import Message
from bot.routes import Command, Group, command
from bot.views import answers
from domain.kernel.actor import Permission
from domain.kernel.core import Core
from domain.operations import exports
from domain.operations.exports import CHARTS, What

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
    known = {each.value: each for each in What if each not in CHARTS}
    if name not in known:
        raise Misunderstood(f"What shall it be: {', '.join(known)}? For example `/plixo {EXAMPLE}`.")
    what = known[name]
    if what in _NAMED and len(words) < 2:
        raise Misunderstood(f"Of which? For example `/plixo {EXAMPLE}`, or `/plixo export receipt INV-1042`.")
    return await queued(core, ask, what=what, words=tuple(words[1:]), here=here)


async def queued(core: Core, ask: Ask, *, what: What, words: tuple[str, ...], here: bool) -> Message:
    """Let a file be made, and say where it comes."""
    channel = ask.channel if here else ""
    await exports.ask(core, what=what, words=words, chat_id=ask.slack_id, channel=channel, actor=ask.actor)
    where = "comes here, unless everybody may read along here" if channel else "comes as a message from Plixo"
    return answers.said(f"The {what.value} is being made; it {where}.")


COMMANDS: tuple[Command, ...] = (
    command(
        Group.MONEY,
        "export",
        "WHAT [filters] [here]",
        Permission.VIEW,
        "sends a file: a statement, invoice or receipt, the queue, ageing, unapplied cash, bank lines, suppressions, "
        "or what the last import rejected",
        EXAMPLE,
        export,
        Permission.IMPORT,
    ),
)
