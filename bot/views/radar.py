"""Commitment Radar as the operators see it: what needs a look today, the largest amount first."""

from bot import blocks, ids, text
from bot.blocks import Block, Message
from domain.commitments.radar import Radar, RadarLine


def page(radar: Radar) -> Message:
    """Return the commitments that need a look today."""
    if not radar.lines:
        sentence = f"Nothing on the radar of {text.day(radar.on)}: no promise is due or broken, no instalment missed."
        return Message(text=sentence, blocks=(blocks.section(sentence),))
    total = len(radar.lines) + radar.more
    counts: dict[str, int] = {}
    for each in radar.lines:
        counts[each.blip.value] = counts.get(each.blip.value, 0) + 1
    told = ", ".join(f"{count} {blip}" for blip, count in counts.items())
    head = f"{total} on the radar of {text.day(radar.on)}"
    return Message(
        text=f"{head}: {told}.",
        blocks=blocks.listing([blocks.section(f"*{head}*\n{told}")], map(_line, radar.lines), total=total),
    )


def _line(line: RadarLine) -> Block:
    number = text.foreign(line.invoice_number)
    return blocks.section(
        f"*{line.blip.value.capitalize()}*  {number}  {text.foreign(line.account_name)}\n"
        f"{line.at_risk} at risk, {text.day(line.on)} · {text.said(line.reason, limit=200)}",
        accessory=blocks.button(
            "Show",
            action=ids.Action.SHOW,
            value=ids.value(invoice_id=line.invoice_id),
            label=f"Show {text.plain(line.invoice_number, limit=50)}",
        ),
    )
