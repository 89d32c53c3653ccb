"""Warm-up: a new sending domain sends little, then more each day while its mail is liked, and less when it is not.

Providers trust a domain by its history. Fifty a day in the first week is where senders' handbooks begin; from then on
each day's cap is 1.4 times the last one's, the usual growth for a domain without a past, but only after a day that
used at least half of it: a cap that nobody used proves nothing. So fifty become a thousand in nine busy days.
"""

from dataclasses import dataclass
from datetime import timedelta

from domain.kernel import sentences, timeline
from domain.kernel.actor import SYSTEM
from domain.kernel.clock import local_date
from domain.kernel.core import Core
from domain.kernel.events import by
from domain.kernel.speech import phrase, say
from domain.outreach import lanes
from domain.outreach.stop_events import WarmUpGrew, WarmUpSteppedBack

FIRST_WEEK = timedelta(days=7)
"""The cap does not grow before: providers look at a week."""

FIRST = phrase("the domain is in its first week")

GROWTH = 1.4
SMALLEST, LARGEST = 10, 1_000_000
"""A domain in disgrace still sends ten a day, or nobody would learn that it has recovered."""

WINDOW = timedelta(days=7)
BOUNCE_RATE, BOUNCE_COUNT = 0.02, 3
COMPLAINT_RATE, COMPLAINT_COUNT = 0.001, 2
"""Two in a hundred dead addresses, one complaint in a thousand: where providers begin to mind. Each with a least
count, for one complaint in two hundred mails is above every limit and yet one person's mood."""


@dataclass(frozen=True, slots=True)
class Week:
    """How the mail of the last seven days was received."""

    sent: int
    bounced: int
    complained: int
    fresh: int
    """Bounces and complaints since the cap was last judged: for one trouble a domain steps back once."""

    @property
    def trouble(self) -> str:
        """What is wrong, in words; empty when the mail is liked."""
        wrong = []
        if self.bounced >= BOUNCE_COUNT and self.bounced >= BOUNCE_RATE * self.sent:
            wrong.append(
                say("{bounced} of {sent} mails of the week hit dead addresses", bounced=self.bounced, sent=self.sent)
            )
        if self.complained >= COMPLAINT_COUNT and self.complained >= COMPLAINT_RATE * self.sent:
            wrong.append(
                say(
                    "{complained} of {sent} mails of the week drew complaints",
                    complained=self.complained,
                    sent=self.sent,
                )
            )
        if len(wrong) > 1:
            return say("{one} and {other}", one=wrong[0], other=wrong[1])
        return wrong[0] if wrong else ""


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of a cap, and why."""

    cap: int
    reason: str


def judged(cap: int, *, used: int, age: timedelta, week: Week) -> Change:
    """Return tomorrow's cap. Pure.

    Args:
        cap: Today's cap.
        used: The most mails of a day since it was last judged.
        age: How long the domain has been sending.
        week: How its mail was received.
    """
    if week.trouble:
        if not week.fresh:
            return Change(cap, say("no growth while {trouble}", trouble=week.trouble))
        return Change(max(SMALLEST, min(cap, int(cap / GROWTH))), week.trouble)
    if age < FIRST_WEEK:
        return Change(cap, say(FIRST))
    if used * 2 < cap:
        return Change(cap, say("{used} of {cap} were used", used=used, cap=cap))
    return Change(
        min(LARGEST, max(cap + 1, int(cap * GROWTH))),
        say("{used} of {cap} were used and well received", used=used, cap=cap),
    )


_WEEK = """
    SELECT (SELECT count(*) FROM mailing WHERE sent_at > %(since)s) AS sent,
           count(*) FILTER (WHERE s.reason = 'hard bounce') AS bounced,
           count(*) FILTER (WHERE s.reason = 'complaint') AS complained,
           count(*) FILTER (WHERE s.created_at > %(judged)s) AS fresh
    FROM suppression s WHERE s.reason IN ('hard bounce', 'complaint') AND s.mailing_id IS NOT NULL
      AND s.created_at > %(since)s
"""


async def judge(core: Core) -> None:
    """Judge the sending domain's cap, once a day (part of the job ``judge_health``)."""
    if not core.limits.warm_up_first:
        return
    now, today, domain = core.clock.now(), local_date(core.clock, core.merchant.zone), lanes.sending_domain(core)
    async with core.transaction() as tx:
        await tx.execute(
            "INSERT INTO warm_up (domain, cap, note, started_on, judged_on) SELECT %(domain)s, %(cap)s,"
            " %(note)s, least(%(today)s, (SELECT min(day) FROM lane_budget WHERE lane ="
            " 'domain:' || %(domain)s)), %(today)s ON CONFLICT DO NOTHING",
            {"domain": domain, "cap": core.limits.warm_up_first, "today": today, "note": sentences.as_text(say(FIRST))},
        )
        row = await tx.row(
            "SELECT cap, started_on, judged_on, (judged_on::timestamp AT TIME ZONE %(zone)s) AS judged_at"
            " FROM warm_up WHERE domain = %(domain)s AND judged_on < %(today)s FOR UPDATE",
            {"domain": domain, "today": today, "zone": core.merchant.zone.key},
        )
        if row is None:
            return
        used = await tx.row(
            "SELECT coalesce(max(sent), 0) AS most FROM lane_budget WHERE lane = %s AND day >= %s AND day < %s",
            (f"domain:{domain}", row["judged_on"], today),
        )
        week = await tx.row(_WEEK, {"since": now - WINDOW, "judged": row["judged_at"]})
        assert used is not None
        assert week is not None
        change = judged(row["cap"], used=used["most"], age=today - row["started_on"], week=Week(**week))
        await tx.execute(
            "UPDATE warm_up SET cap = %s, note = %s, judged_on = %s WHERE domain = %s",
            (change.cap, sentences.as_text(change.reason), today, domain),
        )
        if change.cap != row["cap"]:
            kind = WarmUpGrew if change.cap > row["cap"] else WarmUpSteppedBack
            event = kind(domain=domain, was=row["cap"], cap=change.cap, reason=change.reason, **by(SYSTEM, now))
            await timeline.record(core, tx, event)
