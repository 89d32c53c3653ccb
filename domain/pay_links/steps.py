"""Steps: how far each link was followed, for the funnel; the first time of each step counts, and nobody is watched.

What is known of money, plans, disputes and words stands in their own tables. Only looks leave no trace there: at the
page of the button, which mail scanners open too, and at a form that was not sent.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from domain.kernel.core import Core


class Step(StrEnum):
    """A look that the funnel counts."""

    OPENED = "opened"
    """At the page of the button, by a person or by a scanner."""
    PLAN = "plan"
    DISPUTE = "dispute"
    PROMISE = "promise"
    QUESTION = "question"


async def keep(core: Core, seen: Mapping[tuple[UUID, Step], datetime]) -> int:
    """Keep first looks, and return how many were new; a link that is none of ours is left out."""
    if not seen:
        return 0
    links, steps, moments = zip(*((link, step.value, at) for (link, step), at in seen.items()), strict=True)
    return await core.database.execute(
        "INSERT INTO portal_step (link_id, step, at) SELECT l.id, each.step, each.at"
        " FROM unnest(%s::uuid[], %s::text[], %s::timestamptz[]) AS each (link_id, step, at)"
        " JOIN pay_link l ON l.id = each.link_id ORDER BY l.id, each.step ON CONFLICT DO NOTHING",
        (list(links), list(steps), list(moments)),
    )
