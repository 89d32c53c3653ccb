"""The views about Stripe, made from read models with names of the caller's choice."""

from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import UUID

from bot.blocks import Message
from bot.views import news, payments
from domain.kernel.money import Money
from domain.kernel.speech import say
from domain.pay_links.doubts import UNKNOWN
from domain.pay_links.provider_health import Problem, ProviderHealth
from domain.pay_links.provider_news import ProviderNotReady, StrayMoneyFound
from domain.pay_links.strays import Stray, StrayList

AT = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
ID = UUID("00000000-0000-4000-8000-000000000001")

READY = ProviderHealth(
    heard=True,
    last_event_at=AT,
    last_event_kind="checkout.session.completed",
    fetched=0,
    unworked=0,
    polled_at=AT,
    compared_at=AT,
    bank_debit="offered",
    strays=0,
    problems=(),
)


def payment_views(name: str, *, number: str, many: int) -> Mapping[str, Message]:
    """Return each view once, with *name* wherever a stranger may choose a text."""
    problem = Problem("undelivered", f"3 events came by no webhook: {name}", f"Look at the endpoint: {name}")
    troubled = ProviderHealth(
        heard=False, last_event_at=AT, last_event_kind=name, fetched=3, unworked=0, polled_at=None, compared_at=None,
        bank_debit="", strays=2, problems=(problem,) * many,
    )  # fmt: skip
    named = Stray(ID, name, "payment", Money(12500, "EUR"), AT, name, "no checkout of ours", ID, number)
    other = Stray(ID, "re_1", "refund", Money(500, "EUR"), AT, "", "no checkout of ours", None, None)
    ours = Stray(ID, "ch_2", "payment", Money(900, "EUR"), AT, "", say(UNKNOWN), ID, number, entered=True)
    found = StrayMoneyFound(count=7, examples=(f"payment of 1.00 EUR for {name} (ch_1)",), actor="Plixo",
                            actor_kind="system", at=AT)  # fmt: skip
    not_ready = ProviderNotReady(problems=(name,) * many, actor="Plixo", actor_kind="system", at=AT)
    return {
        "payments, ready": payments.health(READY),
        "payments, troubled": payments.health(troubled),
        "strays": payments.listed(StrayList((named, other) * many, 40)),
        "strays, of our entries": payments.listed(StrayList((ours,), 1)),
        "strays, none": payments.listed(StrayList((), 0)),
        "strays, found": news.alone(found),
        "payments, not ready": news.alone(not_ready),
    }
