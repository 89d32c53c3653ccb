"""Maintenance: hold back all mail and close the payers' pages for a reason and a time, and open again."""

from bot import asks, words
from bot.asks import Ask, Misunderstood
from bot.blocks import Message
from bot.routes import Command, Group, command
from bot.views import answers
from bot.views import maintenance as views
from domain.kernel import kept
from domain.kernel.actor import Permission
from domain.kernel.core import Core
from domain.kernel.speech import phrase, say
from domain.outreach import gates
from domain.outreach.gates import Holds

OVER = phrase("maintenance is over")
"""Why it is opened again, unless somebody says more."""

kept.learn(OVER)

EXAMPLE = 'maintenance on "the bank moves its accounts" until 14:00'


async def show(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo maintenance``: what holds mail back now."""
    del ask
    return views.listed(await gates.closed(core))


async def on(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo maintenance on "reason" until 14:00``.

    Raises:
        Misunderstood: The reason or the end is missing.
    """
    read = words.until(ask.words, now=core.clock.now(), zone=core.merchant.zone, opens=core.limits.opens)
    reason = asks.reason(tuple(read.rest.split()), why=say("Why? Everybody whose mail waits is told."), example=EXAMPLE)
    if read.at is None:
        raise Misunderstood(say("Until when? It ends by itself then. For example `/plixo {example}`.", example=EXAMPLE))
    event = await gates.close(
        core, name=gates.MAINTENANCE, holds=Holds.ALL_MAIL, reason=reason, actor=ask.actor, until=read.at
    )
    return answers.done(
        event,
        note=say(
            "The payers' pages are closed, too; what comes in is taken all the same."
            " End it sooner: `/plixo maintenance off reason…`"
        ),
    )


async def off(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo maintenance off [reason…]``."""
    reason = " ".join(ask.words) or OVER
    return answers.done(await gates.open(core, name=gates.MAINTENANCE, reason=reason, actor=ask.actor))


COMMANDS: tuple[Command, ...] = (
    command(
        Group.POLICY, "maintenance", "", Permission.VIEW, phrase("shows what holds all mail back"), "maintenance", show
    ),
    command(
        Group.POLICY,
        "maintenance on",
        '"reason" until TIME',
        Permission.OPERATE,
        phrase("holds mail back and closes the payers' pages"),
        EXAMPLE,
        on,
    ),
    command(
        Group.POLICY,
        "maintenance off",
        "[reason…]",
        Permission.OPERATE,
        phrase("lets it go again"),
        "maintenance off all done",
        off,
    ),
)
