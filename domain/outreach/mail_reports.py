"""Mail reports: how the mail of the last seven days was received, provider by provider, against the limits.

What bounced and what was complained of is counted as the warm-up does: by the suppressions that a mail of ours drew.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from domain.kernel import sentences
from domain.kernel.clock import local_date
from domain.kernel.core import Core
from domain.kernel.scopes import ALL, Scope
from domain.kernel.speech import say
from domain.outreach import lanes
from domain.outreach.providers import PROVIDERS
from domain.outreach.warm_up import BOUNCE_COUNT, BOUNCE_RATE, COMPLAINT_COUNT, COMPLAINT_RATE, FIRST, WINDOW

COMPLAINTS_FAIL = 0.003
"""Three complaints in a thousand mails: where the large providers begin to refuse a domain's mail."""

MOST_PROVIDERS = 12
MOST_WORST = 8
MOST_BREAKERS = 12
"""Lines of the report; the worst, or the most mailed, come first."""


class Standing(StrEnum):
    """How the mail stands to the limits."""

    FINE = "fine"
    WARNING = "warning"
    FAILING = "failing"


@dataclass(frozen=True, slots=True)
class Figures:
    """What became of the mails of the window."""

    sent: int
    hard: int
    """Dead addresses."""
    complaints: int
    soft: int
    """Reports of mailbox trouble."""

    @property
    def standing(self) -> Standing:
        """How they stand to the limits; a handful proves nothing."""
        many = self.complaints >= COMPLAINT_COUNT
        if self.hard >= BOUNCE_COUNT and self.hard >= BOUNCE_RATE * self.sent:
            return Standing.FAILING
        if many and self.complaints >= COMPLAINTS_FAIL * self.sent:
            return Standing.FAILING
        return Standing.WARNING if many and self.complaints >= COMPLAINT_RATE * self.sent else Standing.FINE


@dataclass(frozen=True, slots=True)
class Line:
    """The figures of one provider, recipient domain or contact."""

    name: str
    """For a contact its address, whole: it is masked where it is shown."""
    figures: Figures


@dataclass(frozen=True, slots=True)
class OpenBreaker:
    """A provider to which no reminders leave."""

    provider: str
    reason: str
    until: datetime
    probing: bool
    """Whether one mail is trying."""


@dataclass(frozen=True, slots=True)
class WarmUp:
    """What may leave today from the sending domain."""

    cap: int | None
    """None: as much as there is."""
    note: str
    """Why the cap is what it is."""
    sent_today: int
    started_on: str
    """The day the domain began; empty when it is not being warmed up."""


@dataclass(frozen=True, slots=True)
class MailReport:
    """How the mail of the sending domain was received."""

    domain: str
    """The sending domain."""
    of: str
    """The recipients' domain or provider that was asked for; empty for all."""
    since: datetime
    whole: Figures
    providers: tuple[Line, ...]
    worst_domains: tuple[Line, ...]
    worst_contacts: tuple[Line, ...]
    breakers: tuple[OpenBreaker, ...]
    warm_up: WarmUp
    suppressed: tuple[tuple[str, int], ...]
    """Addresses and domains that were suppressed in the window, by reason; those of a list that was loaded too."""


_TOLD = """
    WITH judged AS (
        SELECT s.mailing_id, (s.reason = 'hard bounce')::int AS hard, (s.reason = 'complaint')::int AS complaints,
               0 AS soft
        FROM suppression s
        WHERE s.reason IN ('hard bounce', 'complaint') AND s.mailing_id IS NOT NULL AND s.created_at > %(since)s
        UNION ALL
        SELECT e.mailing_id, 0, 0, 1
        FROM inbound_mail b JOIN delivery_evidence e ON e.mail_id = b.id
        WHERE b.received_at > %(since)s AND e.counts AND e.withdrawn_at IS NULL AND e.mailing_id IS NOT NULL
    ), heard AS (
        SELECT m.address_key, m.provider, 1 AS sent, 0 AS hard, 0 AS complaints, 0 AS soft
        FROM mailing m WHERE m.sent_at > %(since)s{mine}
        UNION ALL
        SELECT m.address_key, m.provider, 0, j.hard, j.complaints, j.soft
        FROM judged j JOIN mailing m ON m.id = j.mailing_id{mine}
    ), told AS (
        SELECT address_key, sent, hard, complaints, soft, split_part(address_key, '@', 2) AS domain,
               coalesce(nullif(provider, ''), split_part(address_key, '@', 2)) AS provider
        FROM heard
    ), asked AS (
        SELECT * FROM told WHERE %(of)s = '' OR provider = %(of)s OR domain = ANY(%(domains)s)
    ), kinds AS (
        SELECT CASE grouping(provider, domain, address_key)
                   WHEN 7 THEN 'whole' WHEN 3 THEN 'provider' WHEN 5 THEN 'domain' ELSE 'contact' END AS kind,
               coalesce(provider, domain, address_key, '') AS name, sum(sent)::int AS sent, sum(hard)::int AS hard,
               sum(complaints)::int AS complaints, sum(soft)::int AS soft
        FROM asked GROUP BY GROUPING SETS ((), (provider), (domain), (address_key))
    ), ranked AS (
        SELECT *, row_number() OVER (PARTITION BY kind ORDER BY
                   CASE WHEN kind = 'provider' THEN sent END DESC NULLS LAST,
                   complaints DESC, hard DESC, soft DESC, sent DESC, name) AS place
        FROM kinds WHERE kind IN ('whole', 'provider') OR hard + complaints + soft > 0
    )
    SELECT kind, name, sent, hard, complaints, soft FROM ranked
    WHERE place <= CASE WHEN kind = 'provider' THEN %(providers)s ELSE %(worst)s END ORDER BY kind, place
"""

_BREAKERS = """
    SELECT provider, reason, until, probed_at IS NOT NULL AS probing FROM breaker
    WHERE closed_at IS NULL AND (%(of)s = '' OR provider = %(of)s OR provider = ANY(%(domains)s))
    ORDER BY until, provider LIMIT %(most)s
"""

_SUPPRESSED = """
    SELECT reason, count(*) AS count FROM suppression
    WHERE created_at > %(since)s AND (%(of)s = '' OR split_part(address_key, '@', 2) = ANY(%(domains)s))
    GROUP BY reason ORDER BY count(*) DESC, reason
"""

_WARM_UP = """
    SELECT w.cap, w.note, w.started_on, coalesce(b.sent, 0) AS sent
    FROM (SELECT %(domain)s AS domain) d LEFT JOIN warm_up w ON w.domain = d.domain
    LEFT JOIN lane_budget b ON b.lane = 'domain:' || d.domain AND b.day = %(today)s
"""


async def report(core: Core, *, of: str = "", scope: Scope = ALL) -> MailReport:
    """Return how the mail of the last seven days was received.

    Args:
        core: What the domain works with.
        of: Recipients' domain or provider; empty, or the sending domain itself, for all.
        scope: The customers whose mails are counted.
    """
    domain, asked = lanes.sending_domain(core), of.strip().lstrip("@").rstrip(".").lower()
    asked = "" if asked == domain else asked
    since = core.clock.now() - WINDOW
    given = {
        "since": since, "of": asked, "domains": list(PROVIDERS.get(asked, (asked,))), "providers": MOST_PROVIDERS,
        "worst": MOST_WORST, "most": MOST_BREAKERS,
    }  # fmt: skip
    statement = _TOLD.format(mine=scope.of("m.account_id"))
    rows = await core.database.rows(statement, {**given, **scope.values})
    whole = _lines(rows, "whole")
    return MailReport(
        domain=domain,
        of=asked,
        since=since,
        whole=whole[0].figures if whole else Figures(0, 0, 0, 0),
        providers=_lines(rows, "provider"),
        worst_domains=_lines(rows, "domain"),
        worst_contacts=_lines(rows, "contact"),
        breakers=tuple(
            OpenBreaker(**{**row, "reason": sentences.said(row["reason"])})
            for row in await core.database.rows(_BREAKERS, given)
        ),
        warm_up=await _warm_up(core, domain),
        suppressed=tuple((row["reason"], row["count"]) for row in await core.database.rows(_SUPPRESSED, given)),
    )


async def _warm_up(core: Core, domain: str) -> WarmUp:
    """Return today's cap: the smaller one of the warm-up and of the domain's own."""
    row = await core.database.row(_WARM_UP, {"domain": domain, "today": local_date(core.clock, core.merchant.zone)})
    assert row is not None, "the domain is a row of its own"
    fixed, first = core.limits.domain_cap, core.limits.warm_up_first
    warming = (row["cap"] or first) if first else None
    cap = min((each for each in (fixed or None, warming) if each is not None), default=None)
    if cap is None:
        return WarmUp(None, say("the domain is warm and has no cap"), row["sent"], "")
    if warming is None or cap < warming:
        return WarmUp(cap, say("the cap that is set for the domain"), row["sent"], "")
    note = sentences.said(row["note"]) if row["note"] else say(FIRST)
    return WarmUp(cap, note, row["sent"], str(row["started_on"] or ""))


def _lines(rows: list[dict[str, Any]], kind: str) -> tuple[Line, ...]:
    return tuple(
        Line(row["name"], Figures(row["sent"] or 0, row["hard"] or 0, row["complaints"] or 0, row["soft"] or 0))
        for row in rows
        if row["kind"] == kind
    )
