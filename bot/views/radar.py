"""Commitment Radar as the operators see it: what needs a look today, the largest amount first."""

from collections import Counter

from bot import blocks, ids, text
from bot.blocks import Block, Message
from domain.commitments.radar import Blip, Radar, RadarLine
from domain.kernel import sentences
from domain.kernel.speech import counted, say


def page(radar: Radar) -> Message:
    """Return the commitments that need a look today."""
    if not radar.lines:
        sentence = say(
            "Nothing on the radar of {day}: no promise is due or broken, no instalment missed.", day=radar.on
        )
        return Message(text=sentence, blocks=(blocks.section(sentence),))
    total = len(radar.lines) + radar.more
    counts = Counter(each.blip for each in radar.lines)
    told = ", ".join(_counted(blip, count) for blip, count in counts.items())
    head = say("{count} on the radar of {day}", count=total, day=radar.on)
    return Message(
        text=f"{head}: {told}.",
        blocks=blocks.listing([blocks.section(f"*{head}*\n{told}")], map(_line, radar.lines), total=total),
    )


def called(blip: Blip) -> str:
    """Return what brought a commitment onto the radar, as the beginning of a line."""
    match blip:
        case Blip.PROMISE_DUE:
            return say("Promise due today")
        case Blip.PROMISE_OVERDUE:
            return say("Promise overdue")
        case Blip.PROMISE_BROKEN:
            return say("Promise broken")
        case Blip.PROMISE_PARTLY_KEPT:
            return say("Promise partly kept")
        case Blip.INSTALMENT_DUE:
            return say("Instalment due")
        case Blip.INSTALMENT_MISSED:
            return say("Instalment missed")


def _counted(blip: Blip, count: int) -> str:
    match blip:
        case Blip.PROMISE_DUE:
            return counted("{n} promise due today", "{n} promises due today", count)
        case Blip.PROMISE_OVERDUE:
            return counted("{n} promise overdue", "{n} promises overdue", count)
        case Blip.PROMISE_BROKEN:
            return counted("{n} promise broken", "{n} promises broken", count)
        case Blip.PROMISE_PARTLY_KEPT:
            return counted("{n} promise partly kept", "{n} promises partly kept", count)
        case Blip.INSTALMENT_DUE:
            return counted("{n} instalment due", "{n} instalments due", count)
        case Blip.INSTALMENT_MISSED:
            return counted("{n} instalment missed", "{n} instalments missed", count)


def _line(line: RadarLine) -> Block:
    number = text.foreign(line.invoice_number)
    risk = say("{amount} at risk, {day}", amount=line.at_risk, day=line.on)
    return blocks.section(
        f"*{called(line.blip)}*  {number}  {text.foreign(line.account_name)}\n"
        f"{risk} · {text.said(sentences.said(line.reason), limit=200)}",
        accessory=blocks.button(
            say("Show"),
            action=ids.Action.SHOW,
            value=ids.value(invoice_id=line.invoice_id),
            label=say("Show {invoice}", invoice=text.plain(line.invoice_number, limit=50)),
        ),
    )
