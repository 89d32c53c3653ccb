"""Incident signals: which rules count now, for how long they have, and which of them somebody does not want to hear."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from domain.kernel.transactions import Transaction
from domain.operations import incident_rules
from domain.operations.incident_figures import Figures
from domain.operations.incident_rules import BY_NAME, DISMISSED_FOR, RULES, Severity


@dataclass(frozen=True, slots=True)
class Kept:
    """What is known of one rule from one judging to the next."""

    rule: str
    severity: Severity
    figure: float
    since: datetime
    quiet_since: datetime | None = None
    counts: bool = False
    dismissed_at: datetime | None = None
    dismissed_as: Severity | None = None

    def heard(self, now: datetime) -> bool:
        """Tell whether it makes an incident: it counts, and nobody said a while ago that it is over all the same."""
        if not self.counts or self.dismissed_at is None or self.dismissed_as is None:
            return self.counts
        return now - self.dismissed_at >= DISMISSED_FOR or self.severity < self.dismissed_as


def step(before: Mapping[str, Kept], figures: Figures, *, now: datetime) -> dict[str, Kept]:
    """Return what is known after one more look.

    One that does not count yet is forgotten as soon as it is quiet; one that counts is kept until it has been quiet
    for long enough, so that what comes and goes is one and the same.
    """
    after: dict[str, Kept] = {}
    for rule in RULES:
        figure, known = rule.figure(figures), before.get(rule.name)
        severity = rule.severity(figure)
        if severity is not None:
            since = known.since if known else now
            counts = bool(known and known.counts) or now - since >= rule.after
            seen = known or Kept(rule.name, severity, figure, since)
            after[rule.name] = replace(seen, severity=severity, figure=figure, quiet_since=None, counts=counts)
        elif known is not None and known.counts:
            quiet_since = known.quiet_since or now
            if now - quiet_since < rule.quiet:
                after[rule.name] = replace(known, quiet_since=quiet_since)
    return after


def by_cause(kept: Mapping[str, Kept], *, now: datetime) -> dict[str, list[Kept]]:
    """Return what is heard, cause by cause, the worst first."""
    found: dict[str, list[Kept]] = {}
    for each in sorted(kept.values(), key=lambda one: (one.severity, _PLACES[one.rule])):
        if each.heard(now):
            found.setdefault(BY_NAME[each.rule].cause, []).append(each)
    return found


async def read(tx: Transaction) -> dict[str, Kept]:
    """Return what was known at the last look; of a rule that this version does not have, nothing."""
    rows = await tx.rows(
        "SELECT rule, severity, figure, since, quiet_since, counts, dismissed_at, dismissed_as FROM incident_signal"
        " WHERE rule = ANY(%s)",
        (list(BY_NAME),),
    )
    return {
        row["rule"]: Kept(
            **{
                **row,
                "severity": Severity(row["severity"]),
                "dismissed_as": Severity(row["dismissed_as"]) if row["dismissed_as"] else None,
            }
        )
        for row in rows
    }


async def write(tx: Transaction, kept: Mapping[str, Kept]) -> None:
    """Keep what is known until the next look."""
    await tx.execute("DELETE FROM incident_signal WHERE rule <> ALL(%s)", (list(kept),))
    found = list(kept.values())
    await tx.execute(
        "INSERT INTO incident_signal (rule, severity, figure, since, quiet_since, counts, dismissed_at, dismissed_as)"
        " SELECT * FROM unnest(%s::text[], %s::text[], %s::float8[], %s::timestamptz[], %s::timestamptz[],"
        " %s::boolean[], %s::timestamptz[], %s::text[])"
        " ON CONFLICT (rule) DO UPDATE SET severity = excluded.severity, figure = excluded.figure,"
        " since = excluded.since, quiet_since = excluded.quiet_since, counts = excluded.counts",
        (
            [each.rule for each in found],
            [each.severity.value for each in found],
            [each.figure for each in found],
            [each.since for each in found],
            [each.quiet_since for each in found],
            [each.counts for each in found],
            [each.dismissed_at for each in found],
            [each.dismissed_as.value if each.dismissed_as else None for each in found],
        ),
    )


async def dismiss(tx: Transaction, *, cause: str, at: datetime) -> None:
    """Let a cause's rules be heard again only after a while, or when they get worse: a person said that it is over."""
    await tx.execute(
        "UPDATE incident_signal SET dismissed_at = %s, dismissed_as = severity WHERE rule = ANY(%s)",
        (at, _rules_of(cause)),
    )


def _rules_of(cause: str) -> Sequence[str]:
    return [each.name for each in RULES if each.cause == cause]


_PLACES = {each.name: place for place, each in enumerate(incident_rules.RULES)}
