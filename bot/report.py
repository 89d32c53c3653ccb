"""Report: the figures by which the work is judged, for whoever may look at the ledger."""

from datetime import date

from bot import exports, terms
from bot.asks import Ask, Misunderstood
from bot.blocks import Message
from bot.routes import Command, Group, command
from bot.views import report as views
from domain.kernel.actor import Permission
from domain.kernel.clock import local_date
from domain.kernel.core import Core
from domain.kernel.speech import phrase
from domain.operations import report_files
from domain.operations.exports import What
from domain.operations.reports import wishes
from domain.operations.reports.wishes import Wish

EXAMPLE = "report dso 30 EUR"


async def show(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo report [KIND] [DAYS] [CURRENCY] [segment …] [customer …] [as pdf|csv]``.

    Raises:
        WishUnclear: A word says nothing about a report.
    """
    words = [each for each in ask.words if each.casefold() != exports.HERE]
    wish = _read(core, words)
    if wish.form is None:
        return views.report(await report_files.made(core, wish, actor=ask.actor))
    await report_files.check(core, wish)
    here = len(words) < len(ask.words)
    return await exports.queued(core, ask, what=What.REPORT, words=tuple(wish.words()), here=here)


def _read(core: Core, words: list[str]) -> Wish:
    today = local_date(core.clock, core.merchant.zone)

    def day(said: tuple[str, ...]) -> date | None:
        try:
            return terms.past_day(said, today=today)
        except Misunderstood:
            return None

    return wishes.read(words, today=today, day=day)


COMMANDS: tuple[Command, ...] = (
    command(
        Group.MONEY,
        "report",
        "[KIND] [days] [EUR] [segment …] [customer …] [as pdf|csv]",
        Permission.VIEW,
        phrase("shows a report: the week, DSO, collected against plan, promises, disputes, exposures and more"),
        EXAMPLE,
        show,
    ),
)
