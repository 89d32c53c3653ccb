"""Deliverability: how the mail of the last seven days was received, by recipients' providers."""

from bot import asks
from bot.asks import Ask, Misunderstood
from bot.blocks import Message
from bot.routes import Command, Group, command
from bot.views import deliverability as views
from domain.kernel.actor import Permission
from domain.kernel.core import Core
from domain.kernel.speech import phrase, say
from domain.outreach import mail_reports
from domain.outreach.providers import PROVIDERS

SHOW = "deliverability gmail.com"


async def show(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo deliverability [DOMAIN]``: all of it, or what went to one domain or provider.

    Raises:
        Misunderstood: The words are neither.
    """
    said = " ".join(ask.words).casefold()
    if not said or said in PROVIDERS:
        return views.report(await mail_reports.report(core, of=said))
    named = asks.domain(f"@{ask.words[0].lstrip('@')}") if len(ask.words) == 1 else None
    if named is None or "@" in named[1:]:
        hint = say(
            "{typed} is neither a domain nor a provider such as `google`. For example {example}.",
            typed=repr(said[:80]),
            example=f"`/plixo {SHOW}`",
        )
        raise Misunderstood(hint)
    return views.report(await mail_reports.report(core, of=named))


COMMANDS: tuple[Command, ...] = (
    command(
        Group.STOPS,
        "deliverability",
        "[DOMAIN]",
        Permission.VIEW,
        phrase("shows how the week's mail was received"),
        SHOW,
        show,
    ),
)
