"""Deliverability: how the week's mail was received, as a table with the limits, and what to look at first."""

from collections.abc import Sequence

from bot import blocks, ids, text
from bot.blocks import Block, Message
from domain.kernel import addresses
from domain.outreach.mail_reports import COMPLAINTS_FAIL, Figures, Line, MailReport, OpenBreaker, Standing
from domain.outreach.warm_up import BOUNCE_COUNT, BOUNCE_RATE, COMPLAINT_COUNT, COMPLAINT_RATE

HEAD = ("To", "Sent", "Hard bounces", "Complaints", "Soft bounces", "Standing")

LIMITS = (
    f"Limits: hard bounces {BOUNCE_RATE:.0%}, from {BOUNCE_COUNT} on; complaints {COMPLAINT_RATE:.1%} (warning) and"
    f" {COMPLAINTS_FAIL:.1%} (failing), from {COMPLAINT_COUNT} on. Soft bounces have none: three days of them within"
    " a fortnight suppress an address."
)


def report(found: MailReport) -> Message:
    """Return the week's mail in words and figures."""
    head = f"{_about(found)}: {_verdict(found.whole)}"
    parts: list[Block] = [blocks.section(f"*{text.foreign(found.domain)}, {head}*")]
    if found.providers:
        parts.append(blocks.table([HEAD, *map(_row, found.providers), _row(Line("Together", found.whole))]))
    parts += [blocks.context(LIMITS), blocks.section(f"*Today*\n{_today(found)}")]
    if found.breakers:
        parts.append(blocks.section("\n".join(["*Reminders pause*", *map(_breaker, found.breakers)])))
    parts += _worst("Worst recipient domains", found.worst_domains, masked=False)
    parts += _worst("Worst contacts", found.worst_contacts, masked=True)
    parts += [blocks.section(f"*Suppressed in these seven days*\n{_suppressed(found)}"), blocks.actions(_button())]
    return Message(text=f"{text.plain(found.domain)}, {head}.", blocks=tuple(parts))


def _about(found: MailReport) -> str:
    whom = f" to {text.foreign(found.of)}" if found.of else ""
    mails = "mail" if found.whole.sent == 1 else "mails"
    return f"{found.whole.sent:,} {mails}{whom} in seven days"


def _verdict(whole: Figures) -> str:
    if not whole.sent and not whole.hard and not whole.complaints:
        return "nothing to judge"
    said = {Standing.FINE: "well received", Standing.WARNING: "near the limits", Standing.FAILING: "over the limits"}
    return said[whole.standing]


def _row(line: Line) -> tuple[str, ...]:
    figures = line.figures
    return (
        text.plain(line.name, limit=60),
        f"{figures.sent:,}",
        _share(figures.hard, figures.sent),
        _share(figures.complaints, figures.sent),
        f"{figures.soft:,}",
        figures.standing.value,
    )


def _share(count: int, sent: int) -> str:
    return f"{count:,} ({count / sent:.1%})" if count and sent else f"{count:,}"


def _today(found: MailReport) -> str:
    warm = found.warm_up
    since = f", sending since {warm.started_on}" if warm.started_on else ""
    cap = "no cap" if warm.cap is None else f"cap {warm.cap:,}"
    return f"{warm.sent_today:,} sent, {cap}: {text.said(warm.note, limit=200)}{since}."


def _breaker(each: OpenBreaker) -> str:
    until = "one mail is trying" if each.probing else f"until {text.moment(each.until)}"
    return f"{text.foreign(each.provider, limit=60)}, {until}: {text.said(each.reason, limit=160)}"


def _worst(head: str, lines: Sequence[Line], *, masked: bool) -> list[Block]:
    if not lines:
        return []
    told = [f"{text.foreign(addresses.masked(each.name) if masked else each.name)}: {_told(each)}" for each in lines]
    return [blocks.section("\n".join([f"*{head}*", *told]))]


def _told(line: Line) -> str:
    figures = line.figures
    counts = ((figures.hard, "hard bounce"), (figures.complaints, "complaint"), (figures.soft, "soft bounce"))
    said = ", ".join(f"{count:,} {what}{'' if count == 1 else 's'}" for count, what in counts if count)
    return f"{said} of {figures.sent:,} sent"


def _suppressed(found: MailReport) -> str:
    return ", ".join(f"{count:,} {reason}" for reason, count in found.suppressed) or "nothing"


def _button() -> Block:
    return blocks.button(
        "Suppressions", action=ids.Action.LIST_SUPPRESSIONS, value=ids.value(), label="List what must not be mailed"
    )
