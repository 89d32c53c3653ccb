"""The views of deliverability, made from read models with names of the caller's choice."""

from collections.abc import Mapping
from datetime import UTC, datetime

from bot.blocks import Message
from bot.views import deliverability
from domain.outreach.mail_reports import (
    MOST_BREAKERS,
    MOST_PROVIDERS,
    MOST_WORST,
    Figures,
    Line,
    MailReport,
    OpenBreaker,
    WarmUp,
)

AT = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)


def mail_views(name: str, *, many: int) -> Mapping[str, Message]:
    """Return each view of this kind once."""
    line, worst = Line(name, Figures(1204, 31, 2, 17)), Line(f"anna@{name}", Figures(3, 1, 1, 2))
    breaker = OpenBreaker(name, name, AT, probing=False)
    found = MailReport(
        domain="plixo.example", of="", since=AT, whole=Figures(2408, 31, 3, 17),
        providers=(line,) * min(many, MOST_PROVIDERS), worst_domains=(line,) * min(many, MOST_WORST),
        worst_contacts=(worst,) * min(many, MOST_WORST), breakers=(breaker,) * min(many, MOST_BREAKERS),
        warm_up=WarmUp(70, name, 64, "2026-03-01"), suppressed=(("hard bounce", 31), ("complaint", 3)),
    )  # fmt: skip
    nothing = MailReport(
        domain="plixo.example", of=name, since=AT, whole=Figures(0, 0, 0, 0), providers=(), worst_domains=(),
        worst_contacts=(), breakers=(), warm_up=WarmUp(None, name, 0, ""), suppressed=(),
    )  # fmt: skip
    return {
        "deliverability": deliverability.report(found),
        "deliverability, nothing": deliverability.report(nothing),
    }
