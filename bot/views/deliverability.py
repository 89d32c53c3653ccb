"""Deliverability: how the week's mail was received, as a table with the limits, and what to look at first."""

from collections.abc import Sequence
from datetime import date

from bot import blocks, ids, text
from bot.blocks import Block, Message
from bot.views import suppression_words as words
from domain.kernel import addresses, sentences, speech
from domain.kernel.speech import counted, say, say_as
from domain.outreach.mail_reports import COMPLAINTS_FAIL, Figures, Line, MailReport, OpenBreaker, Standing
from domain.outreach.warm_up import BOUNCE_COUNT, BOUNCE_RATE, COMPLAINT_COUNT, COMPLAINT_RATE


def report(found: MailReport) -> Message:
    """Return the week's mail in words and figures."""
    head = f"{_about(found)}: {_verdict(found.whole)}"
    parts: list[Block] = [blocks.section(f"*{text.foreign(found.domain)}, {head}*")]
    if found.providers:
        together = _row(Line(say_as("figures of all", "Together"), found.whole))
        parts.append(blocks.table([_head(), *map(_row, found.providers), together]))
    parts += [blocks.context(_limits()), blocks.section(f"*{say('Today')}*\n{_today(found)}")]
    if found.breakers:
        parts.append(blocks.section("\n".join([f"*{say('Reminders pause')}*", *map(_breaker, found.breakers)])))
    parts += _worst(say("Worst recipient domains"), found.worst_domains, masked=False)
    parts += _worst(say("Worst contacts"), found.worst_contacts, masked=True)
    suppressed = f"*{say('Suppressed in these seven days')}*\n{_suppressed(found)}"
    parts += [blocks.section(suppressed), blocks.actions(_button())]
    return Message(text=f"{text.plain(found.domain)}, {head}.", blocks=tuple(parts))


def _head() -> tuple[str, ...]:
    return (
        say_as("head of a column", "To"),
        say_as("head of a column", "Sent"),
        say("Hard bounces"),
        say("Complaints"),
        say("Soft bounces"),
        say_as("head of a column", "Standing"),
    )


def _limits() -> str:
    return say(
        "Limits: hard bounces {bounces}, from {bounced} on; complaints {warning} (warning) and {failing} (failing),"
        " from {complaints} on. Soft bounces have none: three days of them within a fortnight suppress an address.",
        bounces=_percent(BOUNCE_RATE, places=0),
        bounced=BOUNCE_COUNT,
        warning=_percent(COMPLAINT_RATE),
        failing=_percent(COMPLAINTS_FAIL),
        complaints=COMPLAINT_COUNT,
    )


def _about(found: MailReport) -> str:
    if found.of:
        return counted(
            "{n} mail to {whom} in seven days",
            "{n} mails to {whom} in seven days",
            found.whole.sent,
            whom=text.foreign(found.of),
        )
    return counted("{n} mail in seven days", "{n} mails in seven days", found.whole.sent)


def _verdict(whole: Figures) -> str:
    if not whole.sent and not whole.hard and not whole.complaints:
        return say("nothing to judge")
    said = {
        Standing.FINE: say("well received"),
        Standing.WARNING: say("near the limits"),
        Standing.FAILING: say("over the limits"),
    }
    return said[whole.standing]


def _standing(standing: Standing) -> str:
    said = {
        Standing.FINE: say_as("standing of mail", "fine"),
        Standing.WARNING: say_as("standing of mail", "warning"),
        Standing.FAILING: say_as("standing of mail", "failing"),
    }
    return said[standing]


def _row(line: Line) -> tuple[str, ...]:
    figures = line.figures
    return (
        text.plain(line.name, limit=60),
        speech.number(figures.sent),
        _share(figures.hard, figures.sent),
        _share(figures.complaints, figures.sent),
        speech.number(figures.soft),
        _standing(figures.standing),
    )


def _share(count: int, sent: int) -> str:
    return f"{speech.number(count)} ({_percent(count / sent)})" if count and sent else speech.number(count)


def _percent(part: float, *, places: int = 1) -> str:
    return f"{speech.decimal(100 * part, places=places)}%"


def _today(found: MailReport) -> str:
    warm = found.warm_up
    sent = {"n": warm.sent_today, "note": text.said(warm.note, limit=200)}
    cap = say("{n} sent, no cap: {note}", **sent) if warm.cap is None else say(
        "{n} sent, cap {cap}: {note}", cap=warm.cap, **sent
    )  # fmt: skip
    return f"{cap}, {say('sending since {day}', day=_day(warm.started_on))}." if warm.started_on else f"{cap}."


def _day(written: str) -> object:
    """Return a day by its ISO date."""
    try:
        return date.fromisoformat(written)
    except ValueError:
        return text.foreign(written)


def _breaker(each: OpenBreaker) -> str:
    until = say("one mail is trying") if each.probing else say("until {moment}", moment=text.moment(each.until))
    return f"{text.foreign(each.provider, limit=60)}, {until}: {text.said(sentences.said(each.reason), limit=160)}"


def _worst(head: str, lines: Sequence[Line], *, masked: bool) -> list[Block]:
    if not lines:
        return []
    told = [f"{text.foreign(addresses.masked(each.name) if masked else each.name)}: {_told(each)}" for each in lines]
    return [blocks.section("\n".join([f"*{head}*", *told]))]


def _told(line: Line) -> str:
    figures = line.figures
    counts = [
        *([counted("{n} hard bounce", "{n} hard bounces", figures.hard)] if figures.hard else ()),
        *([counted("{n} complaint", "{n} complaints", figures.complaints)] if figures.complaints else ()),
        *([counted("{n} soft bounce", "{n} soft bounces", figures.soft)] if figures.soft else ()),
    ]
    return say("{what} of {sent} sent", what=", ".join(counts), sent=figures.sent)


def _suppressed(found: MailReport) -> str:
    told = [f"{speech.number(count)} {words.said(reason, words.WHY)}" for reason, count in found.suppressed]
    return ", ".join(told) or say_as("what was suppressed", "nothing")


def _button() -> Block:
    return blocks.button(
        say("Suppressions"),
        action=ids.Action.LIST_SUPPRESSIONS,
        value=ids.value(),
        label=say("List what must not be mailed"),
    )
