"""Readiness: the board of all checks, with what they hold back and how each may be put right."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain.deliverability.sender_records import Finding
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.kernel.speech import say
from domain.kernel.transactions import Row
from domain.operations import readiness_checks, readiness_judging, readiness_overrides, readiness_smoke
from domain.operations.readiness_checks import CHECKS, Check
from domain.operations.readiness_judges import Verdict
from domain.operations.readiness_overrides import Override
from domain.operations.readiness_smoke import Run
from domain.outreach.gates import READINESS
from domain.policies import health
from domain.policies.values import Mode


@dataclass(frozen=True, slots=True)
class Shown:
    """One check as it stands."""

    check: Check
    limit: str
    """From where on it warns or fails, said to whoever asked."""
    verdict: Verdict
    judged: bool
    code: str
    figures: Mapping[str, Any]
    since: datetime | None
    """None: it was never judged."""
    at: datetime | None
    override: Override | None

    @property
    def found(self) -> str:
        """What was found, said to the reader."""
        if self.at is None:
            return say("It was not judged yet; it counts as a warning.")
        return readiness_checks.said(self.check, self.code, self.figures)

    @property
    def holds(self) -> bool:
        """Whether it holds Autopilot."""
        return self.verdict is Verdict.FAIL and not self.overridden

    @property
    def overridden(self) -> bool:
        """Whether it fails and holds nothing back all the same."""
        return self.override is not None and self.override.active


@dataclass(frozen=True, slots=True)
class Held:
    """Mails that wait for the same thing, and what is open on their invoices."""

    mails: int
    sums: tuple[Money, ...]


@dataclass(frozen=True, slots=True)
class SegmentHeld:
    """A segment on Autopilot whose own figures hold it."""

    segment: str
    why: tuple[str, ...]
    held: Held


@dataclass(frozen=True, slots=True)
class Board:
    """Everything that readiness shows."""

    checks: tuple[Shown, ...]
    closed: bool
    """Whether the gate before Autopilot is closed."""
    held: Held
    segments: tuple[SegmentHeld, ...]
    domain: tuple[Finding, ...]
    domain_at: datetime | None
    smoke: Run | None
    judged_at: datetime | None

    @property
    def holding(self) -> tuple[Shown, ...]:
        """The checks that hold Autopilot."""
        return tuple(each for each in self.checks if each.holds)

    @property
    def worst(self) -> Verdict:
        """The worst of what counts."""
        verdicts = {each.verdict for each in self.checks if not each.overridden}
        return next((each for each in (Verdict.FAIL, Verdict.WARN) if each in verdicts), Verdict.PASS)


_HELD = """
    WITH waiting AS (
        SELECT m.id, CASE WHEN m.waits = 'gate' THEN '' ELSE m.segment END AS segment FROM mailing m
        WHERE m.state = 'queued' AND m.approved_at IS NULL
          AND m.waits IN ('gate', 'segment coverage', 'segment reversals')
    ), invoices AS (
        SELECT DISTINCT w.segment, t.invoice_id FROM waiting w
        JOIN mailing_item t ON t.mailing_id = w.id AND t.state = 'included'
    )
    SELECT w.segment, (SELECT count(*) FROM waiting o WHERE o.segment = w.segment) AS mails,
           (SELECT json_object_agg(currency, minor ORDER BY currency) FROM (
                SELECT i.currency, sum(i.open_minor)::bigint AS minor FROM invoices n
                JOIN invoice i ON i.id = n.invoice_id WHERE n.segment = w.segment GROUP BY i.currency) s) AS sums
    FROM (SELECT DISTINCT segment FROM waiting) w
"""
"""An invoice of which two contacts are reminded is one sum."""


async def board(core: Core) -> Board:
    """Return how things stand, as they were judged last; what is held back is counted now."""
    results = {row["name"]: row for row in await core.database.rows("SELECT * FROM readiness_result")}
    overrides = await readiness_overrides.current(core, core.database)
    answer, asked_at = await readiness_judging.findings(core.database)
    gate = await core.database.row(
        "SELECT FROM gate WHERE name = %s AND segment IS NULL AND state = 'closed' AND (until IS NULL OR until > %s)",
        (READINESS, core.clock.now()),
    )
    held = {row["segment"]: _held(row) for row in await core.database.rows(_HELD)}
    return Board(
        checks=tuple(_shown(core, each, results.get(each.name), overrides.get(each.name)) for each in CHECKS),
        closed=gate is not None,
        held=held.get("", Held(0, ())) if gate is not None else Held(0, ()),  # an open gate lets them go in a moment
        segments=await _segments(core, held),
        domain=answer.findings if answer else (),
        domain_at=asked_at,
        smoke=await readiness_smoke.newest(core),
        judged_at=max((row["at"] for row in results.values()), default=None),
    )


async def _segments(core: Core, held: Mapping[str, Held]) -> tuple[SegmentHeld, ...]:
    found: Sequence[health.SegmentHealth] = await health.of_segments(core)
    return tuple(
        SegmentHeld(each.segment, why, held.get(each.segment, Held(0, ())))
        for each in found
        if each.mode is Mode.AUTOPILOT and (why := health.blocking(each, core.limits))
    )


def _shown(core: Core, check: Check, row: Row | None, override: Override | None) -> Shown:
    limit = readiness_checks.limit(check, core.limits)
    if row is None:
        return Shown(check, limit, Verdict.WARN, False, "", {}, None, None, override)
    figures = json.loads(row["figures"]) if isinstance(row["figures"], str) else dict(row["figures"])
    figures.pop("answer", None)
    return Shown(
        check=check,
        limit=limit,
        verdict=Verdict(row["verdict"]),
        judged=row["judged"],
        code=row["code"],
        figures=figures,
        since=row["since"],
        at=row["at"],
        override=override,
    )


def _held(row: Row) -> Held:
    sums = json.loads(row["sums"]) if isinstance(row["sums"], str) else row["sums"] or {}
    return Held(int(row["mails"]), tuple(Money(int(minor), currency) for currency, minor in sums.items()))
