"""Report: the figures by which the work is judged, for whoever may look at the ledger."""

from bot.asks import Ask, Misunderstood
from bot.blocks import Message
from bot.routes import Command, Group, command
from bot.views import report as views
from domain.kernel.actor import Permission
from domain.kernel.core import Core
from domain.kernel.speech import phrase, say
from domain.operations.reports import periods, reports
from domain.operations.reports.reports import Kind

EXAMPLE = "report dso 30 EUR"

_CODE = 3
"""Letters of a currency's code."""


async def show(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo report [KIND] [DAYS] [CURRENCY]``.

    Raises:
        Misunderstood: There is no such report, or a word is neither days nor a currency.
    """
    kind, days, currency = _read(ask.words)
    return views.report(await reports.report(core, kind=kind, actor=ask.actor, days=days, currency=currency))


def _read(words: tuple[str, ...]) -> tuple[Kind, int | None, str | None]:
    kind, days, currency = Kind.WEEKLY, None, None
    for at, word in enumerate(words):
        if at == 0 and word.casefold() in set(Kind):
            kind = Kind(word.casefold())
        elif word.isascii() and word.isdecimal() and len(word) <= len(str(periods.LONGEST)):
            days = int(word)
        elif len(word) == _CODE and word.isascii() and word.isalpha():
            currency = word.upper()
        else:
            raise Misunderstood(
                say(
                    "Which report: {known}? Days and a currency may follow, as in `/plixo {example}`.",
                    known=", ".join(f"`{each}`" for each in Kind),
                    example=EXAMPLE,
                )
            )
    if days == 0:
        days = periods.LONGEST + 1  # refused with the days that there may be
    return kind, days, currency


COMMANDS: tuple[Command, ...] = (
    command(
        Group.MONEY,
        "report",
        "[KIND] [DAYS] [CURRENCY]",
        Permission.VIEW,
        phrase("shows a report: the week, DSO, collected against plan, promises, disputes, exposures and more"),
        EXAMPLE,
        show,
    ),
)
