"""The funnel: how far payers came with the links that they were mailed, by week and segment, and where they gave up.

A link counts in the week in which it was first mailed, under the segment of that mail. Each stage holds the links that
came at least so far:

* **sent**: a mail with the link left;
* **opened**: its first page was looked at. Mail scanners look, too, so this is an upper bound of people;
* **entered**: its button was pressed, which binds it to one browser;
* **started**: in that browser the way to the payment page was taken, or a form was opened or sent;
* **finished**: a payment was made or is under way, or a plan, a dispute, a promise or a question arrived.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

from domain.kernel.actor import Actor, Permission
from domain.kernel.clock import local_date
from domain.kernel.core import Core
from domain.kernel.scopes import ALL, Scope

USUAL_WEEKS = 8
MOST_WEEKS = 104

NO_SEGMENT = "–"
"""What stands for links that were sent by hand or as an answer."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Links that came so far, and what those who finished did; one link may do several things."""

    sent: int = 0
    opened: int = 0
    entered: int = 0
    started: int = 0
    finished: int = 0
    paid: int = 0
    planned: int = 0
    disputed: int = 0
    promised: int = 0
    asked: int = 0
    left_at_payment: int = 0
    """The payment page was opened, and nothing was finished."""
    left_at_form: int = 0
    """A form was opened, and nothing was finished."""

    @property
    def stages(self) -> tuple[tuple[str, int], ...]:
        """The five stages in their order."""
        names = ("sent", "opened", "entered", "started", "finished")
        return tuple((name, getattr(self, name)) for name in names)

    @property
    def worst(self) -> tuple[str, str, int] | None:
        """Between which two stages most links were lost, after sending, and how many; None when none was."""
        told = self.stages[1:]
        lost = [(here, there, before - after) for (here, before), (there, after) in pairwise(told)]
        worst = max(lost, key=lambda each: each[2])
        return worst if worst[2] > 0 else None


@dataclass(frozen=True, slots=True)
class Row:
    """One week of one segment."""

    week: date
    """Its Monday, at the merchant's."""
    segment: str
    counts: Counts


@dataclass(frozen=True, slots=True)
class Funnel:
    """Some weeks, the earliest first."""

    since: date
    until: date
    """The last day."""
    rows: tuple[Row, ...]

    @property
    def whole(self) -> Counts:
        """All weeks and segments together."""
        return added(row.counts for row in self.rows)

    def by_segment(self) -> dict[str, Counts]:
        """Return each segment over all weeks, the one with most links first."""
        return self._by(lambda row: row.segment, by_size=True)

    def by_week(self) -> dict[date, Counts]:
        """Return each week over all segments."""
        return self._by(lambda row: row.week)

    def _by(self, key: Any, *, by_size: bool = False) -> dict[Any, Counts]:
        names = list(dict.fromkeys(key(row) for row in self.rows))
        found = {name: added(row.counts for row in self.rows if key(row) == name) for name in names}
        return dict(sorted(found.items(), key=lambda each: -each[1].sent)) if by_size else found


_FUNNEL = """
    WITH mailed AS (
        SELECT link_id, min(sent_at) AS sent_at, (array_agg(segment ORDER BY sent_at))[1] AS segment FROM (
            SELECT i.link_id, g.sent_at, g.segment FROM mailing g JOIN mailing_item i ON i.mailing_id = g.id
            WHERE g.sent_at >= %(since)s AND i.state = 'included' AND i.link_id IS NOT NULL{mine}
            UNION ALL
            SELECT g.link_id, g.sent_at, g.segment FROM mailing g
            WHERE g.sent_at >= %(since)s AND g.link_id IS NOT NULL{mine}
        ) each GROUP BY link_id
    ), link AS (
        SELECT l.id, l.invoice_id, l.contact_id, m.segment, s.created_at AS entered_at,
               date_trunc('week', m.sent_at AT TIME ZONE %(zone)s)::date AS week
        FROM mailed m JOIN pay_link l ON l.id = m.link_id LEFT JOIN portal_session s ON s.link_id = l.id
        WHERE l.issued_at >= %(since)s AND m.sent_at <= %(until)s
    ), far AS (
        SELECT link.*,
               EXISTS (SELECT FROM portal_step p WHERE p.link_id = link.id AND p.step = 'opened') AS looked,
               EXISTS (SELECT FROM portal_step p WHERE p.link_id = link.id AND p.step <> 'opened') AS formed,
               EXISTS (SELECT FROM checkout k WHERE k.invoice_id = link.invoice_id AND k.link_id = link.id) AS tried,
               EXISTS (SELECT FROM checkout k WHERE k.invoice_id = link.invoice_id AND k.link_id = link.id
                       AND k.state IN ('paid', 'processing')) AS paid,
               EXISTS (SELECT FROM plan p WHERE p.invoice_id = link.invoice_id AND p.contact_id = link.contact_id
                       AND p.source = 'portal' AND p.created_at >= link.entered_at) AS planned,
               EXISTS (SELECT FROM dispute d WHERE d.invoice_id = link.invoice_id AND d.contact_id = link.contact_id
                       AND d.source = 'portal' AND NOT d.is_test AND d.created_at >= link.entered_at) AS disputed,
               EXISTS (SELECT FROM promise p WHERE p.invoice_id = link.invoice_id AND p.contact_id = link.contact_id
                       AND p.source = 'portal' AND p.created_at >= link.entered_at) AS promised,
               EXISTS (SELECT FROM question q WHERE q.invoice_id = link.invoice_id AND q.contact_id = link.contact_id
                       AND q.created_at >= link.entered_at) AS asked
        FROM link
    ), ended AS (
        SELECT *, paid OR planned OR disputed OR promised OR asked AS finished FROM far
    )
    SELECT week, coalesce(segment, %(none)s) AS segment, count(*) AS sent,
           count(*) FILTER (WHERE looked OR entered_at IS NOT NULL) AS opened,
           count(*) FILTER (WHERE entered_at IS NOT NULL) AS entered,
           count(*) FILTER (WHERE tried OR formed OR finished) AS started,
           count(*) FILTER (WHERE finished) AS finished,
           count(*) FILTER (WHERE paid) AS paid, count(*) FILTER (WHERE planned) AS planned,
           count(*) FILTER (WHERE disputed) AS disputed, count(*) FILTER (WHERE promised) AS promised,
           count(*) FILTER (WHERE asked) AS asked,
           count(*) FILTER (WHERE tried AND NOT finished) AS left_at_payment,
           count(*) FILTER (WHERE formed AND NOT tried AND NOT finished) AS left_at_form
    FROM ended GROUP BY 1, 2 ORDER BY 1, 2
"""


async def funnel(core: Core, *, actor: Actor, weeks: int = USUAL_WEEKS, scope: Scope = ALL) -> Funnel:
    """Return the funnel of the last weeks, the present one included.

    Raises:
        NotAllowed: The actor may not look at the ledger.
    """
    actor.require(Permission.VIEW)
    assert 1 <= weeks <= MOST_WEEKS, "whoever asks checks how far"
    today = local_date(core.clock, core.merchant.zone)
    monday = today - timedelta(days=today.weekday()) - timedelta(weeks=weeks - 1)
    since = datetime.combine(monday, time(), core.merchant.zone)
    values = {"since": since, "until": core.clock.now(), "zone": str(core.merchant.zone), "none": NO_SEGMENT}
    rows = await core.database.rows(_FUNNEL.format(mine=scope.of("g.account_id")), {**values, **scope.values})
    names = [each.name for each in fields(Counts)]
    read = (Row(row["week"], row["segment"], Counts(**{name: row[name] for name in names})) for row in rows)
    return Funnel(monday, today, tuple(read))


def added(counts: Iterable[Counts]) -> Counts:
    """Return the sum of some counts."""
    all_of: Sequence[Counts] = tuple(counts)
    return Counts(**{each.name: sum(getattr(one, each.name) for one in all_of) for each in fields(Counts)})
