"""Lanes: the daily budgets of the sending domain and of segments, kept by a row's lock however many workers there are.

Every mail counts for the domain, answers too, since a provider counts them; only what asks for money ever waits.
"""

from collections.abc import Sequence
from datetime import date

from domain.kernel.core import Core
from domain.kernel.transactions import Transaction
from domain.outreach.facts import Lane, MailFacts


def sending_domain(core: Core) -> str:
    """Return the domain whose reputation our mail has: that of the From address."""
    return core.merchant.sender.rpartition("@")[2].lower()


async def reserve(core: Core, tx: Transaction, facts: MailFacts) -> Lane | None:
    """Take the mail's place in today's budgets; return the lane that has no place left, or None when it may leave.

    The last statement before the commit, since everybody else waits for these rows until then. The caller rolls
    nothing back when a lane is full: what was taken from an earlier lane is given back here. A mail that was counted
    today (the relay asked it to come again) is not counted twice.
    """
    if facts.reserved:
        return None
    counted = f"domain:{sending_domain(core)}"
    taken: list[str] = []
    for name in sorted({counted, *(each.name for each in facts.lanes)}):
        limits = [each for each in facts.lanes if each.name == name]
        tightest = min(limits, key=lambda each: each.cap) if limits else None
        if not await _take(tx, name, facts.today, tightest.cap if tightest else None):
            await _give_back(tx, taken, facts.today)
            return tightest
        taken.append(name)
    return None


async def _take(tx: Transaction, lane: str, day: date, cap: int | None) -> bool:
    """Count one more, unless the cap is reached; of two that come at once the second waits for the first's commit."""
    row = await tx.row(
        "INSERT INTO lane_budget AS b (lane, day, sent) VALUES (%(lane)s, %(day)s, 1)"
        " ON CONFLICT (lane, day) DO UPDATE SET sent = b.sent + 1"
        " WHERE %(cap)s::int IS NULL OR b.sent < %(cap)s RETURNING b.sent",
        {"lane": lane, "day": day, "cap": cap},
    )
    return row is not None


async def _give_back(tx: Transaction, taken: Sequence[str], day: date) -> None:
    if taken:
        await tx.execute("UPDATE lane_budget SET sent = sent - 1 WHERE lane = ANY(%s) AND day = %s", (list(taken), day))
