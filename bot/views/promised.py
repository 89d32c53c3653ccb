"""The part of App Home about payers' words: what needs a look of promises and instalments, and how many were kept."""

from collections.abc import Sequence

from bot import blocks, ids, text
from bot.blocks import Block
from bot.views import states
from domain.casework.queue import QueueLine
from domain.commitments.adherence import Adherence
from domain.commitments.radar import Radar, RadarLine
from domain.kernel.speech import counted, say
from domain.operations.reports import sheets


def part(radar: Radar, adherence: Adherence | None) -> Sequence[Block]:
    """Return the part; nothing where nothing was promised."""
    kept = _kept(adherence)
    if not radar.lines:
        return [blocks.divider(), *kept] if kept else []
    total = len(radar.lines) + radar.more
    whole = blocks.button(say("All"), action=ids.Action.RADAR, value=ids.value(), label=say("Show the whole radar"))
    head = blocks.section(say("*Promises and instalments that need a look*: {n}", n=total), accessory=whole)
    return [blocks.divider(), head, *map(_blip, radar.lines), *kept]


def _kept(adherence: Adherence | None) -> Sequence[Block]:
    """Return how far the customers' words held, in small print."""
    if adherence is None or adherence.kept_by_count is None:
        return []
    told = counted(
        "Of {n} promise that fell due in the last 90 days {kept} was kept ({share}).",
        "Of {n} promises that fell due in the last 90 days {kept} were kept ({share}).",
        adherence.decided,
        kept=adherence.kept.count,
        share=sheets.shown(sheets.Share(adherence.kept_by_count)),
    )
    return [blocks.context(told)]


def _blip(line: RadarLine) -> Block:
    stands = say("{amount} at risk, {day}", amount=line.at_risk, day=line.on)
    return blocks.section(
        f"*{states.capital(line.blip.said)}*  {text.foreign(line.invoice_number)}  {text.foreign(line.account_name)}\n"
        f"{stands}",
        accessory=show(line.invoice_number, line),
    )


def show(number: str, line: QueueLine | RadarLine) -> Block:
    """Return the button that shows the invoice of a line."""
    return blocks.button(
        say("Show"),
        action=ids.Action.SHOW,
        value=ids.value(invoice_id=line.invoice_id),
        label=say("Show {number}", number=text.plain(number, limit=50)),
    )
