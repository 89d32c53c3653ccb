"""Segments: which invoice falls under which policy; the first whose rule matches takes it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from domain.kernel.core import Core
from domain.policies import conditions
from domain.policies.conditions import Bounds
from domain.policies.document import Document, Rule
from domain.policies.values import Mode

LOCK = 7_154_230
"""One decision about policies at a time: whoever waited sees what was decided before."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A rule that selects invoices, and the policy that they get."""

    name: str
    position: int
    """The first that matches wins."""
    rule: Rule
    cadence: str
    mode: Mode
    daily_cap: int | None
    notes: str
    bounds: Bounds | None = None
    """Of the rule's condition on the balance, in minor units of each currency with a rate."""


_PUBLISHED = """
    SELECT name, position, rule, cadence, mode, daily_cap, notes FROM segment
    WHERE state = 'published' ORDER BY position, name
"""


async def published(core: Core) -> tuple[Segment, ...]:
    """Return the segments in force, in the order in which they are asked."""
    rows = await core.database.rows(_PUBLISHED)
    return tuple(_segment(core, row) for row in rows)


def proposed(core: Core, document: Document) -> tuple[Segment, ...]:
    """Return the segments of a policy that is not in force (yet), for previews and simulations."""
    return tuple(
        Segment(
            name=each.name,
            position=position,
            rule=each.rule,
            cadence=each.cadence,
            mode=each.mode,
            daily_cap=each.daily_cap,
            notes=each.notes,
            bounds=conditions.bounds(core, each.rule.balance),
        )
        for position, each in enumerate(document.segments, start=1)
    )


def _segment(core: Core, row: dict[str, Any]) -> Segment:
    stored = row["rule"]
    rule = Rule.model_validate(json.loads(stored) if isinstance(stored, str) else stored)
    return Segment(
        name=row["name"],
        position=row["position"],
        rule=rule,
        cadence=row["cadence"],
        mode=Mode(row["mode"]),
        daily_cap=row["daily_cap"],
        notes=row["notes"],
        bounds=conditions.bounds(core, rule.balance),
    )


def choice(segments: Sequence[Segment]) -> tuple[str, dict[str, Any]]:
    """Return the SQL expression for the name of the first segment that matches (NULL: none), and its parameters.

    The expression speaks of the aliases ``i`` (invoice) and ``a`` (account) and needs ``%(today)s``, the merchant's
    date; its own parameters all begin with ``seg_``.
    """
    if not segments:
        return "NULL::text", {}
    branches, parameters = [], {}
    for number, segment in enumerate(segments):
        condition, values = matches(segment, number)
        branches.append(f"WHEN {condition} THEN %(seg_{number}_name)s::text")
        parameters.update({**values, f"seg_{number}_name": segment.name})
    return f"(CASE {' '.join(branches)} END)", parameters


def matches(segment: Segment, number: int) -> tuple[str, dict[str, Any]]:
    """Return one segment's rule alone as SQL, as if it stood first; *number* keeps the names of parameters apart."""
    return conditions.of_rule(segment.rule, segment.bounds, prefix=f"seg_{number}_")
