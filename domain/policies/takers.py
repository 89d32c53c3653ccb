"""Takers: whether somebody is there for a step that hands over to a person, or that writes to an escalation contact."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from domain.deliverability import covering
from domain.kernel.actor import Permission
from domain.kernel.speech import counted, say
from domain.kernel.transactions import Row, Rows, Transaction
from domain.people.roles import roles_with
from domain.policies.document import CadencePart, Document
from domain.policies.findings import Finding

ESCALATION = f"""
    SELECT DISTINCT k.account_id FROM contact k
    WHERE k.state = 'active' AND k.role = 'escalation'
      AND {covering.free("k.email_key")}
"""
"""Accounts with at least one escalation contact who may be mailed."""

WORKERS = """
    SELECT DISTINCT g.person_id FROM role_grant g
    WHERE g.state = 'active' AND (g.until IS NULL OR g.until > %(now)s) AND g.role = ANY(%(working)s)
"""
"""People who may take a case from the queue now."""

_COUNTED = """
    SELECT segment, count(*) AS invoices, count(*) FILTER (WHERE NOT owned) AS unowned,
           count(*) FILTER (WHERE NOT escalated) AS unescalated
    FROM policy_preview WHERE segment IS NOT NULL GROUP BY segment
"""


def parameters(now: datetime) -> dict[str, object]:
    """Return what ``WORKERS`` asks for."""
    return {"now": now, "working": [role.value for role in roles_with(Permission.WORK_QUEUE)]}


async def warnings(tx: Transaction, document: Document, *, now: datetime) -> tuple[Finding, ...]:
    """Return where a cadence counts on somebody who is not there; needs the preview's temporary table."""
    rows = {int(row["segment"]): row for row in await tx.rows(_COUNTED)}
    return (*_nobody(document, anybody=await _anybody(tx, now)), *_lacking(document, rows))


async def _anybody(rows: Rows, now: datetime) -> bool:
    return bool(await rows.rows(f"{WORKERS} LIMIT 1", parameters(now)))


def _nobody(document: Document, *, anybody: bool) -> Iterator[Finding]:
    if anybody:
        return
    working = ", ".join(role.value for role in roles_with(Permission.WORK_QUEUE))
    for number, cadence in enumerate(document.cadences):
        if cadence.steps[-1].escalate:
            yield Finding(
                ("cadences", number, "steps", len(cadence.steps) - 1),
                say(
                    "{name} hands over to a person, and nobody may work the queue: grant one of {roles}",
                    name=repr(cadence.name),
                    roles=working,
                ),
            )


def _lacking(document: Document, rows: Mapping[int, Row]) -> Iterator[Finding]:
    """Yield, segment by segment, how many of its open invoices have no owner or nobody to escalate to."""
    for number, segment in enumerate(document.segments):
        row, cadence = rows.get(number), document.cadence(segment.cadence)
        if row is None or cadence is None:
            continue
        if cadence.steps[-1].escalate and row["unowned"]:
            yield Finding(
                ("segments", number, "cadence"),
                say(
                    "in {name} a person takes over on day {day}, and {count} of the {total} open invoices are of "
                    "customers whom nobody owns who may work the queue: they wait there until somebody takes them",
                    name=repr(segment.name),
                    day=str(cadence.steps[-1].day),
                    count=row["unowned"],
                    total=row["invoices"],
                ),
            )
        written = _escalating(cadence)
        if written and row["unescalated"]:
            told = counted(
                "in {name} the reminder of day {days} goes to the escalation contact, and {count} of the {total} open "
                "invoices are of customers without one who may be mailed: there these reminders are held",
                "in {name} the reminders of the days {days} go to the escalation contact, and {count} of the {total} "
                "open invoices are of customers without one who may be mailed: there these reminders are held",
                len(written),
                name=repr(segment.name),
                days=", ".join(map(str, written)),
                count=row["unescalated"],
                total=row["invoices"],
            )
            yield Finding(("segments", number, "cadence"), told)


def _escalating(cadence: CadencePart) -> Sequence[int]:
    """Return the days of the steps that write to escalation contacts."""
    return [step.day for step in cadence.steps if step.letter is not None and step.recipients == "escalation"]
