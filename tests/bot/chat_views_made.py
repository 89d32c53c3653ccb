"""Views about the chat itself: brief forms for public channels, what was missed, what is muted."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from bot import drawing
from bot.audience import FULL, PUBLIC
from bot.blocks import Message
from bot.views import brief, channels, days, missed, news
from bot.views import noise as noise_views
from bot.views.missed import Gap
from domain.kernel.timeline import Entry
from domain.operations.cases import Case
from domain.operations.chat_events import ChannelMuted
from domain.operations.days import NewsDay
from domain.operations.noise import Heard, Mute
from domain.operations.standings import Standing
from domain.operations.support_events import SupportAsked

ID = UUID("00000000-0000-0000-0000-000000000001")
AT = datetime(2026, 3, 10, 9, tzinfo=UTC)


def chat_views(name: str, *, number: str, many: int, case: Case) -> Mapping[str, Message]:
    """Return each view once, with *name* wherever a stranger may choose a text."""
    call = SupportAsked(
        support_id=ID, source="portal", files=0, request=name, invoice_id=ID, invoice_number=number, account_id=ID,
        actor=name, actor_kind="payer", at=AT,
    )  # fmt: skip
    entry, stray = Entry(7, "r", call), replace(Entry(8, "r", call.model_copy(update={"invoice_id": None})))
    decided = {f"support:{ID}": Standing(True, "dealt with", name, AT)}
    gap = Gap(AT, AT + timedelta(hours=1), {"support.asked": 480, "payment.declined": 20}, (entry, stray), more=True)
    muted = ChannelMuted(channel="C0OPS", of="payment.declined", until=AT, actor=name, actor_kind="person", at=AT)
    mutes = (Mute(ID, "C0OPS", "payment.declined", AT, name), Mute(ID, "C1", "plan.approved", AT, name))
    heard = (Heard("payment.declined", 40, 12, 7, 2), Heard("plan.approved", 3, 0, 0, 1))
    less = drawing.less_button(channel="C0OPS", kind="payment.declined")
    return {
        "case, brief": brief.case(case),
        "thread, brief": brief.in_thread([call] * many, invoice_number=number),
        "alone, brief": brief.alone(call, entry_id=7),
        "alone, decided": news.alone(call, standings=decided, less=less),
        "thread, decided": news.in_thread([call] * min(many, 5), invoice_number=number, standings=decided, less=less),
        "missed": missed.summary(gap, FULL),
        "missed, brief": missed.summary(gap, PUBLIC),
        "news of the day, folded": days.news(
            NewsDay(AT.date(), {"support.asked": 9}), called={"support.asked": "calls for help"}, one_by_one=8,
            folded=heard, budget=40,
        ),
        "noise": noise_views.listed(mutes * min(many, 3), heard, names={"C0OPS": name}, budget=40),
        "noise, none": noise_views.listed((), (), names={}, budget=0),
        "muted": noise_views.muted(muted),
        "not here": channels.not_here(),
    }  # fmt: skip
