"""Task lists: what only people can do, by customer, the most money at risk first."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.casework import absences
from domain.casework.facts import parameters
from domain.casework.tasks import TaskKind
from domain.kernel import sentences
from domain.kernel.actor import Actor, Permission
from domain.kernel.core import Core
from domain.kernel.money import Money

MOST_LISTED = 100


@dataclass(frozen=True, slots=True)
class TaskLine:
    """One open task."""

    id: UUID
    kind: TaskKind
    account_id: UUID
    account_name: str
    invoice_number: str | None
    """None: it is about the customer."""
    reason: str
    at_risk: tuple[Money, ...]
    """What is open of the invoice, or of all the customer's, a sum for each currency, the largest first."""
    owner: str
    """Who is to do it, in words; empty while nobody owns the customer."""
    since: datetime
    taker: str = ""
    """To whom it was handed over."""


@dataclass(frozen=True, slots=True)
class TaskList:
    """The open tasks with the most money at risk, and how many there are in all."""

    total: int
    lines: tuple[TaskLine, ...]


_OPEN = """
    SELECT t.id, t.kind, t.account_id, a.name AS account_name, a.owner_id, i.number AS invoice_number, t.reason,
           t.created_at, coalesce(taker.name, '') AS taker, coalesce(risk.sums, '[]') AS sums, count(*) OVER () AS total
    FROM task t JOIN account a ON a.id = t.account_id LEFT JOIN invoice i ON i.id = t.invoice_id
    LEFT JOIN person taker ON taker.id = t.for_id
    LEFT JOIN LATERAL (
        SELECT sum(major) AS major, json_agg(json_build_array(minor, currency) ORDER BY major DESC) AS sums
        FROM (SELECT sum(o.open_minor) AS minor, o.currency,
                     sum(o.open_minor) * coalesce((%(rates)s::jsonb ->> o.currency)::numeric, 0.01) AS major
              FROM invoice o WHERE o.account_id = t.account_id AND o.state = 'open'
                AND (t.invoice_id IS NULL OR o.id = t.invoice_id)
              GROUP BY o.currency) each
    ) risk ON true
    WHERE t.state = 'open' AND (%(kind)s::text IS NULL OR t.kind = %(kind)s)
      AND (%(people)s::uuid[] IS NULL OR coalesce(t.for_id, a.owner_id) = ANY(%(people)s))
      AND (%(account)s::uuid IS NULL OR t.account_id = %(account)s)
    ORDER BY risk.major DESC NULLS LAST, t.created_at, t.id LIMIT %(limit)s
"""


async def page(
    core: Core,
    *,
    actor: Actor,
    kind: TaskKind | None = None,
    mine: bool = False,
    account_id: UUID | None = None,
    limit: int = 20,
) -> TaskList:
    """Return the open tasks, of one kind, of one customer, or with *mine* those of the actor's customers.

    Raises:
        NotAllowed: The actor may not look.
    """
    actor.require(Permission.VIEW)
    people = None
    if mine and actor.id is not None:
        people = list(await absences.covered(core, core.database, person_id=actor.id))
    rows = await core.database.rows(
        _OPEN,
        parameters(
            core,
            kind=kind.value if kind else None,
            people=people,
            account=account_id,
            limit=max(1, min(limit, MOST_LISTED)),
        ),
    )
    owners = await absences.responsible(
        core, core.database, people=[row["owner_id"] for row in rows if row["owner_id"]]
    )
    return TaskList(int(rows[0]["total"]) if rows else 0, tuple(_line(row, owners) for row in rows))


def _line(row: Mapping[str, Any], owners: Mapping[UUID, str]) -> TaskLine:
    return TaskLine(
        id=row["id"],
        kind=TaskKind(row["kind"]),
        account_id=row["account_id"],
        account_name=row["account_name"],
        invoice_number=row["invoice_number"],
        reason=sentences.said(row["reason"]),
        at_risk=tuple(Money(int(minor), currency) for minor, currency in row["sums"]),
        owner=owners.get(row["owner_id"], ""),
        since=row["created_at"],
        taker=row["taker"],
    )


def by_kind(lines: Iterable[TaskLine]) -> Mapping[TaskKind, int]:
    """Return how many tasks of each kind there are."""
    return Counter(line.kind for line in lines)
