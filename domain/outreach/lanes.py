"""Lanes: the daily budgets of the sending domain and of segments, kept by a row's lock however many workers there are.

Every mail counts for the domain, answers too, since a provider counts them; only what asks for money ever waits.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from uuid import UUID

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
    taken: list[str] = []
    for name in _names(core, facts):
        tightest = _tightest(facts, name)
        if not await _take(tx, name, facts.today, tightest.cap if tightest else None):
            await _give_back(tx, taken, facts.today)
            return tightest
        taken.append(name)
    return None


async def reserve_all(core: Core, tx: Transaction, mails: Sequence[MailFacts]) -> dict[UUID, Lane]:
    """Take the places of several mails; return, for each that must wait, the lane that has none left.

    Where there is room for all of them a lane is asked once; else they are served one after another.
    """
    if len(mails) > 1 and await _room_for_all(core, tx, [each for each in mails if not each.reserved]):
        return {}
    full = {each.mailing_id: await reserve(core, tx, each) for each in mails}
    return {mailing_id: lane for mailing_id, lane in full.items() if lane is not None}


async def _room_for_all(core: Core, tx: Transaction, mails: Sequence[MailFacts]) -> bool:
    wanted = Counter(name for each in mails for name in _names(core, each))
    taken: dict[str, int] = {}
    for name in sorted(wanted):
        caps = [lane.cap for each in mails if (lane := _tightest(each, name)) is not None]
        if not await _take(tx, name, mails[0].today, min(caps, default=None), places=wanted[name]):
            for each, places in taken.items():
                await _give_back(tx, [each], mails[0].today, places=places)
            return False
        taken[name] = wanted[name]
    return True


def _names(core: Core, facts: MailFacts) -> list[str]:
    """Return the lanes of a mail in the order in which everybody locks them."""
    return sorted({f"domain:{sending_domain(core)}", *(each.name for each in facts.lanes)})


def _tightest(facts: MailFacts, name: str) -> Lane | None:
    return min((each for each in facts.lanes if each.name == name), key=lambda each: each.cap, default=None)


async def _take(tx: Transaction, lane: str, day: date, cap: int | None, *, places: int = 1) -> bool:
    """Count some more, unless the cap is passed; of two that come at once the second waits for the first's commit."""
    row = await tx.row(
        "INSERT INTO lane_budget AS b (lane, day, sent) SELECT %(lane)s, %(day)s, %(places)s"
        " WHERE %(cap)s::int IS NULL OR %(places)s <= %(cap)s OR EXISTS"
        " (SELECT FROM lane_budget WHERE lane = %(lane)s AND day = %(day)s)"
        " ON CONFLICT (lane, day) DO UPDATE SET sent = b.sent + %(places)s"
        " WHERE %(cap)s::int IS NULL OR b.sent + %(places)s <= %(cap)s RETURNING b.sent",
        {"lane": lane, "day": day, "cap": cap, "places": places},
    )
    return row is not None


async def _give_back(tx: Transaction, taken: Sequence[str], day: date, *, places: int = 1) -> None:
    if taken:
        await tx.execute(
            "UPDATE lane_budget SET sent = sent - %s WHERE lane = ANY(%s) AND day = %s", (places, list(taken), day)
        )
